// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// `struct winsize` of ioctl_tty(2). One thread.
public final class Winsize {
  private static final long BYTES = 8;
  private static final long WS_ROW = 0;
  private static final long WS_COL = 2;

  private final MemorySegment segment;

  /// Makes one in an arena; nothing is known of it.
  public Winsize(Arena arena) {
    segment = arena.allocate(BYTES, Long.BYTES);
  }

  /// Returns the memory that TIOCGWINSZ fills.
  public MemorySegment segment() {
    return segment;
  }

  public int rows() {
    return Short.toUnsignedInt(segment.get(ValueLayout.JAVA_SHORT, WS_ROW));
  }

  public int columns() {
    return Short.toUnsignedInt(segment.get(ValueLayout.JAVA_SHORT, WS_COL));
  }

  /// Sets both, of which each has 16 bits.
  public void set(int rows, int columns) {
    segment.set(ValueLayout.JAVA_SHORT, WS_ROW, (short) rows);
    segment.set(ValueLayout.JAVA_SHORT, WS_COL, (short) columns);
  }
}
