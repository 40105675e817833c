// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The role of a datagram socket. The meaning of each method is that of its namesake in [Socket].
non-sealed interface DatagramCalls extends PeerCalls {
  /// Receives a datagram, from whomever it is.
  ///
  /// @return how many of its bytes are in the buffer, 0 for one that is empty; [Socket#NO_DATAGRAM]
  ///   when there is none now
  @Override
  int recv(ByteBuffer dst) throws IOException;

  /// Sends one datagram of all buffers together.
  @Override
  long send(ByteBuffer[] srcs, int offset, int length) throws IOException;

  @Nullable Received recvfrom(ByteBuffer dst) throws IOException;

  boolean sendto(ByteBuffer src, @Nullable SocketAddress address) throws IOException;

  /// As [DatagramBatch#receive].
  default int receive(DatagramBatch into, int most) throws IOException {
    return into.received(recvfrom(into.room(0)));
  }

  /// As [Datagram#send].
  default int send(@Nullable Datagram[] datagrams, int offset, int length) throws IOException {
    Datagram first = Objects.requireNonNull(datagrams[offset]);
    return sendto(first.data().duplicate(), first.address()) ? 1 : 0;
  }

  void joinGroup(InetAddress group, @Nullable NetworkInterface on, @Nullable InetAddress source)
      throws IOException;

  void leaveGroup(InetAddress group, @Nullable NetworkInterface on, @Nullable InetAddress source)
      throws IOException;

  long dropped() throws IOException;
}
