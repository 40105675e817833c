// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.socket.PeerCredentials;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketOptions;
import io.github.asyncio4j.socket.SocketTier;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.socket.TransportSocket;
import io.github.asyncio4j.socket.UnixNameAddress;
import io.github.asyncio4j.transport.Transport;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What createUnixConnection and createUnixServer promise about connections and names.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class UnixContractTest extends NetTest {
  private static final SocketAddress UNNAMED = UnixDomainSocketAddress.of("");

  @TempDir private Path directory;

  UnixContractTest(LoopKind kind) {
    super(kind);
  }

  private Path path() {
    return directory.resolve("s");
  }

  private SocketAddress address() {
    return UnixDomainSocketAddress.of(path());
  }

  private Socket open() throws Exception {
    return Socket.open(tier(), StandardProtocolFamily.UNIX, SocketType.STREAM);
  }

  private void exchange(Server server, SocketAddress address, Recorder accepted) throws Exception {
    var client = recorder();
    var transport =
        loop.createUnixConnection(() -> client, address, ConnectionOptions.DEFAULT).transport();
    transport.write(bytes("ping"));
    accepted.untilReceived(4);
    accepted.transport.write(bytes("pong"));
    client.untilReceived(4);
    assertThat(accepted.text() + client.text()).isEqualTo("pingpong");
    transport.close();
    accepted.untilLost();
    client.untilLost();
    server.close();
    server.waitClosed();
  }

  // EL-64, EL-80
  @Test
  void aClientAndAServerTalkOverAPath() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          exchange(loop.createUnixServer(() -> accepted, path()), address(), accepted);
        });
  }

  // EL-64, EL-80
  @Test
  void aPathMayBeAString() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var server = loop.createUnixServer(() -> accepted, path().toString())) {
            assertThat(server.sockets().getFirst().getsockname()).isEqualTo(address());
            loop.createUnixConnection(this::recorder, path().toString()).transport().close();
            accepted.untilLost();
          }
        });
  }

  // EL-153
  @Test
  void aUnixServerHasNoPort() throws Exception {
    run(
        () -> {
          try (var server = loop.createUnixServer(this::recorder, path())) {
            assertThatThrownBy(server::port)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a unix socket has no port: [" + path() + "]");
          }
        });
  }

  // EL-64, R-83
  @Test
  void aTransportKnowsBothNamesAndAnUnnamedOneIsTheEmptyPath() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var server = loop.createUnixServer(() -> accepted, path())) {
            assertThat(server.sockets().getFirst().getsockname()).isEqualTo(address());
            var client = loop.createUnixConnection(this::recorder, path()).transport();
            accepted.until(() -> !accepted.calls.isEmpty());

            assertThat(client.getExtraInfo("peername")).isEqualTo(address());
            assertThat(client.getExtraInfo("sockname")).isEqualTo(UNNAMED);
            assertThat(accepted.transport.getExtraInfo("peername")).isEqualTo(UNNAMED);
            assertThat(accepted.transport.getExtraInfo("sockname")).isEqualTo(address());
            assertThat(client.getExtraInfo("socket", TransportSocket.class).family())
                .isEqualTo(StandardProtocolFamily.UNIX);
            client.close();
            accepted.untilLost();
          }
        });
  }

  @Test
  void eachEndKnowsWhoIsAtTheOther() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var server = loop.createUnixServer(() -> accepted, path())) {
            var client = loop.createUnixConnection(this::recorder, path()).transport();
            accepted.until(() -> !accepted.calls.isEmpty());

            for (var transport : List.of(client, accepted.transport)) {
              ensureOwn(transport);
            }
            client.close();
            accepted.untilLost();
            assertThat(accepted.transport.getExtraInfo("peercred")).isNull();
            assertThat(server.isServing()).isTrue();
          }
          var tcp = recorder();
          var other = recorder();
          join(tcp, other);
          assertThat(tcp.transport.getExtraInfo("peercred")).isNull();
          tcp.transport.close();
          other.untilLost();
        });
  }

  private void ensureOwn(Transport transport) throws Exception {
    var known = transport.getExtraInfo("peercred");
    var owner = Files.getOwner(directory).getName();
    if (tier() == SocketTier.NATIVE) {
      int uid = (int) Files.getAttribute(directory, "unix:uid");
      int gid = (int) Files.getAttribute(directory, "unix:gid");
      int pid = (int) ProcessHandle.current().pid();
      assertThat(known).isEqualTo(new PeerCredentials(pid, uid, gid));
      assertThat(
              transport
                  .getExtraInfo("socket", TransportSocket.class)
                  .getOption(SocketOptions.SO_PEERCRED))
          .isEqualTo(known);
    } else {
      // Its class is of a module that we do not require.
      assertThat(known).asString().startsWith("UnixDomainPrincipal[user=" + owner + ", ");
      assertThatThrownBy(
              () ->
                  transport
                      .getExtraInfo("socket", TransportSocket.class)
                      .getOption(SocketOptions.SO_PEERCRED))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("SO_PEERCRED");
    }
  }

  // EL-64, EL-80
  @Test
  void aSocketOfTheCallersCanBeServedAndConnected() throws Exception {
    run(
        () -> {
          var listening = open();
          listening.bind(address());
          var accepted = recorder();
          try (var server =
              loop.createUnixServer(() -> accepted, ServerOptions.DEFAULT.sock(listening))) {
            var connected = open();
            assertThat(connected.connect(address())).isTrue();
            var client = recorder();
            var transport =
                loop.createUnixConnection(() -> client, ConnectionOptions.DEFAULT.sock(connected))
                    .transport();
            transport.write(bytes("x"));
            accepted.untilReceived(1);
            transport.close();
            accepted.untilLost();
            assertThat(server.isServing()).isTrue();
          }
          assertThat(listening.isOpen()).isFalse();
          assertThat(path()).doesNotExist();
        });
  }

  // EL-64, EL-80
  @Test
  void whatIsNoUnixStreamSocketIsRefusedAndStaysTheCallers() throws Exception {
    run(
        () -> {
          try (var tcp = Socket.open(tier(), StandardProtocolFamily.INET, SocketType.STREAM);
              var unix = open()) {
            refused(
                () -> loop.createUnixServer(this::recorder, ServerOptions.DEFAULT.sock(tcp)),
                "A UNIX Domain Stream Socket was expected, got " + tcp);
            refused(
                () ->
                    loop.createUnixConnection(this::recorder, ConnectionOptions.DEFAULT.sock(tcp)),
                "A UNIX Domain Stream Socket was expected, got " + tcp);
            refused(
                () ->
                    loop.createUnixServer(
                        this::recorder, address(), ServerOptions.DEFAULT.sock(unix)),
                "path and sock can not be specified at the same time: " + path());
            refused(
                () ->
                    loop.createUnixConnection(
                        this::recorder, address(), ConnectionOptions.DEFAULT.sock(unix)),
                "path and sock can not be specified at the same time: " + path());
            assertThat(tcp.isOpen() && unix.isOpen()).isTrue();
          }
          refused(
              () -> loop.createUnixServer(this::recorder, ServerOptions.DEFAULT),
              "path was not specified, and no sock specified");
          refused(
              () -> loop.createUnixConnection(this::recorder, ConnectionOptions.DEFAULT),
              "no path and sock were specified");
        });
  }

  private static void refused(Action call, String message) {
    assertThatThrownBy(call::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void anAddressThatIsNotOneOfUnixSocketsIsRefused() throws Exception {
    run(
        () -> {
          var inet = at("127.0.0.1", 7);
          refused(
              () -> loop.createUnixServer(this::recorder, inet, ServerOptions.DEFAULT),
              "not the address of a unix socket: " + inet);
          refused(
              () -> loop.createUnixConnection(this::recorder, inet, ConnectionOptions.DEFAULT),
              "not the address of a unix socket: " + inet);
          refused(() -> loop.createUnixServer(this::recorder, ""), "path is empty");
          refused(() -> loop.createUnixConnection(this::recorder, ""), "path is empty");
          refused(() -> loop.createUnixServer(this::recorder, "\0"), "the abstract name is empty");
        });
  }

  @Test
  void aKeywordThatUnixSocketsDoNotHaveIsRefused() throws Exception {
    run(
        () -> {
          var inet = StandardProtocolFamily.INET;
          for (var options :
              List.of(
                  ServerOptions.DEFAULT.family(inet),
                  ServerOptions.DEFAULT.reuseAddress(false),
                  ServerOptions.DEFAULT.reusePort(true),
                  ServerOptions.DEFAULT.keepAlive(true))) {
            refused(
                () -> loop.createUnixServer(this::recorder, address(), options),
                "a unix socket has no ");
            refused(() -> loop.createUnixServer(this::recorder, options), "a unix socket has no ");
          }
          for (var options :
              List.of(
                  ConnectionOptions.DEFAULT.family(inet),
                  ConnectionOptions.DEFAULT.localAddr(at("127.0.0.1", 0)),
                  ConnectionOptions.DEFAULT.allErrors(true))) {
            refused(
                () -> loop.createUnixConnection(this::recorder, address(), options),
                "a unix socket has no ");
            refused(
                () -> loop.createUnixConnection(this::recorder, options), "a unix socket has no ");
          }
          refused(
              () -> serve(this::recorder, ServerOptions.DEFAULT.cleanupSocket(false)),
              "cleanupSocket is only meaningful with unix sockets");
        });
  }

  // EL-80
  @Test
  void withoutStartServingNobodyIsAccepted() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          var options = ServerOptions.DEFAULT.startServing(false);
          try (var server = loop.createUnixServer(() -> accepted, address(), options)) {
            assertThat(server.isServing()).isFalse();
            passIterations();
            server.startServing();
            loop.createUnixConnection(this::recorder, path()).transport().close();
            accepted.untilLost();
          }
        });
  }

  // The system's queue is full, and nobody is told when there is room again.
  @Test
  void aConnectToAFullQueueWaitsForRoom() throws Exception {
    run(
        () -> {
          try (var listening = open()) {
            listening.bind(address());
            listening.listen(1);
            int room = fill().size();
            var call = loop.createTask(() -> loop.createUnixConnection(this::recorder, path()));
            passIterations();
            Asyncio.sleep(Duration.ofMillis(3));
            assertThat(call.done()).isFalse();

            for (int i = 0; i < room; i++) {
              listening.accept().close();
            }
            call.await().transport().abort();
          }
          closeFilling();
        });
  }

  private final List<SocketChannel> filling = new ArrayList<>();

  /// Connects as often as the queue lets us.
  private List<SocketChannel> fill() throws Exception {
    while (true) {
      var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      channel.configureBlocking(false);
      try {
        channel.connect(address());
      } catch (java.net.SocketException e) {
        channel.close();
        return filling;
      }
      filling.add(channel);
    }
  }

  private void closeFilling() throws Exception {
    for (var channel : filling) {
      channel.close();
    }
  }

  //
  @Test
  void cancellingAConnectAtAnyTimeLeavesNothingOpen() throws Exception {
    run(
        () -> {
          try (var listening = open()) {
            listening.bind(address());
            listening.listen(1);
            fill();
            for (int iterations = 0; iterations < 6; iterations++) {
              var call = loop.createTask(() -> loop.createUnixConnection(this::recorder, path()));
              for (int i = 0; i < iterations; i++) {
                Asyncio.sleep(Duration.ZERO);
              }
              call.cancel();
              assertThatThrownBy(call::await).isInstanceOf(CancelledError.class);
            }
            closeFilling();
          }
        });
  }

  // Abstract names.

  private UnixNameAddress name() {
    return UnixNameAddress.of("asyncio4j-" + ProcessHandle.current().pid() + directory);
  }

  // EL-64, EL-80
  @Test
  void anAbstractNameIsServedWithoutAFile() throws Exception {
    if (tier() != SocketTier.NATIVE) {
      return; // See the next test.
    }
    run(
        () -> {
          var accepted = recorder();
          var server = loop.createUnixServer(() -> accepted, name(), ServerOptions.DEFAULT);
          assertThat(server.sockets().getFirst().getsockname()).isEqualTo(name());
          assertThatThrownBy(
                  () -> loop.createUnixServer(this::recorder, name(), ServerOptions.DEFAULT))
              .isInstanceOf(java.net.BindException.class)
              .hasMessage("Address '" + name() + "' is already in use");
          refused(
              () ->
                  loop.createUnixServer(
                      this::recorder,
                      name(),
                      ServerOptions.DEFAULT.socketPermissions(java.util.Set.of())),
              "an abstract name has no socketPermissions: " + name());
          exchange(server, name(), accepted);

          assertThatThrownBy(() -> loop.createUnixConnection(this::recorder, "\0" + name().name()))
              .isInstanceOf(java.net.ConnectException.class)
              .hasMessageContaining(name().toString());
          assertThat(directory).isEmptyDirectory();
          var again = recorder();
          exchange(loop.createUnixServer(() -> again, "\0" + name().name()), name(), again);
        });
  }

  @Test
  void thePortableTierRefusesAnAbstractNameAndSaysWhatItTakes() throws Exception {
    if (tier() == SocketTier.NATIVE) {
      return;
    }
    run(
        () -> {
          assertThatThrownBy(
                  () -> loop.createUnixServer(this::recorder, name(), ServerOptions.DEFAULT))
              .isInstanceOf(UnsupportedOperationException.class)
              .hasMessageContaining(name().toString())
              .hasMessageContaining("native");
          assertThatThrownBy(
                  () ->
                      loop.createUnixConnection(this::recorder, name(), ConnectionOptions.DEFAULT))
              .isInstanceOf(UnsupportedOperationException.class)
              .hasMessageContaining(name().toString());
        });
  }
}
