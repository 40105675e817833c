// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.SslOptions;
import io.github.asyncio4j.TlsKit;
import io.github.asyncio4j.socket.ConnectionResetException;
import io.github.asyncio4j.stream.ClientConnected;
import io.github.asyncio4j.stream.StreamConnection;
import io.github.asyncio4j.stream.Streams;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// How a connection in the clear, or under TLS already, comes under TLS.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class StartTlsTest extends TlsTest {
  private static final SslOptions SERVER_SIDE = SslOptions.DEFAULT.serverSide(true);
  private static final SslOptions CLIENT_SIDE = SslOptions.DEFAULT.serverHostname("localhost");

  @TempDir private Path directory;

  StartTlsTest(LoopKind kind) {
    super(kind);
  }

  private void upgrade(Recorder client, Recorder accepted) throws Exception {
    var other =
        loop.createTask(
            () -> loop.startTls(accepted.transport, accepted, TlsKit.server(), SERVER_SIDE));
    client.transport = loop.startTls(client.transport, client, TlsKit.client(), CLIENT_SIDE);
    accepted.transport = other.await();
  }

  // EL-91, R-111
  @Test
  void bothRolesUpgradeAConnectionAndAreNotToldAgain() throws Exception {
    run(
        () -> {
          var client = recorder();
          var accepted = recorder();
          join(client, accepted);
          Transport before = client.transport;

          upgrade(client, accepted);

          assertThat(client.transport).isNotSameAs(before);
          assertThat(client.transport.getProtocol()).isSameAs(client);
          client.transport.write(bytes("ping"));
          accepted.untilReceived(4);
          accepted.transport.write(bytes("pong"));
          client.untilReceived(4);
          client.transport.close();
          client.untilLost();
          accepted.untilLost();
          assertThat(client.calls).containsExactly("made", "data", "lost");
          assertThat(accepted.calls).containsExactly("made", "data", "eof", "lost");
        });
  }

  // C22
  @Test
  void tlsGoesThroughTls() throws Exception {
    byte[] all = pattern(3_000_000);
    run(
        () -> {
          var client = recorder();
          var accepted = recorder();
          joinTls(client, accepted, "TLSv1.3");
          SSLEngine outer = client.transport.getExtraInfo("ssl_object", SSLEngine.class);

          upgrade(client, accepted);

          assertThat(client.transport.getExtraInfo("ssl_object")).isNotSameAs(outer);
          client.transport.write(all);
          accepted.transport.write(all);
          client.untilReceived(all.length);
          accepted.untilReceived(all.length);
          assertThat(Arrays.equals(client.received.toByteArray(), all)).isTrue();
          assertThat(Arrays.equals(accepted.received.toByteArray(), all)).isTrue();
          client.transport.close();
          client.untilLost();
          accepted.untilLost();
          assertThat(client.lostTo).isNull();
          assertThat(accepted.lostTo).isNull();
        });
  }

  // D-06: cpython#109051
  @Test
  void aProtocolThatWasPausedBeforeResumes() throws Exception {
    run(
        () -> {
          var client = recorder();
          var accepted = recorder();
          join(client, accepted);
          accepted.transport.pauseReading();
          client.transport.write(new byte[20_000_000]);
          assertThat(client.isPaused()).isTrue();
          var upgrading =
              loop.createTask(
                  () -> loop.startTls(client.transport, client, TlsKit.client(), CLIENT_SIDE));
          passIterations();
          accepted.transport.resumeReading();
          accepted.untilReceived(20_000_000);
          byte[] all = accepted.received.toByteArray();
          // The hello may have come with the last of it.
          var hello = ByteBuffer.wrap(all, 20_000_000, all.length - 20_000_000);
          accepted.transport =
              loop.startTls(
                  accepted.transport, accepted, TlsKit.server(), SERVER_SIDE.received(hello));
          client.transport = upgrading.await();
          client.until(() -> !client.isPaused());
          client.transport.close();
          client.untilLost();
          accepted.untilLost();
        });
  }

  @Test
  void aHandshakeThatFailsClosesTheConnectionAndTheProtocolHearsOfIt() throws Exception {
    run(
        () -> {
          var client = recorder();
          var accepted = recorder();
          join(client, accepted);
          var other =
              loop.createTask(
                  () -> loop.startTls(accepted.transport, accepted, TlsKit.server(), SERVER_SIDE));
          assertThatThrownBy(
                  () ->
                      loop.startTls(
                          client.transport,
                          client,
                          TlsKit.client(),
                          SslOptions.DEFAULT.serverHostname("wrong.test")))
              .isInstanceOf(SSLHandshakeException.class);
          assertThatThrownBy(other::await).isInstanceOf(IOException.class);
          client.untilLost();
          accepted.untilLost();
          assertThat(client.lostTo).isInstanceOf(SSLHandshakeException.class);
        });
  }

  @Test
  void anUpgradeThatIsCancelledClosesTheConnection() throws Exception {
    run(
        () -> {
          var client = recorder();
          var accepted = recorder();
          join(client, accepted);
          var upgrading =
              loop.createTask(
                  () -> loop.startTls(client.transport, client, TlsKit.client(), CLIENT_SIDE));
          accepted.untilReceived(1);
          upgrading.cancel();
          assertThatThrownBy(upgrading::await).isInstanceOf(CancelledError.class);
          client.untilLost();
          accepted.untilLost();
        });
  }

  @Test
  void whatCannotBeUpgradedIsRefusedAndLeftAsItIs() throws Exception {
    run(
        () -> {
          var client = recorder();
          var accepted = recorder();
          join(client, accepted);
          assertThatThrownBy(
                  () ->
                      loop.startTls(client.transport, client, TlsKit.client(), SslOptions.DEFAULT))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("serverHostname is needed");
          assertThatThrownBy(
                  () ->
                      loop.startTls(
                          client.transport,
                          client,
                          TlsKit.client(),
                          SERVER_SIDE.serverHostname("x")))
              .isInstanceOf(IllegalArgumentException.class);
          client.transport.write(bytes("clear"));
          accepted.untilReceived(5);
          client.transport.close();
          assertThatThrownBy(
                  () -> loop.startTls(client.transport, client, TlsKit.client(), CLIENT_SIDE))
              .isInstanceOf(ConnectionResetException.class);
          client.untilLost();
          accepted.untilLost();
        });
  }

  // EL-90, EL-91
  @Test
  void whoCannotWriteIsRefusedAtTheCallAndLeftAsItIs() throws Exception {
    run(
        () -> {
          for (boolean tls : new boolean[] {false, true}) {
            var client = recorder();
            var accepted = recorder();
            accepted.keepOpenAtEof = true;
            if (tls) {
              joinTls(client, accepted, "TLSv1.3");
            } else {
              join(client, accepted);
            }
            Path content = Files.write(directory.resolve("content"), new byte[30_000_000]);
            accepted.transport.pauseReading();
            try (var file = FileChannel.open(content)) {
              var sending = loop.createTask(() -> loop.sendfile(client.transport, file));
              passIterations();
              assertThat(sending.done()).isFalse();
              assertThatThrownBy(
                      () -> loop.startTls(client.transport, client, TlsKit.client(), CLIENT_SIDE))
                  .isInstanceOf(IllegalStateException.class)
                  .hasMessageContaining("sendfile is in progress");
              accepted.transport.resumeReading();
              assertThat(sending.await()).isEqualTo(30_000_000L);
            }
            accepted.transport.write(bytes("still in order"));
            client.untilReceived(14);
            client.transport.writeEof();
            assertThatThrownBy(
                    () -> loop.startTls(client.transport, client, TlsKit.client(), CLIENT_SIDE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Cannot call startTls() after writeEof()");
            accepted.until(() -> accepted.calls.contains("eof"));
            accepted.transport.write(bytes("too"));
            client.untilReceived(17);
            accepted.transport.close();
            client.untilLost();
            accepted.untilLost();
            assertThat(client.text()).isEqualTo("still in ordertoo");
            assertThat(accepted.received.size()).isEqualTo(30_000_000);
            assertThat(client.lostTo).isNull();
          }
        });
  }

  // Streams.

  private Server streams(ClientConnected handler) throws Exception {
    return Streams.startServer(loop, handler, "127.0.0.1", 0);
  }

  private StreamConnection open(Server server) throws Exception {
    return Streams.openConnection(loop, "127.0.0.1", port(server));
  }

  // ST-11
  @Test
  void streamsUpgradeInBothRoles() throws Exception {
    run(
        () -> {
          try (var server =
              streams(
                  (reader, writer) -> {
                    try (writer) {
                      assertThat(reader.readline(java.nio.charset.StandardCharsets.UTF_8))
                          .isEqualTo("STARTTLS");
                      writer.write("go ahead\n");
                      writer.startTls(TlsKit.server(), SslOptions.DEFAULT);
                      for (String line : reader.lines()) {
                        writer.write(line.toUpperCase(java.util.Locale.ROOT) + "\n");
                        writer.drain();
                      }
                    }
                  })) {
            try (var connection = open(server)) {
              connection.writer().write("STARTTLS\n");
              assertThat(connection.reader().readline()).isEqualTo("go ahead\n".getBytes(US_ASCII));
              connection.writer().startTls(TlsKit.client(), CLIENT_SIDE);
              assertThat(connection.writer().getExtraInfo("sslcontext")).isNotNull();
              connection.writer().write("hello\n");
              assertThat(connection.reader().readline()).isEqualTo("HELLO\n".getBytes(US_ASCII));
              connection.writer().close();
              connection.writer().waitClosed();
            }
            end(server);
          }
        });
  }

  // C12, gh-142352: what somebody has put behind the command is not taken for decrypted.
  @Test
  void bytesThatWereInjectedBehindTheCommandAreNeverRead() throws Exception {
    var failure = new AtomicReference<Exception>();
    run(
        () -> {
          try (var server =
              streams(
                  (reader, writer) -> {
                    try (writer) {
                      reader.readline();
                      writer.startTls(TlsKit.server(), SslOptions.DEFAULT);
                    } catch (IOException e) {
                      assertThat(reader.readNowait()).isEmpty();
                      failure.set(e);
                    }
                  })) {
            try (var connection = open(server)) {
              connection.writer().write("STARTTLS\r\nRSET\r\n");
              assertThat(connection.reader().read()).isNotNull();
            } catch (IOException e) {
              assertThat(e).isInstanceOf(ConnectionResetException.class);
            }
            end(server);
          }
        });
    assertThat(failure.get()).isInstanceOf(SSLException.class);
  }

  // C12: and what belongs to TLS is not lost.
  @Test
  void aHelloInTheSegmentOfTheHeaderBeforeItIsAnswered() throws Exception {
    run(
        () -> {
          try (var server =
              streams(
                  (reader, writer) -> {
                    try (writer) {
                      reader.readline();
                      // Until the hello is unread in the reader.
                      while (reader.toString().contains(" 0 bytes")) {
                        Asyncio.sleep(java.time.Duration.ZERO);
                      }
                      writer.startTls(TlsKit.server(), SslOptions.DEFAULT);
                      writer.write(reader.readexactly(4));
                    }
                  })) {
            int port = port(server);
            blockingly(
                () -> {
                  try (var below = new HeldSocket(port, HeldSocket.Mode.HELD)) {
                    below.getOutputStream().write("PROXY TCP4\r\n".getBytes(US_ASCII));
                    var peer = below.tls();
                    var sender = new Thread(() -> releaseSoon(below));
                    sender.start();
                    peer.startHandshake();
                    sender.join();
                    peer.getOutputStream().write("ping".getBytes(US_ASCII));
                    assertThat(peer.getInputStream().readAllBytes())
                        .isEqualTo("ping".getBytes(US_ASCII));
                    peer.close();
                  }
                });
            end(server);
          }
        });
  }

  /// Sends what is held when the hello is in it.
  private static void releaseSoon(HeldSocket below) {
    try {
      below.releaseWhenLongerThan(100);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aProtocolGivesWhatItHasReceivedForTls() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var server = serve(() -> accepted)) {
            int port = port(server);
            var talking =
                loop.createTask(
                    () ->
                        blocking(
                            () -> {
                              try (var below = new HeldSocket(port, HeldSocket.Mode.AS_GIVEN)) {
                                var peer = below.tls();
                                peer.startHandshake();
                                int got = peer.getInputStream().read();
                                peer.close();
                                return got;
                              }
                            }));
            accepted.untilReceived(1);
            byte[] hello = accepted.received.toByteArray();
            var tls =
                loop.startTls(
                    accepted.transport,
                    accepted,
                    TlsKit.server(),
                    SERVER_SIDE.received(ByteBuffer.wrap(hello)));
            tls.write(new byte[] {42});
            assertThat(talking.await()).isEqualTo(42);
            accepted.untilLost();
          }
        });
  }

  // EL-81
  @Test
  void aSocketThatWasAcceptedElsewhereIsServedUnderTls() throws Exception {
    run(
        () -> {
          try (var listener =
              io.github.asyncio4j.socket.Socket.open(
                  tier(),
                  java.net.StandardProtocolFamily.INET,
                  io.github.asyncio4j.socket.SocketType.STREAM)) {
            listener.bind(at("127.0.0.1", 0));
            listener.listen(1);
            int port = ((java.net.InetSocketAddress) listener.getsockname()).getPort();
            var talking =
                loop.createTask(
                    () ->
                        blocking(
                            () -> {
                              try (var peer = peer(port)) {
                                return peer.getInputStream().read();
                              }
                            }));
            var sock = listener.accept();
            while (sock == null) {
              poll();
              sock = listener.accept();
            }
            var accepted = recorder();
            var connection =
                loop.connectAcceptedSocket(
                    () -> accepted, sock, TlsKit.server(), SslOptions.DEFAULT);
            connection.transport().write(new byte[] {42});
            assertThat(talking.await()).isEqualTo(42);
            accepted.untilLost();
          }
        });
  }

  @Test
  void streamsAreOpenedAndServedUnderTls() throws Exception {
    run(
        () -> {
          try (var server =
              Streams.startServer(
                  loop,
                  (reader, writer) -> {
                    try (writer) {
                      writer.write(reader.read());
                      writer.drain();
                    }
                  },
                  "127.0.0.1",
                  0,
                  ServerOptions.DEFAULT.ssl(TlsKit.server()))) {
            try (var connection =
                Streams.openConnection(loop, "127.0.0.1", port(server), clientOptions)) {
              connection.writer().write("to the end");
              connection.writer().writeEof();
              assertThat(connection.reader().read()).isEqualTo("to the end".getBytes(US_ASCII));
            }
            end(server);
          }
        });
  }
}
