// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance.stage;

import io.github.asyncio4j.socket.Socket;
import java.io.IOException;
import java.util.Objects;

/// Two sockets of a loop that are connected with each other: `raw_pair` of
/// `conformance/python/raw_sockets.py`.
public final class RawPair implements AutoCloseable {
  public final Socket client;
  public final Socket accepted;
  private final Socket listener;

  private RawPair(Socket listener, Socket client, Socket accepted) {
    this.listener = listener;
    this.client = client;
    this.accepted = accepted;
  }

  /// Opens them by the loop that is running. Suspends.
  public static RawPair open(Stage stage) throws IOException {
    var loop = stage.loop();
    var listener = stage.outside.open();
    listener.bind(Connections.free(Connections.LOCALHOST));
    listener.listen(1);
    var client = stage.outside.open();
    loop.sockConnect(client, Objects.requireNonNull(listener.getsockname()));
    return new RawPair(listener, client, loop.sockAccept(listener));
  }

  /// Receives so many bytes, fewer only at the end of the stream, and returns how many came.
  public static int receiveAll(Stage stage, Socket sock, int count) throws IOException {
    int received = 0;
    while (received < count) {
      int piece = stage.loop().sockRecv(sock, 1 << 18).length;
      if (piece == 0) {
        break;
      }
      received += piece;
    }
    return received;
  }

  @Override
  public void close() throws IOException {
    accepted.close();
    client.close();
    listener.close();
  }
}
