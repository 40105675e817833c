// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Connection;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.ExceptionGroup;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What createConnection promises: which addresses it tries, how it fails, that nothing is left
/// open.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class ConnectContractTest extends NetTest {
  private static final ConnectionOptions DEFAULT = ConnectionOptions.DEFAULT;

  // What a refusing port is bound to.
  private final List<java.net.Socket> bound = new ArrayList<>();

  // Holds the lookup of "slow" up.
  private final CountDownLatch lookupMayEnd = new CountDownLatch(1);

  ConnectContractTest(LoopKind kind) {
    super(kind);
  }

  @Override
  List<InetAddress> addressesOf(String name) throws UnknownHostException {
    return switch (name) {
      case "one" -> literals("127.0.0.1");
      case "second works" -> literals("127.0.0.2", "127.0.0.1");
      case "both families" -> literals("::1", "127.0.0.1");
      case "silent, then works" -> literals("127.0.0.2", "127.0.0.1");
      case "twice the same" -> literals("127.0.0.2", "127.0.0.2");
      case "slow" -> {
        try {
          lookupMayEnd.await();
        } catch (InterruptedException e) {
          throw new UnknownHostException("interrupted");
        }
        yield literals("127.0.0.1");
      }
      default -> throw new UnknownHostException(name);
    };
  }

  private static List<InetAddress> literals(String... addresses) {
    return List.of(addresses).stream().map(InetAddress::ofLiteral).toList();
  }

  /// Returns a port that nobody listens on, nor can before the end of the test.
  private int closedPort() throws Exception {
    var socket = new java.net.Socket();
    bound.add(socket);
    socket.bind(new InetSocketAddress("0.0.0.0", 0));
    return socket.getLocalPort();
  }

  @AfterEach
  void closeBound() throws IOException {
    for (java.net.Socket socket : bound) {
      socket.close();
    }
  }

  // EL-40
  @Test
  void aLiteralIsConnectedToWithoutALookup() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var server = serve(() -> accepted)) {
            // A lookup of any name but those above fails.
            var connection = connect(this::recorder, server);
            assertThat(connection.transport().getProtocol()).isSameAs(connection.protocol());
            connection.transport().close();
            accepted.untilLost();
          }
        });
  }

  // EL-40
  @Test
  void theAddressesOfANameAreTriedInTurnUntilOneWorks() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var server = serve(() -> accepted)) {
            var client = recorder();
            var connection = loop.createConnection(() -> client, "second works", port(server));

            assertThat(connection.transport().getExtraInfo("peername"))
                .isEqualTo(at("127.0.0.1", port(server)));
            connection.transport().close();
            accepted.untilLost();
          }
        });
  }

  // EL-41
  @Test
  void onlyAddressesOfTheFamilyAreTried() throws Exception {
    run(
        () -> {
          int port = closedPort();
          var v4 = DEFAULT.family(StandardProtocolFamily.INET);
          assertThatThrownBy(() -> loop.createConnection(this::recorder, "both families", port, v4))
              .isInstanceOf(ConnectException.class)
              .hasMessageContaining("127.0.0.1");
          var v6 = DEFAULT.family(StandardProtocolFamily.INET6);
          assertThatThrownBy(() -> loop.createConnection(this::recorder, "one", port, v6))
              .isInstanceOf(UnknownHostException.class)
              .hasMessageContaining("INET6");
        });
  }

  // EL-50
  @Test
  void aRefusalNamesTheAddress() throws Exception {
    run(
        () -> {
          int port = closedPort();

          assertThatThrownBy(() -> loop.createConnection(this::recorder, "127.0.0.1", port))
              .isInstanceOf(ConnectException.class)
              .hasMessageContaining("127.0.0.1:" + port)
              .hasMessageContaining("refused");
        });
  }

  // EL-50
  @Test
  void severalFailuresAreListedUnlessAllSayTheSame() throws Exception {
    run(
        () -> {
          int port = closedPort();

          assertThatThrownBy(() -> loop.createConnection(this::recorder, "second works", port))
              .isInstanceOf(IOException.class)
              .hasMessageStartingWith("Multiple exceptions: ")
              .hasMessageContaining("127.0.0.1:" + port)
              .hasMessageContaining("127.0.0.2:" + port)
              .satisfies(e -> assertThat(e.getSuppressed()).hasSize(2));
          var same =
              catchThrowable(() -> loop.createConnection(this::recorder, "twice the same", port));
          assertThat(same).isInstanceOf(IOException.class);
        });
  }

  // EL-50
  @Test
  void withAllErrorsTheFailuresComeAsAGroupEvenWhenThereIsOne() throws Exception {
    run(
        () -> {
          int port = closedPort();
          var options = DEFAULT.allErrors(true);

          assertThatThrownBy(
                  () -> loop.createConnection(this::recorder, "127.0.0.1", port, options))
              .isInstanceOfSatisfying(
                  ExceptionGroup.class, group -> assertThat(group.exceptions()).hasSize(1));
          assertThatThrownBy(
                  () -> loop.createConnection(this::recorder, "second works", port, options))
              .isInstanceOfSatisfying(
                  ExceptionGroup.class, group -> assertThat(group.exceptions()).hasSize(2));
        });
  }

  @Test
  void aNameWithoutAddressFailsTheCall() throws Exception {
    run(
        () -> {
          for (String host : List.of("nowhere", "")) {
            assertThatThrownBy(() -> loop.createConnection(this::recorder, host, 80))
                .isInstanceOf(UnknownHostException.class);
          }
        });
  }

  // EL-40
  @Test
  void aPortThatIsNoneIsRefused() throws Exception {
    run(
        () -> {
          for (int port : new int[] {-1, 0, 65536, 70000}) {
            assertThatThrownBy(() -> loop.createConnection(this::recorder, "127.0.0.1", port))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("port out of range: " + port);
          }
        });
  }

  // EL-43
  @Test
  void theSocketIsBoundToTheLocalAddress() throws Exception {
    run(
        () -> {
          for (var local :
              List.of(at("127.0.0.3", 0), InetSocketAddress.createUnresolved("127.0.0.3", 0))) {
            var accepted = recorder();
            try (var server = serve(() -> accepted)) {
              var connection =
                  loop.createConnection(
                      this::recorder, "127.0.0.1", port(server), DEFAULT.localAddr(local));

              assertThat(
                      connection
                          .transport()
                          .getExtraInfo("sockname", InetSocketAddress.class)
                          .getAddress()
                          .getHostAddress())
                  .isEqualTo("127.0.0.3");
              connection.transport().close();
              accepted.untilLost();
            }
          }
        });
  }

  // EL-43
  @Test
  void aLocalAddressThatCannotBeBoundFailsTheCallAndIsNamed() throws Exception {
    run(
        () -> {
          try (var server = serve(this::recorder)) {
            int port = port(server);
            assertThatThrownBy(
                    () ->
                        loop.createConnection(
                            this::recorder,
                            "127.0.0.1",
                            port,
                            DEFAULT.localAddr(at("192.0.2.1", 0))))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("error while attempting to bind on address /192.0.2.1:0: ");
            assertThatThrownBy(
                    () ->
                        loop.createConnection(
                            this::recorder, "127.0.0.1", port, DEFAULT.localAddr(at("::1", 0))))
                .isInstanceOf(IOException.class)
                .hasMessage("no matching local address with family=INET found");
          }
        });
  }

  // EL-42, EL-81
  @Test
  void aConnectedSocketCanBeGiven() throws Exception {
    run(
        () -> {
          for (boolean asAccepted : List.of(false, true)) {
            var accepted = recorder();
            try (var server = serve(() -> accepted)) {
              var sock = connectedSocket(port(server));
              var client = recorder();
              if (asAccepted) {
                loop.connectAcceptedSocket(() -> client, sock);
              } else {
                loop.createConnection(() -> client, DEFAULT.sock(sock));
              }
              client.transport.write(bytes("hello"));
              accepted.untilReceived(5);
              client.transport.close();
              accepted.untilLost();
              assertThat(sock.isOpen()).isFalse();
            }
          }
        });
  }

  private Socket connectedSocket(int port) throws Exception {
    var sock = Socket.open(tier(), StandardProtocolFamily.INET, SocketType.STREAM);
    if (!sock.connect(at("127.0.0.1", port))) {
      while (!sock.finishConnect()) {
        passIterations();
      }
    }
    return sock;
  }

  // EL-42
  @Test
  void aSocketThatIsNotForStreamsIsRefusedAndStaysTheCallers() throws Exception {
    run(
        () -> {
          try (var datagram =
              Socket.open(tier(), StandardProtocolFamily.INET, SocketType.DATAGRAM)) {
            assertThatThrownBy(() -> loop.createConnection(this::recorder, DEFAULT.sock(datagram)))
                .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> loop.connectAcceptedSocket(this::recorder, datagram))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("A Stream Socket was expected, got");
            assertThatThrownBy(
                    () ->
                        loop.createConnection(
                            this::recorder, "127.0.0.1", 80, DEFAULT.sock(datagram)))
                .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> loop.createConnection(this::recorder, DEFAULT))
                .isInstanceOf(IllegalArgumentException.class);
            assertThat(datagram.isOpen()).isTrue();
          }
        });
  }

  //
  @Test
  void aSocketThatATransportHasCannotBeGivenOrWatchedAndTheTransportLivesOn() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var server = serve(() -> accepted)) {
            var sock = connectedSocket(port(server));
            var client = recorder();
            loop.createConnection(() -> client, DEFAULT.sock(sock));

            assertThatThrownBy(() -> loop.createConnection(this::recorder, DEFAULT.sock(sock)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is used by transport");
            assertThatThrownBy(() -> loop.addReader(sock, () -> {}))
                .isInstanceOf(IllegalStateException.class);
            client.transport.write(bytes("hello"));
            accepted.untilReceived(5);
            client.transport.close();
            accepted.untilLost();
          }
        });
  }

  // D-13
  @Test
  void aFactoryThatFailsFailsTheCallAndTheSocketIsClosed() throws Exception {
    run(
        () -> {
          var factories =
              List.<Supplier<BaseProtocol>>of(
                  () -> {
                    throw new UnsupportedOperationException("broken");
                  },
                  () -> null,
                  () -> new BaseProtocol() {});
          for (var factory : factories) {
            var accepted = recorder();
            try (var server = serve(() -> accepted)) {
              assertThatThrownBy(() -> connect(factory, server))
                  .isInstanceOf(RuntimeException.class);
              accepted.untilLost();
            }
          }
        });
  }

  @Test
  void outsideATaskTheCallFailsAndNothingIsLeftOpen() {
    assertThatThrownBy(() -> loop.createConnection(this::recorder, "one", 80))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> loop.createServer(this::recorder, "127.0.0.1", 0))
        .isInstanceOf(IllegalStateException.class);
  }

  //
  @Test
  void cancellingTheCallWhileItResolvesEndsItAtOnce() throws Exception {
    run(
        () -> {
          var call = loop.createTask(() -> loop.createConnection(this::recorder, "slow", 80));
          passIterations();
          call.cancel();

          assertThatThrownBy(call::await).isInstanceOf(CancelledError.class);
        });
    lookupMayEnd.countDown();
  }

  //
  @Test
  void cancellingTheCallWhileItConnectsClosesTheSocket() throws Exception {
    // A queue that is full lets connects wait for ever.
    try (var full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var first = new java.net.Socket(full.getInetAddress(), full.getLocalPort());
        var second = new java.net.Socket(full.getInetAddress(), full.getLocalPort())) {
      assertThat(first.isConnected() && second.isConnected()).isTrue();
      run(
          () -> {
            var call =
                loop.createTask(
                    () -> loop.createConnection(this::recorder, "127.0.0.1", full.getLocalPort()));
            passIterations();
            assertThat(call.done()).isFalse();
            call.cancel();

            assertThatThrownBy(call::await).isInstanceOf(CancelledError.class);
          });
    }
  }

  // EL-48, B18
  @Test
  void anAddressThatIsSilentIsLeftForTheNextAndItsSocketClosed() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var server = serve(() -> accepted);
              var full = new ServerSocket(port(server), 1, InetAddress.ofLiteral("127.0.0.2"));
              var first = new java.net.Socket(full.getInetAddress(), full.getLocalPort());
              var second = new java.net.Socket(full.getInetAddress(), full.getLocalPort())) {
            assertThat(first.isConnected() && second.isConnected()).isTrue();
            var client = recorder();
            var connection =
                loop.createConnection(
                    () -> client,
                    "silent, then works",
                    port(server),
                    DEFAULT.happyEyeballsDelay(Duration.ofMillis(10)));

            assertThat(connection.transport().getExtraInfo("peername"))
                .isEqualTo(at("127.0.0.1", port(server)));
            connection.transport().close();
            accepted.untilLost();
          }
        });
  }

  // EL-81: it belongs to no server
  @Test
  void aSocketThatWasAcceptedOutsideIsNotWaitedForByAServer() throws Exception {
    run(
        () -> {
          try (var listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var server = serve(this::recorder);
            var sock = connectedSocket(listening.getLocalPort());
            try (var peer = listening.accept()) {
              var client = recorder();
              var transport = loop.connectAcceptedSocket(() -> client, sock).transport();
              assertThat(client.calls).containsExactly("made");
              server.close();
              server.waitClosed();
              assertThat(transport.isClosing()).isFalse();
              transport.close();
              client.untilLost();
              assertThat(peer.getInputStream().read()).isEqualTo(-1);
            }
          }
        });
  }

  // B19
  @Test
  void whateverTheMomentOfACancelNothingIsLeftOpen() throws Exception {
    run(
        () -> {
          for (int iterations = 0; iterations < 12; iterations++) {
            var server = serve(this::recorder);
            int port = port(server);
            var call = loop.createTask(() -> loop.createConnection(this::recorder, "one", port));
            for (int i = 0; i < iterations; i++) {
              Asyncio.sleep(Duration.ZERO);
            }
            call.cancel();
            closeUnlessCancelled(call);
            server.close();
            server.waitClosed();
          }
        });
  }

  private static void closeUnlessCancelled(Task<Connection<Transport, Recorder>> call)
      throws Exception {
    try {
      call.await().transport().close();
    } catch (CancelledError e) {
      assertThat(call.cancelled()).isTrue();
    }
  }

  //
  @Test
  void aCallThatIsCancelledWhenItsConnectionHasJustBeenMadeClosesIt() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var server = serve(() -> accepted)) {
            var connecting = new ArrayList<Task<Connection<Transport, Recorder>>>();
            var client =
                watched(
                    new Recorder(loop) {
                      @Override
                      public void connectionMade(
                          io.github.asyncio4j.transport.BaseTransport transport) {
                        super.connectionMade(transport);
                        // Runs when the task has been woken and has not gone on yet.
                        loop.callSoon(() -> connecting.getFirst().cancel());
                      }
                    });
            connecting.add(loop.createTask(() -> connect(() -> client, server)));

            assertThatThrownBy(connecting.getFirst()::await).isInstanceOf(CancelledError.class);
            client.untilLost();
            accepted.untilLost();
          }
        });
  }

  // EL-42, R-85
  @Test
  void manyConnectionsComeAndGoWithoutALeftover() throws Exception {
    run(
        () -> {
          int count = 50;
          var accepted = new ArrayList<Recorder>();
          var server =
              serve(
                  () -> {
                    accepted.add(recorder());
                    return accepted.getLast();
                  },
                  ServerOptions.DEFAULT.backlog(count));
          var calls = new ArrayList<Task<Connection<Transport, Recorder>>>();
          for (int i = 0; i < count; i++) {
            calls.add(loop.createTask(() -> connect(this::recorder, server)));
          }
          for (var call : calls) {
            call.await().transport().close();
          }
          server.close();
          server.waitClosed();
          assertThat(accepted).hasSize(count).allMatch(Recorder::isLost);
        });
  }
}
