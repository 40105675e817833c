// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.DelegatingEngine;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.TlsKit;
import io.github.asyncio4j.socket.ConnectionResetException;
import io.github.asyncio4j.ssl.SslEngineFactory;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.Transport;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// The time-outs of TLS, and TLS over sockets in memory.
@ParameterizedClass
@EnumSource(Engine.class)
final class TlsOnTheVirtualClockTest {
  private static final ServerOptions SERVER = ServerOptions.DEFAULT.ssl(TlsKit.server());
  private static final ConnectionOptions CLIENT =
      ConnectionOptions.DEFAULT.ssl(TlsKit.client()).serverHostname("localhost");

  private final Engine engine;

  TlsOnTheVirtualClockTest(Engine engine) {
    this.engine = engine;
  }

  /// Keeps what it is told.
  private static class Party implements Protocol {
    final Future<@Nullable Exception> lost;
    final ByteArrayOutputStream received = new ByteArrayOutputStream();
    @Nullable Transport transport;

    Party(TestLoop loop) {
      lost = loop.createFuture();
    }

    @Override
    public void connectionMade(BaseTransport made) {
      transport = (Transport) made;
    }

    @Override
    public void dataReceived(ByteBuffer data) {
      var bytes = new byte[data.remaining()];
      data.get(bytes);
      received.writeBytes(bytes);
    }

    @Override
    public void connectionLost(@Nullable Exception exc) {
      lost.setResult(exc);
    }
  }

  private static long seconds(TestLoop loop) {
    return TimeUnit.NANOSECONDS.toSeconds(loop.time());
  }

  private static void end(Server server) {
    server.close();
    server.waitClosed();
  }

  private interface Body {
    void run(TestLoop loop) throws Exception;
  }

  private void run(long seed, Body body) throws Exception {
    try (var loop = engine.newLoop(seed)) {
      var failures = ExceptionRecorder.on(loop);
      loop.runUntilComplete(() -> body.run(loop));
      assertThat(failures.unexpected()).isEmpty();
      assertThat(loop.network().openSockets()).isZero();
    }
  }

  // EL-46, R-100
  @Test
  void aHandshakeMayTakeSixtySecondsOrAsLongAsIsSaid() throws Exception {
    for (int limit : new int[] {60, 5}) {
      run(
          0,
          loop -> {
            var silent = new Party(loop);
            try (var server = loop.createServer(() -> silent, "server.test", 80)) {
              assertThat(server.isServing()).isTrue();
              ConnectionOptions options =
                  limit == 60 ? CLIENT : CLIENT.sslHandshakeTimeout(Duration.ofSeconds(limit));
              assertThatThrownBy(
                      () ->
                          loop.createConnection(() -> new Party(loop), "server.test", 80, options))
                  .isInstanceOf(ConnectionResetException.class)
                  .hasMessage(
                      "SSL handshake is taking longer than "
                          + limit
                          + ".0 seconds: aborting the connection");
              assertThat(seconds(loop)).isEqualTo(limit);
            }
            silent.lost.await();
          });
    }
  }

  // EL-77, R-100: the peer sees the end, the program of the server nothing.
  @Test
  void aServerGivesUpASilentClient() throws Exception {
    run(
        0,
        loop -> {
          var accepted = new Party(loop);
          var options = SERVER.sslHandshakeTimeout(Duration.ofSeconds(7));
          try (var server = loop.createServer(() -> accepted, "server.test", 443, options)) {
            var silent = new Party(loop);
            loop.createConnection(() -> silent, "server.test", 443);
            assertThat(silent.lost.await()).isNull();
            assertThat(seconds(loop)).isEqualTo(7);
            assertThat(accepted.transport).isNull();
            end(server);
          }
        });
  }

  // EL-47, R-102
  @Test
  void aPeerThatDoesNotSayGoodbyeIsGivenThirtySeconds() throws Exception {
    for (int limit : new int[] {30, 3}) {
      run(
          0,
          loop -> {
            var accepted = new Party(loop);
            try (var server = loop.createServer(() -> accepted, "server.test", 443, SERVER)) {
              assertThat(server.isServing()).isTrue();
              var client = new Party(loop);
              var options =
                  limit == 30 ? CLIENT : CLIENT.sslShutdownTimeout(Duration.ofSeconds(limit));
              loop.createConnection(() -> client, "server.test", 443, options);
              while (accepted.transport == null) {
                Asyncio.sleep(Duration.ofMillis(1));
              }
              accepted.transport.pauseReading();
              long before = loop.time();
              client.transport.close();
              assertThat(client.lost.await())
                  .isInstanceOf(TimeoutException.class)
                  .hasMessage("SSL shutdown timed out");
              assertThat(TimeUnit.NANOSECONDS.toSeconds(loop.time() - before)).isEqualTo(limit);
              accepted.transport.resumeReading();
              accepted.lost.await();
            }
          });
    }
  }

  // A transport in the clear waits for ever for a peer that is slow.
  @Test
  void aPeerThatIsSlowAndTakesWhatItGetsHasAllTheTimeItNeeds() throws Exception {
    byte[] all = new byte[3_000_000];
    Arrays.fill(all, (byte) 7);
    run(
        0,
        loop -> {
          var accepted =
              new Party(loop) {
                @Override
                public void dataReceived(ByteBuffer data) {
                  super.dataReceived(data);
                  transport.pauseReading();
                }
              };
          try (var server = loop.createServer(() -> accepted, "server.test", 443, SERVER)) {
            assertThat(server.isServing()).isTrue();
            var client = new Party(loop);
            loop.createConnection(() -> client, "server.test", 443, CLIENT);
            while (accepted.transport == null) {
              Asyncio.sleep(Duration.ofMillis(1));
            }
            accepted.transport.pauseReading();
            client.transport.write(all);
            client.transport.close();
            while (!accepted.lost.done()) {
              Asyncio.sleep(Duration.ofSeconds(20));
              accepted.transport.resumeReading();
            }
            assertThat(accepted.lost.await()).isNull();
            // At the end the system has all of it, and the goodbye is waited for no longer than
            // ever.
            client.lost.await();
            assertThat(accepted.received.toByteArray()).isEqualTo(all);
            assertThat(seconds(loop)).isGreaterThan(100);
          }
        });
  }

  /// An engine that encrypts nothing for a while, as one does that has to hear from the peer first.
  private static final class HeldEngine extends DelegatingEngine {
    boolean held;

    HeldEngine(SSLEngine engine) {
      super(engine);
    }

    @Override
    public SSLEngineResult wrap(ByteBuffer[] srcs, int offset, int length, ByteBuffer dst)
        throws SSLException {
      return held
          ? new SSLEngineResult(SSLEngineResult.Status.OK, HandshakeStatus.NEED_UNWRAP, 0, 0)
          : super.wrap(srcs, offset, length, dst);
    }

    @Override
    public HandshakeStatus getHandshakeStatus() {
      return held ? HandshakeStatus.NEED_UNWRAP : super.getHandshakeStatus();
    }
  }

  // What waited in the clear at the close is more than had been encrypted, for long.
  @Test
  void aSlowPeerHasItsTimeAlsoWhenNothingWasEncryptedAtTheClose() throws Exception {
    byte[] all = new byte[3_000_000];
    Arrays.fill(all, (byte) 7);
    var engines = new ArrayList<HeldEngine>();
    SslEngineFactory holding =
        (side, host, port) -> {
          engines.add(
              new HeldEngine(SslEngineFactory.of(TlsKit.client()).newEngine(side, host, port)));
          return engines.getLast();
        };
    run(
        0,
        loop -> {
          var accepted =
              new Party(loop) {
                @Override
                public void dataReceived(ByteBuffer data) {
                  super.dataReceived(data);
                  transport.pauseReading();
                }
              };
          try (var server = loop.createServer(() -> accepted, "server.test", 443, SERVER)) {
            assertThat(server.isServing()).isTrue();
            var client = new Party(loop);
            loop.createConnection(() -> client, "server.test", 443, CLIENT.ssl(holding));
            while (accepted.transport == null) {
              Asyncio.sleep(Duration.ofMillis(1));
            }
            engines.getLast().held = true;
            client.transport.write(all);
            assertThat(client.transport.getWriteBufferSize()).isEqualTo(all.length);
            client.transport.close();
            Asyncio.sleep(Duration.ofSeconds(1));
            engines.getLast().held = false;
            accepted.transport.write(new byte[1]);
            while (!accepted.lost.done()) {
              Asyncio.sleep(Duration.ofSeconds(20));
              accepted.transport.resumeReading();
            }
            assertThat(accepted.lost.await()).isNull();
            client.lost.await();
            assertThat(accepted.received.toByteArray()).isEqualTo(all);
          }
        });
  }

  @Test
  void whateverTheLinkMakesOfThePiecesTheBytesAreTheSame() throws Exception {
    for (long seed = 1; seed <= 20; seed++) {
      run(
          seed,
          loop -> {
            var accepted = new Party(loop);
            try (var server = loop.createServer(() -> accepted, "server.test", 443, SERVER)) {
              assertThat(server.isServing()).isTrue();
              var client = new Party(loop);
              loop.createConnection(() -> client, "server.test", 443, CLIENT);
              var all = new byte[100_000];
              loop.random().nextBytes(all);
              client.transport.write(all);
              client.transport.close();
              assertThat(accepted.lost.await()).isNull();
              assertThat(client.lost.await()).isNull();
              assertThat(accepted.received.toByteArray()).isEqualTo(all);
            }
          });
    }
  }
}
