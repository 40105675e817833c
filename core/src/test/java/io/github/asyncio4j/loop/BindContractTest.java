// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketTier;
import io.github.asyncio4j.socket.SocketType;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What createServer promises about the addresses that it binds.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class BindContractTest extends NetTest {
  // TEST-NET-1 of RFC 5737: no machine has it.
  private static final String FOREIGN = "192.0.2.1";

  BindContractTest(LoopKind kind) {
    super(kind);
  }

  private static List<InetSocketAddress> addresses(Server server) {
    return server.sockets().stream().map(s -> (InetSocketAddress) s.getsockname()).toList();
  }

  private Server serve(List<String> hosts, int port, ServerOptions options) throws IOException {
    return loop.createServer(this::recorder, hosts, port, options);
  }

  private Server serve(List<String> hosts, int port) throws IOException {
    return serve(hosts, port, ServerOptions.DEFAULT);
  }

  //
  @Test
  void eachAddressGetsAFreePortOfItsOwn() throws Exception {
    run(
        () -> {
          var differ = new ArrayList<Boolean>();
          // One port may be free, and chosen, on both addresses: once in 14,000 times.
          for (int i = 0; i < 8; i++) {
            try (var server = serve(List.of("127.0.0.1", "127.0.0.2"), 0)) {
              var addresses = addresses(server);
              assertThat(addresses)
                  .extracting(a -> a.getAddress().getHostAddress())
                  .containsExactly("127.0.0.1", "127.0.0.2");
              assertThat(addresses).allSatisfy(a -> assertThat(a.getPort()).isPositive());
              differ.add(addresses.getFirst().getPort() != addresses.getLast().getPort());
            }
          }
          assertThat(differ).contains(true);
        });
  }

  // EL-70
  @Test
  void anAddressThatSeveralHostsStandForIsBoundOnce() throws Exception {
    run(
        () -> {
          try (var server = serve(List.of("127.0.0.1", "twin", "127.0.0.1", "other twin"), 0)) {
            assertThat(server.sockets()).hasSize(1);
          }
        });
  }

  @Override
  List<InetAddress> addressesOf(String name) {
    return List.of(InetAddress.ofLiteral("127.0.0.1"));
  }

  // EL-70
  @Test
  void noHostMeansAllInterfacesOfBothFamilies() throws Exception {
    run(
        () -> {
          for (String host : new String[] {null, ""}) {
            try (var server = loop.createServer(this::recorder, host, 0)) {
              var addresses = addresses(server);
              assertThat(addresses).allMatch(a -> a.getAddress().isAnyLocalAddress());
              // The JDK's IPv6 sockets take both families.
              assertThat(addresses).hasSize(tier() == SocketTier.NATIVE ? 2 : 1);
              Peer.connect("127.0.0.1", addresses.getFirst().getPort()).close();
              Peer.connect("::1", addresses.getLast().getPort()).close();
            }
          }
        });
  }

  // Unlike R-95: the two sockets of all interfaces.
  @Test
  void allInterfacesShareTheOneFreePort() throws Exception {
    run(
        () -> {
          for (var host : new String[] {null, ""}) {
            try (var server = loop.createServer(this::recorder, host, 0)) {
              assertThat(server.port()).isPositive();
              Peer.connect("127.0.0.1", server.port()).close();
              Peer.connect("::1", server.port()).close();
            }
          }
          try (var server = loop.createServer(this::recorder, 0)) {
            assertThat(addresses(server)).allMatch(a -> a.getPort() == server.port());
          }
          // A port that is given is given to all, and tried once.
          try (var taken = serve(List.of("::"), 0)) {
            int port = taken.port();
            assertThatThrownBy(() -> loop.createServer(this::recorder, port))
                .isInstanceOf(BindException.class)
                .hasMessageContaining(":" + port);
          }
        });
  }

  // EL-70
  @Test
  void bothWildcardsCanHaveTheSamePort() throws Exception {
    run(
        () -> {
          int port;
          try (var server = loop.createServer(this::recorder, null, 0)) {
            port = addresses(server).getFirst().getPort();
          }
          poll();
          try (var server = loop.createServer(this::recorder, null, port)) {
            assertThat(addresses(server)).allMatch(a -> a.getPort() == port);
            Peer.connect("127.0.0.1", port).close();
            Peer.connect("::1", port).close();
          }
        });
  }

  // EL-70
  @Test
  void aFamilyRestrictsTheAddresses() throws Exception {
    run(
        () -> {
          var options = ServerOptions.DEFAULT.family(StandardProtocolFamily.INET);
          try (var server = serve(List.of(""), 0, options)) {
            assertThat(addresses(server))
                .extracting(a -> a.getAddress().getHostAddress())
                .containsExactly("0.0.0.0");
          }
        });
  }

  // EL-70
  @Test
  void anAddressThatThisSystemDoesNotHaveIsPassedOver() throws Exception {
    run(
        () -> {
          try (var server = serve(List.of(FOREIGN, "127.0.0.1"), 0)) {
            assertThat(server.sockets()).hasSize(1);
          }
          assertThatThrownBy(() -> serve(List.of(FOREIGN), 0))
              .isInstanceOf(IOException.class)
              .hasMessageStartingWith("could not bind on any address out of [/" + FOREIGN);
          assertThatThrownBy(() -> serve(List.of(), 0))
              .isInstanceOf(IOException.class)
              .hasMessage("could not bind on any address out of []");
        });
  }

  // EL-70
  @Test
  void anAddressInUseFailsTheCallNamesItAndClosesTheOthers() throws Exception {
    run(
        () -> {
          try (var server = serve(List.of("127.0.0.1"), 0)) {
            int port = port(server);
            assertThatThrownBy(() -> serve(List.of("127.0.0.2", "127.0.0.1"), port))
                .isInstanceOf(BindException.class)
                .hasMessageStartingWith(
                    "error while attempting to bind on address /127.0.0.1:" + port)
                .hasMessageContaining("in use");
            // The other address is free again.
            serve(List.of("127.0.0.2"), port).close();
          }
        });
  }

  // EL-74
  @Test
  void aPortCanBeServedAgainWhileOldConnectionsLinger() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          int port;
          try (var server = serve(() -> accepted)) {
            port = port(server);
            try (var peer = blocking(() -> Peer.connect(port))) {
              accepted.until(() -> !accepted.calls.isEmpty());
              accepted.transport.close();
              assertThat(blocking(peer::readAll)).isEmpty();
            }
          }
          poll();
          serve(List.of("127.0.0.1"), port).close();
        });
  }

  // EL-75
  @Test
  void serversThatReuseThePortShareIt() throws Exception {
    run(
        () -> {
          var options = ServerOptions.DEFAULT.reusePort(true);
          try (var first = serve(List.of("127.0.0.1"), 0, options);
              var second = serve(List.of("127.0.0.1"), port(first), options)) {
            assertThat(port(second)).isEqualTo(port(first));
          }
        });
  }

  // EL-71
  @Test
  void aBoundSocketCanBeServed() throws Exception {
    run(
        () -> {
          var sock = open(SocketType.STREAM);
          sock.bind(at("127.0.0.1", 0));
          var accepted = recorder();
          try (var server = loop.createServer(() -> accepted, ServerOptions.DEFAULT.sock(sock))) {
            Peer.connect(port(server)).close();
            accepted.untilLost();
          }
          assertThat(sock.isOpen()).isFalse();
        });
  }

  private Socket open(SocketType type) throws IOException {
    return Socket.open(tier(), StandardProtocolFamily.INET, type);
  }

  // EL-71
  @Test
  void aSocketThatCannotBeServedIsRefusedAndStaysTheCallers() throws Exception {
    run(
        () -> {
          try (var datagram = open(SocketType.DATAGRAM);
              var stream = open(SocketType.STREAM)) {
            assertThatThrownBy(
                    () -> loop.createServer(this::recorder, ServerOptions.DEFAULT.sock(datagram)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("A Stream Socket was expected, got");
            assertThatThrownBy(
                    () -> serve(List.of("127.0.0.1"), 0, ServerOptions.DEFAULT.sock(stream)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("host/port and sock can not be specified at the same time");
            assertThatThrownBy(() -> loop.createServer(this::recorder, ServerOptions.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Neither host/port nor sock were specified");
            assertThat(datagram.isOpen()).isTrue();
            assertThat(stream.isOpen()).isTrue();
          }
        });
  }

  // EL-70
  @Test
  void aPortThatIsNoneIsRefused() throws Exception {
    run(
        () -> {
          for (int port : new int[] {-1, 65536, 70000}) {
            assertThatThrownBy(() -> serve(List.of("127.0.0.1"), port))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("port out of range: " + port);
          }
        });
  }

  // EL-78
  @Test
  void cancellingTheCallClosesWhatItBound() throws Exception {
    run(
        () -> {
          for (int iterations = 0; iterations < 8; iterations++) {
            var call = loop.createTask(() -> serve(List.of("127.0.0.1", "twin"), 0));
            for (int i = 0; i < iterations; i++) {
              io.github.asyncio4j.Asyncio.sleep(java.time.Duration.ZERO);
            }
            call.cancel();
            try {
              call.await().close();
            } catch (CancelledError e) {
              assertThat(call.cancelled()).isTrue();
            }
          }
        });
  }

  // EL-70
  @Test
  void theFailureToBindNamesTheAddressOnceAndTheErrnoAsItIsWritten() throws Exception {
    run(
        () -> {
          try (var server = serve(List.of("127.0.0.1"), 0)) {
            int port = port(server);
            assertThatThrownBy(() -> serve(List.of("127.0.0.1"), port))
                .hasMessage(
                    "error while attempting to bind on address /127.0.0.1:"
                        + port
                        + ": EADDRINUSE (Address already in use)");
          }
        });
  }

  // EL-70
  @Test
  void aFamilyWithoutPortsIsRefused() throws Exception {
    run(
        () ->
            assertThatThrownBy(
                    () ->
                        serve(
                            List.of("127.0.0.1"),
                            0,
                            ServerOptions.DEFAULT.family(StandardProtocolFamily.UNIX)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("UNIX"));
  }
}
