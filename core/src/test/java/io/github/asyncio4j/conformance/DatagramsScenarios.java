// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Stage.settle;

import io.github.asyncio4j.DatagramOptions;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Endpoint;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Words;
import io.github.asyncio4j.transport.WriteBufferLimits;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The twins of `conformance/python/datagrams.py`.
final class DatagramsScenarios {
  private static final InetSocketAddress LOCAL =
      new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
  private static final DatagramOptions PLAIN = DatagramOptions.DEFAULT;

  private static Endpoint bound(Stage stage, String name) throws Exception {
    return new Endpoint(stage::out, name).open(LOCAL, null, PLAIN);
  }

  private static Endpoint connected(Stage stage, String name, Endpoint to) throws Exception {
    return new Endpoint(stage::out, name).open(null, to.address(), PLAIN);
  }

  private static void end(Endpoint... endpoints) throws Exception {
    for (var endpoint : endpoints) {
      endpoint.end();
    }
  }

  @Scenario(
      value = {"EL-60", "TP-05", "TP-10"},
      task = true)
  void aDatagramIsAnsweredToItsSender(Stage stage) throws Exception {
    var server = bound(stage, "server");
    var client = connected(stage, "client", server);
    client.sendto("ping", null);
    server.hear(1);
    stage.out("sender " + server.heard.getFirst().equals(client.address()));
    server.sendto("pong", (SocketAddress) server.heard.getFirst());
    client.hear(1);
    stage.out("sender " + client.heard.getFirst().equals(server.address()));
    end(client, server);
  }

  @Scenario(
      value = {"R-57", "TP-10"},
      task = true)
  void theCallerGoesOnBeforeTheFirstDatagram(Stage stage) throws Exception {
    var sender = bound(stage, "sender");
    var socket = stage.outside.openDatagrams();
    socket.bind(LOCAL);
    sender.sendto("early", socket.getsockname());
    var receiver = new Endpoint(stage::out, "receiver").open(null, null, PLAIN.sock(socket));
    stage.out("opened");
    receiver.hear(1);
    end(receiver, sender);
  }

  @Scenario(value = "R-114", task = true)
  void emptyDatagramsGoOutAndComeIn(Stage stage) throws Exception {
    var server = bound(stage, "server");
    var client = bound(stage, "client");
    client.sendto("", server.address());
    client.sendto("x", server.address());
    client.sendto("", server.address());
    server.hear(3);
    end(client, server);
  }

  @Scenario(value = "R-114", task = true)
  void aConnectedEndpointSendsToNoOtherAddress(Stage stage) throws Exception {
    var server = bound(stage, "server");
    var client = connected(stage, "client", server);
    stage.attempt("other", () -> client.sendto("x", client.address()));
    stage.attempt("same", () -> client.sendto("y", server.address()));
    server.hear(1);
    end(client, server);
  }

  @Scenario(value = "EL-60", task = true)
  void aConnectedEndpointHearsNobodyElse(Stage stage) throws Exception {
    var server = bound(stage, "server");
    var stranger = bound(stage, "stranger");
    var client = connected(stage, "client", server);
    stranger.sendto("from a stranger", client.address());
    server.sendto("from the server", client.address());
    client.hear(1);
    settle();
    end(client, stranger, server);
  }

  @Scenario(value = "EL-63", task = true)
  void withBroadcastTheRemoteAddressIsWhereToSendOnly(Stage stage) throws Exception {
    var server = bound(stage, "server");
    var stranger = bound(stage, "stranger");
    var client =
        new Endpoint(stage::out, "client")
            .open(LOCAL, server.address(), PLAIN.allowBroadcast(true));
    stage.out("peername " + Words.show(client.transport.getExtraInfo("peername")));
    client.sendto("to all", null);
    server.hear(1);
    stranger.sendto("from a stranger", client.address());
    client.hear(1);
    stage.attempt("other", () -> client.sendto("x", stranger.address()));
    end(client, stranger, server);
  }

  @Scenario(value = "EL-60", task = true)
  void anEndpointWithoutAddressesNeedsAFamily(Stage stage) throws Exception {
    var endpoint = new Endpoint(stage::out, "endpoint");
    stage.attempt("nothing", () -> endpoint.open(null, null, PLAIN));
    endpoint.open(null, null, PLAIN.family(StandardProtocolFamily.INET));
    end(endpoint);
  }

  @Scenario(value = "EL-60", task = true)
  void anUnboundEndpointCanSend(Stage stage) throws Exception {
    var server = bound(stage, "server");
    var client =
        new Endpoint(stage::out, "client")
            .open(null, null, PLAIN.family(StandardProtocolFamily.INET));
    client.sendto("hello", server.address());
    server.hear(1);
    server.sendto("you", (SocketAddress) server.heard.getFirst());
    client.hear(1);
    end(client, server);
  }

  @Scenario(value = "EL-60", task = true)
  void aSocketIsGivenWithoutAnythingElse(Stage stage) throws Exception {
    var endpoint = new Endpoint(stage::out, "endpoint");
    try (var socket = stage.outside.openDatagrams()) {
      var options = PLAIN.sock(socket);
      stage.attempt("address", () -> endpoint.open(LOCAL, null, options));
      stage.attempt(
          "family", () -> endpoint.open(null, null, options.family(StandardProtocolFamily.INET)));
      stage.attempt("port", () -> endpoint.open(null, null, options.reusePort(true)));
      stage.attempt("broadcast", () -> endpoint.open(null, null, options.allowBroadcast(true)));
    }
    try (var stream = stage.outside.open()) {
      stage.attempt("stream", () -> endpoint.open(null, null, PLAIN.sock(stream)));
    }
  }

  @Scenario(value = "EL-60", task = true)
  void localAndRemoteAddressMustBeOfOneFamily(Stage stage) throws Exception {
    var endpoint = new Endpoint(stage::out, "endpoint");
    var six = new InetSocketAddress(InetAddress.ofLiteral("::1"), 9);
    stage.attempt("both", () -> endpoint.open(LOCAL, six, PLAIN));
  }

  @Scenario(value = "EL-60", task = true)
  void anAddressThatIsInUseIsAnIoError(Stage stage) throws Exception {
    var first = bound(stage, "first");
    stage.attempt(
        "again", () -> new Endpoint(stage::out, "second").open(first.address(), null, PLAIN));
    end(first);
  }

  @Scenario(value = "EL-62", task = true)
  void endpointsShareAPortIfAllOfThemSaySo(Stage stage) throws Exception {
    var sharing = PLAIN.reusePort(true);
    var first = new Endpoint(stage::out, "first").open(LOCAL, null, sharing);
    var second = new Endpoint(stage::out, "second").open(first.address(), null, sharing);
    stage.out("same " + first.address().equals(second.address()));
    stage.attempt(
        "third", () -> new Endpoint(stage::out, "third").open(first.address(), null, PLAIN));
    end(second, first);
  }

  @Scenario(value = "R-113", task = true)
  void aPortThatNobodyHasIsToldAndTheEndpointLivesOn(Stage stage) throws Exception {
    var gone = bound(stage, "gone");
    var client = connected(stage, "client", gone);
    end(gone);
    settle();
    client.sendto("anybody", null);
    client.hear(1);
    client.sendto("really", null);
    client.hear(2);
    stage.out("closing " + client.transport.isClosing());
    var back = new Endpoint(stage::out, "back").open(gone.address(), null, PLAIN);
    client.sendto("again", null);
    back.hear(1);
    end(back, client);
  }

  @Scenario(value = "R-113", task = true)
  void aDatagramThatIsTooLargeIsToldAndDropped(Stage stage) throws Exception {
    var server = bound(stage, "server");
    var client = connected(stage, "client", server);
    client.transport.sendto(new byte[65_508], null);
    client.hear(1);
    client.sendto("small", null);
    server.hear(1);
    stage.out("closing " + client.transport.isClosing());
    end(client, server);
  }

  @Scenario(value = "TP-10", task = true)
  void anExceptionInDatagramReceivedIsReportedAndTheEndpointLivesOn(Stage stage) throws Exception {
    class Picky extends Endpoint {
      Picky() {
        super(stage::out, "server");
      }

      @Override
      public void datagramReceived(ByteBuffer data, @Nullable SocketAddress addr) {
        super.datagramReceived(data, addr);
        if (heard.size() == 1) {
          throw new Boom("picky");
        }
      }
    }

    stage.loop().setExceptionHandler(stage.printingHandler());
    var server = new Picky().open(LOCAL, null, PLAIN);
    var client = connected(stage, "client", server);
    client.sendto("one", null);
    client.sendto("two", null);
    server.hear(2);
    end(client, server);
  }

  @Scenario(value = "R-112", task = true)
  void whatADatagramQueuesComesBeforeTheNextOne(Stage stage) throws Exception {
    EventLoop loop = stage.loop();
    class Queueing extends Endpoint {
      Queueing() {
        super(stage::out, "server");
      }

      @Override
      public void datagramReceived(ByteBuffer data, @Nullable SocketAddress addr) {
        super.datagramReceived(data, addr);
        var text = Words.show(data);
        loop.callSoon(() -> stage.out("after " + text));
      }
    }

    var server = new Queueing().open(LOCAL, null, PLAIN);
    var client = connected(stage, "client", server);
    for (int i = 0; i < 5; i++) {
      client.sendto("" + i, null);
    }
    server.hear(5);
    settle();
    end(client, server);
  }

  @Scenario(
      value = {"TP-05", "R-67"},
      task = true)
  void theEndOfAnEndpointIsToldInTheNextIteration(Stage stage) throws Exception {
    EventLoop loop = stage.loop();
    var endpoint = bound(stage, "endpoint");
    loop.callSoon(() -> stage.out("queued before"));
    endpoint.transport.close();
    loop.callSoon(() -> stage.out("queued after"));
    stage.out("closing " + endpoint.transport.isClosing());
    endpoint.transport.close();
    endpoint.transport.abort();
    end(endpoint);
    settle();
  }

  @Scenario(
      value = {"TP-05", "TP-04"},
      task = true)
  void anEndpointThatIsAbortedIsLostWithoutAReason(Stage stage) throws Exception {
    var endpoint = bound(stage, "endpoint");
    endpoint.transport.abort();
    stage.out("closing " + endpoint.transport.isClosing());
    end(endpoint);
  }

  @Scenario(value = "TP-05", task = true)
  void whatIsSentAfterCloseIsDropped(Stage stage) throws Exception {
    var server = bound(stage, "server");
    var client = connected(stage, "client", server);
    client.transport.close();
    for (int i = 0; i < 8; i++) {
      stage.attempt("late", () -> client.sendto("late", null));
    }
    end(client);
    settle();
    end(server);
  }

  @Scenario(value = "TP-05", task = true)
  void aCloseInsideOfDatagramReceivedEndsIt(Stage stage) throws Exception {
    class Brief extends Endpoint {
      Brief() {
        super(stage::out, "server");
      }

      @Override
      public void datagramReceived(ByteBuffer data, @Nullable SocketAddress addr) {
        super.datagramReceived(data, addr);
        sendto("bye", addr);
        transport.close();
      }
    }

    var server = new Brief().open(LOCAL, null, PLAIN);
    var client = bound(stage, "client");
    for (int i = 0; i < 3; i++) {
      client.sendto("" + i, server.address());
    }
    client.hear(1);
    end(server, client);
  }

  @Scenario(
      value = {"R-115", "R-78"},
      task = true)
  void theWriteLimitsOfAnEndpointCanBeSet(Stage stage) throws Exception {
    var endpoint = bound(stage, "endpoint");
    var transport = endpoint.transport;
    stage.out("limits " + Words.show(list(transport.getWriteBufferLimits())));
    transport.setWriteBufferLimits(400);
    stage.out("limits " + Words.show(list(transport.getWriteBufferLimits())));
    stage.attempt("low above high", () -> transport.setWriteBufferLimits(1, 2));
    stage.out("buffered " + transport.getWriteBufferSize());
    end(endpoint);
  }

  private static List<Integer> list(WriteBufferLimits limits) {
    return List.of(limits.low(), limits.high());
  }

  @Scenario(
      value = {"EL-60", "TP-01"},
      task = true)
  void anEndpointKnowsItsNames(Stage stage) throws Exception {
    var server = bound(stage, "server");
    var client = connected(stage, "client", server);
    stage.out("server peername " + Words.show(server.transport.getExtraInfo("peername")));
    var peername = client.transport.getExtraInfo("peername");
    stage.out("client peername " + server.address().equals(peername));
    stage.out("unknown " + Words.show(client.transport.getExtraInfo("colour")));
    stage.out("protocol " + (client.transport.getProtocol() == client));
    end(client, server);
  }
}
