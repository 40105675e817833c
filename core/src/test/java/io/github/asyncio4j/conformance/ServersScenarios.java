// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.TcpServerScenarios.clientOf;
import static io.github.asyncio4j.conformance.TcpServerScenarios.serve;
import static io.github.asyncio4j.conformance.stage.Connections.LOCALHOST;
import static io.github.asyncio4j.conformance.stage.Connections.portOf;
import static io.github.asyncio4j.conformance.stage.Stage.settle;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.conformance.stage.Quiet;
import io.github.asyncio4j.conformance.stage.Recorder;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Words;
import io.github.asyncio4j.socket.TransportSocket;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.Protocol;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The twins of `conformance/python/servers.py`.
final class ServersScenarios {
  private static final ServerOptions OPTIONS = ServerOptions.DEFAULT;

  private static final class Idle implements Protocol {}

  private static void attemptPort(Stage stage, String label, Callable<Server> creating)
      throws Exception {
    try (var _ = creating.call()) {
      stage.out(label + ": serving");
    } catch (IOException e) {
      stage.out(label + ": io error");
    }
  }

  private static Server idle(Stage stage, int port, ServerOptions options) throws IOException {
    return stage.loop().createServer(Idle::new, LOCALHOST, port, options);
  }

  @Scenario(value = "EL-74", task = true)
  void aServerReusesAddressesUnlessItIsToldNotTo(Stage stage) throws Exception {
    for (var options : List.of(OPTIONS, OPTIONS.reuseAddress(true), OPTIONS.reuseAddress(false))) {
      try (var server = idle(stage, 0, options)) {
        var value = server.sockets().getFirst().getOption(StandardSocketOptions.SO_REUSEADDR);
        stage.out("reuse address " + value);
      }
    }
  }

  @Scenario(value = "EL-75", task = true)
  void serversShareAPortIfAllOfThemSaySo(Stage stage) throws Exception {
    var shared = OPTIONS.reusePort(true);
    try (var first = idle(stage, 0, shared)) {
      attemptPort(stage, "shared", () -> idle(stage, portOf(first), shared));
      attemptPort(stage, "not shared", () -> idle(stage, portOf(first), OPTIONS));
    }
    try (var alone = idle(stage, 0, OPTIONS)) {
      attemptPort(stage, "with one that does not share", () -> idle(stage, portOf(alone), shared));
    }
  }

  @Scenario(value = "EL-76", task = true)
  void theConnectionsOfAServerAreKeptAliveIfItSaysSo(Stage stage) throws Exception {
    for (var options : List.of(OPTIONS, OPTIONS.keepAlive(true))) {
      var served = serve(stage, Quiet::new, options);
      var client = clientOf(stage, served);
      var socket = client.protocol().transport.getExtraInfo("socket", TransportSocket.class);
      stage.out("keep alive " + socket.getOption(StandardSocketOptions.SO_KEEPALIVE));
      client.peer().close();
      client.protocol().lost.await();
      served.server().close();
    }
  }

  @Scenario(
      value = {"EL-70", "EL-153"},
      task = true)
  void aServerOnTwoHostsIsReachedAtBoth(Stage stage) throws Exception {
    var loop = stage.loop();
    var protocols = new ArrayList<Quiet>();
    var server =
        loop.createServer(
            () -> {
              protocols.add(new Quiet(stage::out));
              return protocols.getLast();
            },
            List.of(LOCALHOST, "127.0.0.2"),
            0,
            OPTIONS);
    for (var sock : server.sockets()) {
      var address = (InetSocketAddress) Objects.requireNonNull(sock.getsockname());
      var transport =
          loop.createConnection(
                  () -> new Quiet(stage::out), address.getHostString(), address.getPort())
              .transport();
      var peer = transport.getExtraInfo("peername", InetSocketAddress.class);
      stage.out("connected to " + peer.getAddress().getHostAddress());
      transport.close();
    }
    server.close();
    server.waitClosed();
    stage.out("protocols " + protocols.size() + ", sockets " + server.sockets().size());
  }

  @Scenario(
      value = {"EL-71", "EL-70"},
      task = true)
  void aServerIsNotMadeOfADatagramSocket(Stage stage) throws Exception {
    try (var sock = stage.outside.openDatagrams()) {
      stage.attempt("server", () -> stage.loop().createServer(Idle::new, OPTIONS.sock(sock)));
      stage.attempt(
          "connection",
          () -> stage.loop().createConnection(Idle::new, ConnectionOptions.DEFAULT.sock(sock)));
    }
  }

  @Scenario(
      value = {"EL-78", "EL-156"},
      task = true)
  void serveForeverStartsAServerThatWasNotStarted(Stage stage) throws Exception {
    var recorder = new Recorder(stage::out);
    var server =
        stage.loop().createServer(() -> recorder, LOCALHOST, 0, OPTIONS.startServing(false));
    stage.out("serving " + server.isServing());
    Task<Void> forever = stage.loop().createTask(server::serveForever);
    settle();
    stage.out("serving " + server.isServing());
    var peer = stage.dial(server);
    peer.send("hello");
    recorder.received(5);
    peer.close();
    recorder.lost.await();
    forever.cancel();
    stage.attempt("forever", () -> forever.await());
    stage.out("serving " + server.isServing());
  }

  @Scenario(value = "EL-155", task = true)
  void aServerMayBeStartedTwice(Stage stage) throws Exception {
    var served = serve(stage, Quiet::new, OPTIONS);
    served.server().startServing();
    served.server().startServing();
    var client = clientOf(stage, served);
    stage.out(
        "serving " + served.server().isServing() + ", connections " + served.protocols().size());
    client.peer().close();
    client.protocol().lost.await();
    served.server().close();
  }

  @Scenario(
      value = {"R-91", "EL-151"},
      task = true)
  void allWhoWaitForAServerAreWokenInTheirOrder(Stage stage) throws Exception {
    var served = serve(stage, Quiet::new, OPTIONS);
    var server = served.server();
    var client = clientOf(stage, served);
    var waiting = new ArrayList<Task<Void>>();
    for (String name : List.of("a", "b", "c")) {
      waiting.add(Asyncio.createTask(() -> awaitEnd(stage, server, name)));
    }
    settle();
    server.close();
    settle();
    stage.out("closed");
    client.peer().close();
    client.protocol().lost.await();
    Asyncio.gather(waiting).await();
    awaitEnd(stage, server, "late");
  }

  private static void awaitEnd(Stage stage, Server server, String name) {
    server.waitClosed();
    stage.out(name + " woken");
  }

  @Scenario(
      value = {"R-92", "EL-151"},
      task = true)
  void aServerEndsAfterItsLastProtocolHasHeardOfTheEnd(Stage stage) throws Exception {
    var waiting = new AtomicReference<Task<Void>>();
    class Slow extends Quiet {
      Slow(Consumer<String> out) {
        super(out);
      }

      @Override
      public void connectionLost(@Nullable Exception exc) {
        stage.out("waiting is over " + waiting.get().done());
        super.connectionLost(exc);
      }
    }

    var served = serve(stage, Slow::new, OPTIONS);
    var client = clientOf(stage, served);
    served.server().close();
    waiting.set(Asyncio.createTask(() -> served.server().waitClosed()));
    settle();
    client.peer().close();
    client.protocol().lost.await();
    waiting.get().await();
    stage.out("closed");
  }

  @Scenario(value = "EL-152", task = true)
  void aServerWhoseClientsAreClosedGoesOnServing(Stage stage) throws Exception {
    var served = serve(stage, Quiet::new, OPTIONS);
    var server = served.server();
    var first = clientOf(stage, served);
    server.closeClients();
    first.protocol().lost.await();
    stage.out("first " + Words.show(first.peer().receive(1)));
    var second = clientOf(stage, served);
    server.abortClients();
    second.protocol().lost.await();
    stage.out("second " + Words.show(second.peer().receive(1)) + ", serving " + server.isServing());
    server.close();
    server.waitClosed();
    first.peer().close();
    second.peer().close();
  }

  @Scenario(
      value = {"EL-150", "R-90"},
      task = true)
  void aProtocolMayCloseItsServer(Stage stage) throws Exception {
    var itself = new AtomicReference<Server>();
    class Last extends Quiet {
      Last(Consumer<String> out) {
        super(out);
      }

      @Override
      public void connectionMade(BaseTransport transport) {
        super.connectionMade(transport);
        itself.get().close();
        stage.out("serving " + itself.get().isServing());
      }

      @Override
      public void dataReceived(ByteBuffer data) {
        transport.write(data);
        transport.close();
      }
    }

    var served = serve(stage, Last::new, OPTIONS);
    itself.set(served.server());
    var peer = stage.dial(served.server());
    peer.send("hello");
    stage.out("peer got " + Words.show(peer.receive(5)));
    served.server().waitClosed();
    stage.out("connections " + served.protocols().size());
    peer.close();
  }

  @Scenario(
      value = {"EL-156", "R-94"},
      task = true)
  void serveForeverThatIsCancelledTwiceGivesUpItsClients(Stage stage) throws Exception {
    var served = serve(stage, Quiet::new, OPTIONS);
    var server = served.server();
    Task<Void> forever = Asyncio.createTask(server::serveForever);
    settle();
    var client = clientOf(stage, served);
    forever.cancel();
    settle();
    stage.out("done " + forever.done() + ", serving " + server.isServing());
    forever.cancel();
    stage.attempt("forever", () -> forever.await());
    stage.out("lost " + client.protocol().lost.done());
    client.peer().close();
    client.protocol().lost.await();
  }

  @Scenario(
      value = {"EL-154", "EL-150"},
      task = true)
  void aServerThatIsClosedBeforeItServesNeverServes(Stage stage) throws Exception {
    var server = idle(stage, 0, OPTIONS.startServing(false));
    stage.attempt("close", server::close);
    stage.out("serving " + server.isServing() + ", sockets " + server.sockets().size());
    stage.attempt("wait", server::waitClosed);
    stage.attempt("forever", server::serveForever);
  }
}
