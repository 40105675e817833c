// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.mistakes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.stream.IncompleteReadException;
import io.github.asyncio4j.stream.LimitOverrunException;
import io.github.asyncio4j.stream.StreamConnection;
import io.github.asyncio4j.stream.StreamReader;
import io.github.asyncio4j.sync.Event;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Mistakes with streams.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class StreamMistakesTest extends MistakeCase {
  StreamMistakesTest(LoopKind kind) {
    super(kind);
  }

  /// What is tried with a connection.
  @FunctionalInterface
  private interface Attempt {
    void make(StreamConnection connection) throws Exception;
  }

  /// Connects to a server that sends a text and ends.
  private void withConnection(String sent, int limit, Attempt attempt) throws Exception {
    run(
        () -> {
          try (Server server =
                  Asyncio.startServer(
                      (reader, writer) -> {
                        try (writer) {
                          writer.write(sent);
                        }
                      },
                      HOST,
                      0);
              StreamConnection connection =
                  Asyncio.openConnection(HOST, server.port(), ConnectionOptions.DEFAULT, limit)) {
            attempt.make(connection);
          }
        });
  }

  /// Connects to a server that says nothing and stays.
  private void withSilentServer(Attempt attempt) throws Exception {
    run(
        () -> {
          var over = new Event();
          try (Server server =
                  Asyncio.startServer(
                      (reader, writer) -> {
                        try (writer) {
                          over.await();
                        }
                      },
                      HOST,
                      0);
              StreamConnection connection = Asyncio.openConnection(HOST, server.port())) {
            attempt.make(connection);
            over.set();
          }
        });
  }

  @Mistake(2)
  void twoTasksReadFromOneStream() throws Exception {
    withSilentServer(
        connection -> {
          Task<byte[]> first = loop.createTask(() -> connection.reader().readline());
          Asyncio.sleep(Duration.ZERO);
          assertRefuses(
              "read() called while readline() is already waiting for incoming data",
              () -> connection.reader().read());
          first.cancel();
          assertThat(catchThrowable(first::await)).isInstanceOf(CancelledError.class);
        });
  }

  @Mistake(2)
  void aLineIsLongerThanTheLimit() throws Exception {
    withConnection(
        "a very long line\n",
        8,
        connection ->
            assertThrows(
                LimitOverrunException.class,
                "readline() found the separator after more than 8 bytes; a greater limit can be given"
                    + " to openConnection() or startServer(), or to the read",
                () -> readLineOnceAllIsThere(connection)));
  }

  // What comes in two pieces is told of by the other text.
  private static void readLineOnceAllIsThere(StreamConnection connection) throws IOException {
    try {
      connection.reader().readexactly(1000);
    } catch (IncompleteReadException e) {
      var reader = new StreamReader(Asyncio.getRunningLoop(), 8);
      reader.feedData(e.partial());
      reader.readline();
    }
  }

  @Mistake(2)
  void aStreamHasNoSeparatorWithinTheLimit() throws Exception {
    withConnection(
        "a very long text",
        8,
        connection ->
            assertThrows(
                LimitOverrunException.class,
                "readuntil() found no separator within 8 bytes; a greater limit can be given to"
                    + " openConnection() or startServer(), or to the read",
                () -> connection.reader().readuntil("\n")));
  }

  @Mistake(2)
  void aStreamEndsTooEarly() throws Exception {
    withConnection(
        "abc",
        8,
        connection ->
            assertThrows(
                IncompleteReadException.class,
                "3 bytes read of 10 expected bytes",
                () -> connection.reader().readexactly(10)));
  }

  @Mistake(2)
  void aNumberOfBytesIsNegative() throws Exception {
    withConnection(
        "abc",
        8,
        connection ->
            assertRefusesArgument(
                "n is not in 0..2147483639: -1", () -> connection.reader().readexactly(-1)));
  }

  @Mistake(2)
  void aLimitIsNotPositive() throws Exception {
    run(
        () ->
            assertRefusesArgument(
                "limit < 1: 0",
                () -> Asyncio.openConnection(HOST, 80, ConnectionOptions.DEFAULT, 0)));
  }

  @Mistake(2)
  void aSeparatorIsEmpty() throws Exception {
    withConnection(
        "abc",
        8,
        connection ->
            assertRefusesArgument(
                "a separator needs at least one byte", () -> connection.reader().readuntil("")));
  }

  @Mistake(1)
  void somethingIsWrittenAfterTheEndOfTheStream() throws Exception {
    withSilentServer(
        connection -> {
          connection.writer().writeEof();
          assertRefuses(
              "Cannot call write() after writeEof()", () -> connection.writer().write("late"));
        });
  }

  @Mistake(2)
  void somethingIsWrittenAfterClose() throws Exception {
    withSilentServer(
        connection -> {
          connection.writer().close();
          String transport = connection.writer().transport().toString();
          for (int i = 0; i < 5; i++) {
            connection.writer().write("late");
          }
          // A few writes may be on their way when a connection is lost.
          assertThat(warnings())
              .containsExactly(
                  "write number 5 dropped: "
                      + transport
                      + "; what has ended writes nothing, ask isClosing() before");
        });
  }

  @Mistake(1)
  void aNullIsWritten() throws Exception {
    withSilentServer(
        connection ->
            assertThrows(
                NullPointerException.class,
                "text",
                () -> connection.writer().write((String) null)));
  }

  @Mistake(2)
  void aHandlerFails() throws Exception {
    run(
        () -> {
          try (Server server =
                  Asyncio.startServer(
                      (reader, writer) -> {
                        throw new IOException("no such order");
                      },
                      HOST,
                      0);
              StreamConnection connection = Asyncio.openConnection(HOST, server.port())) {
            connection.reader().read();
          }
        });

    var report = report();
    assertThat(report.message()).isEqualTo("Unhandled exception in clientConnected");
    assertThat(report.exception()).hasMessage("no such order");
    assertThat(report.get("transport").toString()).contains("peername=/127.0.0.1:");
  }

  @Mistake(2)
  void aHandlerEndsWithoutClosingItsWriter() throws Exception {
    loop.setDebug(true);
    run(
        () -> {
          var served = new Event();
          try (Server server = Asyncio.startServer((reader, writer) -> served.set(), HOST, 0);
              StreamConnection connection = Asyncio.openConnection(HOST, server.port())) {
            served.await();
            Asyncio.sleep(Duration.ZERO);
            Object peer = connection.writer().getExtraInfo("sockname");
            assertThat(warnings())
                .anyMatch(
                    text ->
                        text.startsWith(
                            "The handler of "
                                + peer
                                + " has ended without closing its writer, and the connection stays"
                                + " open: <"));
          }
        });
  }

  @Mistake(2)
  void aServerThatIsClosedIsAskedForItsPort() throws Exception {
    run(
        () -> {
          Server server = Asyncio.startServer((reader, writer) -> writer.close(), HOST, 0);
          server.close();
          assertRefuses("no listening socket, the server is closed: " + server, server::port);
        });
  }
}
