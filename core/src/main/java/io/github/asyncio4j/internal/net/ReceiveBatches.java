// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.socket.DatagramBatch;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketTier;
import java.net.StandardProtocolFamily;
import java.util.EnumMap;
import java.util.Map;

/// Where the datagram sockets of one loop receive into, one after the other. Loop thread only.
final class ReceiveBatches {
  // By tier, since a loop may be given a socket of another tier than its own. Made for the first
  // socket: a loop without datagrams needs none.
  private final Map<SocketTier, DatagramBatch> inet = new EnumMap<>(SocketTier.class);
  // These are larger.
  private final Map<SocketTier, DatagramBatch> unix = new EnumMap<>(SocketTier.class);

  /// Returns the batch for a socket.
  DatagramBatch of(Socket socket) {
    var family = socket.family();
    var batches = family == StandardProtocolFamily.UNIX ? unix : inet;
    return batches.computeIfAbsent(socket.tier(), tier -> DatagramBatch.of(tier, family));
  }
}
