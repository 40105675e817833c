// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.socket.ConnectionResetException;
import io.github.asyncio4j.socket.TransportSocket;
import io.github.asyncio4j.testing.ExceptionRecorder;
import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What streams do over real connections, on every selector and engine.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class StreamContractTest {
  private final Set<String> socketsBefore = sockets();
  private final EventLoop loop;
  // What a test expects to find here it takes out.
  private final ExceptionRecorder failures;

  StreamContractTest(LoopKind kind) {
    loop = kind.newLoop();
    failures = ExceptionRecorder.on(loop);
  }

  // The JDK opens a socket of its own, once, with its first channel.
  @BeforeAll
  static void openWhatTheJdkKeepsOpen() throws IOException {
    SocketChannel.open().close();
  }

  @AfterEach
  void nothingIsLeft() {
    loop.close();

    assertThat(failures.messages()).isEmpty();
    assertThat(sockets()).isEqualTo(socketsBefore);
  }

  /// Returns the open sockets of this process. Files are left out: class loading opens those.
  private static Set<String> sockets() {
    return Arrays.stream(new File("/proc/self/fd").listFiles())
        .map(StreamContractTest::targetOf)
        .filter(target -> target.startsWith("socket:"))
        .collect(Collectors.toSet());
  }

  private static String targetOf(File descriptor) {
    try {
      return Files.readSymbolicLink(descriptor.toPath()).toString();
    } catch (IOException e) {
      return "closed since the directory was read";
    }
  }

  private void run(VoidCoroutine body) throws Exception {
    loop.runUntilComplete(body);
  }

  private static Server serve(ClientConnected handler) throws IOException {
    return Asyncio.startServer(handler, "127.0.0.1", 0);
  }

  private static int port(Server server) {
    return ((InetSocketAddress) server.sockets().getFirst().getsockname()).getPort();
  }

  private static StreamConnection connect(Server server) throws IOException {
    return Asyncio.openConnection("127.0.0.1", port(server));
  }

  /// Both ends of one connection.
  private record Ends(StreamConnection client, StreamConnection server) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      client.close();
      server.close();
      awaitClosed(client);
      awaitClosed(server);
    }

    private static void awaitClosed(StreamConnection end) {
      try {
        end.writer().waitClosed();
      } catch (IOException e) {
        // The other end may have closed with bytes unread, which resets this one.
        assertThat(e).isInstanceOf(ConnectionResetException.class);
      }
    }
  }

  private Ends join() throws Exception {
    Future<StreamConnection> accepted = loop.createFuture();
    try (Server server = serve((r, w) -> accepted.setResult(new StreamConnection(r, w)))) {
      StreamConnection client = connect(server);
      return new Ends(client, accepted.await());
    }
  }

  /// Writes until the connection takes no more and the writer is to pause.
  ///
  /// @return how many bytes
  private static int fill(StreamWriter writer) {
    var piece = new byte[100_000];
    int count = 0;
    while (writer.transport().getWriteBufferSize() <= piece.length) {
      writer.write(piece);
      count += piece.length;
      letPass();
    }
    return count;
  }

  private static void letPass() {
    for (int i = 0; i < 20; i++) {
      Asyncio.sleep(Duration.ZERO);
    }
  }

  private static void echo(StreamReader reader, StreamWriter writer) throws IOException {
    try (writer) {
      for (byte[] line : reader) {
        writer.write(line);
        writer.drain();
      }
    }
  }

  // ST-01

  @Test
  void anEchoServerEchoes() throws Exception {
    run(
        () -> {
          try (Server server = serve(StreamContractTest::echo);
              var connection = connect(server)) {
            connection.writer().write("one\ntwo\n", UTF_8);
            connection.writer().writelines(List.of(UTF_8.encode("three"), UTF_8.encode("\n")));
            connection.writer().writelines("four".getBytes(UTF_8), "\nfive".getBytes(UTF_8));
            connection.writer().write(ByteBuffer.wrap(new byte[] {'\n'}));
            connection.writer().drain();
            connection.writer().writeEof();

            assertThat(connection.reader().lines(UTF_8))
                .containsExactly("one", "two", "three", "four", "five");
            assertThat(connection.reader().atEof()).isTrue();
            connection.writer().close();
            connection.writer().waitClosed();
          }
        });
  }

  @Test
  void manyConnectionsEchoAtOnceAndEachGetsItsOwn() throws Exception {
    run(
        () -> {
          Server server = serve(StreamContractTest::echo);
          try (server) {
            var clients = new ArrayList<Task<@Nullable Void>>();
            for (int i = 0; i < 100; i++) {
              String token = "client " + i + " ".repeat(i * 7);
              clients.add(loop.createTask(() -> talk(server, token)));
            }
            for (Task<?> client : clients) {
              client.await();
            }
          }
          server.waitClosed();
        });
  }

  private static void talk(Server server, String token) throws IOException {
    try (var connection = connect(server)) {
      for (int round = 0; round < 20; round++) {
        connection.writer().write(token + round + "\n", UTF_8);
        connection.writer().drain();
        assertThat(connection.reader().readline(UTF_8)).isEqualTo(token + round);
      }
    }
  }

  @Test
  void manyMegabytesComeAcrossInOrder() throws Exception {
    int total = 16 * 1024 * 1024;
    run(
        () -> {
          var sent = new CRC32();
          var received = new CRC32();
          try (Ends ends = join()) {
            loop.createTask(
                () -> {
                  StreamWriter writer = ends.client.writer();
                  var piece = new byte[100_003];
                  for (int left = total, n = 0; left > 0; left -= piece.length, n++) {
                    piece = Arrays.copyOf(piece, Math.min(piece.length, left));
                    Arrays.fill(piece, (byte) n);
                    sent.update(piece);
                    writer.write(piece);
                    writer.drain();
                  }
                  writer.writeEof();
                });
            int count = 0;
            while (!ends.server.reader().atEof()) {
              byte[] data = ends.server.reader().read(70_001);
              received.update(data);
              count += data.length;
            }
            assertThat(count).isEqualTo(total);
            assertThat(received.getValue()).isEqualTo(sent.getValue());
          }
        });
  }

  @Test
  void theTaskThatServesAClientIsNamedAfterItAndSoIsItsThread() throws Exception {
    run(
        () -> {
          try (Server server =
                  serve(
                      (r, w) -> {
                        try (w) {
                          assertThat(Asyncio.currentTask().getName())
                              .isEqualTo("client " + w.getExtraInfo("peername"))
                              .isEqualTo(Thread.currentThread().getName());
                        }
                      });
              var connection = connect(server)) {
            assertThat(connection.reader().read()).isEmpty();
          }
        });
  }

  @Test
  void aHandlerThatThrowsIsReportedAndItsConnectionClosed() throws Exception {
    run(
        () -> {
          var failure = new IOException("no such user");
          try (Server server =
                  serve(
                      (r, w) -> {
                        throw failure;
                      });
              var connection = connect(server)) {
            assertThat(connection.reader().read()).isEmpty();
          }
          assertThat(failures.unexpected())
              .singleElement()
              .satisfies(
                  report -> {
                    assertThat(report.message())
                        .isEqualTo("Unhandled exception in clientConnected");
                    assertThat(report.exception()).isSameAs(failure);
                    assertThat(report.get("transport")).isNotNull();
                  });
          failures.take();
          letPass();
        });
  }

  @Test
  void aHandlerThatIsCancelledClosesItsConnectionWithoutAReport() throws Exception {
    run(
        () -> {
          Future<Task<?>> handler = loop.createFuture();
          try (Server server =
                  serve(
                      (r, w) -> {
                        handler.setResult(Asyncio.currentTask());
                        r.read();
                      });
              var connection = connect(server)) {
            handler.await().cancel();

            assertThat(connection.reader().read()).isEmpty();
          }
          letPass();
        });
  }

  @Test
  void aHandlerThatReturnsLeavesTheConnectionOpen() throws Exception {
    run(
        () -> {
          try (Ends ends = join()) {
            letPass();
            ends.server.writer().write("still here\n", UTF_8);

            assertThat(ends.client.reader().readline(UTF_8)).isEqualTo("still here");
          }
        });
  }

  @Test
  void aRefusedConnectionThrowsAndLeavesNothing() throws Exception {
    run(
        () -> {
          int port;
          try (Server server = serve((r, w) -> w.close())) {
            port = port(server);
          }
          assertThatThrownBy(() -> Asyncio.openConnection("127.0.0.1", port))
              .isInstanceOf(ConnectException.class);
        });
  }

  @Test
  void aWrongLimitIsRefusedBeforeAnythingIsOpened() throws Exception {
    run(
        () -> {
          assertThatThrownBy(
                  () -> Asyncio.openConnection("127.0.0.1", 1, ConnectionOptions.DEFAULT, 0))
              .isInstanceOf(IllegalArgumentException.class);
          assertThatThrownBy(
                  () ->
                      Asyncio.startServer(
                          (r, w) -> w.close(), "127.0.0.1", 0, ServerOptions.DEFAULT, 0))
              .isInstanceOf(IllegalArgumentException.class);
        });
  }

  // ST-02, G8: what a peer may make a reader hold is bounded.
  @Test
  void aPeerThatIsNotReadIsHeldBack() throws Exception {
    run(
        () -> {
          try (Ends ends = join()) {
            int count = fill(ends.client.writer());

            assertThat(ends.server.reader().toString())
                .contains(2 * StreamReader.DEFAULT_LIMIT + 1 + " bytes")
                .contains("paused");
            assertThat(ends.server.reader().readexactly(count)).containsOnly(0);
          }
        });
  }

  // ST-07
  @Test
  void aResetIsThrownByTheReaderAndByDrain() throws Exception {
    run(
        () -> {
          try (Ends ends = join()) {
            var socket = ends.client.writer().getExtraInfo("socket", TransportSocket.class);
            socket.setOption(StandardSocketOptions.SO_LINGER, 0);
            ends.client.close();

            assertThatThrownBy(() -> ends.server.reader().read())
                .isInstanceOf(ConnectionResetException.class);
            assertThatThrownBy(() -> ends.server.writer().drain())
                .isInstanceOf(ConnectionResetException.class);
            assertThatThrownBy(() -> ends.server.writer().waitClosed())
                .isInstanceOf(ConnectionResetException.class);
          }
        });
  }

  @Test
  void whatCameBeforeTheEndCanStillBeRead() throws Exception {
    run(
        () -> {
          try (Ends ends = join()) {
            ends.client.writer().write("last words", UTF_8);
            ends.client.close();
            ends.client.writer().waitClosed();
            ends.server.close();
            letPass();
            ends.server.writer().waitClosed();

            assertThat(ends.client.reader().read()).isEmpty();
          }
          try (Ends ends = join()) {
            ends.client.writer().write("last words", UTF_8);
            ends.client.close();
            assertThat(ends.server.reader().readexactly(4)).asString().isEqualTo("last");
            ends.server.close();
            ends.server.writer().waitClosed();

            assertThat(ends.server.reader().read()).asString().isEqualTo(" words");
          }
        });
  }

  // ST-09

  @Test
  void drainReturnsAtOnceWhileTheConnectionTakesMore() throws Exception {
    run(
        () -> {
          try (Ends ends = join()) {
            var others = new ArrayList<String>();
            loop.callSoon(() -> others.add("ran"));

            ends.client.writer().write(new byte[100]);
            ends.client.writer().drain();

            assertThat(others).isEmpty();
          }
        });
  }

  @Test
  void drainWaitsUntilThePeerHasTakenEnoughAndSeveralMayWait() throws Exception {
    run(
        () -> {
          try (Ends ends = join()) {
            int count = fill(ends.client.writer());
            var drains = new ArrayList<Task<@Nullable Void>>();
            for (int i = 0; i < 3; i++) {
              drains.add(loop.createTask(() -> ends.client.writer().drain()));
            }
            letPass();
            assertThat(drains).noneMatch(Task::done);
            drains.removeLast().cancel();

            ends.server.reader().readexactly(count);

            for (Task<?> drain : drains) {
              drain.await();
            }
            assertThat(ends.client.writer().transport().getWriteBufferSize())
                .isLessThanOrEqualTo(16 * 1024);
          }
        });
  }

  @Test
  void drainTellsThatTheConnectionIsOver() throws Exception {
    run(
        () -> {
          try (Ends ends = join()) {
            ends.client.writer().write("bye".getBytes(UTF_8));
            ends.client.close();

            assertThatThrownBy(() -> ends.client.writer().drain())
                .isInstanceOf(ConnectionResetException.class)
                .hasMessage("Connection lost");
          }
        });
  }

  // Complaint 11: a loop of write and drain must notice that nobody listens.
  @Test
  void aLoopOfWriteAndDrainEndsWhenThePeerIsGone() throws Exception {
    run(
        () -> {
          try (Ends ends = join()) {
            ends.client.close();
            assertThatThrownBy(
                    () -> {
                      while (true) {
                        ends.server.writer().write(new byte[1000]);
                        ends.server.writer().drain();
                        Asyncio.sleep(Duration.ZERO);
                      }
                    })
                .isInstanceOf(ConnectionResetException.class);
          }
        });
  }

  @Test
  void aDrainThatWaitsFailsWhenItsBytesAreDropped() throws Exception {
    run(
        () -> {
          try (Ends ends = join()) {
            fill(ends.client.writer());
            Task<@Nullable Void> drain = loop.createTask(() -> ends.client.writer().drain());
            letPass();
            assertThat(drain.done()).isFalse();

            ends.client.writer().transport().abort();

            assertThatThrownBy(drain::await).isInstanceOf(ConnectionResetException.class);
          }
        });
  }

  // ST-10

  @Test
  void waitClosedWaitsForTheFlushAndCancellingOneWaiterLeavesTheOthers() throws Exception {
    run(
        () -> {
          try (Ends ends = join()) {
            StreamWriter writer = ends.client.writer();
            int count = fill(writer);
            writer.close();
            assertThat(writer.isClosing()).isTrue();
            Task<@Nullable Void> first = loop.createTask(writer::waitClosed);
            Task<@Nullable Void> second = loop.createTask(writer::waitClosed);
            letPass();
            first.cancel();
            assertThatThrownBy(first::await).isInstanceOf(CancelledError.class);
            assertThat(second.done()).isFalse();

            assertThat(ends.server.reader().read()).hasSize(count);

            second.await();
            writer.waitClosed();
          }
        });
  }

  // ST-08

  @Test
  void theEndOfOneDirectionLeavesTheOtherOpen() throws Exception {
    run(
        () -> {
          try (Ends ends = join()) {
            assertThat(ends.client.writer().canWriteEof()).isTrue();
            ends.client.writer().writeEof();
            assertThat(ends.server.reader().read()).isEmpty();

            ends.server.writer().write("answer\n", UTF_8);

            assertThat(ends.client.reader().readline(UTF_8)).isEqualTo("answer");
            assertThatThrownBy(() -> ends.client.writer().write(new byte[1]))
                .isInstanceOf(IllegalStateException.class);
          }
        });
  }

  @Test
  void aWriterKnowsItsConnection() throws Exception {
    run(
        () -> {
          try (Ends ends = join()) {
            assertThat(ends.client.writer().getExtraInfo("peername"))
                .isEqualTo(ends.server.writer().getExtraInfo("sockname"));
            assertThat(ends.client.writer().getExtraInfo("nothing")).isNull();
            assertThat(ends.client.writer().toString()).startsWith("<StreamWriter transport=<");
          }
        });
  }

  // A reader that is left with unread bytes must not keep the chunks that all readers share.
  @Test
  void abandonedBytesDoNotUseUpTheSharedChunks() throws Exception {
    run(
        () -> {
          for (int i = 0; i < 4 * ReceivePool.MAX_CHUNKS; i++) {
            try (Ends ends = join()) {
              ends.client.writer().write(new byte[200_000]);
              ends.server.reader().readexactly(10_000);
              letPass();
            }
          }
          try (Ends ends = join()) {
            ends.client.writer().write(new byte[100_000]);
            letPass();
            ReceivePool pool = ReceivePool.of(loop);

            assertThat(pool.mayKeep(pool.take(lend(pool)))).isTrue();
          }
        });
  }

  private static Object lend(ReceivePool pool) {
    var borrower = new Object();
    pool.lend(borrower, 1);
    return borrower;
  }
}
