// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.internal.ffi.Mmsghdr;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Room for datagrams that one call receives: several on the native tier, elsewhere one.
///
/// Any socket of the tier may use it, one after the other. Loop thread only.
public final class DatagramBatch {
  /*
   * Each place has room for the largest datagram of UDP, so none of those is cut. Memory that nothing was
   * received into costs address space only, once the allocator has cleared it.
   */

  /// More than the largest datagram of UDP.
  private static final int INET_BYTES = 64 * 1024;

  /// As much as one receive takes: a unix datagram may be as large as the send buffer of its
  /// socket.
  private static final int UNIX_BYTES = 256 * 1024;

  private static final int TOTAL_BYTES = 1024 * 1024;

  private final ByteBuffer[] data;
  private final @Nullable SocketAddress[] addresses;
  private final boolean[] truncated;
  private final @Nullable Mmsghdr headers;
  private final @Nullable SenderCache senders;

  private DatagramBatch(ByteBuffer[] data, @Nullable Mmsghdr headers) {
    this.data = data;
    this.addresses = new @Nullable SocketAddress[data.length];
    this.truncated = new boolean[data.length];
    this.headers = headers;
    this.senders = headers == null ? null : new SenderCache();
  }

  /// Makes a batch for the sockets of a tier and a family: a megabyte outside the heap on the
  /// native tier, room for one datagram on the others.
  public static DatagramBatch of(SocketTier tier, StandardProtocolFamily family) {
    int bytes = family == StandardProtocolFamily.UNIX ? UNIX_BYTES : INET_BYTES;
    return switch (tier) {
      case NATIVE -> ofNative(TOTAL_BYTES / bytes, bytes);
      case NIO -> new DatagramBatch(new ByteBuffer[] {ByteBuffer.allocateDirect(bytes)}, null);
      case MEMORY -> new DatagramBatch(new ByteBuffer[] {ByteBuffer.allocate(bytes)}, null);
    };
  }

  private static DatagramBatch ofNative(int count, int bytes) {
    Arena arena = Arena.ofAuto();
    var headers = new Mmsghdr(arena, count);
    MemorySegment room = arena.allocate((long) count * bytes, 8);
    var data = new ByteBuffer[count];
    for (int i = 0; i < count; i++) {
      MemorySegment place = room.asSlice((long) i * bytes, bytes);
      headers.bytes(i, place.address(), bytes);
      data[i] = place.asByteBuffer();
    }
    return new DatagramBatch(data, headers);
  }

  /// Returns how many datagrams there is room for.
  public int capacity() {
    return data.length;
  }

  /// Receives what there is, in the order in which it came.
  ///
  /// @param most how many at most, 1 to [#capacity()]
  /// @return how many; 0 when there is none now
  /// @throws java.net.PortUnreachableException when the peer of a connected socket has no such port
  /// @throws IOException when it fails otherwise
  public int receive(Socket socket, int most) throws IOException {
    Objects.checkIndex(most - 1, capacity());
    return socket.datagrams("recvmmsg").receive(this, most);
  }

  /// Returns the bytes of a datagram that was received, from position to limit; valid until the
  /// next receive.
  public ByteBuffer data(int index) {
    return data[index];
  }

  /// Returns the sender of a datagram that was received; null for one without a name.
  public @Nullable SocketAddress address(int index) {
    return addresses[index];
  }

  /// Tells whether a datagram that was received was longer than the room for it, as one of a unix
  /// socket may be that has a larger send buffer: its rest is lost.
  public boolean isTruncated(int index) {
    return truncated[index];
  }

  /// Returns how long a datagram may be at most.
  public int roomForEach() {
    return data[0].capacity();
  }

  /// Returns the structures to receive with; native tier.
  Mmsghdr headers() {
    return Objects.requireNonNull(headers);
  }

  /// Takes over what was received by the structures.
  void received(int count) {
    Mmsghdr from = headers();
    for (int i = 0; i < count; i++) {
      room(i).limit(from.received(i));
      truncated[i] = from.isTruncated(i);
      addresses[i] = Objects.requireNonNull(senders).address(from.name(i), from.nameLength(i));
    }
  }

  /// Returns the buffer of a place, all of it.
  ByteBuffer room(int index) {
    // A borrower may have changed the byte order too.
    return data[index].clear().order(ByteOrder.BIG_ENDIAN);
  }

  /// Takes over what was received into the first place.
  int received(@Nullable Received one) {
    if (one == null) {
      return 0;
    }
    data[0].flip();
    addresses[0] = one.address();
    truncated[0] = one.truncated();
    return 1;
  }
}
