// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.Connections.LOCALHOST;
import static io.github.asyncio4j.conformance.Connections.dial;

import io.github.asyncio4j.ContextVar;
import io.github.asyncio4j.sync.Queue;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.Protocol;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The twins of `conformance/python/connections.py`.
final class ConnectionsScenarios {
  @Scenario(
      value = {"EL-79", "R-24"},
      task = true)
  void whatAServerFactorySetsIsSeenByItsOwnConnectionOnly(Stage stage) throws Exception {
    ContextVar<String> user = ContextVar.of("user", "nobody");
    var ends = new Queue<String>();
    final class Served implements Protocol {
      private @Nullable BaseTransport transport;

      @Override
      public void connectionMade(BaseTransport transport) {
        stage.out("made sees " + user.get());
        this.transport = transport;
      }

      @Override
      public void dataReceived(ByteBuffer data) {
        stage.out("data sees " + user.get());
        transport.close();
      }

      @Override
      public void connectionLost(@Nullable Exception exc) {
        stage.out("lost sees " + user.get());
        ends.putNowait("lost");
      }
    }

    var number = new int[1];
    user.set("server");
    var server =
        stage
            .loop()
            .createServer(
                () -> {
                  stage.out("factory sees " + user.get());
                  user.set("user " + number[0]++);
                  return new Served();
                },
                LOCALHOST,
                0);
    user.set("main");
    for (int i = 0; i < 3; i++) {
      var peer = dial(server);
      peer.send("x");
      ends.get();
      peer.close();
    }
    stage.out("main has " + user.get());
    server.close();
  }
}
