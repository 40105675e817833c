// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.AddressInfoOptions;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// How the network calls refuse what they cannot do, before anything is opened.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class CallContractTest extends NetTest {
  private static final ConnectionOptions CONNECTION = ConnectionOptions.DEFAULT;
  private static final ServerOptions SERVER = ServerOptions.DEFAULT;

  CallContractTest(LoopKind kind) {
    super(kind);
  }

  private Socket stream() throws IOException {
    return Socket.open(tier(), StandardProtocolFamily.INET, SocketType.STREAM);
  }

  private static void assertNeedsTask(String call, ThrowingCallable body) {
    assertThatThrownBy(body)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(call + "()");
  }

  private static void assertRefusesNull(String name, ThrowingCallable body) {
    assertThatThrownBy(body).isInstanceOf(NullPointerException.class).hasMessage(name);
  }

  //
  @Test
  void suspendingCallsOutsideATaskNameTheCall() throws Exception {
    try (var sock = stream()) {
      assertNeedsTask("createServer", () -> serve(this::recorder));
      assertNeedsTask("createServer", () -> loop.createServer(this::recorder, SERVER.sock(sock)));
      assertNeedsTask(
          "createConnection", () -> loop.createConnection(this::recorder, "127.0.0.1", 1));
      assertNeedsTask(
          "createConnection", () -> loop.createConnection(this::recorder, CONNECTION.sock(sock)));
      assertNeedsTask(
          "connectAcceptedSocket", () -> loop.connectAcceptedSocket(this::recorder, sock));
      assertNeedsTask("getaddrinfo", () -> loop.getaddrinfo("127.0.0.1", 1));
      assertNeedsTask("getnameinfo", () -> loop.getnameinfo(at("127.0.0.1", 1)));
      assertThat(sock.isOpen()).isTrue();
    }
  }

  //
  @Test
  void theSuspendingCallsOfAServerOutsideATaskNameTheCall() throws Exception {
    var made = new Server[1];
    run(() -> made[0] = serve(this::recorder, SERVER.startServing(false)));
    try (var server = made[0]) {
      assertNeedsTask("startServing", server::startServing);
      assertNeedsTask("serveForever", server::serveForever);
      assertNeedsTask("waitClosed", server::waitClosed);
      assertThat(server.isServing()).isFalse();
    }
  }

  @Test
  void aNullArgumentIsRefusedByItsName() throws Exception {
    run(
        () -> {
          assertRefusesNull("protocolFactory", () -> loop.createServer(null, "127.0.0.1", 0));
          assertRefusesNull(
              "hosts", () -> loop.createServer(this::recorder, (List<String>) null, 0, SERVER));
          assertRefusesNull("options", () -> serve(this::recorder, null));
          assertRefusesNull(
              "protocolFactory", () -> loop.createConnection(null, "127.0.0.1", 1, CONNECTION));
          assertRefusesNull("host", () -> loop.createConnection(this::recorder, null, 1));
          assertRefusesNull(
              "options", () -> loop.createConnection(this::recorder, "127.0.0.1", 1, null));
          assertRefusesNull("sock", () -> loop.connectAcceptedSocket(this::recorder, null));
          assertRefusesNull("options", () -> loop.getaddrinfo("127.0.0.1", 1, null));
          assertRefusesNull("sockaddr", () -> loop.getnameinfo(null));
        });
  }

  // EL-41, EL-110
  @Test
  void aFamilyWithoutPortsIsRefused() throws Exception {
    var unix = StandardProtocolFamily.UNIX;
    run(
        () -> {
          assertThatThrownBy(
                  () ->
                      loop.createConnection(
                          this::recorder, "127.0.0.1", 1, CONNECTION.family(unix)))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("UNIX");
          assertThatThrownBy(
                  () -> loop.getaddrinfo("127.0.0.1", 1, AddressInfoOptions.DEFAULT.family(unix)))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("UNIX");
        });
  }

  //
  @Test
  void thePeerNameIsKnownAlsoOfAPeerThatHasReset() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var server = serve(() -> accepted)) {
            // No iteration of the loop lies between the connect and the reset.
            var peer = Peer.connectAtOnce(port(server));
            var address = peer.localAddress();
            peer.reset();
            accepted.untilLost();

            assertThat(accepted.transport.getExtraInfo("peername")).isEqualTo(address);
          }
        });
  }

  //
  @Test
  void aServerThatCannotBeWatchedIsClosed() throws Exception {
    run(
        () -> {
          var server = serve(this::recorder, SERVER.startServing(false));
          selector.refusal = new IllegalStateException("refused");

          assertThatThrownBy(server::startServing).isSameAs(selector.refusal);

          selector.refusal = null;
          assertThat(server.isServing()).isFalse();
          assertThat(server.sockets()).isEmpty();
        });
  }
}
