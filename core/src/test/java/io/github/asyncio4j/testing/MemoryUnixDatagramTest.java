// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.DatagramOptions;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.socket.UnixNameAddress;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.DatagramProtocol;
import io.github.asyncio4j.transport.DatagramTransport;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Unix datagram sockets in memory, which treat their programs as Linux does: unix(7).
@ParameterizedClass
@EnumSource(Engine.class)
final class MemoryUnixDatagramTest {
  private static final SocketAddress SERVER = UnixDomainSocketAddress.of("/nowhere/server");
  private static final SocketAddress CLIENT = UnixDomainSocketAddress.of("/nowhere/client");
  private static final DatagramOptions UNIX =
      DatagramOptions.DEFAULT.family(StandardProtocolFamily.UNIX);
  // What one receiver has room for: net.unix.max_dgram_qlen and one.
  private static final int ROOM = 11;

  private final TestLoop loop;

  MemoryUnixDatagramTest(Engine engine) {
    // Neither loss nor duplication is for them.
    loop = engine.newLoop(3, LinkConditions.VARIED.loss(0.5).duplication(0.5));
  }

  @AfterEach
  void nothingIsLeft() {
    loop.advance(Duration.ofMinutes(1));
    loop.ensureNothingLeft();
    loop.close();
  }

  private void run(VoidCoroutine body) throws Exception {
    loop.runUntilComplete(body);
  }

  private static final class Noting implements DatagramProtocol {
    private final List<String> log = new ArrayList<>();
    private @Nullable SocketAddress sender;
    private @Nullable IOException error;
    private DatagramTransport transport;

    @Override
    public void connectionMade(BaseTransport transport) {
      this.transport = (DatagramTransport) transport;
    }

    @Override
    public void datagramReceived(ByteBuffer data, @Nullable SocketAddress addr) {
      sender = addr;
      log.add(UTF_8.decode(data).toString());
    }

    @Override
    public void errorReceived(IOException exc) {
      error = exc;
      log.add("error");
    }

    @Override
    public void pauseWriting() {
      log.add("pause");
    }

    @Override
    public void resumeWriting() {
      log.add("resume");
    }

    @Override
    public void connectionLost(@Nullable Exception exc) {
      log.add("lost");
    }
  }

  private Noting endpoint(@Nullable SocketAddress local, @Nullable SocketAddress remote)
      throws IOException {
    var noting = new Noting();
    loop.createDatagramEndpoint(() -> noting, local, remote, UNIX);
    return noting;
  }

  private Server streamsAt(SocketAddress address) throws IOException {
    return loop.createUnixServer(LoggingProtocol::new, address, ServerOptions.DEFAULT);
  }

  private static void pass() {
    Asyncio.sleep(Duration.ofMillis(50));
  }

  private static void close(Noting... endpoints) {
    for (var endpoint : endpoints) {
      endpoint.transport.close();
    }
    pass();
  }

  private static ByteBuffer bytes(String text) {
    return UTF_8.encode(text);
  }

  // EL-61
  @Test
  void twoEndpointsExchangeDatagramsAndKnowEachOther() throws Exception {
    run(
        () -> {
          var server = endpoint(SERVER, null);
          var client = endpoint(CLIENT, SERVER);
          var unnamed = endpoint(null, SERVER);

          client.transport.sendto(bytes("ping"));
          pass();
          assertThat(server.sender).isEqualTo(CLIENT);
          server.transport.sendto(bytes("pong"), server.sender);
          unnamed.transport.sendto(bytes(""));
          pass();

          assertThat(server.log).containsExactly("ping", "");
          assertThat(server.sender).isNull();
          assertThat(client.log).containsExactly("pong");
          assertThat(client.sender).isEqualTo(SERVER);
          assertThat(client.transport.getExtraInfo("peername")).isEqualTo(SERVER);
          assertThat(server.transport.getExtraInfo("sockname")).isEqualTo(SERVER);
          assertThat(loop.leftOpen())
              .containsExactly(
                  "datagram socket at /nowhere/server",
                  "datagram socket at /nowhere/client to /nowhere/server",
                  "datagram socket at (no name) to /nowhere/server");
          close(server, client, unnamed);
        });
  }

  // EL-61
  @Test
  void abstractNamesOfDatagramsHaveNothingToDoWithThoseOfStreams() throws Exception {
    run(
        () -> {
          var name = UnixNameAddress.of("a name");
          try (var streams = streamsAt(name)) {
            var server = endpoint(name, null);
            var client = endpoint(null, name);
            client.transport.sendto(bytes("hello"));
            pass();

            assertThat(server.log).containsExactly("hello");
            assertThat(streams.isServing()).isTrue();
            assertThatThrownBy(() -> endpoint(name, null)).isInstanceOf(BindException.class);
            close(server, client);
          }
          close(endpoint(name, null));
        });
  }

  // EL-61, R-116
  @Test
  void theFileStaysAndIsReplacedByTheNextEndpoint() throws Exception {
    run(
        () -> {
          var first = endpoint(SERVER, null);
          var second = endpoint(SERVER, null);
          var client = endpoint(null, SERVER);
          client.transport.sendto(bytes("hello"));
          pass();
          assertThat(first.log).isEmpty();
          assertThat(second.log).containsExactly("hello");
          close(first, second, client);

          assertThat(loop.network().file((UnixDomainSocketAddress) SERVER)).isNotNull();
          close(endpoint(SERVER, null));
        });
  }

  // EL-61, R-113
  @Test
  void whoIsNotThereIsToldAndTheEndpointLivesOn() throws Exception {
    run(
        () -> {
          close(endpoint(SERVER, null));
          var client = endpoint(null, null);
          client.transport.sendto(bytes("x"), SERVER);
          pass();
          assertThat(client.error)
              .isInstanceOf(ConnectException.class)
              .hasMessageContaining("ECONNREFUSED");
          client.transport.sendto(bytes("x"), CLIENT);
          pass();
          assertThat(client.error)
              .isInstanceOf(NoSuchFileException.class)
              .hasMessageContaining(CLIENT.toString());
          client.transport.sendto(bytes("x"), UnixNameAddress.of("nobody"));
          pass();
          assertThat(client.log).containsExactly("error", "error", "error");
          assertThatThrownBy(() -> endpoint(null, SERVER)).isInstanceOf(ConnectException.class);
          assertThatThrownBy(() -> endpoint(null, CLIENT)).isInstanceOf(NoSuchFileException.class);
          close(client);
        });
  }

  // EL-61, R-113
  @Test
  void aPeerThatIsGoneIsToldOnce() throws Exception {
    run(
        () -> {
          var server = endpoint(SERVER, null);
          var client = endpoint(null, SERVER);
          close(server);
          client.transport.sendto(bytes("x"));
          pass();
          assertThat(client.error).isInstanceOf(ConnectException.class);
          client.transport.sendto(bytes("x"));
          pass();
          assertThat(client.error)
              .isInstanceOf(SocketException.class)
              .hasMessageContaining("ENOTCONN");
          close(client);
        });
  }

  // EL-61
  @Test
  void oneThatIsConnectedHearsItsPeerOnly() throws Exception {
    run(
        () -> {
          var server = endpoint(SERVER, null);
          var client = endpoint(CLIENT, SERVER);
          var stranger = endpoint(null, null);
          stranger.transport.sendto(bytes("x"), CLIENT);
          pass();

          assertThat(stranger.error).isInstanceOf(AccessDeniedException.class);
          assertThat(client.log).isEmpty();
          close(server, client, stranger);
        });
  }

  // EL-61, EL-64
  @Test
  void aSocketOfTheOtherTypeIsNotConnectedTo() throws Exception {
    run(
        () -> {
          var server = endpoint(SERVER, null);
          assertThatThrownBy(
                  () ->
                      loop.createUnixConnection(
                          LoggingProtocol::new, SERVER, ConnectionOptions.DEFAULT))
              .isInstanceOf(IOException.class)
              .hasMessageContaining("EPROTOTYPE");
          close(server);
          try (var streams = streamsAt(CLIENT)) {
            assertThatThrownBy(() -> endpoint(null, CLIENT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("EPROTOTYPE");
            assertThat(streams.isServing()).isTrue();
          }
        });
  }

  //
  @Test
  void nothingIsLostWhileTheReceiverIsFullAndTheOrderIsKept() throws Exception {
    run(
        () -> {
          for (boolean connected : new boolean[] {true, false}) {
            try (var receiver = open()) {
              receiver.bind(SERVER);
              var client = connected ? endpoint(null, SERVER) : endpoint(null, null);
              client.transport.setWriteBufferLimits(60);
              for (int i = 0; i < 100; i++) {
                client.transport.sendto(bytes("" + i), connected ? null : SERVER);
              }
              pass();
              assertThat(client.log).containsExactly("pause");
              assertThat(client.transport.getWriteBufferSize()).isPositive();

              client.transport.close(); // What is buffered goes out nevertheless.
              for (int i = 0; i < 100; i++) {
                var datagram = loop.sockRecvfrom(receiver, 100);
                assertThat(UTF_8.decode(datagram.data()).toString()).isEqualTo("" + i);
              }
              pass();
              assertThat(client.log).last().isEqualTo("lost");
            }
            loop.network().removeFile((UnixDomainSocketAddress) SERVER);
          }
        });
  }

  private Socket open() {
    return loop.network().open(StandardProtocolFamily.UNIX, SocketType.DATAGRAM);
  }

  // EL-105
  @Test
  void aSocketByItselfTakesAsManyAsThereIsRoomForAndSaysWhatItCannot() throws Exception {
    try (var receiver = open();
        var sender = open()) {
      receiver.bind(SERVER);
      sender.connect(SERVER);
      for (int i = 0; i < ROOM; i++) {
        assertThat(sender.sendto(bytes("x"), null)).isTrue();
      }
      assertThat(sender.sendto(bytes("x"), null)).isFalse();
      assertThat(sender.send(new ByteBuffer[] {bytes("x"), bytes("y")}, 0, 2)).isZero();
      loop.advance(Duration.ofSeconds(1));
      var into = ByteBuffer.allocate(4);
      assertThat(receiver.recv(into)).isEqualTo(1);
      assertThat(sender.send(new ByteBuffer[] {bytes("x"), bytes("y")}, 0, 2)).isEqualTo(2);
      assertThatThrownBy(() -> sender.sendto(ByteBuffer.allocate(300_000), null))
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("EMSGSIZE");
      assertThat(receiver.getDroppedDatagrams()).isZero();
      assertThatThrownBy(() -> receiver.joinGroup(InetAddress.ofLiteral("224.0.0.1"), null, null))
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("EOPNOTSUPP");
    }
  }
}
