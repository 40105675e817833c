// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.IntSupplier;

/// A `struct msghdr` with its array of `struct iovec`, and nothing else in it (sendmsg(2)).
public final class Msghdr {
  /*
   * msghdr: name pointer, name length u32, padding, iov pointer at 16, iov count size_t at 24,
   * control pointer, control length, flags; 56 bytes. iovec: pointer, length; 16 bytes.
   * The array follows the header in one piece of memory, so that the header finds it.
   */
  private static final int IOV_POINTER = 16;
  private static final int IOV_COUNT = 24;
  private static final int HEADER_BYTES = 56;
  private static final int IOVEC_BYTES = 16;
  private static final int IOVEC_LENGTH = 8;

  private final MemorySegment segment;
  private final int capacity;

  /// Makes room for `capacity` pieces, with the life of the arena.
  public Msghdr(Arena arena, int capacity) {
    this.segment = arena.allocate(HEADER_BYTES + (long) IOVEC_BYTES * capacity, 8);
    this.capacity = capacity;
    segment.set(ValueLayout.JAVA_LONG, IOV_POINTER, segment.address() + HEADER_BYTES);
  }

  /// Returns the memory, to pass to a call.
  public MemorySegment segment() {
    return segment;
  }

  /// Returns how many pieces there is room for.
  public int capacity() {
    return capacity;
  }

  /// Sets the piece at an index.
  public void piece(int index, long address, long length) {
    segment.set(ValueLayout.JAVA_LONG, iovec(index), address);
    segment.set(ValueLayout.JAVA_LONG, iovec(index) + IOVEC_LENGTH, length);
  }

  /// Sets how many pieces there are.
  public void count(int pieces) {
    segment.set(ValueLayout.JAVA_LONG, IOV_COUNT, pieces);
  }

  private static long iovec(int index) {
    return HEADER_BYTES + (long) IOVEC_BYTES * index;
  }

  /// Returns how many bytes a message has.
  static long bytes(MemorySegment message) {
    long total = 0;
    for (int i = 0; i < message.get(ValueLayout.JAVA_LONG, IOV_COUNT); i++) {
      total += message.get(ValueLayout.JAVA_LONG, iovec(i) + IOVEC_LENGTH);
    }
    return total;
  }

  /// Makes a call while a message is cut to at most `max` bytes.
  static int withAtMost(MemorySegment message, long max, IntSupplier call) {
    long count = message.get(ValueLayout.JAVA_LONG, IOV_COUNT);
    long left = max;
    for (int i = 0; i < count; i++) {
      long length = message.get(ValueLayout.JAVA_LONG, iovec(i) + IOVEC_LENGTH);
      if (length >= left) {
        message.set(ValueLayout.JAVA_LONG, iovec(i) + IOVEC_LENGTH, left);
        message.set(ValueLayout.JAVA_LONG, IOV_COUNT, i + 1);
        int result = call.getAsInt();
        message.set(ValueLayout.JAVA_LONG, iovec(i) + IOVEC_LENGTH, length);
        message.set(ValueLayout.JAVA_LONG, IOV_COUNT, count);
        return result;
      }
      left -= length;
    }
    return call.getAsInt();
  }
}
