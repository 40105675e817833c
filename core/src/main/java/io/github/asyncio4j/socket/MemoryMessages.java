// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import org.jspecify.annotations.Nullable;

/// What the datagram sockets of a [MemoryNetwork] have in common, of whatever family. The loop's
/// thread.
abstract class MemoryMessages implements DatagramCalls, MemoryCalls.Role {
  final MemoryCalls socket;

  // The loop's thread writes, any reads.
  private volatile @Nullable SocketAddress peername;

  MemoryMessages(MemoryCalls socket) {
    this.socket = socket;
  }

  @Override
  public final SocketCalls owner() {
    return socket;
  }

  @Override
  public final void watched(int interest) {
    // Nobody asks.
  }

  @Override
  public final void bind(@Nullable SocketAddress address) throws IOException {
    socket.ensureOpen();
    socket.bind(address);
  }

  @Override
  public final @Nullable SocketAddress getpeername() {
    return socket.isOpen() ? peername : null;
  }

  /// Returns whom it is connected with, also when it is closed.
  final @Nullable SocketAddress peername() {
    return peername;
  }

  final void peername(@Nullable SocketAddress peername) {
    this.peername = peername;
  }

  // Receiving.

  @Override
  public final int recv(ByteBuffer dst) throws IOException {
    Received received = recvfrom(dst);
    return received == null ? Socket.NO_DATAGRAM : received.count();
  }

  @Override
  public final @Nullable Received recvfrom(ByteBuffer dst) throws IOException {
    if (dst.isReadOnly()) {
      throw new ReadOnlyBufferException();
    }
    socket.ensureOpen();
    Datagram next = take();
    if (next == null) {
      return null;
    }
    int count = Math.min(next.data().remaining(), dst.remaining());
    dst.put(next.data().slice(0, count));
    return new Received(count, next.address(), count < next.data().remaining());
  }

  /// Takes the oldest of those that have arrived; null when there is none.
  abstract @Nullable Datagram take() throws IOException;

  // Sending.

  @Override
  public final int send(ByteBuffer src) throws IOException {
    int count = src.remaining();
    return sendto(src, null) ? count : 0;
  }

  @Override
  public final long send(ByteBuffer[] srcs, int offset, int length) throws IOException {
    int total = 0;
    for (int i = offset; i < offset + length; i++) {
      total += srcs[i].remaining();
    }
    if (total == 0) {
      return 0;
    }
    var joined = ByteBuffer.allocate(total);
    for (int i = offset; i < offset + length; i++) {
      joined.put(srcs[i].duplicate());
    }
    if (!sendto(joined.flip(), null)) {
      return 0;
    }
    for (int i = offset; i < offset + length; i++) {
      srcs[i].position(srcs[i].limit());
    }
    return total;
  }

  @Override
  public final String describe() {
    SocketAddress peer = peername;
    String at = "datagram socket at " + MemoryCalls.text(socket.getsockname());
    return peer == null ? at : at + " to " + MemoryCalls.text(peer);
  }
}
