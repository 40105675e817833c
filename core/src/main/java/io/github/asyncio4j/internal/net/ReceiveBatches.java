// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.socket.DatagramBatch;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketTier;
import java.net.StandardProtocolFamily;
import org.jspecify.annotations.Nullable;

/// Where the datagram sockets of one loop receive into, one after the other. Loop thread only.
final class ReceiveBatches {
  // By tier, since a loop may be given a socket of another tier than its own; twice, since unix
  // datagrams are larger. Made for the first socket: a loop without datagrams needs none.
  private final @Nullable DatagramBatch[] batches =
      new @Nullable DatagramBatch[2 * SocketTier.values().length];

  /// Returns the batch for a socket.
  DatagramBatch of(Socket socket) {
    int unix = socket.family() == StandardProtocolFamily.UNIX ? 1 : 0;
    int index = 2 * socket.tier().ordinal() + unix;
    var batch = batches[index];
    if (batch == null) {
      batch = DatagramBatch.of(socket.tier(), socket.family());
      batches[index] = batch;
    }
    return batch;
  }
}
