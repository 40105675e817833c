// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.sync.Semaphore;
import java.net.StandardProtocolFamily;
import java.util.ArrayList;
import java.util.stream.Collectors;

/// Serves the sockets that it was passed: tells each client the name of its socket, and ends when
/// each has had one.
public final class ActivatedProgram {
  private ActivatedProgram() {}

  /// Runs it.
  public static void main(String[] args) throws Exception {
    Asyncio.run(
        () -> {
          var passed = PassedSocket.takeAll();
          if (!PassedSocket.takeAll().isEmpty()) {
            throw new AssertionError("taken twice");
          }
          var served = new Semaphore(0);
          var servers = new ArrayList<Server>();
          for (var socket : passed) {
            servers.add(serve(socket, served));
          }
          System.out.println(
              passed.stream()
                  .map(PassedSocket::name)
                  .collect(Collectors.joining(", ", "serving ", "")));
          for (var _ : passed) {
            served.acquire();
          }
          for (var server : servers) {
            server.close();
            server.waitClosed();
          }
          System.out.println("done");
        });
  }

  private static Server serve(PassedSocket passed, Semaphore served) throws Exception {
    var options = ServerOptions.DEFAULT.sock(passed.socket());
    return passed.socket().family() == StandardProtocolFamily.UNIX
        ? Asyncio.startUnixServer(
            (_, writer) -> {
              try (writer) {
                writer.write(passed.name(), UTF_8);
              }
              served.release();
            },
            options.cleanupSocket(false))
        : Asyncio.startServer(
            (_, writer) -> {
              try (writer) {
                writer.write(passed.name(), UTF_8);
              }
              served.release();
            },
            options);
  }
}
