// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing.junit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.loop.SelectorEventLoop;
import io.github.asyncio4j.testing.EventRecorder;
import io.github.asyncio4j.testing.ExceptionRecorder;
import io.github.asyncio4j.testing.StreamPair;
import io.github.asyncio4j.testing.TestLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Run by [AsyncioExtensionTest], which counts those that pass.
@ExtendWith(AsyncioExtension.class)
final class GoodExamples {
  /// How many tests pass, each seed counted.
  static final int PASSING = 70;

  private final List<String> log = new ArrayList<>();
  private EventLoop ofBeforeEach;

  @BeforeEach
  void setUp(EventLoop loop) {
    ofBeforeEach = loop;
  }

  @AfterEach
  void tearDown(EventLoop loop) {
    assertThat(loop).isSameAs(ofBeforeEach);
    assertThat(loop.isRunning()).isFalse();
  }

  @AsyncioTest
  void runsInATask(EventLoop loop) throws Exception {
    assertThat(Asyncio.getRunningLoop()).isSameAs(loop).isSameAs(ofBeforeEach);
    assertThatThrownBy(() -> Asyncio.waitFor(loop.<Void>createFuture(), Duration.ofDays(1)))
        .isInstanceOf(TimeoutException.class);
    assertThat(Duration.ofNanos(loop.time())).isEqualTo(Duration.ofDays(1));
  }

  @AsyncioTest
  void needsNoParameter() throws Exception {
    Asyncio.sleep(Duration.ofHours(1));
  }

  @SeededTest(50)
  @SuppressWarnings("try") // closed early, to wait for the end of what it serves
  void waitsForTheHandlersOfItsServer() throws Exception {
    try (var server =
        Asyncio.startServer(
            (reader, writer) -> {
              try (writer) {
                writer.write(reader.readline());
                writer.drain();
              }
            },
            "test",
            80)) {
      try (var client = Asyncio.openConnection("test", 80)) {
        client.writer().write("hello\n", UTF_8);
        assertThat(client.reader().readline(UTF_8)).isEqualTo("hello");
      }
      server.close();
      server.waitClosed();
    }
  }

  @Test
  void runsBesideTheLoop(TestLoop loop) {
    loop.callLater(Duration.ofSeconds(1), () -> log.add("called"));
    assertThat(loop.isRunning()).isFalse();

    loop.advance(Duration.ofSeconds(1));

    assertThat(log).containsExactly("called");
  }

  @Test
  void aTestWithoutALoopIsLeftAlone() {
    assertThat(log).isEmpty();
  }

  @AsyncioTest
  void streams(TestLoop loop) throws Exception {
    try (var pair = StreamPair.open(loop)) {
      pair.first().writer().write("x\n", UTF_8);
      assertThat(pair.second().reader().readline(UTF_8)).isEqualTo("x");
    }
  }

  @AsyncioTest
  void aTaskThatWasCancelledMayStillEnd(EventLoop loop) {
    Task<?> task = loop.createTask(() -> Asyncio.sleep(Duration.ofDays(1)));
    Asyncio.sleep(Duration.ZERO);
    task.cancel();
  }

  @AsyncioTest
  void expectsAFailure(EventLoop loop, ExceptionRecorder failures) {
    failures.expect(IllegalArgumentException.class);
    loop.callSoon(GoodExamples::fail);
  }

  @AsyncioTest
  void takesAFailure(EventLoop loop, ExceptionRecorder failures) {
    loop.callSoon(GoodExamples::fail);
    Asyncio.sleep(Duration.ofNanos(1));

    assertThat(failures.take()).hasSize(1);
  }

  private static void fail() {
    throw new IllegalArgumentException("expected");
  }

  @AsyncioTest
  @AsyncioOptions(allowHiddenSuspensions = true)
  void mayBlock() throws Exception {
    Thread.sleep(1);
  }

  @AsyncioTest
  @AsyncioOptions(clock = AsyncioOptions.Clock.REAL)
  void realClock(EventLoop loop) {
    assertThat(loop).isInstanceOf(SelectorEventLoop.class);
    Asyncio.sleep(Duration.ofMillis(1));
    loop.createTask(() -> Asyncio.sleep(Duration.ofDays(1))).cancel();
  }

  @Test
  void closesTheLoopItself(TestLoop loop) {
    loop.close();
  }

  @AsyncioTest
  void isAborted() {
    Assumptions.abort("not here");
  }

  @SeededTest(3)
  void underThreeSeeds(TestLoop loop, @Seed long seed, EventRecorder recorder) throws Exception {
    assertThat(loop.seed()).isEqualTo(seed).isBetween(1L, 3L);
    Asyncio.sleep(Duration.ofSeconds(1));
    assertThat(recorder.hash()).isNotZero();
    assertThat(recorder.lines()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void hasParametersOfItsOwn(long seconds, TestLoop loop) throws Exception {
    loop.runUntilComplete(() -> Asyncio.sleep(Duration.ofSeconds(seconds)));

    assertThat(Duration.ofNanos(loop.time())).isEqualTo(Duration.ofSeconds(seconds));
  }

  @AsyncioTest
  @AsyncioOptions(allowOpenSockets = true)
  void leavesItsServerToTheLoop() throws Exception {
    log.add(Asyncio.startServer((_, writer) -> writer.close(), "test", 80).sockets().toString());
  }

  @AsyncioTest
  @AsyncioOptions(limitSeconds = 0)
  void hasNoLimit() {
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("asyncio4j-test-limit");
  }

  @Nested
  @AsyncioOptions(clock = AsyncioOptions.Clock.REAL)
  final class OnARealClock {
    @AsyncioTest
    void takesTheOptionsOfItsClass(EventLoop loop) {
      assertThat(loop).isInstanceOf(SelectorEventLoop.class);
    }

    @AsyncioTest
    @AsyncioOptions
    void unlessItHasItsOwn(EventLoop loop) {
      assertThat(loop).isInstanceOf(TestLoop.class);
    }
  }
}
