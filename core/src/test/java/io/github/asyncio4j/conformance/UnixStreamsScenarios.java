// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Connections.HUGE;
import static io.github.asyncio4j.conformance.stage.Stage.settle;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Connection;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.conformance.stage.Quiet;
import io.github.asyncio4j.conformance.stage.Recorder;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Words;
import io.github.asyncio4j.socket.UnixNameAddress;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.Transport;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The twins of `conformance/python/unix_streams.py`.
final class UnixStreamsScenarios {
  private static final ServerOptions SERVER = ServerOptions.DEFAULT;
  private static final ConnectionOptions CLIENT = ConnectionOptions.DEFAULT;
  private static final AtomicInteger NAMES = new AtomicInteger();

  private static final class Idle implements Protocol {}

  @Scenario(
      value = {"EL-64", "EL-80", "R-75"},
      task = true)
  void aUnixPeerThatDoesNotReadPausesTheWriter(Stage stage) throws Exception {
    class Paused extends Recorder {
      Paused() {
        super(stage::out);
      }

      @Override
      public void pauseWriting() {
        stage.out("pause");
      }

      @Override
      public void resumeWriting() {
        stage.out("resume");
      }
    }

    var loop = stage.loop();
    try (var place = stage.outside.unixPlace()) {
      var quiet = new Quiet(stage::out);
      var server = loop.createUnixServer(() -> quiet, place.path());
      var client = loop.createUnixConnection(Paused::new, place.path());
      quiet.made.await();
      quiet.transport.pauseReading();
      client.transport().write(new byte[HUGE]);
      stage.out("buffered " + (client.transport().getWriteBufferSize() > 0));
      settle();
      quiet.transport.resumeReading();
      quiet.received(HUGE);
      settle();
      stage.out("buffered " + (client.transport().getWriteBufferSize() > 0));
      client.transport().close();
      client.protocol().lost.await();
      quiet.lost.await();
      server.close();
    }
  }

  @Scenario(
      value = {"EL-80", "EL-152"},
      task = true)
  void theClientsOfAUnixServerAreClosedOrAborted(Stage stage) throws Exception {
    var loop = stage.loop();
    try (var place = stage.outside.unixPlace()) {
      var served = new ArrayList<Quiet>();
      var server =
          loop.createUnixServer(
              () -> {
                served.add(new Quiet(stage::out));
                return served.getLast();
              },
              place.path());
      for (Runnable ending : List.<Runnable>of(server::closeClients, server::abortClients)) {
        var client =
            loop.createUnixConnection(() -> new Quiet(stage::out), place.path()).protocol();
        while (served.isEmpty()) {
          Asyncio.sleep(Duration.ZERO);
        }
        served.getFirst().made.await();
        ending.run();
        served.removeLast().lost.await();
        client.lost.await();
      }
      stage.out("serving " + server.isServing());
      server.close();
      server.waitClosed();
    }
  }

  @Scenario(
      value = {"EL-80", "R-86"},
      task = true)
  void allUnixConnectionsAreAcceptedWhateverTheBacklog(Stage stage) throws Exception {
    var loop = stage.loop();
    var made = new ArrayList<BaseTransport>();
    var lost = new ArrayList<@Nullable Exception>();
    final class Counting implements Protocol {
      @Override
      public void connectionMade(BaseTransport transport) {
        made.add(transport);
      }

      @Override
      public void connectionLost(@Nullable Exception exc) {
        lost.add(exc);
      }
    }

    try (var place = stage.outside.unixPlace()) {
      var path = UnixDomainSocketAddress.of(place.path());
      var server = loop.createUnixServer(Counting::new, path, SERVER.backlog(50));
      var clients = new ArrayList<Transport>();
      for (int i = 0; i < 40; i++) {
        clients.add(loop.createUnixConnection(Idle::new, place.path()).transport());
      }
      while (made.size() < clients.size()) {
        Asyncio.sleep(Duration.ZERO);
      }
      clients.forEach(Transport::close);
      server.close();
      server.waitClosed();
      stage.out(
          "lost " + lost.size() + ", without a reason " + lost.stream().allMatch(Objects::isNull));
    }
  }

  @Scenario(
      value = {"EL-64", "EL-42"},
      task = true)
  void aConnectedUnixSocketCanBeGiven(Stage stage) throws Exception {
    var loop = stage.loop();
    try (var place = stage.outside.unixPlace()) {
      var recorder = new Recorder(stage::out);
      var server = loop.createUnixServer(() -> recorder, place.path());
      var sock = place.open();
      loop.sockConnect(sock, UnixDomainSocketAddress.of(place.path()));
      var connection = loop.createUnixConnection(() -> new Quiet(stage::out), CLIENT.sock(sock));
      connection.transport().write("hello".getBytes(US_ASCII));
      recorder.received(5);
      connection.transport().close();
      connection.protocol().lost.await();
      recorder.lost.await();
      server.close();
    }
  }

  @Scenario(
      value = {"EL-64", "EL-80"},
      task = true)
  void aDatagramSocketIsNeitherServedNorConnectedAsAUnixSocket(Stage stage) throws Exception {
    var loop = stage.loop();
    try (var sock = stage.outside.openDatagrams()) {
      attemptServer(stage, "server", () -> loop.createUnixServer(Idle::new, SERVER.sock(sock)));
      attemptConnect(
          stage, "client", () -> loop.createUnixConnection(Idle::new, CLIENT.sock(sock)));
    }
  }

  private static void attemptServer(Stage stage, String label, Callable<Server> creating) {
    stage.attempt(
        label,
        () -> {
          try (var server = creating.call()) {
            return "serving " + server.isServing();
          }
        });
  }

  private static void attemptConnect(
      Stage stage, String label, Callable<Connection<Transport, Idle>> connecting) {
    stage.attempt(
        label,
        () -> {
          connecting.call().transport().close();
          return "connected";
        });
  }

  @Scenario(
      value = {"EL-80", "EL-64"},
      task = true,
      nativeOnly = true)
  void anAbstractNameIsServedWithoutAFile(Stage stage) throws Exception {
    var loop = stage.loop();
    var name =
        UnixNameAddress.of(
            "asyncio4j-stream-" + ProcessHandle.current().pid() + "-" + NAMES.getAndIncrement());
    var recorder = new Recorder(stage::out);
    var server = loop.createUnixServer(() -> recorder, name, SERVER);
    attemptServer(stage, "again", () -> loop.createUnixServer(Idle::new, name, SERVER));
    var client = loop.createUnixConnection(() -> new Quiet(stage::out), name, CLIENT);
    client.transport().write("hello".getBytes(US_ASCII));
    recorder.received(5);
    client.transport().close();
    client.protocol().lost.await();
    recorder.lost.await();
    server.close();
    attemptConnect(stage, "gone", () -> loop.createUnixConnection(Idle::new, name, CLIENT));
    attemptServer(stage, "free", () -> loop.createUnixServer(Idle::new, name, SERVER));
  }

  @Scenario(
      value = {"EL-80", "EL-81", "EL-107", "EL-108"},
      task = true)
  @SuppressWarnings("try") // closed early: the other end hears of it
  void rawSocketsTalkOverAPath(Stage stage) throws Exception {
    var loop = stage.loop();
    try (var place = stage.outside.unixPlace();
        var listener = place.open();
        var client = place.open()) {
      var path = UnixDomainSocketAddress.of(place.path());
      try (var early = place.open()) {
        stage.attempt("missing", () -> loop.sockConnect(early, path));
      }
      listener.bind(path);
      listener.listen(1);
      loop.sockConnect(client, path);
      try (var accepted = loop.sockAccept(listener)) {
        loop.sockSendall(client, US_ASCII.encode("hello"));
        stage.out("received " + Words.show(loop.sockRecv(accepted, 100)));
        client.close();
        stage.out("received " + Words.show(loop.sockRecv(accepted, 100)));
      }
    }
  }
}
