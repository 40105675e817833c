// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Several `struct mmsghdr`, each with one `struct iovec` and room for an address, and nothing else
/// in them (recvmmsg(2), sendmmsg(2)).
public final class Mmsghdr {
  /*
   * mmsghdr: a msghdr, the length of the message u32 at 56, padding; 64 bytes.
   * msghdr: name pointer, name length u32 at 8, padding, iov pointer at 16, iov count size_t at 24,
   * control pointer, control length, flags at 48; 56 bytes. iovec: pointer, length; 16 bytes.
   * The iovecs follow the headers in one piece of memory, and the addresses follow those.
   */
  private static final int NAME_LENGTH = 8;
  private static final int IOV_POINTER = 16;
  private static final int IOV_COUNT = 24;
  private static final int FLAGS = 48;
  private static final int MESSAGE_LENGTH = 56;
  private static final int HEADER_BYTES = 64;
  private static final int IOVEC_BYTES = 16;
  private static final int IOVEC_LENGTH = 8;

  private final MemorySegment segment;
  private final MemorySegment[] names;
  private final int capacity;

  /// Makes room for `capacity` messages, with the life of the arena.
  public Mmsghdr(Arena arena, int capacity) {
    this.capacity = capacity;
    this.segment =
        arena.allocate((long) (HEADER_BYTES + IOVEC_BYTES + Sockaddr.BYTES) * capacity, 8);
    this.names = new MemorySegment[capacity];
    for (int i = 0; i < capacity; i++) {
      long at = (long) (HEADER_BYTES + IOVEC_BYTES) * capacity + (long) Sockaddr.BYTES * i;
      names[i] = segment.asSlice(at, Sockaddr.BYTES);
      segment.set(ValueLayout.JAVA_LONG, header(i) + IOV_POINTER, segment.address() + iovec(i));
      segment.set(ValueLayout.JAVA_LONG, header(i) + IOV_COUNT, 1);
    }
  }

  /// Returns the memory, to pass to a call.
  public MemorySegment segment() {
    return segment;
  }

  /// Returns how many messages there is room for.
  public int capacity() {
    return capacity;
  }

  /// Sets where the bytes of a message are.
  public void bytes(int index, long address, long length) {
    segment.set(ValueLayout.JAVA_LONG, iovec(index), address);
    segment.set(ValueLayout.JAVA_LONG, iovec(index) + IOVEC_LENGTH, length);
  }

  /// Has a message received with the address of its sender. Needed before each receive.
  public void wantAddress(int index) {
    address(index, Sockaddr.BYTES);
  }

  /// Sets where a message goes: to the address that was written to [#name].
  ///
  /// @param length how many bytes that has; 0 for the peer of the socket
  public void address(int index, int length) {
    segment.set(ValueLayout.JAVA_LONG, header(index), length == 0 ? 0 : names[index].address());
    segment.set(ValueLayout.JAVA_INT, header(index) + NAME_LENGTH, length);
  }

  /// Returns how many bytes a message has that was received.
  public int received(int index) {
    return segment.get(ValueLayout.JAVA_INT, header(index) + MESSAGE_LENGTH);
  }

  /// Tells whether a message that was received was longer than the room for it.
  public boolean isTruncated(int index) {
    return (segment.get(ValueLayout.JAVA_INT, header(index) + FLAGS) & Constants.MSG_TRUNC) != 0;
  }

  /// Returns where the address is that a message was received with, or goes to.
  public MemorySegment name(int index) {
    return names[index];
  }

  /// Returns how many bytes that address has.
  public int nameLength(int index) {
    return segment.get(ValueLayout.JAVA_INT, header(index) + NAME_LENGTH);
  }

  private static long header(int index) {
    return (long) HEADER_BYTES * index;
  }

  private long iovec(int index) {
    return (long) HEADER_BYTES * capacity + (long) IOVEC_BYTES * index;
  }
}
