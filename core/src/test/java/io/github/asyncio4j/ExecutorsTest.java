// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Calls in other threads, on every loop and every kind of executor (EL-17, EL-115, EL-116, R-124).
@ParameterizedClass(name = "{0}, {1}")
@MethodSource("combinations")
final class ExecutorsTest {
  private static final Duration SHORT = Duration.ofMillis(20);
  private static final ContextVar<String> USER = ContextVar.of("user", "nobody");

  /// Where calls run.
  enum Kind {
    OF_THE_LOOP,
    PLATFORM_THREADS,
    VIRTUAL_THREADS,
    FORK_JOIN;

    /// Returns a new one, or null for the one that the loop makes.
    ExecutorService open() {
      return switch (this) {
        case OF_THE_LOOP -> null;
        case PLATFORM_THREADS ->
            Executors.newFixedThreadPool(2, Thread.ofPlatform().name("mine-", 0).factory());
        case VIRTUAL_THREADS -> Executors.newVirtualThreadPerTaskExecutor();
        case FORK_JOIN -> new ForkJoinPool(2);
      };
    }
  }

  @Parameter(0)
  private LoopKind loopKind;

  @Parameter(1)
  private Kind kind;

  private EventLoop opened;
  private ExecutorService executor;

  static Stream<Arguments> combinations() {
    return Stream.of(LoopKind.values())
        .flatMap(loop -> Stream.of(Kind.values()).map(kind -> Arguments.of(loop, kind)));
  }

  /// Returns the loop, whose default executor is of the kind.
  private EventLoop loop() {
    if (opened == null) {
      opened = loopKind.newLoop();
      executor = kind.open();
      if (executor != null) {
        opened.setDefaultExecutor(executor);
      }
    }
    return opened;
  }

  @AfterEach
  void closeLoop() {
    if (opened != null) {
      opened.close();
    }
    if (executor != null) {
      // The loop has shut it down.
      executor.close();
    }
  }

  private static void waitFor(CountDownLatch latch) {
    while (latch.getCount() > 0) {
      Asyncio.sleep(Duration.ofMillis(1));
    }
  }

  // EL-115
  @Test
  void aCallHasItsOutcomeWhateverItsThread() throws Exception {
    loop()
        .runUntilComplete(
            () -> {
              Thread thread = loop().runInExecutor(null, () -> Thread.currentThread()).await();
              assertThat(thread).isNotSameAs(Thread.currentThread());
              assertThat(thread.isVirtual()).isEqualTo(kind == Kind.VIRTUAL_THREADS);
              Future<?> failing =
                  loop()
                      .runInExecutor(
                          null,
                          () -> {
                            throw new IOException("disk");
                          });
              assertThatThrownBy(failing::await).isInstanceOf(IOException.class).hasMessage("disk");
            });
  }

  // EL-115: asyncio copies it in to_thread only.
  @Test
  void theContextIsNotCopiedSaveByToThread() throws Exception {
    loop()
        .runUntilComplete(
            () -> {
              USER.set("ann");
              assertThat(loop().runInExecutor(null, () -> USER.get()).await()).isEqualTo("nobody");
              assertThat(Asyncio.toThread(() -> USER.get())).isEqualTo("ann");
            });
  }

  // R-124
  @Test
  void cancellingLeavesTheCallAloneUnlessItIsToBeInterrupted() throws Exception {
    var started = new CountDownLatch(2);
    var release = new CountDownLatch(1);
    var interrupted = new CompletableFuture<Boolean>();
    var left = new CompletableFuture<Boolean>();
    loop()
        .runUntilComplete(
            () -> {
              Future<?> heeded =
                  loop()
                      .runInExecutor(
                          null,
                          () -> interrupted.complete(isInterrupted(started, new CountDownLatch(1))),
                          ExecutorOptions.DEFAULT.interruptOnCancel(true));
              Future<?> spared =
                  loop().runInExecutor(null, () -> left.complete(isInterrupted(started, release)));
              waitFor(started);
              heeded.cancel();
              spared.cancel();
              assertThatThrownBy(heeded::await).isInstanceOf(CancelledError.class);
              assertThatThrownBy(spared::await).isInstanceOf(CancelledError.class);
            });
    release.countDown();

    assertThat(interrupted.get()).isTrue();
    assertThat(left.get()).isFalse();
  }

  private static boolean isInterrupted(CountDownLatch started, CountDownLatch gate) {
    started.countDown();
    try {
      gate.await();
      return false;
    } catch (InterruptedException e) {
      return true;
    }
  }

  @Test
  void anInterruptComesOnlyWhenTheFutureIsCancelled() throws Exception {
    var options = ExecutorOptions.DEFAULT.interruptOnCancel(true);
    var ran = new AtomicBoolean();
    loop()
        .runUntilComplete(
            () -> {
              Future<Boolean> quick =
                  loop().runInExecutor(null, () -> Thread.currentThread().isInterrupted(), options);
              assertThat(quick.await()).isFalse();
              loop().runInExecutor(null, () -> ran.set(true), options).await();
            });

    assertThat(ran).isTrue();
  }

  // EL-17
  @Test
  void aShutdownThatTakesTooLongNamesTheThreadsAndWhereTheyStand() throws Exception {
    var started = new CountDownLatch(1);
    var gate = new CountDownLatch(1);
    var thread = new AtomicReference<Thread>();
    try (var log = LogRecorder.start()) {
      loop()
          .runUntilComplete(
              () -> {
                loop()
                    .runInExecutor(
                        null,
                        () -> {
                          thread.set(Thread.currentThread());
                          started.countDown();
                          standHere(gate);
                        });
                waitFor(started);
                while (thread.get().getState() != Thread.State.WAITING) {
                  Asyncio.sleep(Duration.ofMillis(1));
                }

                loop().shutdownDefaultExecutor(SHORT);
              });
      gate.countDown();

      String name = thread.get().getName();
      assertThat(log.messages())
          .singleElement()
          .asString()
          .startsWith(
              "The default executor did not end within PT0.02S: 1 call runs\nin "
                  + (name.isEmpty() ? "thread #" + thread.get().threadId() : name)
                  + "\n  at ")
          .contains(ExecutorsTest.class.getName() + ".standHere(ExecutorsTest.java:")
          .doesNotContain("ExecutorCall");
    }
  }

  private static void standHere(CountDownLatch gate) throws InterruptedException {
    gate.await();
  }

  // EL-17
  @Test
  void aShutdownThatIsCancelledLeavesTheExecutorShutDown() throws Exception {
    var gate = new CountDownLatch(1);
    loop()
        .runUntilComplete(
            () -> {
              loop().runInExecutor(null, () -> gate.await());
              Task<?> task = Asyncio.createTask(() -> loop().shutdownDefaultExecutor());
              Asyncio.sleep(Duration.ZERO);
              task.cancel();
              assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
              assertThatIllegalStateException()
                  .isThrownBy(() -> loop().runInExecutor(null, () -> 1))
                  .withMessageStartingWith("Executor shutdown has been called;");
            });
    gate.countDown();
  }

  // EL-17
  @Test
  void nothingIsLoggedWhenTheThreadsEndInTime() throws Exception {
    try (var log = LogRecorder.start()) {
      loop()
          .runUntilComplete(
              () -> {
                loop().runInExecutor(null, () -> 1).await();
                loop().shutdownDefaultExecutor(Duration.ofHours(1));
                loop().shutdownDefaultExecutor(Duration.ofHours(1));
              });

      assertThat(log.messages()).isEmpty();
    }
  }

  // EL-115: the caller sees what the executor has to say, and the loop awaits nobody.
  @Test
  void anExecutorThatRefusesACallIsHeard() throws Exception {
    ExecutorService closed = Executors.newSingleThreadExecutor();
    closed.shutdown();
    EventLoop running = loop();
    running.runUntilComplete(
        () -> {
          assertThatThrownBy(() -> running.runInExecutor(closed, () -> 1))
              .isInstanceOf(RejectedExecutionException.class);
        });
    assertThat(Lowlevel.of(running).awaitsThreads()).isFalse();
  }

  // EL-115
  @Test
  void anExecutorThatRunsACallAtOnceRunsItOnTheLoopThread() throws Exception {
    EventLoop running = loop();
    List<Object> outcome =
        running.runUntilComplete(
            () ->
                List.of(
                    running.runInExecutor(Runnable::run, Thread::currentThread).await(),
                    Thread.currentThread()));

    assertThat(outcome.get(0)).isSameAs(outcome.get(1));
    assertThat(Lowlevel.of(running).awaitsThreads()).isFalse();
  }

  // EL-17: it cannot be shut down, and does not keep a loop from its end.
  @Test
  void theCommonPoolIsAwaitedUntilItHasNothingToDo() throws Exception {
    EventLoop running = loop();
    running.setDefaultExecutor(ForkJoinPool.commonPool());
    try (var log = LogRecorder.start()) {
      running.runUntilComplete(
          () -> {
            running.runInExecutor(null, () -> 1).await();
            running.shutdownDefaultExecutor(Duration.ofHours(1));
          });

      assertThat(log.messages()).isEmpty();
    }
  }
}
