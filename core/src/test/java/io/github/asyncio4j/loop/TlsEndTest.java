// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.LogRecorder;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.TlsKit;
import io.github.asyncio4j.socket.ConnectionResetException;
import io.github.asyncio4j.ssl.SslEngineFactory;
import io.github.asyncio4j.ssl.SslEofException;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SNIMatcher;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// How connections under TLS end, and who is told what.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class TlsEndTest extends TlsTest {
  TlsEndTest(LoopKind kind) {
    super(kind);
  }

  /// Counts the engines that are out.
  private static final class Counted implements SslEngineFactory {
    private final SSLContext context;
    final AtomicInteger made = new AtomicInteger();
    final AtomicInteger released = new AtomicInteger();

    Counted(SSLContext context) {
      this.context = context;
    }

    @Override
    public SSLEngine newEngine(Side side, @Nullable String host, int port) {
      made.incrementAndGet();
      return SslEngineFactory.of(context).newEngine(side, host, port);
    }

    @Override
    public void release(SSLEngine engine) {
      released.incrementAndGet();
    }
  }

  // R-105, D-07
  @Test
  void aStreamThatIsCutIsNoEnd() throws Exception {
    run(
        () -> {
          for (String version : new String[] {"TLSv1.2", "TLSv1.3"}) {
            var accepted = recorder();
            try (var server = serve(() -> accepted, server(version))) {
              int port = port(server);
              blockingly(
                  () -> {
                    try (var below = new HeldSocket(port, HeldSocket.Mode.AS_GIVEN)) {
                      var peer = below.tls();
                      peer.startHandshake();
                      peer.getOutputStream().write("half a mess".getBytes(US_ASCII));
                      below.shutdownOutput();
                      assertThat(below.getInputStream().readAllBytes()).isNotNull();
                    }
                  });
              accepted.untilLost();
              assertThat(accepted.text()).isEqualTo("half a mess");
              assertThat(accepted.lostTo).isInstanceOf(SslEofException.class);
              assertThat(accepted.calls).containsExactly("made", "data", "lost to SslEofException");
            }
          }
        });
  }

  @Test
  void oneHalfOfTls13EndsByItself() throws Exception {
    byte[] all = pattern(1_000_000);
    run(
        () -> {
          var client = recorder();
          var accepted = recorder();
          accepted.keepOpenAtEof = true;
          joinTls(client, accepted, "TLSv1.3");
          assertThat(client.transport.canWriteEof()).isTrue();
          client.transport.write(bytes("the question"));
          client.transport.writeEof();
          client.transport.writeEof();
          assertThatThrownBy(() -> client.transport.write(bytes("more")))
              .isInstanceOf(IllegalStateException.class)
              .hasMessage("Cannot call write() after writeEof()");
          accepted.until(() -> accepted.calls.contains("eof"));
          assertThat(accepted.text()).isEqualTo("the question");
          passIterations();

          accepted.transport.write(all);
          accepted.transport.close();
          client.untilLost();
          accepted.untilLost();
          assertThat(client.received.toByteArray()).isEqualTo(all);
          assertThat(client.calls).containsExactly("made", "data", "eof", "lost");
          assertThat(accepted.calls).containsExactly("made", "data", "eof", "lost");
        });
  }

  //
  @Test
  void bothHalvesOfTls12EndTogether() throws Exception {
    try (var log = LogRecorder.start()) {
      run(
          () -> {
            var client = recorder();
            var accepted = recorder();
            accepted.keepOpenAtEof = true;
            joinTls(client, accepted, "TLSv1.2");
            assertThat(client.transport.canWriteEof()).isFalse();
            assertThatThrownBy(() -> client.transport.writeEof())
                .isInstanceOf(UnsupportedOperationException.class);
            client.transport.close();
            client.untilLost();
            accepted.untilLost();
            assertThat(accepted.calls).containsExactly("made", "eof", "lost");
          });
      assertThat(log.messages())
          .anySatisfy(
              m -> assertThat(m).contains("returning true from eofReceived() has no effect"));
    }
  }

  //
  @Test
  void whatWasWrittenBeforeACloseArrives() throws Exception {
    byte[] all = pattern(5_000_000);
    run(
        () -> {
          var client = recorder();
          var accepted = recorder();
          joinTls(client, accepted, "TLSv1.3");
          client.transport.write(all);
          client.transport.close();
          assertThat(client.transport.isClosing()).isTrue();
          client.transport.write(bytes("dropped"));
          accepted.untilLost();
          client.untilLost();
          assertThat(accepted.received.toByteArray()).isEqualTo(all);
          assertThat(client.lostTo).isNull();
          assertThat(accepted.calls).containsExactly("made", "data", "eof", "lost");
        });
  }

  // The peer sends on while we say goodbye.
  @Test
  void whatComesAfterACloseIsDropped() throws Exception {
    run(
        () -> {
          var client = recorder();
          var accepted = recorder();
          joinTls(client, accepted, "TLSv1.3");
          accepted.transport.write(pattern(1_000_000));
          client.untilReceived(1);
          int before = client.received.size();
          client.transport.close();
          client.untilLost();
          accepted.untilLost();
          assertThat(client.received.size()).isEqualTo(before);
        });
  }

  @Test
  void anAbortEndsBothSidesWithoutAGoodbye() throws Exception {
    run(
        () -> {
          var client = recorder();
          var accepted = recorder();
          joinTls(client, accepted, "TLSv1.3");
          client.transport.abort();
          client.transport.abort();
          client.untilLost();
          accepted.untilLost();
          assertThat(client.calls).containsExactly("made", "lost");
          assertThat(accepted.lostTo).isInstanceOf(IOException.class);
        });
  }

  //
  @Test
  void aServerEndsHandshakesWithItsClients() throws Exception {
    run(
        () -> {
          for (boolean abort : new boolean[] {false, true}) {
            try (var server = serveTls(this::recorder)) {
              int port = port(server);
              try (var silent =
                  blocking(
                      () ->
                          new java.net.Socket(java.net.InetAddress.ofLiteral("127.0.0.1"), port))) {
                passIterations();
                poll();
                if (abort) {
                  server.abortClients();
                } else {
                  server.closeClients();
                }
                end(server);
                assertThat(blocking(() -> silent.getInputStream().read())).isEqualTo(-1);
              }
            }
          }
        });
  }

  @Test
  void aServerSaysGoodbyeToItsClients() throws Exception {
    run(
        () -> {
          var client = recorder();
          var accepted = recorder();
          try (var server = serveTls(() -> accepted)) {
            connect(() -> client, server, CLIENT);
            accepted.until(() -> !accepted.calls.isEmpty());
            server.closeClients();
            end(server);
            client.untilLost();
            assertThat(client.calls).containsExactly("made", "eof", "lost");
          }
        });
  }

  //
  @Test
  void aProtocolThatFailsEndsItsConnectionAndIsReported() throws Exception {
    run(
        () -> {
          var client = recorder();
          var accepted =
              watched(
                  new Recorder(loop) {
                    @Override
                    public void dataReceived(java.nio.ByteBuffer data) {
                      throw new IllegalStateException("a guest");
                    }
                  });
          joinTls(client, accepted, "TLSv1.3");
          client.transport.write(bytes("x"));
          accepted.untilLost();
          client.untilLost();
          assertThat(accepted.lostTo).hasMessage("a guest");
          var report = onlyReport();
          assertThat(report.message())
              .isEqualTo("Fatal error: protocol.dataReceived() call failed.");
          assertThat(report.get("protocol")).isSameAs(accepted);
        });
  }

  @Test
  void everyEngineIsGivenBackOnce() throws Exception {
    var engines = new Counted(TlsKit.server());
    run(
        () -> {
          ServerOptions options = ServerOptions.DEFAULT.ssl(engines);
          try (var server = serve(this::recorder, options)) {
            var client = recorder();
            connect(() -> client, server, CLIENT);
            client.transport.close();
            client.untilLost();
            assertThatThrownBy(
                    () -> connect(this::recorder, server, CLIENT.serverHostname("wrong.test")))
                .isInstanceOf(SSLException.class);
            var aborted = recorder();
            connect(() -> aborted, server, CLIENT);
            aborted.transport.abort();
            aborted.untilLost();
            end(server);
          }
        });
    assertThat(engines.made.get()).isEqualTo(3);
    assertThat(engines.released.get()).isEqualTo(3);
  }

  @Test
  void aLoopThatIsClosedGivesItsEnginesBack() throws Exception {
    var engines = new Counted(TlsKit.client());
    try (var log = LogRecorder.start()) {
      run(
          () -> {
            var accepted = new Recorder(loop);
            try (var server = serveTls(() -> accepted)) {
              connect(() -> new Recorder(loop), server, ConnectionOptions.DEFAULT.ssl(engines));
              accepted.until(() -> !accepted.calls.isEmpty());
            }
          });
      loop.close();
      assertThat(log.messages()).anySatisfy(m -> assertThat(m).contains("unclosed"));
    }
    assertThat(engines.made.get()).isEqualTo(1);
    assertThat(engines.released.get()).isEqualTo(1);
  }

  @Test
  void aTransportOfAClosedLoopCanBeClosed() throws Exception {
    var client = new Recorder(loop);
    try (var _ = LogRecorder.start()) {
      run(
          () -> {
            var accepted = new Recorder(loop);
            joinTls(client, accepted, "TLSv1.3");
          });
      loop.close();
      client.transport.close();
      client.transport.abort();
      client.transport.write(bytes("dropped"));
      assertThat(client.transport.isClosing()).isTrue();
    }
  }

  @Test
  void whatAnEngineHasToComputeRunsInAnotherThread() throws Exception {
    var names = new java.util.concurrent.ConcurrentLinkedQueue<String>();
    var matcher =
        new SNIMatcher(0) {
          @Override
          public boolean matches(SNIServerName name) {
            names.add(Thread.currentThread().getName());
            return true;
          }
        };
    run(
        () -> {
          var accepted = recorder();
          try (var server =
              serve(
                  () -> accepted,
                  SERVER.sslParameters(p -> p.setSNIMatchers(java.util.List.of(matcher))))) {
            var client = recorder();
            connect(() -> client, server, CLIENT.serverHostname("localhost"));
            client.transport.close();
            client.untilLost();
            accepted.untilLost();
          }
        });
    assertThat(names).isNotEmpty().allSatisfy(n -> assertThat(n).startsWith("asyncio4j-tls-"));
  }

  @Test
  void whatAGuestThrowsInsideTheEngineCostsOneConnection() throws Exception {
    var matcher =
        new SNIMatcher(0) {
          @Override
          public boolean matches(SNIServerName name) {
            throw new IllegalStateException("a guest");
          }
        };
    run(
        () -> {
          try (var server =
              serve(
                  this::recorder,
                  SERVER.sslParameters(p -> p.setSNIMatchers(java.util.List.of(matcher))))) {
            assertThatThrownBy(
                    () -> connect(this::recorder, server, CLIENT.serverHostname("localhost")))
                .isInstanceOf(IOException.class);
            var client = recorder();
            connect(() -> client, server, CLIENT);
            client.transport.abort();
            client.untilLost();
            end(server);
          }
        });
  }

  //
  @Test
  void aConnectThatIsCancelledInTheHandshakeLeavesNothingOpen() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var server = serve(() -> accepted)) {
            var client = recorder();
            var connecting = loop.createTask(() -> connect(() -> client, server, CLIENT));
            accepted.untilReceived(1);
            connecting.cancel();
            assertThatThrownBy(connecting::await)
                .isInstanceOf(io.github.asyncio4j.CancelledError.class);
            accepted.untilLost();
            assertThat(client.calls).isEmpty();
          }
        });
  }

  @Test
  void aResetIsTold() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var server = serveTls(() -> accepted)) {
            int port = port(server);
            blockingly(
                () -> {
                  try (var below = new HeldSocket(port, HeldSocket.Mode.AS_GIVEN)) {
                    below.tls().startHandshake();
                    below.setSoLinger(true, 0);
                  }
                });
            accepted.untilLost();
            assertThat(accepted.lostTo).isInstanceOf(ConnectionResetException.class);
          }
        });
  }
}
