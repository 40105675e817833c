// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Connections.LOCALHOST;
import static io.github.asyncio4j.conformance.stage.Connections.free;
import static io.github.asyncio4j.conformance.stage.Stage.settle;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.asyncio4j.DatagramOptions;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Endpoint;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.DatagramProtocol;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The twins of `conformance/python/endpoints.py`.
final class EndpointsScenarios {
  private static final DatagramOptions PLAIN = DatagramOptions.DEFAULT;
  private static final DatagramOptions IPV4 = PLAIN.family(StandardProtocolFamily.INET);

  private static Endpoint bound(Endpoint endpoint) throws Exception {
    return endpoint.open(free(LOCALHOST), null, PLAIN);
  }

  private static Endpoint bound(Stage stage, String name) throws Exception {
    return bound(new Endpoint(stage::out, name));
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
      value = {"EL-60", "EL-110"},
      task = true)
  void theRemoteAddressOfAnEndpointMayBeAName(Stage stage) throws Exception {
    var server = bound(stage, "server");
    var name = InetSocketAddress.createUnresolved("localhost", server.address().getPort());
    var client = new Endpoint(stage::out, "client").open(null, name, IPV4);
    var peername = client.transport.getExtraInfo("peername", InetSocketAddress.class);
    stage.out("peername " + server.address().equals(peername));
    client.sendto("hello", null);
    server.hear(1);
    end(client, server);
  }

  @Scenario(value = "EL-60", task = true)
  void anEndpointMayHaveBothAddresses(Stage stage) throws Exception {
    var server = bound(stage, "server");
    var client = new Endpoint(stage::out, "client").open(free(LOCALHOST), server.address(), PLAIN);
    stage.out("from there " + client.address().getAddress().getHostAddress().equals(LOCALHOST));
    client.sendto("ping", null);
    server.hear(1);
    stage.out("sender " + server.heard.getFirst().equals(client.address()));
    end(client, server);
  }

  @Scenario(
      value = {"EL-60", "TP-10"},
      task = true)
  void anEndpointOfIpv6TalksToItself(Stage stage) throws Exception {
    var endpoint = new Endpoint(stage::out, "endpoint").open(free("::1"), null, PLAIN);
    endpoint.sendto("hello", endpoint.address());
    endpoint.hear(1);
    stage.out("sender " + endpoint.heard.getFirst().equals(endpoint.address()));
    end(endpoint);
  }

  @Scenario(value = "EL-60", task = true)
  void aFactoryThatFailsFailsTheEndpoint(Stage stage) {
    stage.attempt(
        "open",
        () ->
            stage
                .loop()
                .createDatagramEndpoint(EndpointsScenarios::failing, free(LOCALHOST), null));
  }

  private static DatagramProtocol failing() {
    throw new Boom("factory");
  }

  @Scenario(
      value = {"EL-60", "EL-110"},
      task = true)
  void aHostOfAnEndpointThatIsUnknownIsAnIoError(Stage stage) {
    stage
        .loop()
        .setResolver(
            host -> {
              throw new UnknownHostException(host);
            });
    var local = InetSocketAddress.createUnresolved("nowhere", 0);
    var remote = InetSocketAddress.createUnresolved("nowhere", 1);
    var endpoint = new Endpoint(stage::out, "endpoint");
    stage.attempt("open", () -> endpoint.open(local, null, PLAIN));
    stage.attempt("open", () -> endpoint.open(null, remote, PLAIN));
  }

  @Scenario(
      value = {"TP-10", "R-57"},
      task = true)
  void aProtocolMaySendWhenItsEndpointIsMade(Stage stage) throws Exception {
    class Eager extends Endpoint {
      Eager() {
        super(stage::out, "client");
      }

      @Override
      public void connectionMade(BaseTransport transport) {
        super.connectionMade(transport);
        sendto("at once", null);
      }
    }

    var server = bound(stage, "server");
    var client = new Eager().open(null, server.address(), PLAIN);
    stage.out("opened");
    server.hear(1);
    end(client, server);
  }

  @Scenario(
      value = {"TP-05", "R-57", "R-67"},
      task = true)
  void aProtocolMayCloseItsEndpointWhenItIsMade(Stage stage) throws Exception {
    class Brief extends Endpoint {
      Brief() {
        super(stage::out, "endpoint");
      }

      @Override
      public void connectionMade(BaseTransport transport) {
        super.connectionMade(transport);
        transport.close();
      }
    }

    var endpoint = bound(new Brief());
    stage.out("opened, closing " + endpoint.transport.isClosing());
    end(endpoint);
  }

  @Scenario(
      value = {"TP-05", "TP-04"},
      task = true)
  void anAbortInsideOfDatagramReceivedEndsAnEndpoint(Stage stage) throws Exception {
    class Brief extends Endpoint {
      Brief() {
        super(stage::out, "server");
      }

      @Override
      public void datagramReceived(ByteBuffer data, @Nullable SocketAddress addr) {
        super.datagramReceived(data, addr);
        transport.abort();
        sendto("late", addr);
      }
    }

    var server = bound(new Brief());
    var client = connected(stage, "client", server);
    for (int i = 0; i < 3; i++) {
      client.sendto("x", null);
    }
    end(server);
    settle();
    end(client);
  }

  @Scenario(
      value = {"TP-05", "TP-10"},
      task = true)
  void anotherProtocolMayTakeAnEndpointOver(Stage stage) throws Exception {
    var server = bound(stage, "first");
    var second = new Endpoint(stage::out, "second");
    second.transport = server.transport;
    var client = connected(stage, "client", server);
    client.sendto("one", null);
    server.hear(1);
    server.transport.setProtocol(second);
    stage.out("its protocol " + (server.transport.getProtocol() == second));
    client.sendto("two", null);
    second.hear(1);
    end(client, second);
  }

  @Scenario(value = "R-113", task = true)
  void datagramsThatAreTooLargeDoNotKeepOthersBack(Stage stage) throws Exception {
    var server = bound(stage, "server");
    var free = new Endpoint(stage::out, "free").open(null, null, IPV4);
    for (int i = 0; i < 2; i++) {
      free.transport.sendto(new byte[65508], server.address());
      free.sendto("small", server.address());
    }
    server.hear(2);
    free.hear(2);
    stage.out("buffered " + free.transport.getWriteBufferSize());
    end(free, server);
  }

  @Scenario(
      value = {"EL-63", "R-113"},
      task = true)
  void withoutBroadcastAllowedSendingToAllIsAnError(Stage stage) throws Exception {
    var endpoint = bound(stage, "endpoint");
    var all = new InetSocketAddress(InetAddress.ofLiteral("255.255.255.255"), 9);
    endpoint.transport.sendto("x".getBytes(US_ASCII), all);
    endpoint.hear(1);
    stage.out("closing " + endpoint.transport.isClosing());
    end(endpoint);
  }

  @Scenario(
      value = {"TP-10", "TP-05"},
      task = true)
  void anExceptionInErrorReceivedIsReportedAndTheEndpointLivesOn(Stage stage) throws Exception {
    class Picky extends Endpoint {
      Picky() {
        super(stage::out, "client");
      }

      @Override
      public void errorReceived(IOException exc) {
        super.errorReceived(exc);
        throw new Boom("picky");
      }
    }

    stage.loop().setExceptionHandler(stage.printingHandler());
    var gone = bound(stage, "gone");
    var address = gone.address();
    var client = new Picky().open(null, address, PLAIN);
    end(gone);
    client.sendto("anybody", null);
    client.hear(1);
    settle();
    var back = new Endpoint(stage::out, "back").open(address, null, PLAIN);
    client.sendto("again", null);
    back.hear(1);
    end(client, back);
  }

  @Scenario(
      value = {"TP-10", "TP-05"},
      task = true)
  void anExceptionInConnectionLostOfAnEndpointIsReported(Stage stage) throws Exception {
    class Bad extends Endpoint {
      Bad() {
        super(stage::out, "endpoint");
      }

      @Override
      public void connectionLost(@Nullable Exception exc) {
        super.connectionLost(exc);
        throw new Boom("lost");
      }
    }

    stage.loop().setExceptionHandler(stage.printingHandler());
    end(bound(new Bad()));
    settle();
  }
}
