// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Connections.LOCALHOST;
import static io.github.asyncio4j.conformance.stage.Connections.addressOf;
import static io.github.asyncio4j.conformance.stage.Connections.portOf;
import static io.github.asyncio4j.conformance.stage.Stage.settle;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Connections;
import io.github.asyncio4j.conformance.stage.Peer;
import io.github.asyncio4j.conformance.stage.Quiet;
import io.github.asyncio4j.conformance.stage.Recorder;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Words;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The twins of `conformance/python/tcp_server.py`.
final class TcpServerScenarios {
  private static final ServerOptions OPTIONS = ServerOptions.DEFAULT;

  @Scenario(
      value = {"EL-70", "EL-150", "EL-153", "EL-154", "EL-78"},
      task = true)
  void aServerListensUntilItIsClosed(Stage stage) throws Exception {
    var server = serve(stage, Quiet::new).server();
    stage.out("its loop " + (server.getLoop() == stage.loop()));
    stage.out("serving " + server.isServing() + ", sockets " + server.sockets().size());
    stage.out("has a port " + (portOf(server) > 0));
    stage.attempt("close", server::close);
    stage.attempt("close again", server::close);
    stage.out("serving " + server.isServing() + ", sockets " + server.sockets().size());
  }

  @Scenario(
      value = {"EL-70", "R-95"},
      task = true)
  void oneSocketIsBoundForEachDifferentAddress(Stage stage) throws Exception {
    attemptServe(stage, "one host", () -> create(stage, List.of(LOCALHOST), 0));
    attemptServe(
        stage, "the same host twice", () -> create(stage, List.of(LOCALHOST, LOCALHOST), 0));
    attemptServe(stage, "two hosts", () -> create(stage, List.of(LOCALHOST, "127.0.0.2"), 0));
  }

  @Scenario(
      value = {"EL-70"},
      task = true)
  void anAddressThatCannotBeBoundIsAnIoError(Stage stage) throws Exception {
    var server = serve(stage, Quiet::new).server();
    int taken = portOf(server);
    attemptServe(stage, "port in use", () -> create(stage, List.of(LOCALHOST), taken));
    attemptServe(stage, "no address of ours", () -> create(stage, List.of("192.0.2.1"), 0));
    attemptServe(stage, "no host", () -> create(stage, List.of(), 0));
    attemptServe(
        stage, "one of two is ours", () -> create(stage, List.of("192.0.2.1", LOCALHOST), 0));
    server.close();
  }

  @Scenario(
      value = {"EL-71"},
      task = true)
  void createServerNeedsAnAddressOrASocket(Stage stage) throws Exception {
    EventLoop loop = stage.loop();
    try (var sock = stage.outside.open()) {
      attemptServe(
          stage,
          "host, port and sock",
          () -> loop.createServer(TcpServerScenarios::idle, LOCALHOST, 0, OPTIONS.sock(sock)));
    }
    attemptServe(stage, "nothing", () -> loop.createServer(TcpServerScenarios::idle, OPTIONS));
  }

  @Scenario(
      value = {"EL-71"},
      task = true)
  void aServerCanListenOnAGivenSocket(Stage stage) throws Exception {
    var sock = stage.outside.open();
    sock.bind(Connections.free(LOCALHOST));
    int port = ((InetSocketAddress) sock.getsockname()).getPort();
    var recorder = new Recorder(stage::out);
    var server = stage.loop().createServer(() -> recorder, OPTIONS.sock(sock));
    stage.out("same port " + (portOf(server) == port));
    var peer = stage.dial(server);
    peer.send("hello");
    recorder.received(5);
    peer.close();
    recorder.lost.await();
    server.close();
  }

  @Scenario(
      value = {"R-93", "EL-78", "EL-155"},
      task = true)
  void aServerThatHasNotStartedRefusesConnections(Stage stage) throws Exception {
    var recorder = new Recorder(stage::out);
    var server =
        stage.loop().createServer(() -> recorder, LOCALHOST, 0, OPTIONS.startServing(false));
    stage.attempt("serving", server::isServing);
    stage.attempt("connect", () -> stage.dial(server));
    server.startServing();
    server.startServing();
    stage.attempt("serving", server::isServing);
    var peer = stage.dial(server);
    recorder.made.await();
    peer.close();
    recorder.lost.await();
    server.close();
  }

  @Scenario(
      value = {"R-97", "EL-153"},
      task = true)
  void theSocketsOfAServerAreAFreshListEachTime(Stage stage) throws Exception {
    var server = serve(stage, Quiet::new).server();
    var first = server.sockets();
    var second = server.sockets();
    boolean samePort = first.getFirst().getsockname().equals(second.getFirst().getsockname());
    stage.out("same list " + (first == second) + ", same port " + samePort);
    server.close();
    stage.out("old list " + first.size() + ", new list " + server.sockets().size());
  }

  @Scenario(
      value = {"R-90", "EL-150"},
      task = true)
  void closingAServerLeavesItsConnectionsOpen(Stage stage) throws Exception {
    var served = serve(stage, Recorder::new);
    var client = clientOf(stage, served);
    var peer = client.peer();
    var recorder = client.protocol();
    served.server().close();
    stage.out("server closed");
    peer.send("hello");
    recorder.received(5);
    recorder.transport.write("answer".getBytes(US_ASCII));
    stage.out("peer got " + Words.show(peer.receive(6)));
    peer.close();
    recorder.lost.await();
  }

  @Scenario(
      value = {"R-90", "EL-150"},
      task = true)
  void aClosedServerRefusesConnections(Stage stage) throws Exception {
    var server = serve(stage, Quiet::new).server();
    InetSocketAddress address = addressOf(server);
    server.close();
    settle();
    stage.attempt("connect", () -> stage.outside.dial(Connections.free("127.0.0.2"), address));
  }

  @Scenario(
      value = {"R-91", "R-92", "EL-151"},
      task = true)
  void waitClosedWaitsForTheCloseAndTheLastConnection(Stage stage) throws Exception {
    var served = serve(stage, Quiet::new);
    var server = served.server();
    var peer = clientOf(stage, served).peer();
    var other = clientOf(stage, served).peer();
    var waiters = new ArrayList<Task<@Nullable Void>>();
    for (String name : List.of("first", "second")) {
      waiters.add(
          Asyncio.createTask(
              () -> {
                server.waitClosed();
                stage.out(name + " waiter released");
              }));
    }
    settle();
    stage.out("close");
    server.close();
    settle();
    stage.out("first peer leaves");
    peer.close();
    served.protocols().getFirst().lost.await();
    settle();
    stage.out("last peer leaves");
    other.close();
    Asyncio.gather(waiters).await();
    stage.attempt("wait again", server::waitClosed);
  }

  @Scenario(
      value = {"EL-152", "R-91"},
      task = true)
  void closeClientsClosesAllConnections(Stage stage) throws Exception {
    var served = serve(stage, Quiet::new);
    var server = served.server();
    var peers = peersOf(stage, served, 3);
    server.close();
    server.closeClients();
    var closing = served.protocols().stream().map(p -> p.transport.isClosing()).toList();
    stage.out("closing " + Words.show(closing));
    server.waitClosed();
    stage.out("closed");
    for (Peer peer : peers) {
      stage.out("peer sees the end after " + peer.receiveToEnd() + " bytes");
      peer.close();
    }
  }

  @Scenario(
      value = {"EL-152", "TP-04"},
      task = true)
  void abortClientsEndsAllConnections(Stage stage) throws Exception {
    var served = serve(stage, Quiet::new);
    var server = served.server();
    var peers = peersOf(stage, served, 2);
    server.close();
    server.abortClients();
    server.waitClosed();
    stage.out("closed");
    for (Peer peer : peers) {
      stage.out("peer sees the end after " + peer.receiveToEnd() + " bytes");
      peer.close();
    }
  }

  @Scenario(
      value = {"EL-156", "R-94"},
      task = true)
  void aCancelledServeForeverClosesTheServerAndWaitsForItsClients(Stage stage) throws Exception {
    var served = serve(stage, Quiet::new);
    var server = served.server();
    var peer = clientOf(stage, served).peer();
    var task = Asyncio.createTask(server::serveForever);
    settle();
    task.cancel();
    settle();
    stage.out("serving " + server.isServing() + ", task done " + task.done());
    peer.close();
    stage.attempt("serve_forever", () -> task.await());
  }

  @Scenario(
      value = {"EL-156", "EL-150"},
      task = true)
  void closingTheServerEndsServeForever(Stage stage) throws Exception {
    var server = serve(stage, Quiet::new).server();
    var task = Asyncio.createTask(server::serveForever);
    settle();
    server.close();
    stage.attempt("serve_forever", () -> task.await());
    stage.out("requests " + task.cancelling());
  }

  @Scenario(
      value = {"EL-156", "EL-155"},
      task = true)
  void aServerIsServedOnceAndNotAfterItsClose(Stage stage) throws Exception {
    var server =
        stage
            .loop()
            .createServer(TcpServerScenarios::idle, LOCALHOST, 0, OPTIONS.startServing(false));
    var task = Asyncio.createTask(server::serveForever);
    settle();
    stage.attempt("serving", server::isServing);
    stage.attempt("second", server::serveForever);
    task.cancel();
    stage.attempt("first", () -> task.await());
    stage.attempt("closed", server::serveForever);
  }

  @Scenario(
      value = {"EL-157"},
      task = true)
  void aServerIsClosedAtTheEndOfItsBlock(Stage stage) throws Exception {
    var server = serve(stage, Quiet::new).server();
    try (server) {
      stage.attempt("serving", server::isServing);
    }
    stage.attempt("serving", server::isServing);
  }

  @Scenario(
      value = {"R-86", "EL-72", "EL-70"},
      task = true)
  void allConnectionsAreAcceptedWhateverTheBacklog(Stage stage) throws Exception {
    var served = serve(stage, Quiet::new, OPTIONS.backlog(1));
    var peers = peersOf(stage, served, 5);
    stage.out("connections " + served.protocols().size());
    served.server().close();
    for (Peer peer : peers) {
      peer.close();
    }
    for (Recorder protocol : served.protocols()) {
      protocol.lost.await();
    }
  }

  @Scenario(
      value = {"R-87"},
      task = true)
  void aProtocolFactoryThatRaisesEndsOneConnectionAndNotTheServer(Stage stage) throws Exception {
    EventLoop loop = stage.loop();
    loop.setExceptionHandler((l, context) -> {});
    var recorder = new Recorder(stage::out);
    var calls = new ArrayList<Integer>();
    Supplier<Protocol> factory =
        () -> {
          calls.add(calls.size());
          if (calls.size() == 1) {
            stage.out("factory raises");
            throw new Boom("boom");
          }
          return recorder;
        };

    var server = loop.createServer(factory, LOCALHOST, 0);
    var first = stage.dial(server);
    stage.out("first peer sees the end after " + first.receiveToEnd() + " bytes");
    var second = stage.dial(server);
    recorder.made.await();
    second.close();
    recorder.lost.await();
    server.close();
  }

  @Scenario(
      value = {"R-83", "TP-01"},
      task = true)
  void anAcceptedConnectionKnowsItsPeerEvenWhenItIsGone(Stage stage) throws Exception {
    var served = serve(stage, Recorder::new);
    var peer = stage.dial(served.server());
    var name = peer.localAddress();
    peer.close();
    Recorder protocol = firstOf(served);
    protocol.lost.await();
    boolean kept = name.equals(protocol.transport.getExtraInfo("peername"));
    stage.out("peername is kept: " + kept);
    served.server().close();
  }

  @Scenario(
      value = {"R-57", "TP-08", "R-59"},
      task = true)
  void aServedProtocolHearsOfEverythingInOrder(Stage stage) throws Exception {
    var served = serve(stage, Recorder::new);
    var peer = stage.dial(served.server());
    peer.send("hello");
    peer.end();
    firstOf(served).lost.await();
    stage.out("peer sees the end after " + peer.receiveToEnd() + " bytes");
    peer.close();
    served.server().close();
  }

  @Scenario(
      value = {"EL-70", "EL-42"},
      task = true)
  void clientAndServerOfOneLoopTalk(Stage stage) throws Exception {
    EventLoop loop = stage.loop();
    var server = loop.createServer(Upper::new, LOCALHOST, 0);
    var recorder = new Recorder(stage::out);
    var transport = loop.createConnection(() -> recorder, LOCALHOST, portOf(server)).transport();
    for (String word : List.of("hello", "world")) {
      int before = recorder.count;
      transport.write(word.getBytes(US_ASCII));
      recorder.received(before + word.length());
    }
    transport.close();
    recorder.lost.await();
    server.close();
    server.waitClosed();
    stage.out("closed");
  }

  /// Prints how creating a server ends; a server that came out of it is closed.
  private static void attemptServe(Stage stage, String label, Callable<Server> creating) {
    Server server;
    try {
      server = creating.call();
    } catch (Throwable t) {
      stage.out(label + ": " + Words.word(t));
      return;
    }
    stage.out(label + ": " + server.sockets().size() + " sockets");
    server.close();
  }

  private static Server create(Stage stage, List<String> hosts, int port) throws IOException {
    return stage.loop().createServer(TcpServerScenarios::idle, hosts, port, OPTIONS);
  }

  private static Protocol idle() {
    return new Protocol() {};
  }

  /// A server and the protocols that it has made.
  record Served(Server server, List<Recorder> protocols) {}

  static Served serve(Stage stage, Function<Consumer<String>, Recorder> protocol)
      throws IOException {
    return serve(stage, protocol, OPTIONS);
  }

  static Served serve(
      Stage stage, Function<Consumer<String>, Recorder> protocol, ServerOptions options)
      throws IOException {
    var protocols = new ArrayList<Recorder>();
    Supplier<Recorder> factory =
        () -> {
          protocols.add(protocol.apply(stage::out));
          return protocols.getLast();
        };
    return new Served(stage.loop().createServer(factory, LOCALHOST, 0, options), protocols);
  }

  /// A peer and the protocol that serves it.
  record Client(Peer peer, Recorder protocol) {}

  static Client clientOf(Stage stage, Served served) throws IOException {
    int number = served.protocols().size();
    var peer = stage.dial(served.server());
    while (served.protocols().size() == number
        || served.protocols().get(number).transport == null) {
      Asyncio.sleep(Duration.ZERO);
    }
    return new Client(peer, served.protocols().get(number));
  }

  private static List<Peer> peersOf(Stage stage, Served served, int count) throws IOException {
    var peers = new ArrayList<Peer>();
    for (int i = 0; i < count; i++) {
      peers.add(clientOf(stage, served).peer());
    }
    return peers;
  }

  private static Recorder firstOf(Served served) {
    while (served.protocols().isEmpty()) {
      Asyncio.sleep(Duration.ZERO);
    }
    return served.protocols().getFirst();
  }

  /// Answers in capitals.
  private static final class Upper implements Protocol {
    private Transport transport;

    @Override
    public void connectionMade(BaseTransport transport) {
      this.transport = (Transport) transport;
    }

    @Override
    public void dataReceived(ByteBuffer data) {
      String text = US_ASCII.decode(data).toString();
      transport.write(text.toUpperCase(Locale.ROOT).getBytes(US_ASCII));
    }
  }
}
