// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.socket.DatagramBatch;
import io.github.asyncio4j.socket.Socket;
import java.net.StandardProtocolFamily;
import org.jspecify.annotations.Nullable;

/// Where the datagram sockets of one loop receive into, one after the other. Loop thread only.
final class ReceiveBatches {
  // Made for the first socket: a loop without datagrams needs none.
  private @Nullable DatagramBatch inet;
  private @Nullable DatagramBatch unix;

  /// Returns the batch for a socket; all sockets of a loop are of one tier.
  DatagramBatch of(Socket socket) {
    boolean isUnix = socket.family() == StandardProtocolFamily.UNIX;
    var batch = isUnix ? unix : inet;
    if (batch == null) {
      batch = DatagramBatch.of(socket.tier(), socket.family());
      if (isUnix) {
        unix = batch;
      } else {
        inet = batch;
      }
    }
    return batch;
  }
}
