// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.GreedyEngine;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.TlsEngines;
import io.github.asyncio4j.TlsKit;
import io.github.asyncio4j.socket.TransportSocket;
import io.github.asyncio4j.ssl.SslEngineFactory;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// How bytes go through TLS: whole, in order, and no faster than who takes them.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class TlsDataTest extends TlsDataContract {
  TlsDataTest(LoopKind kind) {
    super(kind, TlsEngines.JDK);
  }

  // The contract of SSLEngine: a destination may be too small at any time.
  @Test
  void anEngineThatWantsLargerBuffersGetsThem() throws Exception {
    byte[] all = pattern(200_000);
    SslEngineFactory greedy =
        (side, host, port) ->
            new GreedyEngine(
                SslEngineFactory.of(TlsKit.server()).newEngine(side, host, port), 150_000);
    run(
        () -> {
          try (var server = serve(Echo::new, ServerOptions.DEFAULT.ssl(greedy))) {
            var client = recorder();
            connect(() -> client, server, clientOptions);
            client.transport.write(all);
            client.untilReceived(all.length);
            assertThat(client.received.toByteArray()).isEqualTo(all);
            assertThat(client.transport.getExtraInfo("sslcontext")).isNotNull();
            client.transport.close();
            client.untilLost();
            end(server);
          }
        });
  }

  // C10: who asks for new keys and takes no answer fills nobody's memory.
  @Test
  void answersThatNobodyTakesAreBounded() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          var done = new CountDownLatch(1);
          try (var server = serve(() -> accepted, server("TLSv1.3"))) {
            int port = port(server);
            var asking = loop.createTask(() -> blockingly(() -> askForKeys(port, done)));
            accepted.until(() -> !accepted.calls.isEmpty());
            accepted
                .transport
                .getExtraInfo("socket", TransportSocket.class)
                .setOption(StandardSocketOptions.SO_SNDBUF, 4096);
            while (accepted.transport.getWriteBufferSize() < 128 * 1024) {
              poll();
            }
            int most = 0;
            for (int i = 0; i < 100; i++) {
              poll();
              most = Math.max(most, accepted.transport.getWriteBufferSize());
            }
            assertThat(most).isLessThan(400_000);
            done.countDown();
            asking.await();
            accepted.untilLost();
          }
        });
  }

  private static void askForKeys(int port, CountDownLatch done) throws Exception {
    try (var below = new HeldSocket(port, HeldSocket.Mode.AS_GIVEN, 2048)) {
      var peer = below.tls();
      peer.startHandshake();
      below.mode(HeldSocket.Mode.HELD);
      for (int i = 0; i < 40_000; i++) {
        peer.startHandshake();
      }
      // In a thread of its own: it does not get rid of all.
      var sender =
          new Thread(
              () -> {
                try {
                  below.release();
                } catch (IOException e) {
                  // It was closed meanwhile.
                }
              });
      sender.start();
      done.await();
      below.shutdownOutput();
      sender.join();
    }
  }
}
