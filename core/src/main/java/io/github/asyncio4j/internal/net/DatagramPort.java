// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.socket.Datagram;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A port that datagrams come from and go to. Loop thread only.
interface DatagramPort extends IoPort {
  /// Who has the socket. [#onInput()] is to take one datagram.
  interface Owner extends IoPort.Owner {
    /// Called behind the last of the calls for input that follow each other, so that what was sent
    /// meanwhile can go together.
    void onInputEnd();
  }

  /// Takes the next datagram.
  ///
  /// @return its bytes, lent until the owner returns; null when there is none now
  /// @throws IOException what has failed since, which may be told of a datagram that was sent; more
  ///   may be received all the same
  @Nullable Datagram receive() throws IOException;

  /// Tells, inside of [Owner#onInput()], whether the port has more of what came together with the
  /// datagram that was taken last: what is sent now may wait for [Owner#onInputEnd()].
  boolean hasMore();

  /// Sends a datagram if it can go at once. The buffer stays the caller's; its position does not
  /// move.
  ///
  /// @param address null for the peer
  /// @return false when it cannot; nothing has happened then
  /// @throws IOException when it is refused
  boolean send(ByteBuffer data, @Nullable SocketAddress address) throws IOException;

  /// Sends what waits, in order.
  ///
  /// The caller begins each call with the first that has not gone, and changes none before they
  /// have: a back end may go on sending them after the call, and say by the next one, which it asks
  /// for by the call for room, what has gone since.
  ///
  /// @return how many have gone; 0 when none
  /// @throws IOException when the first of them is refused: it is not to be sent again
  int send(@Nullable Datagram[] waiting, int offset, int length) throws IOException;
}
