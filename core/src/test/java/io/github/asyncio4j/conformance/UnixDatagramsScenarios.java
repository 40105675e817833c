// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Stage.settle;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.asyncio4j.DatagramOptions;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Endpoint;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.UnixPlace;
import io.github.asyncio4j.conformance.stage.Words;
import io.github.asyncio4j.socket.UnixNameAddress;
import io.github.asyncio4j.transport.DatagramProtocol;
import io.github.asyncio4j.transport.Protocol;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The twins of `conformance/python/unix_datagrams.py`.
final class UnixDatagramsScenarios {
  private static final DatagramOptions UNIX =
      DatagramOptions.DEFAULT.family(StandardProtocolFamily.UNIX);
  private static final AtomicInteger NAMES = new AtomicInteger();

  private static SocketAddress at(UnixPlace place, String name) {
    return UnixDomainSocketAddress.of(place.path(name));
  }

  private static SocketAddress at(UnixPlace place) {
    return UnixDomainSocketAddress.of(place.path());
  }

  private static Endpoint bound(Stage stage, String name, SocketAddress path) throws Exception {
    return new Endpoint(stage::out, name).open(path, null, UNIX);
  }

  private static Endpoint sendingTo(Stage stage, String name, SocketAddress path) throws Exception {
    return new Endpoint(stage::out, name).open(null, path, UNIX);
  }

  private static Endpoint free(Stage stage, String name) throws Exception {
    return new Endpoint(stage::out, name).open(null, null, UNIX);
  }

  private static Endpoint joined(Stage stage, UnixPlace place) throws Exception {
    return new Endpoint(stage::out, "client").open(at(place, "client"), at(place, "server"), UNIX);
  }

  private static void end(Endpoint... endpoints) throws Exception {
    for (var endpoint : endpoints) {
      endpoint.end();
    }
  }

  @Scenario(
      value = {"EL-61", "TP-05", "TP-10"},
      task = true,
      nativeOnly = true)
  void aUnixDatagramIsAnsweredToItsPath(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      var server = bound(stage, "server", at(place, "server"));
      var client = joined(stage, place);
      client.sendto("ping", null);
      server.hear(1);
      stage.out("sender " + at(place, "client").equals(server.heard.getFirst()));
      server.sendto("pong", (SocketAddress) server.heard.getFirst());
      client.hear(1);
      stage.out("sender " + at(place, "server").equals(client.heard.getFirst()));
      end(client, server);
    }
  }

  @Scenario(
      value = {"EL-61", "EL-60"},
      task = true,
      nativeOnly = true)
  void aUnixSenderWithoutANameHasNoAddress(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      var server = bound(stage, "server", at(place));
      var client = sendingTo(stage, "client", at(place));
      var free = free(stage, "free");
      client.sendto("one", null);
      server.hear(1);
      free.sendto("two", at(place));
      server.hear(2);
      stage.out("addresses " + Words.show(server.heard.stream().map(a -> a != null).toList()));
      end(client, free, server);
    }
  }

  @Scenario(
      value = {"EL-61", "R-116"},
      task = true,
      nativeOnly = true)
  void thePathOfAClosedEndpointStaysAndTheNextOneTakesIt(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      end(bound(stage, "first", at(place)));
      stage.out("exists " + place.exists());
      var second = bound(stage, "second", at(place));
      var client = sendingTo(stage, "client", at(place));
      client.sendto("hello", null);
      second.hear(1);
      end(client, second);
      stage.out("exists " + place.exists());
    }
  }

  @Scenario(value = "EL-61", task = true, nativeOnly = true)
  void anEndpointTakesThePathOfOneThatIsOpen(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      var first = bound(stage, "first", at(place));
      var second = bound(stage, "second", at(place));
      var client = sendingTo(stage, "client", at(place));
      client.sendto("hello", null);
      second.hear(1);
      end(client, second, first);
    }
  }

  @Scenario(value = "EL-61", task = true, nativeOnly = true)
  void anOrdinaryFileIsInTheWayOfAUnixEndpoint(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      Files.createFile(place.path());
      stage.attempt("bind", () -> bound(stage, "server", at(place)));
      stage.attempt("connect", () -> sendingTo(stage, "client", at(place)));
      stage.out("exists " + place.exists());
    }
  }

  @Scenario(value = "EL-61", task = true, nativeOnly = true)
  void aPathThatNoEndpointHasCannotBeConnectedTo(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      stage.attempt("missing", () -> sendingTo(stage, "client", at(place)));
      end(bound(stage, "gone", at(place)));
      stage.attempt("dead", () -> sendingTo(stage, "client", at(place)));
    }
  }

  @Scenario(
      value = {"EL-61", "EL-80"},
      task = true,
      nativeOnly = true)
  void aUnixEndpointDoesNotConnectToAServerOfStreams(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      var server = stage.loop().createUnixServer(Idle::new, place.path());
      stage.attempt("connect", () -> sendingTo(stage, "client", at(place)));
      server.close();
      var endpoint = bound(stage, "endpoint", at(place));
      stage.attempt("stream", () -> stage.loop().createUnixConnection(Idle::new, place.path()));
      end(endpoint);
    }
  }

  private static final class Idle implements Protocol {}

  @Scenario(
      value = {"R-113", "EL-61"},
      task = true,
      nativeOnly = true)
  void aPathThatNobodyHasIsToldAndTheUnixEndpointLivesOn(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      var server = bound(stage, "server", at(place, "server"));
      end(bound(stage, "gone", at(place, "gone")));
      var client = free(stage, "client");
      client.sendto("x", at(place, "missing"));
      client.hear(1);
      client.sendto("x", at(place, "gone"));
      client.hear(2);
      client.sendto("hello", at(place, "server"));
      server.hear(1);
      stage.out("closing " + client.transport.isClosing());
      end(client, server);
    }
  }

  @Scenario(
      value = {"R-113", "EL-61"},
      task = true,
      nativeOnly = true)
  void aUnixPeerThatIsClosedIsToldAndTheEndpointLivesOn(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      var server = bound(stage, "server", at(place));
      var client = sendingTo(stage, "client", at(place));
      end(server);
      client.sendto("x", null);
      client.hear(1);
      client.sendto("y", null);
      client.hear(2);
      stage.out("closing " + client.transport.isClosing());
      end(client);
    }
  }

  @Scenario(
      value = {"R-113", "EL-61"},
      task = true,
      nativeOnly = true)
  void aUnixEndpointThatIsConnectedLetsNobodyElseSend(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      var server = bound(stage, "server", at(place, "server"));
      var client = joined(stage, place);
      var stranger = free(stage, "stranger");
      stranger.sendto("x", at(place, "client"));
      stranger.hear(1);
      server.sendto("y", at(place, "client"));
      client.hear(1);
      end(client, stranger, server);
    }
  }

  @Scenario(
      value = {"R-114", "EL-61"},
      task = true,
      nativeOnly = true)
  void aConnectedUnixEndpointSendsToNoOtherPath(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      var server = bound(stage, "server", at(place, "server"));
      var client = sendingTo(stage, "client", at(place, "server"));
      stage.attempt("other", () -> client.sendto("x", at(place, "other")));
      stage.attempt("same", () -> client.sendto("y", at(place, "server")));
      server.hear(1);
      end(client, server);
    }
  }

  /// Keeps a number of each datagram in place of its sender.
  private abstract static class Numbers extends Endpoint {
    Numbers(Stage stage) {
      super(stage::out, "server");
    }

    abstract int numberOf(ByteBuffer data);

    @Override
    public void datagramReceived(ByteBuffer data, @Nullable SocketAddress addr) {
      note(numberOf(data));
    }
  }

  @Scenario(
      value = {"R-114", "R-112", "EL-61"},
      task = true,
      nativeOnly = true)
  void sizesAndOrderOfUnixDatagramsAreKept(Stage stage) throws Exception {
    var sizes = List.of(0, 1, 511, 4096, 65507, 65508, 100000, 0, 7);
    var server =
        new Numbers(stage) {
          @Override
          int numberOf(ByteBuffer data) {
            return data.remaining();
          }
        };
    try (var place = stage.outside.unixPlace()) {
      server.open(at(place), null, UNIX);
      var client = sendingTo(stage, "client", at(place));
      for (int size : sizes) {
        client.transport.sendto(ByteBuffer.allocate(size));
      }
      server.hear(sizes.size());
      stage.out("sizes " + Words.show(server.heard));
      end(client, server);
    }
  }

  @Scenario(
      value = {"R-115", "EL-61"},
      task = true,
      nativeOnly = true)
  void whatAUnixReceiverHasNoRoomForWaitsAndIsNotLost(Stage stage) throws Exception {
    int count = 1000;
    var server =
        new Numbers(stage) {
          @Override
          int numberOf(ByteBuffer data) {
            return Integer.parseInt(US_ASCII.decode(data).toString());
          }
        };
    try (var place = stage.outside.unixPlace()) {
      server.open(at(place), null, UNIX);
      var client = sendingTo(stage, "client", at(place));
      for (int i = 0; i < count; i++) {
        client.sendto("" + i, null);
      }
      stage.out("waits " + (client.transport.getWriteBufferSize() > 0));
      client.transport.close();
      server.hear(count);
      stage.out("in order " + server.heard.equals(IntStream.range(0, count).boxed().toList()));
      end(client, server);
    }
  }

  @Scenario(
      value = {"EL-60", "TP-01", "EL-61"},
      task = true,
      nativeOnly = true)
  void aUnixEndpointKnowsItsPaths(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      var server = bound(stage, "server", at(place));
      var client = sendingTo(stage, "client", at(place));
      var sockname = server.transport.getExtraInfo("sockname");
      stage.out("server sockname " + at(place).equals(sockname));
      stage.out("server peername " + Words.show(server.transport.getExtraInfo("peername")));
      stage.out("client peername " + at(place).equals(client.transport.getExtraInfo("peername")));
      end(client, server);
    }
  }

  @Scenario(
      value = {"EL-61", "EL-60"},
      task = true,
      nativeOnly = true)
  void anAbstractNameIsHeardAndSentTo(Stage stage) throws Exception {
    var prefix = "asyncio4j-" + ProcessHandle.current().pid() + "-" + NAMES.getAndIncrement() + "-";
    var name = UnixNameAddress.of(prefix + "server");
    var server = bound(stage, "server", name);
    var client = bound(stage, "client", UnixNameAddress.of(prefix + "client"));
    client.sendto("ping", name);
    server.hear(1);
    server.sendto("pong", (SocketAddress) server.heard.getFirst());
    client.hear(1);
    stage.attempt("in use", () -> bound(stage, "again", name));
    end(client, server);
    end(bound(stage, "again", name));
  }

  @Scenario(
      value = {"EL-61", "EL-60"},
      task = true,
      nativeOnly = true)
  void aUnixDatagramSocketCanBeGiven(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      var sock = place.openDatagrams();
      sock.bind(at(place));
      var endpoint =
          new Endpoint(stage::out, "endpoint").open(null, null, DatagramOptions.DEFAULT.sock(sock));
      var client = sendingTo(stage, "client", at(place));
      client.sendto("hello", null);
      endpoint.hear(1);
      end(client, endpoint);
    }
  }

  @Scenario(value = "EL-61", task = true, nativeOnly = true)
  void aFactoryThatFailsFailsTheUnixEndpoint(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      stage.attempt(
          "open",
          () ->
              stage
                  .loop()
                  .createDatagramEndpoint(UnixDatagramsScenarios::failing, at(place), null, UNIX));
      end(bound(stage, "endpoint", at(place)));
    }
  }

  private static DatagramProtocol failing() {
    throw new Boom("factory");
  }

  @Scenario(
      value = {"TP-05", "EL-61", "R-67"},
      task = true,
      nativeOnly = true)
  void aUnixEndpointIsClosedOrAbortedOnce(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      var closed = bound(stage, "closed", at(place, "a"));
      var aborted = bound(stage, "aborted", at(place, "b"));
      closed.transport.close();
      closed.transport.abort();
      aborted.transport.abort();
      aborted.transport.close();
      stage.out("closing " + closed.transport.isClosing());
      end(closed, aborted);
      settle();
    }
  }
}
