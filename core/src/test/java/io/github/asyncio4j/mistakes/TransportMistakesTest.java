// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.mistakes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.BufferedProtocol;
import io.github.asyncio4j.transport.DatagramProtocol;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.WriteBufferLimits;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Mistakes with connections and servers, and the protocols of programs.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class TransportMistakesTest extends MistakeCase {
  TransportMistakesTest(LoopKind kind) {
    super(kind);
  }

  /// Does nothing.
  private static class Silent implements Protocol {}

  private Server serve(Supplier<? extends BaseProtocol> factory) throws Exception {
    return loop.createServer(factory, HOST, 0);
  }

  // Addresses.

  @Mistake(2)
  void aPortIsInUse() throws Exception {
    run(
        () -> {
          try (Server server = serve(Silent::new)) {
            int port = server.port();
            assertThrows(
                BindException.class,
                "error while attempting to bind on address /127.0.0.1:"
                    + port
                    + ": "
                    + "EADDRINUSE (Address already in use)",
                () -> loop.createServer(Silent::new, HOST, port));
          }
        });
  }

  @Mistake(2)
  void nobodyListens() throws Exception {
    run(
        () -> {
          int port;
          try (Server server = serve(Silent::new)) {
            port = server.port();
          }
          Throwable thrown = catchThrowable(() -> loop.createConnection(Silent::new, HOST, port));
          assertThat(thrown)
              .isInstanceOf(ConnectException.class)
              .hasMessageContaining("onnection refused")
              .hasMessageContaining("127.0.0.1:" + port);
        });
  }

  @Mistake(2)
  void aHostIsNotKnown() throws Exception {
    run(
        () -> {
          Throwable thrown =
              catchThrowable(() -> loop.createConnection(Silent::new, "no-such-host.invalid", 80));
          assertThat(thrown)
              .isInstanceOf(UnknownHostException.class)
              .hasMessageStartingWith("no-such-host.invalid");
        });
  }

  @Mistake(1)
  void aHostIsNull() throws Exception {
    run(
        () ->
            assertThrows(
                NullPointerException.class, "host", () -> Asyncio.openConnection(null, 80)));
  }

  @Mistake(2)
  void aHostIsEmpty() throws Exception {
    run(
        () ->
            assertThrows(
                UnknownHostException.class, "host is empty", () -> Asyncio.openConnection("", 80)));
  }

  @Mistake(2)
  void aPortIsNone() throws Exception {
    run(
        () ->
            assertRefusesArgument(
                "port out of range: 65536", () -> Asyncio.openConnection(HOST, 65536)));
  }

  @Mistake(2)
  void anAddressIsNotOfThisMachine() throws Exception {
    run(
        () ->
            assertThrows(
                IOException.class,
                "could not bind on any address out of [/192.0.2.1:0]: "
                    + "EADDRNOTAVAIL (Cannot assign requested address)"
                    + "; give an address of this machine, or none to have all",
                () -> loop.createServer(Silent::new, "192.0.2.1", 0)));
  }

  @Mistake(2)
  void aBacklogIsNotPositive() {
    assertRefusesArgument("backlog < 1: 0", () -> ServerOptions.DEFAULT.backlog(0));
  }

  @Mistake(2)
  void aSocketIsGivenTogetherWithAHost() throws Exception {
    run(
        () -> {
          try (Socket socket =
              Socket.open(kind.tier(), StandardProtocolFamily.INET, SocketType.STREAM)) {
            assertRefusesArgument(
                "host/port and sock can not be specified at the same time: " + socket,
                () ->
                    loop.createConnection(
                        Silent::new, HOST, 80, ConnectionOptions.DEFAULT.sock(socket)));
          }
        });
  }

  @Mistake(2)
  void aConnectionIsToBeMadeOfADatagramSocket() throws Exception {
    run(
        () -> {
          Socket socket =
              Socket.open(kind.tier(), StandardProtocolFamily.INET, SocketType.DATAGRAM);
          String text = socket.toString();
          try (socket) {
            assertRefusesArgument(
                "A Stream Socket was expected, got " + text,
                () -> loop.createConnection(Silent::new, ConnectionOptions.DEFAULT.sock(socket)));
          }
        });
  }

  // Servers.

  @Mistake(2)
  void aServerIsToServeForEverTwice() throws Exception {
    run(
        () -> {
          try (Server server = serve(Silent::new)) {
            Task<?> first = loop.createTask((VoidCoroutine) server::serveForever);
            Asyncio.sleep(Duration.ZERO);
            assertRefuses(
                "server is already being awaited on serveForever(): " + server,
                server::serveForever);
            first.cancel();
            assertThat(catchThrowable(first::await)).isInstanceOf(CancelledError.class);
          }
        });
  }

  @Mistake(2)
  void aServerIsToServeThatIsClosed() throws Exception {
    run(
        () -> {
          Server server = serve(Silent::new);
          server.close();
          assertRefuses("server is closed: " + server, server::startServing);
        });
  }

  // Protocols.

  /// Fails where it is told to.
  private static final class Failing implements Protocol {
    private final String where;
    private final Future<@Nullable Void> lost;

    Failing(String where, Future<@Nullable Void> lost) {
      this.where = where;
      this.lost = lost;
    }

    private void failIn(String here) {
      if (here.equals(where)) {
        throw new IllegalArgumentException("in " + here);
      }
    }

    @Override
    public void connectionMade(BaseTransport transport) {
      failIn("connectionMade");
    }

    @Override
    public void dataReceived(ByteBuffer data) {
      failIn("dataReceived");
    }

    @Override
    public void connectionLost(@Nullable Exception exc) {
      lost.setResult(null);
      failIn("connectionLost");
    }
  }

  private void failIn(String where) throws Exception {
    run(
        () -> {
          Future<@Nullable Void> lost = loop.createFuture();
          try (Server server = serve(() -> new Failing(where, lost))) {
            var client = loop.createConnection(Silent::new, HOST, server.port());
            client.transport().write(ByteBuffer.wrap(new byte[1]));
            client.transport().close();
            lost.await();
            Asyncio.sleep(Duration.ZERO);
          }
        });
  }

  @Mistake(2)
  void aProtocolFailsWhenDataComes() throws Exception {
    failIn("dataReceived");

    var report = report();
    assertThat(report.message()).isEqualTo("Fatal error: protocol.dataReceived() call failed.");
    assertThat(report.exception()).hasMessage("in dataReceived");
    assertThat(report.get("protocol")).isInstanceOf(Failing.class);
    assertThat(report.get("transport").toString()).contains("peername=/127.0.0.1:");
  }

  @Mistake(2)
  void aProtocolIsNotOneForStreams() throws Exception {
    run(
        () -> {
          try (Server server = serve(Silent::new)) {
            int port = server.port();
            assertRefusesArgument(
                "a stream needs a Protocol or a BufferedProtocol: " + Datagrams.class.getName(),
                () -> loop.createConnection(Datagrams::new, HOST, port));
          }
        });
  }

  private static final class Datagrams implements DatagramProtocol {}

  /// Has no room for what comes.
  private static final class Full implements BufferedProtocol {
    private final Future<@Nullable Void> lost;

    Full(Future<@Nullable Void> lost) {
      this.lost = lost;
    }

    @Override
    public ByteBuffer getBuffer(int sizehint) {
      return ByteBuffer.allocate(0);
    }

    @Override
    public void bufferUpdated(int nbytes) {}

    @Override
    public void connectionLost(@Nullable Exception exc) {
      lost.setResult(null);
    }
  }

  @Mistake(2)
  void aProtocolGivesABufferWithoutRoom() throws Exception {
    run(
        () -> {
          Future<@Nullable Void> lost = loop.createFuture();
          try (Server server = serve(() -> new Full(lost))) {
            var client = loop.createConnection(Silent::new, HOST, server.port());
            client.transport().write(ByteBuffer.wrap(new byte[1]));
            lost.await();
            client.transport().close();
          }
        });

    var report = report();
    assertThat(report.message()).isEqualTo("Fatal error: protocol.getBuffer() call failed.");
    assertThat(report.exception()).hasMessage("getBuffer() returned an empty buffer");
  }

  @Mistake(2)
  void theMarksOfABufferAreTheWrongWayRound() {
    assertRefusesArgument(
        "high >= low >= 0 does not hold: high 1, low 2", () -> new WriteBufferLimits(2, 1));
  }
}
