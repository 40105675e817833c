// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// `struct statx` of linux/stat.h, which is the same on every architecture. One thread.
public final class Statx {
  private static final long BYTES = 256;
  private static final long STX_MODE = 28;

  private final MemorySegment segment;

  /// Makes one in an arena.
  public Statx(Arena arena) {
    segment = arena.allocate(BYTES, Long.BYTES);
  }

  /// Returns the memory that statx(2) fills.
  public MemorySegment segment() {
    return segment;
  }

  /// Returns the type of the file: one of the constants `S_IF...`.
  public int type() {
    return segment.get(ValueLayout.JAVA_SHORT, STX_MODE) & Constants.S_IFMT;
  }
}
