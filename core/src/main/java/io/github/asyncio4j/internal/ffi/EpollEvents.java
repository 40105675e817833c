// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// An array of `struct epoll_event`. Its owner's thread only.
///
/// The structure is packed on x86-64 and nowhere else (epoll_event(3type)): `events` at 0, `data`
/// at 4 or at 8.
public final class EpollEvents {
  private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");
  private static final int DATA = PACKED ? 4 : 8;
  private static final int BYTES = PACKED ? 12 : 16;

  private final MemorySegment segment;
  private final int capacity;

  /// Makes room for `capacity` events, with the life of the arena.
  public EpollEvents(Arena arena, int capacity) {
    this.segment = arena.allocate((long) BYTES * capacity, 8);
    this.capacity = capacity;
  }

  /// Returns the memory, to pass to a call.
  public MemorySegment segment() {
    return segment;
  }

  /// Returns how many events there is room for.
  public int capacity() {
    return capacity;
  }

  /// Returns the event bits at an index.
  public int events(int index) {
    return segment.get(ValueLayout.JAVA_INT_UNALIGNED, (long) index * BYTES);
  }

  /// Returns the user's data at an index.
  public long data(int index) {
    return segment.get(ValueLayout.JAVA_LONG_UNALIGNED, (long) index * BYTES + DATA);
  }

  /// Sets the event at an index.
  public void set(int index, int events, long data) {
    segment.set(ValueLayout.JAVA_INT_UNALIGNED, (long) index * BYTES, events);
    segment.set(ValueLayout.JAVA_LONG_UNALIGNED, (long) index * BYTES + DATA, data);
  }
}
