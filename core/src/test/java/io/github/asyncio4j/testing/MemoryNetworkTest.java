// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.AddressInfo;
import io.github.asyncio4j.AddressInfoOptions;
import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.ExceptionGroup;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.socket.ConnectionResetException;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.socket.TransportSocket;
import io.github.asyncio4j.transport.Protocol;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Engine.class)
final class MemoryNetworkTest {
  private static final Duration RTT = Duration.ofMillis(20);

  private final TestLoop loop;
  private final ExceptionRecorder failures;

  MemoryNetworkTest(Engine engine) {
    loop = engine.newLoop(0, LinkConditions.PLAIN.latency(RTT.dividedBy(2), RTT.dividedBy(2)));
    failures = ExceptionRecorder.on(loop);
  }

  @AfterEach
  void nothingWasReported() {
    loop.advance(Duration.ofMinutes(1));
    assertThat(loop.pendingTasks()).isEmpty();
    loop.close();
    assertThat(failures.unexpected()).isEmpty();
  }

  private void run(VoidCoroutine body) throws Exception {
    loop.runUntilComplete(body);
  }

  private static Server echo(String host, int port) throws Exception {
    return Asyncio.startServer(
        (reader, writer) -> {
          try (writer) {
            for (byte[] line : reader) {
              writer.write(line);
            }
          }
        },
        host,
        port);
  }

  private static String ask(String host, int port) throws Exception {
    try (var connection = Asyncio.openConnection(host, port)) {
      connection.writer().write("hello\n", UTF_8);
      return Objects.requireNonNull(connection.reader().readline(UTF_8));
    }
  }

  @Test
  void aServerIsReachedUnderItsName() throws Exception {
    run(
        () -> {
          try (var _ = echo("example.test", 7)) {
            assertThat(ask("example.test", 7)).isEqualTo("hello");
          }
        });
  }

  @Test
  void aRoundTripTakesTwiceTheLatency() throws Exception {
    run(
        () -> {
          try (var _ = echo("example.test", 7)) {
            ask("example.test", 7);
          }
        });

    // One to connect, one for the question.
    assertThat(Duration.ofNanos(loop.time())).isEqualTo(RTT.multipliedBy(2));
  }

  @Test
  void aServerOnAllInterfacesIsReachedUnderAnyAddress() throws Exception {
    run(
        () -> {
          try (var server = echo("", 0)) {
            assertThat(ask("localhost", portOf(server))).isEqualTo("hello");
            assertThat(ask("192.0.2.1", portOf(server))).isEqualTo("hello");
            assertThat(ask("::1", portOf(server))).isEqualTo("hello");
          }
        });
  }

  private static int portOf(Server server) {
    return ((InetSocketAddress) server.sockets().getFirst().getsockname()).getPort();
  }

  @Test
  void theEndsKnowTheirAddresses() throws Exception {
    run(
        () -> {
          var seen = new ArrayList<Object>();
          try (var _ =
                  Asyncio.startServer(
                      (reader, writer) -> {
                        seen.add(writer.getExtraInfo("peername"));
                        writer.close();
                      },
                      "10.1.2.3",
                      80);
              var client = Asyncio.openConnection("10.1.2.3", 80)) {
            assertThat(client.writer().getExtraInfo("peername"))
                .isEqualTo(new InetSocketAddress("10.1.2.3", 80));
            client.reader().read();
            var sockname = client.writer().getExtraInfo("sockname");
            assertThat(seen).containsExactly(sockname);
            var socket = client.writer().getExtraInfo("socket", TransportSocket.class);
            assertThat(socket.getsockname()).isEqualTo(sockname);
            assertThat(socket.fileno()).isEqualTo(-1);
            assertThat(socket.family()).isEqualTo(StandardProtocolFamily.INET);
          }
        });
  }

  @Test
  void whereNobodyListensTheConnectionIsRefused() throws Exception {
    run(
        () -> {
          try (var _ = echo("example.test", 7)) {
            assertThatThrownBy(() -> ask("example.test", 8))
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("ECONNREFUSED")
                .hasMessageContaining(":8: ");
          }
          assertThatThrownBy(() -> ask("example.test", 7)).isInstanceOf(ConnectException.class);
          assertThatThrownBy(
                  () ->
                      Asyncio.openConnection(
                          "example.test", 7, ConnectionOptions.DEFAULT.allErrors(true)))
              .isInstanceOf(ExceptionGroup.class);
        });
  }

  @Test
  void aNameWithoutServerIsUnknown() throws Exception {
    run(
        () ->
            assertThatThrownBy(() -> ask("nobody.test", 7))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("nobody.test"));
  }

  @Test
  void anAddressIsBoundOnce() throws Exception {
    run(
        () -> {
          try (var _ = echo("example.test", 7)) {
            assertThatThrownBy(() -> echo("example.test", 7))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("EADDRINUSE");
          }
          echo("example.test", 7).close();
        });
  }

  @Test
  void aServerThatDoesNotServeYetRefuses() throws Exception {
    run(
        () -> {
          try (var server =
              Asyncio.startServer(
                  (reader, writer) -> writer.close(),
                  "example.test",
                  7,
                  ServerOptions.DEFAULT.startServing(false))) {
            assertThatThrownBy(() -> ask("example.test", 7)).isInstanceOf(ConnectException.class);
            server.startServing();
            assertThat(server.isServing()).isTrue();
            Asyncio.openConnection("example.test", 7).close();
          }
        });
  }

  @Test
  void waitClosedWaitsForTheLastConnection() throws Exception {
    run(
        () -> {
          var server = echo("example.test", 7);
          var client = Asyncio.openConnection("example.test", 7);
          Asyncio.sleep(RTT);
          server.close();
          assertThat(server.sockets()).isEmpty();
          assertThatThrownBy(() -> Asyncio.waitFor(server::waitClosed, Duration.ofHours(1)))
              .isInstanceOf(TimeoutException.class);
          server.closeClients();
          server.waitClosed();
          client.close();
        });
  }

  @Test
  void abortClientsEndsTheConnections() throws Exception {
    run(
        () -> {
          try (var server = echo("example.test", 7);
              var client = Asyncio.openConnection("example.test", 7)) {
            Asyncio.sleep(RTT);
            server.abortClients();
            assertThat(client.reader().read()).isEmpty();
          }
        });
  }

  @Test
  void serveForeverEndsWithItsTaskAndClosesTheServer() throws Exception {
    run(
        () -> {
          var server = echo("example.test", 7);
          Task<?> forever = loop.createTask(server::serveForever);
          assertThat(ask("example.test", 7)).isEqualTo("hello");
          forever.cancel();
          assertThatThrownBy(forever::await).isInstanceOf(CancelledError.class);
          assertThat(server.isServing()).isFalse();
        });
  }

  @Test
  void aCancelledConnectLeavesNothingOpen() throws Exception {
    for (int millis = 1; millis < 30; millis++) {
      Duration when = Duration.ofMillis(millis);
      run(
          () -> {
            var server = echo("example.test", 7);
            Task<?> connect =
                loop.createTask(() -> Asyncio.openConnection("example.test", 7).close());
            Asyncio.sleep(when);
            connect.cancel();
            try {
              connect.await();
            } catch (CancelledError e) {
              assertThat(connect.cancelled()).isTrue();
            }
            server.close();
            server.waitClosed();
          });
    }
  }

  @Test
  void aProtocolFactoryThatFailsEndsTheConnectionAndIsReported() throws Exception {
    run(
        () -> {
          try (var _ =
              loop.createServer(
                  () -> {
                    throw new IllegalStateException("no protocol today");
                  },
                  "example.test",
                  7)) {
            try (var client = Asyncio.openConnection("example.test", 7)) {
              assertThat(client.reader().read()).isEmpty();
            }
          }
        });

    assertThat(failures.take())
        .singleElement()
        .satisfies(c -> assertThat(c.exception()).hasMessage("no protocol today"));
  }

  @Test
  void getaddrinfoKnowsWhatConnectKnows() throws Exception {
    run(
        () -> {
          try (var _ = echo("example.test", 7)) {
            var stream = AddressInfoOptions.DEFAULT.type(SocketType.STREAM);
            List<AddressInfo> infos = loop.getaddrinfo("example.test", 7, stream);
            assertThat(infos).hasSize(1);
            assertThat(loop.getaddrinfo("::1", 1).getFirst().family())
                .isEqualTo(StandardProtocolFamily.INET6);
            assertThatThrownBy(
                    () ->
                        loop.getaddrinfo(
                            "127.0.0.1", 1, stream.family(StandardProtocolFamily.INET6)))
                .isInstanceOf(UnknownHostException.class);
          }
        });
  }

  // B5
  @Test
  void aHalfClosedConnectionThatIsResetIsLostAtOnce() throws Exception {
    run(
        () -> {
          var lost = loop.<Long>createFuture();
          var protocol =
              new Protocol() {
                @Override
                public boolean eofReceived() {
                  return true;
                }

                @Override
                public void connectionLost(@Nullable Exception exc) {
                  assertThat(exc).isInstanceOf(ConnectionResetException.class);
                  lost.setResult(loop.time());
                }
              };
          try (var _ = loop.createServer(() -> protocol, "example.test", 7)) {
            var client = Asyncio.openConnection("example.test", 7);
            client.writer().writeEof();
            Asyncio.sleep(RTT);
            assertThat(lost.done()).isFalse();
            long start = loop.time();
            client
                .writer()
                .transport()
                .getExtraInfo("socket", TransportSocket.class)
                .setOption(StandardSocketOptions.SO_LINGER, 0);
            client.writer().transport().abort();
            assertThat(lost.await() - start).isEqualTo(RTT.dividedBy(2).toNanos());
          }
        });
  }

  @Test
  void portsOutOfRangeAreRefused() throws Exception {
    run(
        () -> {
          assertThatThrownBy(() -> ask("localhost", 0)).hasMessageContaining(": 0");
          assertThatThrownBy(() -> echo("localhost", 65536)).hasMessageContaining(": 65536");
        });
  }
}
