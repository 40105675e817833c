// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.stream.StreamConnection;
import io.github.asyncio4j.testing.ExceptionRecorder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What somebody who knows asyncio writes without looking it up, on every loop.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class GuessedNamesTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final EventLoop loop;
  private final ExceptionRecorder failures;
  private final List<String> log = new ArrayList<>();

  GuessedNamesTest(LoopKind kind) {
    loop = kind.newLoop();
    failures = ExceptionRecorder.on(loop);
  }

  @AfterEach
  void nothingIsReported() {
    loop.close();
    assertThat(failures.messages()).isEmpty();
  }

  private static String fetch(String what) throws IOException {
    return Asyncio.sleep(Duration.ZERO, "<" + what + ">");
  }

  // TC-04
  @Test
  void aListOfBodiesIsGathered() throws Exception {
    List<Coroutine<String>> bodies = List.of(() -> fetch("a"), () -> fetch("b"));
    Coroutine<String> failing =
        () -> {
          throw new IOException("c");
        };

    List<String> pages = loop.runUntilComplete(() -> Asyncio.gather(bodies).await());
    List<Outcome<String>> outcomes =
        loop.runUntilComplete(
            () -> Asyncio.gatherOutcomes(List.of(bodies.getFirst(), failing)).await());
    List<String> nothing =
        loop.runUntilComplete(() -> Asyncio.gather(bodies.subList(0, 0)).await());

    assertThat(pages).containsExactly("<a>", "<b>");
    assertThat(outcomes.getFirst()).isEqualTo(new Outcome.Value<>("<a>"));
    assertThat(outcomes.getLast()).isInstanceOf(Outcome.Failed.class);
    assertThat(nothing).isEmpty();
  }

  // TC-05
  @Test
  void waitTakesWhenToReturnWithoutATime() throws Exception {
    loop.runUntilComplete(
        () -> {
          Future<String> done = Future.completed("a");
          Future<String> pending = loop.createFuture();

          var both = Asyncio.wait(List.of(done, pending), ReturnWhen.FIRST_COMPLETED);

          assertThat(both.done()).containsExactly(done);
          assertThat(both.pending()).containsExactly(pending);
        });
  }

  // FT-01
  @Test
  void aFutureIsMadeWithItsOutcome() throws Exception {
    var failure = new IOException("no");
    loop.runUntilComplete(
        () -> {
          Future<String> completed = Future.completed("a");
          Future<String> failed = Future.failed(failure);

          assertThat(completed.getLoop()).isSameAs(loop);
          assertThat(completed.await()).isEqualTo("a");
          assertThatThrownBy(failed::await).isSameAs(failure);
        });
  }

  // FT-01
  @Test
  void outsideALoopThereIsNoFutureToMake() {
    assertThatIllegalStateException()
        .isThrownBy(() -> Future.completed("a"))
        .withMessageStartingWith("no running event loop in thread '");
    assertThatIllegalStateException()
        .isThrownBy(() -> Future.failed(new IOException()))
        .withMessageStartingWith("no running event loop in thread '");
  }

  // EL-17
  @Test
  void theDefaultExecutorIsShutDownWithoutALimit() throws Exception {
    loop.runUntilComplete(
        () -> {
          loop.runInExecutor(null, () -> "started").await();

          loop.shutdownDefaultExecutor();

          assertThatIllegalStateException()
              .isThrownBy(() -> loop.runInExecutor(null, () -> "too late"));
        });
  }

  // EL-115
  @Test
  void anExecutorTakesABodyWithoutAResult() throws Exception {
    var thread = new AtomicReference<@Nullable Thread>();

    loop.runUntilComplete(
        () -> {
          loop.runInExecutor(
                  null,
                  () -> {
                    Thread.sleep(0);
                    thread.set(Thread.currentThread());
                  })
              .await();
        });

    assertThat(thread.get()).isNotNull().isNotSameAs(Thread.currentThread());
  }

  private void log(String word) {
    log.add(word);
  }

  private void bodyOfRun() {
    log("ran");
  }

  private static String resultOfGroup(TaskGroup group) throws Exception {
    return group.createTask(() -> fetch("a")).await();
  }

  @Test
  void methodsAreNamedWhereABodyIsWanted() throws Exception {
    loop.runUntilComplete(this::bodyOfRun);
    loop.runUntilComplete(
        () -> {
          Future<String> answer = Future.completed("a");
          Task<String> task = Asyncio.createTask(answer::await);
          Task<String> named = loop.createTask(task::await, "named");
          String waited = Asyncio.waitFor(named::await, LONG);
          String shielded = Asyncio.shield(task::await).await();
          String grouped = Asyncio.taskGroup(GuessedNamesTest::resultOfGroup);
          Task<String> started = Asyncio.taskGroup(group -> group.createTask(answer::await));
          Asyncio.createTask(this::bodyOfRun).await();
          log(waited + shielded + grouped + started.result());
        });

    assertThat(log).containsExactly("ran", "ran", "aa<a>a");
  }

  // EL-100, EL-101
  @Test
  void aChannelIsWatchedAsItIs() throws Exception {
    Pipe pipe = Pipe.open();
    try (var source = pipe.source();
        var sink = pipe.sink()) {
      source.configureBlocking(false);
      sink.configureBlocking(false);
      Future<String> readable = loop.createFuture();
      Future<String> writable = loop.createFuture();

      loop.runUntilComplete(
          () -> {
            loop.addReader(
                source,
                () -> {
                  log(loop.removeReader(source) + " " + loop.removeReader(source));
                  readable.setResult("readable");
                });
            loop.addWriter(
                sink,
                () -> {
                  log(loop.removeWriter(sink) + " " + loop.removeWriter(sink));
                  writable.setResult("writable");
                });
            log(writable.await());
            sink.write(ByteBuffer.wrap(new byte[1]));
            log(readable.await());
          });
    }

    assertThat(log).containsExactly("true false", "writable", "true false", "readable");
  }

  // EL-100
  @Test
  void aBlockingChannelIsRefusedByName() throws Exception {
    Pipe pipe = Pipe.open();
    try (var source = pipe.source();
        var sink = pipe.sink()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> loop.addReader(source, () -> log("read")))
          .withMessageStartingWith("channel is blocking: " + source + ";");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> loop.addWriter(sink, () -> log("written")))
          .withMessageStartingWith("channel is blocking: " + sink + ";");

      assertThat(loop.removeReader(source)).isFalse();
      assertThat(loop.removeWriter(sink)).isFalse();
      source.configureBlocking(false);
      loop.addReader(source, () -> log("read"));
      assertThat(loop.removeReader(source)).isTrue();
    }
  }

  // ST-01, EL-70
  @Test
  void aServerWithoutAHostIsOnAllInterfaces() throws Exception {
    loop.runUntilComplete(
        () -> {
          try (Server server = Asyncio.startServer((r, w) -> w.close(), 0)) {
            Asyncio.openConnection("127.0.0.1", server.port()).close();
            assertThat(server.sockets())
                .allMatch(
                    socket -> socket.getsockname().toString().matches("/(0\\.){3}0.*|/.*0:0.*"));
          }
          try (Server server = loop.createServer(NoProtocol::new, 0)) {
            assertThat(server.sockets())
                .allMatch(
                    socket -> socket.getsockname().toString().matches("/(0\\.){3}0.*|/.*0:0.*"));
          }
        });
  }

  private static final class NoProtocol implements io.github.asyncio4j.transport.Protocol {}

  // EL-153
  @Test
  void aServerTellsItsPort() throws Exception {
    loop.runUntilComplete(
        () -> {
          Server server = Asyncio.startServer((r, w) -> w.close(), "127.0.0.1", 0);
          try (server) {
            Asyncio.openConnection("127.0.0.1", server.port()).close();
          }
          assertThatIllegalStateException()
              .isThrownBy(server::port)
              .withMessageContaining("the server is closed: ");

          List<String> hosts = List.of("127.0.0.1", "127.0.0.2");
          try (Server two = loop.createServer(NoProtocol::new, hosts, 0, ServerOptions.DEFAULT)) {
            assertThatIllegalStateException()
                .isThrownBy(two::port)
                .withMessageStartingWith("sockets with different ports, look at sockets(): ")
                .withMessageContaining("/127.0.0.1:")
                .withMessageContaining("/127.0.0.2:");
          }
        });
  }

  // ST-04, ST-05, ST-08
  @Test
  void textIsWrittenAndReadInUtf8() throws Exception {
    loop.runUntilComplete(
        () -> {
          try (Server server =
                  Asyncio.startServer(
                      (reader, writer) -> {
                        try (writer) {
                          writer.write(new String(reader.readuntil("Ä"), UTF_8));
                          writer.write(reader.readuntil((byte) 10));
                          writer.writelines(List.of("ü\r\n".getBytes(UTF_8), new byte[] {'z'}));
                          writer.writelines(List.of(ByteBuffer.wrap(new byte[] {'\n'})));
                          writer.writelines(new byte[] {'e'}, new byte[] {'\n'});
                        }
                      },
                      "127.0.0.1",
                      0);
              StreamConnection connection = Asyncio.openConnection("127.0.0.1", server.port())) {
            connection.writer().write("aÄb\n");
            for (String line : connection.reader().lines()) {
              log(line);
            }
            byte[] end = Asyncio.waitFor(connection.reader()::readline, LONG);
            assertThat(end).isEmpty();
          }
        });

    assertThat(log).containsExactly("aÄb", "ü", "z", "e");
  }
}
