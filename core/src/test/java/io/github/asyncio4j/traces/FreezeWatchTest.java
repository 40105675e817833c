// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.traces;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.LogRecorder;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Runner;
import io.github.asyncio4j.RunnerOptions;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.TaskOptions;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.testing.TestLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// A loop that stands still says so while it does, and is not made to by what can only deadlock.
@ParameterizedClass
@EnumSource(LoopKind.class)
@Timeout(60)
final class FreezeWatchTest {
  private static final Duration SHORT = Duration.ofMillis(30);

  private final LoopKind kind;
  private final EventLoop loop;
  private LogRecorder log;

  FreezeWatchTest(LoopKind kind) {
    this.kind = kind;
    loop = kind.newLoop();
  }

  @BeforeEach
  void recordLog() {
    log = LogRecorder.start();
  }

  @AfterEach
  void close() {
    loop.close();
    log.close();
  }

  private List<String> wentOn() {
    return log.messages().stream().filter(m -> m.contains(" goes on: ")).toList();
  }

  private List<String> freezes() {
    return log.messages().stream().filter(m -> m.contains("from going on")).toList();
  }

  // It goes on when it has been told of, and would not end otherwise.
  private void spinUntilTold() {
    while (freezes().isEmpty()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aTaskThatKeepsTheLoopIsToldOfWhileItStillDoes() throws Exception {
    loop.setDebug(true);
    loop.setSlowCallbackDuration(Duration.ofMillis(1));
    loop.runUntilComplete(
        () -> {
          Task<?> busy =
              loop.createTask(
                  (VoidCoroutine) () -> spinUntilTold(), TaskOptions.DEFAULT.name("busy"));
          busy.await();
        });

    assertThat(freezes())
        .singleElement()
        .asString()
        .contains("name='busy'", "engine=", "spinUntilTold")
        .doesNotContain("Kernel");
  }

  @Test
  void aCallbackThatKeepsTheLoopIsToldOfWhileItStillDoes() throws Exception {
    loop.setDebug(true);
    loop.setSlowCallbackDuration(Duration.ofMillis(1));
    loop.callSoon(this::spinUntilTold);
    loop.runUntilComplete(() -> Asyncio.sleep(Duration.ZERO));

    assertThat(freezes()).singleElement().asString().contains("spinUntilTold");
  }

  private void blockUntilTold() throws InterruptedException {
    var told = new SynchronousQueue<Boolean>();
    Thread.ofPlatform()
        .start(
            () -> {
              spinUntilTold();
              try {
                told.put(true);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    boolean _ = told.take();
  }

  /// @param millis of a call that suspends its task, as any await would
  private void assertABlockingCallIsToldOfWhereItStopsTheLoop(long millis) throws Exception {
    loop.runUntilComplete(
        () -> {
          if (kind.carriesItsTasks()) {
            Thread.sleep(millis);
          } else {
            blockUntilTold();
          }
        });

    if (kind.carriesItsTasks()) {
      assertThat(freezes()).isEmpty();
    } else {
      assertThat(freezes())
          .singleElement()
          .asString()
          .contains(
              "Asyncio.toThread()", "SynchronousQueue.take", "FreezeWatchTest.blockUntilTold");
    }
  }

  @Test
  void aBlockingCallIsToldOfWhereItStopsTheLoop() throws Exception {
    loop.setDebug(true);
    loop.setSlowCallbackDuration(Duration.ofMillis(1));
    assertABlockingCallIsToldOfWhereItStopsTheLoop(300);
  }

  @Test
  void aTaskThatKeepsTheLoopIsToldOfOutsideDebugMode() throws Exception {
    loop.setFrozenLoopDuration(SHORT);
    loop.runUntilComplete(
        () -> {
          Task<?> busy =
              loop.createTask(
                  (VoidCoroutine) () -> spinUntilTold(), TaskOptions.DEFAULT.name("busy"));
          busy.await();
        });

    assertThat(freezes())
        .singleElement()
        .asString()
        .startsWith("<Task pending name='busy'")
        .contains("engine=", "spinUntilTold")
        .doesNotContain("Kernel");
    assertThat(freezes().getFirst().contains("Asyncio.toThread()"))
        .isEqualTo(!kind.carriesItsTasks());
  }

  @Test
  void aCallbackThatKeepsTheLoopIsToldOfOutsideDebugMode() throws Exception {
    loop.setFrozenLoopDuration(SHORT);
    loop.callSoon(this::spinUntilTold);
    loop.runUntilComplete(() -> Asyncio.sleep(Duration.ZERO));

    assertThat(freezes())
        .singleElement()
        .asString()
        .startsWith("the callback " + getClass().getName() + ".spinUntilTold(")
        .doesNotContain("Kernel", "toThread");
  }

  @Test
  void aBlockingCallIsToldOfOutsideDebugModeWhereItStopsTheLoop() throws Exception {
    loop.setFrozenLoopDuration(SHORT);
    assertABlockingCallIsToldOfWhereItStopsTheLoop(10 * SHORT.toMillis());
  }

  @Test
  void itIsToldOnceAndOnceMoreWhenTheLoopGoesOn() throws Exception {
    loop.setFrozenLoopDuration(SHORT);
    loop.callSoon(
        () -> {
          spinUntilTold();
          // Until it is told of both this one has been looked at more often than once.
          freezeAnotherLoop();
        });
    loop.runUntilComplete(() -> Asyncio.sleep(Duration.ZERO));
    while (wentOn().size() < 2) {
      Thread.onSpinWait();
    }

    assertThat(freezes())
        .satisfiesExactlyInAnyOrder(
            m -> assertThat(m).contains("spinUntilTold"),
            m -> assertThat(m).contains("spinUntilBothAreTold"));
    assertThat(wentOn())
        .hasSize(2)
        .allMatch(
            m ->
                m.matches(
                    "<SelectorEventLoop .*> goes on: it stood still for \\d+\\.\\d{3} seconds"));
  }

  private void freezeAnotherLoop() {
    try {
      Thread other =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try (EventLoop second = kind.newLoop()) {
                      second.setFrozenLoopDuration(SHORT);
                      second.callSoon(this::spinUntilBothAreTold);
                      second.callSoon(second::stop);
                      second.runForever();
                    }
                  });
      other.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void spinUntilBothAreTold() {
    while (freezes().size() < 2) {
      Thread.onSpinWait();
    }
  }

  @Test
  void itIsToldOfEachFreeze() throws Exception {
    loop.setFrozenLoopDuration(SHORT);
    for (int i = 1; i <= 3; i++) {
      int most = i;
      loop.callSoon(
          () -> {
            while (freezes().size() < most) {
              Thread.onSpinWait();
            }
          });
      loop.runUntilComplete(() -> Asyncio.sleep(Duration.ZERO));
    }

    assertThat(freezes()).hasSize(3);
  }

  // Both are the watchdog's rules: each look finds the loop somewhere else, or asleep.
  @Test
  void aLoopThatWaitsOrWorksIsNotFrozen() throws Exception {
    loop.setFrozenLoopDuration(SHORT);
    long end = System.nanoTime() + 10 * SHORT.toNanos();
    loop.runUntilComplete(
        () -> {
          Asyncio.sleep(SHORT.multipliedBy(10));
          while (System.nanoTime() < end) {
            Asyncio.sleep(Duration.ZERO);
          }
        });

    assertThat(freezes()).isEmpty();
  }

  @Test
  void zeroIsForNeverAndMayBeChangedWhileTheLoopStands() throws Exception {
    loop.setFrozenLoopDuration(Duration.ZERO);
    var began = new CountDownLatch(1);
    loop.callSoon(
        () -> {
          began.countDown();
          spinUntilTold();
        });
    Thread other =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    began.await();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                  loop.setFrozenLoopDuration(SHORT);
                });
    loop.runUntilComplete(() -> Asyncio.sleep(Duration.ZERO));
    other.join();

    assertThat(freezes()).hasSize(1);
  }

  @Test
  void aNegativeDurationIsRefused() {
    assertThatThrownBy(() -> loop.setFrozenLoopDuration(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("frozenLoopDuration < 0: PT-1S");
  }

  @Test
  void thePropertyGivesTheDurationToNewLoops() {
    String property = "io.github.asyncio4j.frozenLoopDuration";
    try {
      assertThat(loop.frozenLoopDuration()).isEqualTo(Duration.ofSeconds(10));
      for (var given :
          Map.of("0.25", Duration.ofMillis(250), "30", Duration.ofSeconds(30), "off", Duration.ZERO)
              .entrySet()) {
        System.setProperty(property, given.getKey());
        try (EventLoop other = kind.newLoop()) {
          assertThat(other.frozenLoopDuration()).isEqualTo(given.getValue());
        }
      }
      for (String bad : List.of("", "0", "-1", "10s", "PT10S", "1e-20", "1e2147483647", "on")) {
        System.setProperty(property, bad);
        assertThatThrownBy(kind::newLoop)
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage(property + " is neither off nor a number of seconds above 0: " + bad);
      }
    } finally {
      System.clearProperty(property);
    }
  }

  @Test
  void aRunnerHandsTheDurationToItsLoop() throws Exception {
    var options = RunnerOptions.DEFAULT.loopFactory(kind::newLoop).frozenLoopDuration(SHORT);
    try (var runner = new Runner(options)) {
      assertThat(runner.getLoop().frozenLoopDuration()).isEqualTo(SHORT);
    }
  }

  @Test
  void theTimeOfAVirtualClockIsNotWatched() {
    try (var virtual = new TestLoop()) {
      assertThat(virtual.frozenLoopDuration()).isZero();
    }
  }

  @Test
  void nothingIsToldOutsideDebugMode() throws Exception {
    loop.setSlowCallbackDuration(Duration.ofMillis(1));
    loop.callSoon(
        () -> {
          long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(400);
          while (System.nanoTime() < end) {
            Thread.onSpinWait();
          }
        });
    loop.runUntilComplete(() -> Asyncio.sleep(Duration.ZERO));

    assertThat(freezes()).isEmpty();
  }

  @Test
  void aCallbackMayNotWaitForWhatItsOwnLoopCompletes() throws Exception {
    var thrown = new ArrayList<Throwable>();
    loop.runUntilComplete(
        () -> {
          Future<String> future = loop.createFuture();
          CompletableFuture<String> followed = future.toCompletableFuture();
          CompletableFuture<Integer> dependent = followed.thenApply(String::length);
          for (CompletableFuture<?> waited : List.of(followed, dependent)) {
            loop.callSoon(
                () -> {
                  assertThatThrownBy(waited::get).satisfies(thrown::add);
                  assertThatThrownBy(waited::join).satisfies(thrown::add);
                });
          }
          loop.callSoon(() -> future.setResult("done"));
          assertThat(future.await()).isEqualTo("done");
          // What is done may be asked anywhere.
          assertThat(followed.get()).isEqualTo("done");
        });

    assertThat(thrown)
        .hasSize(4)
        .allSatisfy(
            t ->
                assertThat(t)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("stops the loop that completes the future"));
  }

  @Test
  void aTaskMayWaitWhereThatSuspendsItOnly() throws Exception {
    loop.runUntilComplete(
        () -> {
          Future<String> future = loop.createFuture();
          CompletableFuture<String> followed = future.toCompletableFuture();
          loop.callSoon(() -> future.setResult("done"));
          if (kind.carriesItsTasks()) {
            assertThat(followed.get()).isEqualTo("done");
          } else {
            assertThatThrownBy(followed::get)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("engine=baton");
            future.await();
          }
        });
  }

  @Test
  void anotherThreadWaitsAsForAnyFutureOfTheJdk() throws Exception {
    loop.runUntilComplete(
        () -> {
          Future<String> future = loop.createFuture();
          CompletableFuture<String> followed = future.toCompletableFuture();
          Future<String> outside = loop.runInExecutor(null, () -> followed.get());
          Future<String> failed = loop.createFuture();
          CompletableFuture<String> pending = failed.toCompletableFuture();
          Future<String> failing = loop.runInExecutor(null, () -> pending.get());
          loop.callSoon(() -> future.setResult("done"));
          loop.callSoon(() -> failed.setException(new IllegalArgumentException("refused")));
          assertThat(outside.await()).isEqualTo("done");
          assertThatThrownBy(failing::await)
              .isInstanceOf(ExecutionException.class)
              .hasMessageContaining("refused");
        });
  }
}
