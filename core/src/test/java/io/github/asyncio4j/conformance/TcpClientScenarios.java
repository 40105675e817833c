// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Connections.LOCALHOST;
import static io.github.asyncio4j.conformance.stage.Connections.portOf;
import static io.github.asyncio4j.conformance.stage.Stage.settle;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Connection;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Connections;
import io.github.asyncio4j.conformance.stage.Peer;
import io.github.asyncio4j.conformance.stage.Quiet;
import io.github.asyncio4j.conformance.stage.Recorder;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Words;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.TransportSocket;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.Transport;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The twins of `conformance/python/tcp_client.py`.
final class TcpClientScenarios {
  private static final Duration A_WHILE = Duration.ofMillis(20);
  private static final ConnectionOptions OPTIONS = ConnectionOptions.DEFAULT;

  @Scenario(
      value = {"R-57", "EL-40"},
      task = true)
  void createConnectionReturnsBetweenConnectionMadeAndTheFirstData(Stage stage) throws Exception {
    EventLoop loop = stage.loop();
    Supplier<Recorder> factory =
        () -> {
          stage.out("factory");
          return new Recorder(stage::out);
        };
    try (var listener = stage.listen()) {
      var sock = stage.outside.openConnected(listener.address());
      var peer = listener.accept();
      peer.send("hello");
      var connection = loop.createConnection(factory, OPTIONS.sock(sock));
      var recorder = connection.protocol();
      stage.out("returned");
      recorder.received(5);
      stage.out("its protocol " + (connection.transport().getProtocol() == recorder));
      peer.close();
      recorder.lost.await();
    }
  }

  @Scenario(
      value = {"EL-40", "EL-42"},
      task = true)
  void createConnectionNeedsAnAddressOrASocket(Stage stage) throws Exception {
    EventLoop loop = stage.loop();
    Supplier<Protocol> factory = printingFactory(stage);
    try (var sock = stage.outside.open()) {
      attemptConnect(
          stage,
          "host, port and sock",
          () -> loop.createConnection(factory, LOCALHOST, 1, OPTIONS.sock(sock)));
      attemptConnect(stage, "nothing", () -> loop.createConnection(factory, OPTIONS));
    }
  }

  @Scenario(
      value = {"EL-40", "R-57"},
      task = true)
  void aRefusedConnectionIsAnIoErrorAndMakesNoProtocol(Stage stage) throws Exception {
    EventLoop loop = stage.loop();
    Supplier<Protocol> factory = printingFactory(stage);
    try (var bound = stage.outside.bindOnly()) {
      int port = bound.port();
      attemptConnect(stage, "connect", () -> loop.createConnection(factory, LOCALHOST, port));
    }
  }

  @Scenario(
      value = {"EL-50"},
      task = true)
  void allErrorsOfConnectingCanBeHadAsAGroup(Stage stage) throws Exception {
    EventLoop loop = stage.loop();
    try (var bound = stage.outside.bindOnly()) {
      int port = bound.port();
      attemptConnect(
          stage,
          "first error",
          () -> loop.createConnection(TcpClientScenarios::idle, LOCALHOST, port));
      attemptConnect(
          stage,
          "all errors",
          () ->
              loop.createConnection(
                  TcpClientScenarios::idle, LOCALHOST, port, OPTIONS.allErrors(true)));
    }
  }

  @Scenario(
      value = {"EL-42", "TP-01"},
      task = true)
  void aConnectedSocketCanBeGiven(Stage stage) throws Exception {
    EventLoop loop = stage.loop();
    Socket sock;
    Peer peer;
    try (var listener = stage.listen()) {
      sock = stage.outside.openConnected(listener.address());
      peer = listener.accept();
    }
    var connection = loop.createConnection(() -> new Recorder(stage::out), OPTIONS.sock(sock));
    var transport = connection.transport();
    transport.write("hello".getBytes(US_ASCII));
    stage.out("peer got " + Words.show(peer.receive(5)));
    transport.close();
    connection.protocol().lost.await();
    stage.out("peer got " + peer.receiveToEnd() + " bytes more");
    peer.close();
  }

  @Scenario(
      value = {"EL-43"},
      task = true)
  void aConnectionCanBeBoundToALocalAddress(Stage stage) throws Exception {
    EventLoop loop = stage.loop();
    try (var listener = stage.listen()) {
      var connection =
          loop.createConnection(
              () -> new Recorder(stage::out),
              LOCALHOST,
              listener.port(),
              OPTIONS.localAddr(Connections.free("127.0.0.2")));
      var transport = connection.transport();
      var accepted = listener.accept();
      stage.out("the peer sees " + host(accepted.remoteAddress()));
      stage.out("sockname " + host(transport.getExtraInfo("sockname")));
      transport.close();
      connection.protocol().lost.await();
      accepted.close();
    }
  }

  @Scenario(
      value = {"EL-43"},
      task = true)
  void aLocalAddressThatDoesNotFitIsAnIoError(Stage stage) throws Exception {
    EventLoop loop = stage.loop();
    try (var listener = stage.listen()) {
      InetSocketAddress address = listener.address();
      attemptConnect(
          stage,
          "other family",
          () ->
              loop.createConnection(
                  TcpClientScenarios::idle,
                  LOCALHOST,
                  address.getPort(),
                  OPTIONS.localAddr(Connections.free("::1"))));
      attemptConnect(
          stage,
          "taken",
          () ->
              loop.createConnection(
                  TcpClientScenarios::idle,
                  LOCALHOST,
                  address.getPort(),
                  OPTIONS.localAddr(address)));
    }
  }

  @Scenario(
      value = {"EL-40"},
      task = true)
  void aHostNameIsResolved(Stage stage) throws Exception {
    EventLoop loop = stage.loop();
    try (var listener = stage.listen()) {
      var connection =
          loop.createConnection(() -> new Recorder(stage::out), "localhost", listener.port());
      stage.out("peername " + host(connection.transport().getExtraInfo("peername")));
      connection.transport().close();
      connection.protocol().lost.await();
    }
  }

  @Scenario(
      value = {"EL-40"},
      task = true)
  void aProtocolFactoryThatRaisesFailsTheConnect(Stage stage) throws Exception {
    EventLoop loop = stage.loop();
    Supplier<Protocol> factory =
        () -> {
          throw new Boom("boom");
        };
    try (var listener = stage.listen()) {
      int before = stage.outside.openSockets();
      attemptConnect(
          stage, "connect", () -> loop.createConnection(factory, LOCALHOST, listener.port()));
      stage.out("descriptors left " + (stage.outside.openSockets() - before));
    }
  }

  @Scenario(
      value = {"R-60"},
      task = true)
  void aConnectionMadeThatRaisesIsReportedAndTheConnectionLives(Stage stage) throws Exception {
    stage.loop().setExceptionHandler(stage.printingHandler());

    class Failing extends Recorder {
      Failing() {
        super(stage::out);
      }

      @Override
      public void connectionMade(BaseTransport transport) {
        super.connectionMade(transport);
        throw new Boom("boom");
      }
    }

    var recorder = new Failing();
    var link = stage.connect(recorder);
    link.peer().send("hello");
    recorder.received(5);
    link.transport().close();
    recorder.lost.await();
    link.peer().close();
  }

  @Scenario(
      value = {"R-58", "TP-02", "R-57"},
      task = true)
  void aProtocolThatPausesInConnectionMadeGetsNothingUntilItResumes(Stage stage) throws Exception {
    class Paused extends Recorder {
      Paused() {
        super(stage::out);
      }

      @Override
      public void connectionMade(BaseTransport transport) {
        super.connectionMade(transport);
        this.transport.pauseReading();
      }
    }

    var recorder = new Paused();
    var link = stage.connect(recorder);
    link.peer().send("hello");
    Asyncio.sleep(A_WHILE);
    stage.out("resume");
    link.transport().resumeReading();
    recorder.received(5);
    link.peer().close();
    recorder.lost.await();
  }

  @Scenario(
      value = {"R-85", "TK-02"},
      task = true)
  void cancellingAConnectClosesItsSocket(Stage stage) throws Exception {
    EventLoop loop = stage.loop();
    try (var listener = stage.outside.listen(1)) {
      var queued = stage.outside.dial(null, listener.address());
      var last = stage.outside.dial(null, listener.address());
      int before = stage.outside.openSockets();
      int port = listener.port();
      var task =
          Asyncio.createTask(
              () -> loop.createConnection(TcpClientScenarios::idle, LOCALHOST, port));
      Asyncio.sleep(A_WHILE);
      stage.out("done " + task.done());
      task.cancel();
      stage.attempt("connect", () -> task.await().transport());
      stage.out("descriptors left " + (stage.outside.openSockets() - before));
      queued.close();
      last.close();
    }
  }

  @Scenario(
      value = {"TP-07", "TP-08"},
      task = true)
  void theMethodsOfAProtocolDoNothingByDefault(Stage stage) throws Exception {
    Future<String> lost = stage.loop().createFuture();

    class Plain implements Protocol {
      @Override
      public void connectionLost(@Nullable Exception exc) {
        Protocol.super.connectionLost(exc);
        lost.setResult(Words.word(exc));
      }
    }

    var link = stage.connect(new Plain());
    link.peer().send("hello");
    link.peer().close();
    stage.out("lost " + lost.await());
    stage.out("closing " + link.transport().isClosing());
  }

  @Scenario(
      value = {"R-81", "TP-01"},
      task = true)
  void everyTcpTransportHasNoDelayAndNoKeepAlive(Stage stage) throws Exception {
    EventLoop loop = stage.loop();
    Future<Recorder> accepted = loop.createFuture();

    class Accepted extends Quiet {
      Accepted() {
        super(stage::out);
      }

      @Override
      public void connectionMade(BaseTransport transport) {
        super.connectionMade(transport);
        accepted.setResult(this);
      }
    }

    var server = loop.createServer(Accepted::new, LOCALHOST, 0);
    var client = loop.createConnection(() -> new Quiet(stage::out), LOCALHOST, portOf(server));
    Recorder served = accepted.await();
    for (Transport end : List.of(client.transport(), served.transport)) {
      TransportSocket sock = end.getExtraInfo("socket", TransportSocket.class);
      boolean noDelay = sock.getOption(StandardSocketOptions.TCP_NODELAY);
      boolean keepAlive = sock.getOption(StandardSocketOptions.SO_KEEPALIVE);
      stage.out("no delay " + noDelay + ", keep alive " + keepAlive);
    }
    client.transport().close();
    client.protocol().lost.await();
    served.lost.await();
    server.close();
  }

  /// Prints how connecting ends; a transport that came out of it is closed.
  private static void attemptConnect(
      Stage stage, String label, Callable<? extends Connection<Transport, ?>> connecting) {
    Transport transport;
    try {
      transport = connecting.call().transport();
    } catch (Throwable t) {
      stage.out(label + ": " + Words.word(t));
      return;
    }
    stage.out(label + ": connected");
    transport.close();
    settle();
  }

  private static Supplier<Protocol> printingFactory(Stage stage) {
    return () -> {
      stage.out("factory");
      return idle();
    };
  }

  private static Protocol idle() {
    return new Protocol() {};
  }

  private static String host(Object address) {
    return ((InetSocketAddress) address).getAddress().getHostAddress();
  }
}
