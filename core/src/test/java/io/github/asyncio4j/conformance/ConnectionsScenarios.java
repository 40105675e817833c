// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Connections.HUGE;
import static io.github.asyncio4j.conformance.stage.Connections.LOCALHOST;
import static io.github.asyncio4j.conformance.stage.Stage.settle;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.ContextVar;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.SystemExit;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.conformance.stage.Peer;
import io.github.asyncio4j.conformance.stage.Quiet;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Words;
import io.github.asyncio4j.stream.StreamConnection;
import io.github.asyncio4j.stream.StreamReader;
import io.github.asyncio4j.sync.Queue;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.BufferedProtocol;
import io.github.asyncio4j.transport.Protocol;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The twins of `conformance/python/connections.py`.
final class ConnectionsScenarios {
  @Scenario(
      value = {"EL-79", "R-24"},
      task = true)
  void whatAServerFactorySetsIsSeenByItsOwnConnectionOnly(Stage stage) throws Exception {
    ContextVar<String> user = ContextVar.of("user", "nobody");
    var ends = new Queue<String>();
    final class Served implements Protocol {
      private @Nullable BaseTransport transport;

      @Override
      public void connectionMade(BaseTransport transport) {
        stage.out("made sees " + user.get());
        this.transport = transport;
      }

      @Override
      public void dataReceived(ByteBuffer data) {
        stage.out("data sees " + user.get());
        transport.close();
      }

      @Override
      public void connectionLost(@Nullable Exception exc) {
        stage.out("lost sees " + user.get());
        ends.putNowait("lost");
      }
    }

    var number = new int[1];
    user.set("server");
    var server =
        stage
            .loop()
            .createServer(
                () -> {
                  stage.out("factory sees " + user.get());
                  user.set("user " + number[0]++);
                  return new Served();
                },
                LOCALHOST,
                0);
    user.set("main");
    for (int i = 0; i < 3; i++) {
      var peer = stage.dial(server);
      peer.send("x");
      ends.get();
      peer.close();
    }
    stage.out("main has " + user.get());
    server.close();
  }

  /// Prints each call; the first of one kind ends the run of the loop.
  private static final class Exits {
    final Future<@Nullable Void> lost;
    private final Stage stage;
    private @Nullable String culprit;

    Exits(Stage stage, EventLoop loop, String culprit) {
      this.stage = stage;
      this.culprit = culprit;
      this.lost = loop.createFuture();
    }

    void call(String name) {
      stage.out(name);
      if (name.equals(culprit)) {
        culprit = null;
        throw new SystemExit(3);
      }
    }

    void lost() {
      lost.setResult(null);
      call("lost");
    }
  }

  private record Exiting(Exits exits) implements Protocol {
    @Override
    public void connectionMade(BaseTransport transport) {
      exits.call("made");
    }

    @Override
    public void dataReceived(ByteBuffer data) {
      exits.call("data");
    }

    @Override
    public boolean eofReceived() {
      exits.call("eof");
      return false;
    }

    @Override
    public void connectionLost(@Nullable Exception exc) {
      exits.lost();
    }
  }

  private record BufferedExiting(Exits exits) implements BufferedProtocol {
    @Override
    public void connectionMade(BaseTransport transport) {
      exits.call("made");
    }

    @Override
    public ByteBuffer getBuffer(int sizehint) {
      exits.call("get buffer");
      return ByteBuffer.allocate(100);
    }

    @Override
    public void bufferUpdated(int nbytes) {
      exits.call("updated");
    }

    @Override
    public boolean eofReceived() {
      exits.call("eof");
      return false;
    }

    @Override
    public void connectionLost(@Nullable Exception exc) {
      exits.lost();
    }
  }

  /// Runs a loop until a future is done, again when the run has ended before.
  private static <T extends @Nullable Object> T runToTheEnd(
      Stage stage, EventLoop loop, Future<T> future) throws Exception {
    while (!future.done()) {
      try {
        loop.runUntilComplete(future);
      } catch (SystemExit e) {
        stage.out("run: " + Words.word(e));
      }
    }
    return future.result();
  }

  private static void playExit(Stage stage, Function<Exits, BaseProtocol> protocols, String culprit)
      throws Exception {
    stage.out("-- out of " + culprit);
    try (var loop = stage.newLoop();
        var listener = stage.listen()) {
      var exits = new Exits(stage, loop, culprit);
      int port = listener.port();
      var connecting =
          loop.createTask(
              () -> loop.createConnection(() -> protocols.apply(exits), LOCALHOST, port));
      var transport = runToTheEnd(stage, loop, connecting).transport();
      var peer = listener.accept();
      peer.send("x");
      peer.end();
      runToTheEnd(stage, loop, exits.lost);
      peer.close();
      stage.out("closing " + transport.isClosing());
    }
  }

  @Scenario({"R-15", "R-73"})
  void aConnectionOutlivesASystemExitOutOfItsProtocol(Stage stage) throws Exception {
    for (String culprit : List.of("made", "data", "eof", "lost")) {
      playExit(stage, Exiting::new, culprit);
    }
    for (String culprit : List.of("get buffer", "updated", "eof")) {
      playExit(stage, BufferedExiting::new, culprit);
    }
  }

  /// What happens to a reader in one step.
  private enum Fate {
    BROKEN {
      @Override
      void befall(StreamReader reader) {
        reader.setException(new IOException("broken"));
      }
    },
    FED {
      @Override
      void befall(StreamReader reader) {
        reader.feedData("late".getBytes(US_ASCII));
      }
    },
    ENDED {
      @Override
      void befall(StreamReader reader) {
        reader.feedEof();
      }
    };

    abstract void befall(StreamReader reader);

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private record Fates(Fate first, Fate second) {}

  @Scenario(
      value = {"ST-07"},
      task = true)
  void aReadEndsAsWhatWokeItSays(Stage stage) throws Exception {
    for (var fates :
        List.of(
            new Fates(Fate.BROKEN, Fate.FED),
            new Fates(Fate.BROKEN, Fate.ENDED),
            new Fates(Fate.FED, Fate.BROKEN),
            new Fates(Fate.ENDED, Fate.BROKEN))) {
      for (String call : List.of("read", "readline", "readexactly")) {
        var label = fates.first.word() + ", " + fates.second.word();
        var reader = new StreamReader(stage.loop());
        Task<byte[]> task = Asyncio.createTask(() -> read(reader, call));
        settle();
        fates.first.befall(reader);
        fates.second.befall(reader);
        if (label.equals("fed, broken") && call.equals("readline")) {
          Asyncio.wait(List.of(task));
          task.exception();
        } else {
          stage.attempt(label + ": " + call, () -> task.await());
        }
        stage.attempt("again", () -> reader.read(4));
      }
    }
  }

  private static byte[] read(StreamReader reader, String call) throws IOException {
    return switch (call) {
      case "read" -> reader.read(4);
      case "readline" -> reader.readline();
      default -> reader.readexactly(4);
    };
  }

  private record Opened(Peer peer, StreamConnection connection) {}

  private static Opened open(Stage stage) throws IOException {
    try (var listener = stage.listen()) {
      var connection = Asyncio.openConnection(LOCALHOST, listener.port());
      return new Opened(listener.accept(), connection);
    }
  }

  @Scenario(
      value = {"ST-09"},
      task = true)
  void drainOnAClosingConnectionTakesOneIteration(Stage stage) throws Exception {
    var opened = open(stage);
    var writer = opened.connection.writer();
    writer.close();
    tick(stage, 0);
    stage.attempt("drain", writer::drain);
    settle();
    opened.peer.close();
  }

  private static void tick(Stage stage, int number) {
    stage.out("iteration " + number);
    if (number < 3) {
      Asyncio.getRunningLoop().callSoon(() -> tick(stage, number + 1));
    }
  }

  @Scenario(
      value = {"ST-09", "ST-10", "R-62"},
      task = true)
  void aLostConnectionWakesReadThenWaitClosedThenDrain(Stage stage) throws Exception {
    var opened = open(stage);
    var reader = opened.connection.reader();
    var writer = opened.connection.writer();
    writer.write(new byte[HUGE]);
    List<Task<@Nullable Void>> tasks =
        List.of(
            Asyncio.createTask(() -> stage.attempt("drain", writer::drain)),
            Asyncio.createTask(() -> stage.attempt("wait_closed", writer::waitClosed)),
            Asyncio.createTask(() -> stage.attempt("read", () -> reader.read(1))));
    settle();
    opened.peer.reset();
    Asyncio.wait(tasks);
  }

  @Scenario(
      value = {"R-74", "R-62"},
      task = true)
  void aResetIsToldByConnectionLostWhateverWriteEofSays(Stage stage) throws Exception {
    var protocol = new Quiet(stage::out);
    var link = stage.connect(protocol);
    link.peer().reset();
    link.transport().writeEof();
    stage.out("closing " + link.transport().isClosing());
    protocol.lost.await();
    stage.out("closing " + link.transport().isClosing());
  }
}
