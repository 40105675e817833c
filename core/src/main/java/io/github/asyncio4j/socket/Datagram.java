// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One datagram and where it goes, or comes from.
///
/// @param data the bytes, from position to limit
/// @param address null for the peer of the socket, or for a sender without a name
public record Datagram(ByteBuffer data, @Nullable SocketAddress address) {
  /// Sends datagrams in their order, on the native tier several by one system call. No position
  /// moves.
  ///
  /// @return how many have gone, from the first on; 0 when the kernel is full
  /// @throws IndexOutOfBoundsException when `offset` and `length` do not fit the array
  /// @throws IOException when the first of them is refused; the others were not tried
  public static int send(Socket socket, @Nullable Datagram[] datagrams, int offset, int length)
      throws IOException {
    Objects.checkFromIndexSize(offset, length, datagrams.length);
    return length == 0 ? 0 : socket.datagrams("sendmmsg").send(datagrams, offset, length);
  }
}
