// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Connections.HUGE;
import static io.github.asyncio4j.conformance.stage.Connections.LOCALHOST;
import static io.github.asyncio4j.conformance.stage.Connections.portOf;
import static io.github.asyncio4j.conformance.stage.Stage.settle;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Peer;
import io.github.asyncio4j.conformance.stage.PrintingTransport;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Words;
import io.github.asyncio4j.socket.ConnectionResetException;
import io.github.asyncio4j.stream.LimitOverrunException;
import io.github.asyncio4j.stream.StreamReader;
import io.github.asyncio4j.stream.StreamWriter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The twins of `conformance/python/streams.py`.
final class StreamsScenarios {
  private static final byte[] SEMICOLON = ascii(";");
  private static final byte[] DASHES = ascii("--");

  @Scenario(
      value = {"ST-03"},
      task = true)
  void readTakesWhatIsThereUpToItsLimit(Stage stage) throws Exception {
    var reader = readerWithEnd("0123456789", StreamReader.DEFAULT_LIMIT);
    stage.attempt("read(0)", () -> reader.read(0));
    stage.attempt("read(4)", () -> reader.read(4));
    stage.attempt("read(100)", () -> reader.read(100));
    stage.out("at the end: " + reader.read(4).length + " bytes");
  }

  @Scenario(
      value = {"ST-03"},
      task = true)
  void readWithoutLimitGoesToTheEndOfTheStream(Stage stage) throws Exception {
    var reader = new StreamReader(stage.loop(), 4);
    var task = Asyncio.createTask(() -> reader.read());
    for (String piece : List.of("0123", "4567", "89")) {
      reader.feedData(ascii(piece));
      settle();
    }
    stage.out("done " + task.done());
    reader.feedEof();
    stage.attempt("read", () -> task.await());
    stage.out("again: " + reader.read().length + " bytes");
  }

  @Scenario(
      value = {"ST-03", "R-33"},
      task = true)
  void aWaitingReadWakesWhenDataOrTheEndComes(Stage stage) throws Exception {
    var reader = new StreamReader(stage.loop());
    var task =
        Asyncio.createTask(
            () -> {
              byte[] data = reader.read(100);
              while (data.length > 0) {
                stage.out("read " + Words.show(data));
                data = reader.read(100);
              }
              stage.out("end");
            });
    for (String piece : List.of("one", "two")) {
      settle();
      stage.out("feed");
      reader.feedData(ascii(piece));
    }
    settle();
    stage.out("feed the end");
    reader.feedEof();
    task.await();
  }

  @Scenario(
      value = {"ST-04"},
      task = true)
  void readlineReturnsLinesAndWhatIsLeftAtTheEnd(Stage stage) throws Exception {
    var reader = readerWithEnd("one\n\nthree\nrest", StreamReader.DEFAULT_LIMIT);
    for (int i = 0; i < 4; i++) {
      stage.attempt("line", () -> reader.readline());
    }
    stage.out("at the end: " + reader.readline().length + " bytes");
  }

  @Scenario(
      value = {"ST-04", "R-33"},
      task = true)
  void readlineWaitsForTheRestOfItsLine(Stage stage) throws Exception {
    var reader = readerWith("first half,", StreamReader.DEFAULT_LIMIT);
    var task = Asyncio.createTask(() -> reader.readline());
    settle();
    stage.out("done " + task.done());
    reader.feedData(ascii(" second half\nnext"));
    stage.attempt("line", () -> task.await());
  }

  @Scenario(
      value = {"ST-04"},
      task = true)
  void aLineOverTheLimitIsRefused(Stage stage) throws Exception {
    var reader = readerWithEnd("123\n12345\n67\n", 3);
    stage.attempt("as long as the limit", () -> reader.readline());
    attemptRefused(stage, "longer", reader);
    attemptRefused(stage, "longer and not over", readerWith("12345", 3));
  }

  @Scenario(
      value = {"ST-05"},
      task = true)
  void readuntilReturnsTheDataWithItsSeparator(Stage stage) throws Exception {
    var reader = readerWithEnd("one;two--three;", StreamReader.DEFAULT_LIMIT);
    stage.attempt("until ;", () -> reader.readuntil(SEMICOLON));
    stage.attempt("until --", () -> reader.readuntil(DASHES));
    stage.attempt("until ;", () -> reader.readuntil(SEMICOLON));
    stage.attempt("without separator", () -> reader.readuntil(ascii("")));
  }

  @Scenario(
      value = {"ST-05"},
      task = true)
  void readuntilTakesTheFirstOfSeveralSeparators(Stage stage) throws Exception {
    var reader = readerWithEnd("one--two;three", StreamReader.DEFAULT_LIMIT);
    var separators = List.of(SEMICOLON, DASHES);
    stage.attempt("first", () -> reader.readuntil(separators));
    stage.attempt("second", () -> reader.readuntil(separators));
    stage.attempt("rest", () -> reader.readuntil(separators));
    stage.attempt("no separators", () -> reader.readuntil(List.of()));
  }

  @Scenario(
      value = {"ST-05"},
      task = true)
  void aSeparatorMayComeInPieces(Stage stage) throws Exception {
    var reader = readerWith("one-", StreamReader.DEFAULT_LIMIT);
    var task = Asyncio.createTask(() -> reader.readuntil(DASHES));
    settle();
    stage.out("done " + task.done());
    reader.feedData(ascii("-two"));
    stage.attempt("until --", () -> task.await());
  }

  @Scenario(
      value = {"ST-05"},
      task = true)
  void readuntilAtTheEndGivesThePartialDataWithItsError(Stage stage) throws Exception {
    var reader = readerWithEnd("partial", StreamReader.DEFAULT_LIMIT);
    stage.attempt("readuntil", () -> reader.readuntil(SEMICOLON));
    stage.out("left " + reader.read().length + " bytes");
  }

  @Scenario(
      value = {"ST-05"},
      task = true)
  void readuntilOverTheLimitKeepsTheData(Stage stage) throws Exception {
    var found = readerWithEnd("123456;", 4);
    stage.attempt("separator found", () -> found.readuntil(SEMICOLON));
    stage.attempt("data is kept", () -> found.read(100));
    var notFound = readerWith("123456", 4);
    stage.attempt("separator not found", () -> notFound.readuntil(SEMICOLON));
    stage.attempt("data is kept", () -> notFound.read(100));
    var fitting = readerWithEnd("1234;", 4);
    stage.attempt("the separator does not count", () -> fitting.readuntil(SEMICOLON));
  }

  @Scenario(
      value = {"ST-06"},
      task = true)
  void readexactlyWaitsForAllItsBytes(Stage stage) throws Exception {
    var reader = readerWith("012", 2);
    var task = Asyncio.createTask(() -> reader.readexactly(6));
    settle();
    stage.out("done " + task.done());
    reader.feedData(ascii("3456789"));
    stage.attempt("readexactly", () -> task.await());
    stage.attempt("readexactly", () -> reader.readexactly(2));
    stage.out("none: " + reader.readexactly(0).length + " bytes");
    stage.attempt("negative", () -> reader.readexactly(-1));
  }

  @Scenario(
      value = {"ST-06"},
      task = true)
  void readexactlyAtTheEndGivesThePartialDataWithItsError(Stage stage) throws Exception {
    var reader = readerWithEnd("012", StreamReader.DEFAULT_LIMIT);
    stage.attempt("readexactly", () -> reader.readexactly(6));
    stage.out("left " + reader.read().length + " bytes");
  }

  @Scenario(
      value = {"ST-07"},
      task = true)
  void aReaderIsAtItsEndWhenTheBufferIsEmpty(Stage stage) throws Exception {
    var reader = readerWith("x", StreamReader.DEFAULT_LIMIT);
    stage.attempt("with data", reader::atEof);
    reader.feedEof();
    stage.attempt("with data and the end fed", reader::atEof);
    reader.read(1);
    stage.attempt("data read", reader::atEof);
  }

  @Scenario(
      value = {"ST-07"},
      task = true)
  void anExceptionOfAReaderGoesBeforeItsData(Stage stage) throws Exception {
    var reader = readerWith("data\n", StreamReader.DEFAULT_LIMIT);
    stage.attempt("exception", reader::exception);
    reader.setException(new Boom("boom"));
    stage.attempt("exception", reader::exception);
    stage.attempt("read", () -> reader.read(1));
    stage.attempt("readline", () -> reader.readline());
    stage.attempt("readuntil", () -> reader.readuntil(ascii("\n")));
    stage.attempt("readexactly", () -> reader.readexactly(1));
  }

  @Scenario(
      value = {"ST-07", "R-33"},
      task = true)
  void anExceptionWakesAWaitingRead(Stage stage) throws Exception {
    var reader = new StreamReader(stage.loop());
    var task = Asyncio.createTask(() -> reader.read(1));
    settle();
    reader.setException(new Boom("boom"));
    stage.attempt("read", () -> task.await());
  }

  @Scenario(
      value = {"ST-02"},
      task = true)
  void aReaderNeedsALimitAboveZero(Stage stage) throws Exception {
    var loop = stage.loop();
    stage.attempt("zero", () -> Objects.nonNull(new StreamReader(loop, 0)));
    stage.attempt("negative", () -> Objects.nonNull(new StreamReader(loop, -1)));
    stage.attempt("one", () -> Objects.nonNull(new StreamReader(loop, 1)));
  }

  @Scenario(
      value = {"ST-02"},
      task = true)
  void onlyOneTaskMayWaitForAReader(Stage stage) throws Exception {
    var reader = new StreamReader(stage.loop());
    var first = Asyncio.createTask(() -> reader.read(1));
    settle();
    stage.attempt("second", () -> reader.read(1));
    stage.attempt("line", () -> reader.readline());
    reader.feedData(ascii("x"));
    stage.attempt("first", () -> first.await());
  }

  @Scenario(
      value = {"ST-03", "TK-02", "R-37"},
      task = true)
  void aCancelledReadLosesNoData(Stage stage) throws Exception {
    var reader = new StreamReader(stage.loop());
    var task = Asyncio.createTask(() -> reader.readexactly(4));
    settle();
    reader.feedData(ascii("01"));
    settle();
    task.cancel();
    stage.attempt("cancelled", () -> task.await());
    reader.feedData(ascii("23"));
    stage.attempt("read again", () -> reader.readexactly(4));
  }

  @Scenario(
      value = {"ST-02"},
      task = true)
  void aReaderPausesItsTransportAboveTwiceItsLimit(Stage stage) throws Exception {
    var reader = new StreamReader(stage.loop(), 1000);
    reader.setTransport(new PrintingTransport(stage));
    reader.feedData(new byte[2000]);
    stage.out("2000 bytes are not too many");
    reader.feedData(ascii("x"));
    reader.feedData(ascii("x"));
    stage.out("read " + reader.read(1001).length + ", 1001 are left");
    stage.out("read " + reader.read(1).length + ", 1000 are left");
  }

  @Scenario(
      value = {"ST-01", "ST-08", "ST-10"},
      task = true)
  void anEchoServerWithStreams(Stage stage) throws Exception {
    var server = Asyncio.startServer(StreamsScenarios::echo, LOCALHOST, 0);
    var connection = Asyncio.openConnection(LOCALHOST, portOf(server));
    var reader = connection.reader();
    var writer = connection.writer();
    for (String line : List.of("one\n", "two\n")) {
      writer.write(ascii(line));
      writer.drain();
      stage.out("echo " + Words.show(reader.readline()));
    }
    writer.writeEof();
    stage.out("end: " + reader.read().length + " bytes");
    writer.close();
    stage.attempt("wait_closed", writer::waitClosed);
    server.close();
    server.waitClosed();
    stage.out("closed");
  }

  private static void echo(StreamReader reader, StreamWriter writer) throws IOException {
    byte[] line = reader.readline();
    while (line.length > 0) {
      writer.write(line);
      writer.drain();
      line = reader.readline();
    }
    writer.close();
  }

  @Scenario(
      value = {"ST-01", "EL-123"},
      task = true)
  void aConnectionHandlerThatRaisesIsReportedAndItsConnectionClosed(Stage stage) throws Exception {
    stage.loop().setExceptionHandler(stage.printingHandler());
    var server =
        Asyncio.startServer(
            (reader, writer) -> {
              throw new Boom("boom");
            },
            LOCALHOST,
            0);
    var connection = Asyncio.openConnection(LOCALHOST, portOf(server));
    stage.out("client sees the end after " + connection.reader().read().length + " bytes");
    connection.writer().close();
    connection.writer().waitClosed();
    server.close();
    server.waitClosed();
  }

  @Scenario(
      value = {"ST-01", "TK-02"},
      task = true)
  void aCancelledConnectionHandlerClosesItsConnection(Stage stage) throws Exception {
    stage.loop().setExceptionHandler(stage.printingHandler());
    Future<Task<?>> started = stage.loop().createFuture();
    var server =
        Asyncio.startServer(
            (reader, writer) -> {
              started.setResult(Asyncio.currentTask());
              Asyncio.sleep(Duration.ofHours(1));
            },
            LOCALHOST,
            0);
    var connection = Asyncio.openConnection(LOCALHOST, portOf(server));
    started.await().cancel();
    stage.out("client sees the end after " + connection.reader().read().length + " bytes");
    connection.writer().close();
    connection.writer().waitClosed();
    server.close();
    server.waitClosed();
  }

  @Scenario(
      value = {"ST-01", "ST-04"},
      task = true)
  void openConnectionTakesALimit(Stage stage) throws Exception {
    var opened = openWithPeer(stage, 4);
    opened.peer().send("12345678\n");
    attemptRefused(stage, "line", opened.reader());
    opened.writer().close();
    opened.writer().waitClosed();
    opened.peer().close();
  }

  @Scenario(
      value = {"ST-08", "TP-01"},
      task = true)
  void aWriterPassesEverythingToItsTransport(Stage stage) throws Exception {
    var opened = openWithPeer(stage);
    var peer = opened.peer();
    var writer = opened.writer();
    writer.write(ascii("a"));
    writer.writelines(ascii("b"), ascii("c"));
    stage.out("peer got " + Words.show(peer.receive(3)));
    stage.out("peername " + peer.localAddress().equals(writer.getExtraInfo("peername")));
    stage.out("no such name " + Words.show(writer.getExtraInfo("nonsense")));
    stage.attempt("can_write_eof", writer::canWriteEof);
    writer.writeEof();
    stage.out("peer sees the end after " + peer.receiveToEnd() + " bytes");
    stage.attempt("closing", writer::isClosing);
    writer.close();
    writer.close();
    stage.attempt("closing", writer::isClosing);
    stage.out("transport closing " + writer.transport().isClosing());
    writer.waitClosed();
    peer.close();
  }

  @Scenario(
      value = {"ST-08", "R-67"},
      task = true)
  void writingToAClosedWriterIsNotAnError(Stage stage) throws Exception {
    var opened = openWithPeer(stage);
    var writer = opened.writer();
    writer.close();
    writer.waitClosed();
    stage.attempt("write", () -> writer.write(ascii("lost")));
    stage.attempt("drain", writer::drain);
    stage.out("peer got " + opened.peer().receiveToEnd() + " bytes");
    opened.peer().close();
  }

  @Scenario(
      value = {"ST-09", "R-35"},
      task = true)
  void drainDoesNotSuspendWhileThereIsRoom(Stage stage) throws Exception {
    var opened = openWithPeer(stage);
    var writer = opened.writer();
    stage.loop().callSoon(() -> stage.out("callback"));
    writer.write(ascii("hello"));
    writer.drain();
    stage.out("drained");
    settle();
    writer.close();
    writer.waitClosed();
    opened.peer().close();
  }

  @Scenario(
      value = {"ST-09", "R-75"},
      task = true)
  void drainWaitsUntilThePeerHasRead(Stage stage) throws Exception {
    var opened = openWithPeer(stage);
    var writer = opened.writer();
    writer.write(new byte[HUGE]);
    var tasks = new ArrayList<Task<@Nullable Void>>();
    for (String name : List.of("first", "second")) {
      tasks.add(
          Asyncio.createTask(
              () -> {
                writer.drain();
                stage.out(name + " drained");
              }));
    }
    Asyncio.sleep(Duration.ofMillis(20));
    stage.out("peer reads");
    opened.peer().receive(HUGE);
    Asyncio.gather(tasks).await();
    writer.close();
    writer.waitClosed();
    opened.peer().close();
  }

  @Scenario(
      value = {"ST-09", "ST-10", "R-62"},
      task = true)
  void aResetReachesReaderDrainAndWaitClosed(Stage stage) throws Exception {
    var opened = openWithPeer(stage);
    var writer = opened.writer();
    opened.peer().reset();
    stage.attempt("read", () -> opened.reader().read(1));
    stage.attempt("drain", writer::drain);
    writer.close();
    stage.attempt("wait_closed", writer::waitClosed);
  }

  @Scenario(
      value = {"ST-09", "R-75"},
      task = true)
  void aWaitingDrainEndsWhenTheConnectionIsLost(Stage stage) throws Exception {
    var opened = openWithPeer(stage);
    var writer = opened.writer();
    writer.write(new byte[HUGE]);
    var task = Asyncio.createTask(writer::drain);
    settle();
    stage.out("done " + task.done());
    writer.transport().abort();
    // It returns in CPython and throws here, where what was dropped is not called drained.
    try {
      task.await();
    } catch (ConnectionResetException e) {
      stage.out("done " + task.done());
    }
    opened.peer().close();
  }

  @Scenario(
      value = {"ST-10"},
      task = true)
  void waitClosedWaitsForConnectionLost(Stage stage) throws Exception {
    var opened = openWithPeer(stage);
    var writer = opened.writer();
    var task =
        Asyncio.createTask(
            () -> {
              writer.waitClosed();
              stage.out("waiter released");
            });
    settle();
    stage.out("close");
    writer.close();
    task.await();
    stage.attempt("wait again", writer::waitClosed);
    opened.peer().close();
  }

  @Scenario(
      value = {"ST-03", "ST-08", "R-73"},
      task = true)
  void aStreamCanBeWrittenAfterThePeerHasEndedItsHalf(Stage stage) throws Exception {
    var opened = openWithPeer(stage);
    var peer = opened.peer();
    var writer = opened.writer();
    peer.send("question");
    peer.end();
    stage.out("read " + Words.show(opened.reader().read()));
    writer.write(ascii("answer"));
    writer.drain();
    stage.out("peer got " + Words.show(peer.receive(6)));
    writer.close();
    writer.waitClosed();
    peer.close();
  }

  /// Prints whether a line is too long: ValueError in Python, which drops the line.
  private static void attemptRefused(Stage stage, String label, StreamReader reader)
      throws IOException {
    try {
      stage.out(label + ": " + Words.show(reader.readline()));
    } catch (LimitOverrunException e) {
      stage.out(label + ": refused");
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }

  /// Returns a reader that has some data.
  private static StreamReader readerWith(String data, int limit) {
    var reader = new StreamReader(Asyncio.getRunningLoop(), limit);
    reader.feedData(ascii(data));
    return reader;
  }

  /// Returns a reader that has some data and then the end.
  private static StreamReader readerWithEnd(String data, int limit) {
    StreamReader reader = readerWith(data, limit);
    reader.feedEof();
    return reader;
  }

  /// A connection as streams, and the peer outside of the loop.
  private record Opened(Peer peer, StreamReader reader, StreamWriter writer) {}

  private static Opened openWithPeer(Stage stage) throws IOException {
    return openWithPeer(stage, StreamReader.DEFAULT_LIMIT);
  }

  private static Opened openWithPeer(Stage stage, int limit) throws IOException {
    try (var listener = stage.listen()) {
      var connection =
          Asyncio.openConnection(LOCALHOST, listener.port(), ConnectionOptions.DEFAULT, limit);
      return new Opened(listener.accept(), connection.reader(), connection.writer());
    }
  }
}
