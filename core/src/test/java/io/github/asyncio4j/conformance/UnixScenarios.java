// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Stage.settle;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Connection;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Quiet;
import io.github.asyncio4j.conformance.stage.Recorder;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.UnixPlace;
import io.github.asyncio4j.conformance.stage.Words;
import io.github.asyncio4j.stream.StreamReader;
import io.github.asyncio4j.stream.StreamWriter;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.Transport;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/// The twins of `conformance/python/unix.py`.
final class UnixScenarios {
  private static final ServerOptions SERVER = ServerOptions.DEFAULT;
  private static final ConnectionOptions CLIENT = ConnectionOptions.DEFAULT;

  private static Protocol idle() {
    return new Protocol() {};
  }

  private static SocketAddress at(Path path) {
    return UnixDomainSocketAddress.of(path);
  }

  private static String kindOf(@Nullable Object name, UnixPlace place) {
    return at(place.path()).equals(name)
        ? "the path"
        : UnixDomainSocketAddress.of("").equals(name) ? "empty" : "another";
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
      Stage stage, String label, Callable<Connection<Transport, Protocol>> connecting) {
    stage.attempt(
        label,
        () -> {
          connecting.call().transport().close();
          return "connected";
        });
  }

  private static Server greet(String name, UnixPlace place) throws Exception {
    return Asyncio.startUnixServer(
        (_, writer) -> {
          writer.write(name, US_ASCII);
          writer.close();
        },
        place.path());
  }

  private static String ask(UnixPlace place, String text) throws Exception {
    var connection = Asyncio.openUnixConnection(place.path());
    connection.writer().write(text, US_ASCII);
    connection.writer().writeEof();
    var answer = Words.show(connection.reader().read(-1));
    connection.writer().close();
    connection.writer().waitClosed();
    return answer;
  }

  private static String ask(UnixPlace place) throws Exception {
    return ask(place, "");
  }

  @Scenario(
      value = {"EL-64", "EL-80"},
      task = true)
  void aUnixServerTellsItsProtocolWhatAClientDoes(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      var recorder = new Recorder(stage::out);
      var server = stage.loop().createUnixServer(() -> recorder, place.path());
      var transport =
          stage.loop().createUnixConnection(() -> new Quiet(stage::out), place.path()).transport();
      recorder.made.await();
      transport.write("hello".getBytes(US_ASCII));
      recorder.received(5);
      transport.writeEof();
      recorder.lost.await();
      server.close();
      server.waitClosed();
      settle();
    }
  }

  @Scenario(
      value = {"EL-64", "EL-80"},
      task = true)
  void theNamesOfAUnixConnectionAreThePathOrEmpty(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      Future<StreamWriter> made = stage.loop().createFuture();
      var server = Asyncio.startUnixServer((_, writer) -> made.setResult(writer), place.path());
      stage.out("server " + kindOf(server.sockets().getFirst().getsockname(), place));
      var client = Asyncio.openUnixConnection(place.path()).writer();
      var accepted = made.await();
      printNames(stage, "client", client, place);
      printNames(stage, "accepted", accepted, place);
      client.close();
      accepted.close();
      server.close();
    }
  }

  private static void printNames(Stage stage, String side, StreamWriter end, UnixPlace place) {
    var own = kindOf(end.getExtraInfo("sockname"), place);
    var peer = kindOf(end.getExtraInfo("peername"), place);
    stage.out(side + ": own " + own + ", peer " + peer);
  }

  @Scenario(
      value = {"EL-64", "EL-80"},
      task = true)
  void aUnixSocketNeedsAPathOrASocket(Stage stage) throws Exception {
    var loop = stage.loop();
    try (var place = stage.outside.unixPlace();
        var sock = place.open()) {
      var path = at(place.path());
      attemptServer(
          stage,
          "server, both",
          () -> loop.createUnixServer(UnixScenarios::idle, path, SERVER.sock(sock)));
      attemptServer(
          stage, "server, neither", () -> loop.createUnixServer(UnixScenarios::idle, SERVER));
      attemptConnect(
          stage,
          "client, both",
          () -> loop.createUnixConnection(UnixScenarios::idle, path, CLIENT.sock(sock)));
      attemptConnect(
          stage, "client, neither", () -> loop.createUnixConnection(UnixScenarios::idle, CLIENT));
      stage.out("exists " + place.exists());
    }
  }

  @Scenario(
      value = {"EL-64", "EL-80"},
      task = true)
  void aSocketOfAnotherFamilyIsRefused(Stage stage) throws Exception {
    var loop = stage.loop();
    try (var sock = stage.outside.open()) {
      attemptServer(
          stage, "server", () -> loop.createUnixServer(UnixScenarios::idle, SERVER.sock(sock)));
      attemptConnect(
          stage, "client", () -> loop.createUnixConnection(UnixScenarios::idle, CLIENT.sock(sock)));
      stage.out("still open " + sock.isOpen());
    }
  }

  @Scenario(
      value = {"R-96", "EL-80"},
      task = true)
  void theFileOfADeadServerIsReplaced(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      place.leaveSocket();
      var server = greet("hello", place);
      stage.out("answer " + ask(place));
      server.close();
      stage.out("exists " + place.exists());
    }
  }

  @Scenario(
      value = {"R-96", "EL-80"},
      task = true)
  void aServerTakesThePathOfOneThatStillListens(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      var first = greet("first", place);
      var second = greet("second", place);
      stage.out("serving " + first.isServing() + " " + second.isServing());
      stage.out("answer " + ask(place));
      first.close();
      stage.out("exists " + place.exists());
      stage.out("answer " + ask(place));
      second.close();
      stage.out("exists " + place.exists());
    }
  }

  @Scenario(
      value = {"R-96", "EL-80"},
      task = true)
  void theFileOfAUnixServerGoesWithIt(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      var server = greet("", place);
      stage.out("exists " + place.exists());
      server.close();
      stage.out("exists " + place.exists());
      server.close();
      stage.out("exists " + place.exists());
    }
  }

  @Scenario(
      value = {"R-96", "EL-80"},
      task = true)
  void withoutCleanupTheFileOfAUnixServerStays(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      stage
          .loop()
          .createUnixServer(UnixScenarios::idle, at(place.path()), SERVER.cleanupSocket(false))
          .close();
      settle();
      stage.out("exists " + place.exists());
      attemptConnect(
          stage,
          "connect",
          () -> stage.loop().createUnixConnection(UnixScenarios::idle, place.path()));
    }
  }

  @Scenario(
      value = {"R-96", "EL-80"},
      task = true)
  void aFileThatHasTakenThePlaceOfTheServersIsKept(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      var server = greet("", place);
      place.remove(place.path());
      place.leaveSocket();
      server.close();
      stage.out("exists " + place.exists());
    }
  }

  @Scenario(
      value = {"R-96", "EL-80"},
      task = true)
  void aFileThatIsGoneIsNoErrorWhenItsServerIsClosed(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      var server = greet("", place);
      place.remove(place.path());
      stage.attempt("close", server::close);
      stage.out("serving " + server.isServing() + ", exists " + place.exists());
    }
  }

  @Scenario(
      value = {"EL-80"},
      task = true)
  void anOrdinaryFileIsInTheWayOfAUnixServer(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      Files.createFile(place.path());
      attemptServer(
          stage, "server", () -> stage.loop().createUnixServer(UnixScenarios::idle, place.path()));
      stage.out("exists " + place.exists());
      attemptConnect(
          stage,
          "client",
          () -> stage.loop().createUnixConnection(UnixScenarios::idle, place.path()));
    }
  }

  @Scenario(
      value = {"EL-64"},
      task = true)
  void aPathWhereNobodyListensIsAnIoError(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      Callable<Connection<Transport, Protocol>> connecting =
          () -> stage.loop().createUnixConnection(UnixScenarios::idle, place.path());
      attemptConnect(stage, "missing", connecting);
      place.leaveSocket();
      attemptConnect(stage, "dead", connecting);
    }
  }

  @Scenario(
      value = {"EL-64", "EL-80"},
      task = true)
  void aPathThatIsTooLongIsAnIoError(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      var path = place.path("x".repeat(108));
      attemptServer(
          stage, "server", () -> stage.loop().createUnixServer(UnixScenarios::idle, path));
      attemptConnect(
          stage, "client", () -> stage.loop().createUnixConnection(UnixScenarios::idle, path));
    }
  }

  @Scenario(
      value = {"EL-80", "R-96"},
      task = true)
  void aGivenUnixSocketIsServedAndItsFileRemoved(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      var sock = place.open();
      sock.bind(at(place.path()));
      var recorder = new Recorder(stage::out);
      var server = stage.loop().createUnixServer(() -> recorder, SERVER.sock(sock));
      stage.out("server " + kindOf(server.sockets().getFirst().getsockname(), place));
      var client = stage.loop().createUnixConnection(UnixScenarios::idle, place.path());
      recorder.made.await();
      client.transport().close();
      recorder.lost.await();
      server.close();
      stage.out("exists " + place.exists());
    }
  }

  @Scenario(
      value = {"EL-80", "EL-78", "EL-155"},
      task = true)
  void aUnixServerCanBeStartedLater(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      var recorder = new Recorder(stage::out);
      var server =
          stage
              .loop()
              .createUnixServer(() -> recorder, at(place.path()), SERVER.startServing(false));
      stage.out("serving " + server.isServing() + ", exists " + place.exists());
      server.startServing();
      stage.out("serving " + server.isServing());
      var client = stage.loop().createUnixConnection(UnixScenarios::idle, place.path());
      recorder.made.await();
      client.transport().close();
      recorder.lost.await();
      server.close();
    }
  }

  @Scenario(
      value = {"EL-80", "R-90", "R-91"},
      task = true)
  void aClosedUnixServerWaitsForItsConnections(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      var recorder = new Recorder(stage::out);
      var server = stage.loop().createUnixServer(() -> recorder, place.path());
      var transport =
          stage.loop().createUnixConnection(UnixScenarios::idle, place.path()).transport();
      recorder.made.await();
      server.close();
      var waiting = stage.loop().createTask(() -> server.waitClosed());
      settle();
      stage.out("closed " + waiting.done() + ", exists " + place.exists());
      attemptConnect(
          stage,
          "connect",
          () -> stage.loop().createUnixConnection(UnixScenarios::idle, place.path()));
      transport.write("hello".getBytes(US_ASCII));
      recorder.received(5);
      transport.close();
      recorder.lost.await();
      waiting.await();
      stage.out("closed");
    }
  }

  @Scenario(
      value = {"EL-64"},
      task = true)
  void aFactoryThatFailsFailsTheUnixConnection(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      var server = stage.loop().createUnixServer(UnixScenarios::idle, place.path());
      attemptConnect(
          stage,
          "connect",
          () ->
              stage
                  .loop()
                  .createUnixConnection(
                      () -> {
                        throw new Boom("factory");
                      },
                      place.path()));
      server.close();
    }
  }

  @Scenario(
      value = {"ST-01", "EL-64", "EL-80"},
      task = true)
  void streamsOverAUnixSocketEndOneHalfAtATime(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      var server = Asyncio.startUnixServer(UnixScenarios::answerLines, place.path());
      stage.out("answer " + ask(place, "a\nb\n"));
      stage.out("answer " + ask(place));
      server.close();
      server.waitClosed();
    }
  }

  private static void answerLines(StreamReader reader, StreamWriter writer) throws Exception {
    for (String line; (line = reader.readline(US_ASCII)) != null; ) {
      writer.write(line.toUpperCase(Locale.ROOT) + "\n", US_ASCII);
      writer.drain();
    }
    writer.write("bye", US_ASCII);
    writer.close();
  }

  @Scenario(
      value = {"ST-01", "ST-05"},
      task = true)
  void theLimitOfUnixStreamsIsThatOfBothReaders(Stage stage) throws Exception {
    try (var place = stage.outside.unixPlace()) {
      Future<@Nullable Void> done = stage.loop().createFuture();
      var server =
          Asyncio.startUnixServer(
              (reader, writer) -> {
                stage.attempt("server", () -> reader.readuntil(";"));
                writer.write("12345678;", US_ASCII);
                done.await();
                writer.close();
              },
              at(place.path()),
              SERVER,
              4);
      var connection = Asyncio.openUnixConnection(at(place.path()), CLIENT, 4);
      connection.writer().write("12345678;", US_ASCII);
      stage.attempt("client", () -> connection.reader().readuntil(";"));
      done.setResult(null);
      connection.writer().close();
      server.close();
      server.waitClosed();
    }
  }
}
