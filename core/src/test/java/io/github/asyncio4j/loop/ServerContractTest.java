// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.LogRecorder;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.BaseTransport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What a server promises about its life: serving, accepting, closing, waiting.
@ParameterizedClass
@EnumSource(LoopKind.class)
class ServerContractTest extends NetTest {
  ServerContractTest(LoopKind kind) {
    super(kind);
  }

  private static void assertRefused(int port) {
    assertThatThrownBy(() -> Peer.connect(port).close()).isInstanceOf(IOException.class);
  }

  // EL-78
  @Test
  void aServerIsLiveOnReturn() throws Exception {
    run(
        () -> {
          try (var server = serve(this::recorder)) {
            assertThat(server.isServing()).isTrue();
            assertThat(server.getLoop()).isSameAs(loop);
            Peer.connect(port(server)).close();
          }
        });
  }

  // EL-78, R-93
  @Test
  void aServerThatDoesNotStartServingRefusesUntilItDoes() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          var options = ServerOptions.DEFAULT.startServing(false);
          try (var server = serve(() -> accepted, options)) {
            int port = port(server);
            assertThat(server.isServing()).isFalse();
            assertRefused(port);

            server.startServing();
            server.startServing();

            assertThat(server.isServing()).isTrue();
            Peer.connect(port).close();
            accepted.untilLost();
          }
        });
  }

  // EL-153, R-97
  @Test
  void theListOfSocketsIsFreshEachTimeAndEmptyOnceClosed() throws Exception {
    run(
        () -> {
          var server = serve(this::recorder);
          assertThat(server.sockets()).hasSize(1).isNotSameAs(server.sockets());
          assertThatThrownBy(() -> server.sockets().clear())
              .isInstanceOf(UnsupportedOperationException.class);
          assertThat(server.toString()).contains("SERVING").doesNotContain("\n");
          server.close();

          assertThat(server.sockets()).isEmpty();
          assertThat(server.toString()).contains("CLOSED");
        });
  }

  // EL-150, R-90
  @Test
  void closeEndsListeningAtOnceAndLeavesConnectionsOpen() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          var server = serve(() -> accepted);
          int port = port(server);
          try (var peer = blocking(() -> Peer.connect(port))) {
            accepted.until(() -> !accepted.calls.isEmpty());
            server.close();
            server.close();

            assertThat(server.isServing()).isFalse();
            poll();
            assertRefused(port);
            peer.send("alive");
            accepted.untilReceived(5);
            assertThat(accepted.transport.isClosing()).isFalse();
          }
          server.waitClosed();
          assertThat(accepted.isLost()).isTrue();
        });
  }

  //
  @Test
  void connectionsThatWereNotAcceptedAreEndedByClose() throws Exception {
    run(
        () -> {
          var server = serve(this::recorder);
          // No iteration of the loop lies between the connect and the close.
          var peer = Peer.connectAtOnce(port(server));
          server.close();

          assertThatThrownBy(() -> blocking(() -> peer.read(1))).isInstanceOf(IOException.class);
          peer.close();
          server.waitClosed();
        });
  }

  // EL-151, R-91, R-92
  @Test
  void waitClosedWaitsForTheCloseAndForTheLastConnection() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          var server = serve(() -> accepted);
          var waiters = new ArrayList<Task<@Nullable Void>>();
          for (int i = 0; i < 3; i++) {
            waiters.add(loop.createTask(server::waitClosed));
          }
          passIterations();
          assertThat(waiters).noneMatch(Task::done);
          var peer = joinedPeer(server, accepted);
          waiters.removeFirst().cancel();
          server.close();
          passIterations();
          assertThat(waiters).noneMatch(Task::done);

          peer.close();
          for (var waiter : waiters) {
            waiter.await();
          }
          assertThat(accepted.isLost()).isTrue();
          server.waitClosed();
        });
  }

  private Peer joinedPeer(Server server, Recorder accepted) throws Exception {
    int port = port(server);
    var peer = blocking(() -> Peer.connect(port));
    accepted.until(() -> !accepted.calls.isEmpty());
    return peer;
  }

  // EL-152
  @Test
  void closeClientsFlushesEachConnectionAndAbortClientsDoesNot() throws Exception {
    for (boolean abort : List.of(false, true)) {
      run(
          () -> {
            var accepted = recorder();
            var server = serve(() -> accepted);
            int port = port(server);
            try (var peer = blocking(() -> Peer.connectNarrow(port))) {
              accepted.until(() -> !accepted.calls.isEmpty());
              byte[] sent = pattern(8_000_000);
              accepted.transport.write(sent);
              server.close();
              if (abort) {
                server.abortClients();
              } else {
                server.closeClients();
              }
              assertThat(accepted.transport.isClosing()).isTrue();

              int got = blocking(peer::readAll).length;
              if (abort) {
                assertThat(got).isLessThan(sent.length);
              } else {
                assertThat(got).isEqualTo(sent.length);
              }
              server.waitClosed();
              assertThat(accepted.lostTo).isNull();
            }
          });
    }
  }

  // EL-156, R-94
  @Test
  void serveForeverThatIsCancelledClosesTheServerAndWaitsForItsConnections() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          var server = serve(() -> accepted, ServerOptions.DEFAULT.startServing(false));
          var serving = loop.createTask(server::serveForever);
          passIterations();
          assertThat(server.isServing()).isTrue();
          assertThatThrownBy(server::serveForever)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("already");
          var peer = joinedPeer(server, accepted);
          serving.cancel();
          passIterations();
          assertThat(server.isServing()).isFalse();
          assertThat(serving.done()).isFalse();

          peer.close();
          assertThatThrownBy(serving::await).isInstanceOf(CancelledError.class);
          assertThat(accepted.isLost()).isTrue();
          assertThatThrownBy(server::serveForever)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("closed");
        });
  }

  // EL-156
  @Test
  void serveForeverEndsWithACancelledErrorWhenTheServerIsClosed() throws Exception {
    run(
        () -> {
          var server = serve(this::recorder);
          var serving = loop.createTask(server::serveForever);
          passIterations();
          server.close();

          assertThatThrownBy(serving::await).isInstanceOf(CancelledError.class);
        });
  }

  // D-03
  @Test
  void aClosedServerCannotBeStartedAndDoesNotClaimToServe() throws Exception {
    run(
        () -> {
          var server = serve(this::recorder, ServerOptions.DEFAULT.startServing(false));
          server.close();

          assertThatThrownBy(server::startServing)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("closed");
          assertThat(server.isServing()).isFalse();
        });
  }

  // D-02
  @Test
  void aConnectionWhoseFactoryClosesTheServerIsServedAndWaitedFor() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          var servers = new ArrayList<Server>();
          servers.add(
              serve(
                  () -> {
                    servers.getFirst().close();
                    return accepted;
                  }));
          var server = servers.getFirst();
          int port = port(server);
          var peers = new ArrayList<Peer>();
          peers.add(Peer.connectAtOnce(port));
          peers.add(Peer.connectAtOnce(port));
          var waiter = loop.createTask(server::waitClosed);
          accepted.until(() -> !accepted.calls.isEmpty());
          assertThat(waiter.done()).isFalse();
          peers.getFirst().send("served");
          accepted.untilReceived(6);
          peers.getFirst().close();

          waiter.await();
          assertThatThrownBy(() -> blocking(() -> peers.getLast().read(1)))
              .isInstanceOf(IOException.class);
          peers.getLast().close();
        });
  }

  // D-02
  @Test
  void aConnectionWhoseFactoryAbortsAllClientsIsClosedAndItsProtocolNeverCalled() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          var servers = new ArrayList<Server>();
          servers.add(
              serve(
                  () -> {
                    servers.getFirst().abortClients();
                    return accepted;
                  }));
          var server = servers.getFirst();
          try (server;
              var peer = blocking(() -> Peer.connect(port(server)))) {
            assertThat(blocking(peer::readAll)).isEmpty();
          }
          server.waitClosed();
          assertThat(accepted.calls).isEmpty();
        });
  }

  // D-13
  @Test
  void aFactoryThatFailsIsReportedAndItsConnectionClosed() throws Exception {
    var factories =
        List.<java.util.function.Supplier<? extends BaseProtocol>>of(
            () -> {
              throw new IllegalArgumentException("broken");
            },
            () -> null,
            () -> new BaseProtocol() {},
            () -> {
              throw new NoClassDefFoundError("gone");
            });
    for (var factory : factories) {
      run(
          () -> {
            var server = serve(factory);
            int port = port(server);
            try (var peer = blocking(() -> Peer.connect(port))) {
              assertThat(blocking(peer::readAll)).isEmpty();
              assertThat(onlyReport().message())
                  .isEqualTo("Error on transport creation for incoming connection");
              assertThat(server.isServing()).isTrue();
            }
            server.close();
            server.waitClosed();
          });
    }
  }

  // EL-72, R-86
  @Test
  void oneIterationAcceptsAtMostTheBacklogAndOneMore() throws Exception {
    run(
        () -> {
          var accepted = new ArrayList<Recorder>();
          var perIteration = new ArrayList<Integer>();
          var options = ServerOptions.DEFAULT.backlog(2);
          try (var server =
              serve(
                  () -> {
                    var recorder =
                        watched(
                            new Recorder(loop) {
                              @Override
                              public void connectionMade(BaseTransport transport) {
                                super.connectionMade(transport);
                                transport.close();
                              }
                            });
                    accepted.add(recorder);
                    int before = accepted.size();
                    loop.callSoon(() -> perIteration.add(accepted.size() - before));
                    return recorder;
                  },
                  options)) {
            int port = port(server);
            var peers = new ArrayList<Peer>();
            for (int i = 0; i < 3; i++) {
              // The kernel's queue takes one more than the backlog, so none of these waits.
              peers.add(Peer.connectAtOnce(port));
            }
            while (accepted.size() < 3) {
              passIterations();
            }
            passIterations();

            assertThat(perIteration).allMatch(others -> others <= 2);
            for (var peer : peers) {
              peer.close();
            }
          }
        });
  }

  // EL-76
  @Test
  void keepAliveIsInheritedByTheConnections() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var server = serve(() -> accepted, ServerOptions.DEFAULT.keepAlive(true));
              var peer = joinedPeer(server, accepted)) {
            var socket =
                accepted.transport.getExtraInfo(
                    "socket", io.github.asyncio4j.socket.TransportSocket.class);
            assertThat(socket.getOption(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
            assertThat(peer).isNotNull();
          }
          accepted.untilLost();
        });
  }

  // EL-157
  @Test
  void aServerInATryStatementIsClosedAtItsEnd() throws Exception {
    run(
        () -> {
          Server kept;
          try (var server = serve(this::recorder)) {
            kept = server;
          }
          assertThat(kept.isServing()).isFalse();
          kept.waitClosed();
        });
  }

  // EL-150, with the loop gone
  @Test
  void closingTheLoopClosesItsServersAndLateCallsAreHarmless() throws Exception {
    var servers = new ArrayList<Server>();
    run(() -> servers.add(serve(this::recorder)));
    var server = servers.getFirst();
    int port = port(server);

    try (var log = LogRecorder.start()) {
      loop.close();
      assertThat(log.messages()).hasSize(1).allMatch(text -> text.startsWith("unclosed "));
    }

    assertRefused(port);
    server.close();
    server.closeClients();
    assertThat(server.sockets()).isEmpty();
  }

  // EL-79, with the loop gone before
  @Test
  void closingTheLoopClosesAServerThatHasNeverServed() throws Exception {
    var servers = new ArrayList<Server>();
    run(() -> servers.add(serve(this::recorder, ServerOptions.DEFAULT.startServing(false))));
    var server = servers.getFirst();
    var socket = server.sockets().getFirst();
    assertThat(socket.getsockname()).isNotNull();

    try (var log = LogRecorder.start()) {
      loop.close();
      assertThat(log.messages())
          .singleElement()
          .asString()
          .startsWith("unclosed when its loop was closed: <Server CREATED");
    }

    assertThat(socket.getsockname()).isNull();
    assertThat(server.sockets()).isEmpty();
  }

  @Test
  void suspendingMethodsOfAServerWantATask() throws Exception {
    var servers = new ArrayList<Server>();
    run(() -> servers.add(serve(this::recorder)));
    try (var server = servers.getFirst()) {
      assertThatThrownBy(server::waitClosed).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(server::startServing).isInstanceOf(IllegalStateException.class);
    }
  }

  // EL-71, EL-150
  @Test
  void serversOfTwoLoopsOnOneListenerLoseNobodyWhenOneIsShutDown() throws Exception {
    var begun = new CompletableFuture<@Nullable Void>();
    var end = new CompletableFuture<@Nullable Void>();
    try (var listener = Socket.open(tier(), StandardProtocolFamily.INET, SocketType.STREAM)) {
      listener.bind(at("127.0.0.1", 0));
      listener.listen(100);
      int port = ((InetSocketAddress) listener.getsockname()).getPort();
      var options = ServerOptions.DEFAULT.sock(listener.dup());
      var otherLoop =
          CompletableFuture.runAsync(
              () -> serveElsewhere(options, begun, end),
              task -> Thread.ofPlatform().daemon().start(task));
      begun.join();
      run(
          () -> {
            var server = loop.createServer(Echo::new, ServerOptions.DEFAULT.sock(listener.dup()));
            var asked = loop.createTask(() -> blocking(() -> askOften(port, 200)));
            blockingly(() -> askOften(port, 20));

            server.shutdown(Duration.ofMinutes(1));

            blockingly(() -> askOften(port, 20));
            assertThat(asked.await()).isEqualTo(200);
          });
      end.complete(null);
      otherLoop.join();
    }
  }

  private void serveElsewhere(
      ServerOptions options,
      CompletableFuture<@Nullable Void> begun,
      CompletableFuture<@Nullable Void> end) {
    try (var other = kind.newLoop()) {
      other.runUntilComplete(
          () -> {
            var server = other.createServer(Echo::new, options);
            begun.complete(null);
            Future.await(end);
            server.shutdown(Duration.ofMinutes(1));
            return null;
          });
    } catch (Exception e) {
      begun.completeExceptionally(e);
      throw new AssertionError(e);
    }
  }

  /// Connects, says something and gets it back, as often as told.
  private static int askOften(int port, int times) throws IOException {
    for (int i = 0; i < times; i++) {
      try (var peer = Peer.connect(port)) {
        peer.send("hello");
        assertThat(text(peer.read(5))).isEqualTo("hello");
      }
    }
    return times;
  }
}
