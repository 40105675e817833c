// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.testing.ExceptionRecorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What every loop does, whatever its selector and engine: beyond what the conformance scenarios
/// compare with CPython.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class EventLoopContractTest {
  private final LoopKind kind;
  private final BaseEventLoop loop;
  private final ExceptionRecorder failures;
  private final List<String> log = new ArrayList<>();

  EventLoopContractTest(LoopKind kind) {
    this.kind = kind;
    this.loop = kind.newLoop();
    this.failures = ExceptionRecorder.on(loop);
  }

  @AfterEach
  void closeLoop() {
    loop.close();
  }

  @Test
  void aLoopTellsWhatItRunsOn() throws Exception {
    String text = loop.runUntilComplete(() -> Asyncio.getRunningLoop().toString());

    assertThat(text)
        .isEqualTo(
            "<SelectorEventLoop running=true closed=false debug=false engine=%s selector=%s>",
            kind.carriesItsTasks() ? "loop-thread" : "baton",
            kind.name().startsWith("EPOLL") ? "EpollSelector" : "NioSelector");
  }

  // must show 6: A1 of the fault catalogue.
  @Test
  void aMillionCallbacksOfFourThreadsAllRunInTheOrderOfEach() throws Exception {
    int producers = 4;
    int each = 250_000;
    var next = new int[producers];
    var left = new int[] {producers * each};
    var sleeping = new CountDownLatch(1);
    var threads = new ArrayList<Thread>();
    for (int p = 0; p < producers; p++) {
      int producer = p;
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    awaitQuietly(sleeping);
                    for (int i = 0; i < each; i++) {
                      int number = i;
                      loop.callSoonThreadsafe(
                          () -> {
                            assertThat(next[producer]++).isEqualTo(number);
                            if (--left[0] == 0) {
                              loop.stop();
                            }
                          });
                    }
                  }));
    }
    loop.callSoon(sleeping::countDown);

    loop.runForever();

    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(left[0]).isZero();
    assertThat(failures.messages()).isEmpty();
  }

  // A2 of the fault catalogue: two loops, each in a thread of its own, wake each other up.
  @Test
  void twoLoopsPlayPingPongAcrossThreads() throws Exception {
    int rounds = 20_000;
    try (BaseEventLoop other = kind.newLoop()) {
      Thread thread = Thread.ofPlatform().start(other::runForever);
      int played =
          loop.runUntilComplete(
              () -> {
                int count = 0;
                for (int i = 0; i < rounds; i++) {
                  Future<Integer> answer = loop.createFuture();
                  int number = i;
                  other.callSoonThreadsafe(
                      () -> loop.callSoonThreadsafe(() -> answer.setResult(number)));
                  if (answer.await() == number) {
                    count++;
                  }
                }
                return count;
              });
      other.callSoonThreadsafe(other::stop);
      thread.join();

      assertThat(played).isEqualTo(rounds);
    }
  }

  //
  @Test
  void beforeTheLoopRunsThreadsafeCallbacksShareOneOrderWithTheOthers() {
    loop.callSoon(() -> log.add("a"));
    loop.callSoonThreadsafe(() -> log.add("b"));
    loop.callSoon(() -> log.add("c"));
    loop.callSoon(loop::stop);

    loop.runForever();

    assertThat(log).containsExactly("a", "b", "c");
  }

  // EL-21 as of 3.14: cancelling wins before the start.
  @Test
  void aThreadsafeCallbackCanBeCancelledByAnotherThread() throws Exception {
    var inside = new CountDownLatch(1);
    var cancelled = new CountDownLatch(1);
    loop.callSoon(
        () -> {
          inside.countDown();
          awaitQuietly(cancelled);
        });
    Handle handle = loop.callSoonThreadsafe(() -> log.add("never"));
    loop.callSoonThreadsafe(loop::stop);
    Thread other =
        Thread.ofPlatform()
            .start(
                () -> {
                  awaitQuietly(inside);
                  handle.cancel();
                  cancelled.countDown();
                });

    loop.runForever();

    other.join();
    assertThat(log).isEmpty();
    assertThat(handle.cancelled()).isTrue();
  }

  @Test
  void executeIsTheThreadsafeWayInForCodeThatWantsAnExecutor() throws Exception {
    CompletableFuture<Boolean> inLoop =
        CompletableFuture.supplyAsync(() -> Asyncio.getRunningLoop() == loop, loop);

    assertThat(loop.<Boolean>runUntilComplete(() -> Future.await(inLoop))).isTrue();

    loop.close();
    assertThatThrownBy(() -> loop.execute(() -> {}))
        .isInstanceOf(RejectedExecutionException.class)
        .hasMessageContaining("closed");
  }

  // EL-15
  @Test
  void aClosedLoopRefusesEverythingThatWouldSchedule() {
    Future<Object> future = loop.createFuture();
    loop.close();
    loop.close();

    for (org.assertj.core.api.ThrowableAssert.ThrowingCallable call :
        List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
            () -> loop.callSoon(() -> {}),
            () -> loop.callSoonThreadsafe(() -> {}),
            () -> loop.callLater(Duration.ZERO, () -> {}),
            () -> loop.callAt(0, () -> {}),
            () -> loop.createTask(() -> 1),
            () -> loop.runInExecutor(null, () -> 1),
            () -> loop.runUntilComplete(future),
            loop::runForever)) {
      assertThatThrownBy(call)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("Event loop is closed: ");
    }
    assertThat(loop.time()).isPositive();
    loop.stop();
    loop.setDebug(true);
    assertThat(loop.createFuture().done()).isFalse();
  }

  // EL-15, R-25
  @Test
  void aRunningLoopCannotBeClosedOrRunAgain() {
    loop.callSoon(
        () -> {
          assertThatThrownBy(loop::close).hasMessageContaining("Cannot close a running event loop");
          assertThatThrownBy(loop::runForever).hasMessageContaining("already running");
          try (BaseEventLoop other = kind.newLoop()) {
            assertThatThrownBy(other::runForever).hasMessageContaining("another loop is running");
          }
          loop.stop();
        });

    loop.runForever();

    assertThat(failures.messages()).isEmpty();
    assertThat(loop.isRunning()).isFalse();
  }

  //
  @Test
  void inDebugModeTheWrongThreadIsRefused() throws Exception {
    loop.setDebug(true);
    var refusals = new AtomicInteger();
    Runnable misuse =
        () -> {
          for (org.assertj.core.api.ThrowableAssert.ThrowingCallable call :
              List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
                  () -> loop.callSoon(() -> {}),
                  () -> loop.callLater(Duration.ZERO, () -> {}),
                  () -> loop.callAt(0, () -> {}))) {
            assertThatThrownBy(call)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Non-thread-safe operation");
            refusals.incrementAndGet();
          }
          loop.callSoonThreadsafe(loop::stop);
        };
    loop.callSoon(() -> Thread.ofPlatform().start(misuse));

    loop.runForever();

    assertThat(refusals).hasValue(3);
  }

  // EL-125, R-27
  @Test
  void inDebugModeASlowTaskStepIsLoggedByTheNameOfItsTask() throws Exception {
    loop.setDebug(true);
    loop.setSlowCallbackDuration(Duration.ZERO);
    try (var logged = LogRecorder.start()) {
      loop.runUntilComplete(loop.createTask(() -> 1, "tortoise"));

      assertThat(logged.messages())
          .anyMatch(m -> m.matches("(?s)Executing <Task .*tortoise.* took 0\\.\\d{3} seconds"));
    }
    assertThatThrownBy(() -> loop.setSlowCallbackDuration(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PT-0.001S");
  }

  // EL-22: a delay past the end of time, and one before its start.
  @Test
  void theLongestDelaysCountAsForEver() {
    TimerHandle never = loop.callLater(Duration.ofSeconds(Long.MAX_VALUE), () -> log.add("never"));
    TimerHandle atOnce = loop.callLater(Duration.ofSeconds(Long.MIN_VALUE), () -> log.add("now"));
    loop.callSoon(loop::stop);

    loop.runForever();

    assertThat(never.when()).isEqualTo(Long.MAX_VALUE);
    assertThat(atOnce.when()).isNegative();
    assertThat(log).containsExactly("now");
  }

  //
  @Test
  void aKeyboardInterruptLeavesTheRunAndTheRestOfTheBatchForTheNext() throws Exception {
    loop.callSoon(
        () -> {
          throw new KeyboardInterrupt();
        });
    loop.callSoon(() -> log.add("rest"));

    assertThatThrownBy(loop::runForever).isInstanceOf(KeyboardInterrupt.class);
    assertThat(log).isEmpty();
    assertThat(loop.isRunning()).isFalse();

    Task<Object> main = loop.createTask(() -> loop.createFuture().await());
    Task<Object> exiting =
        loop.createTask(
            () -> {
              throw new SystemExit(3);
            });
    assertThatThrownBy(() -> loop.runUntilComplete(main)).isInstanceOf(SystemExit.class);
    assertThat(log).containsExactly("rest");
    assertThat(main.done()).isFalse();
    assertThat(exiting.exception()).isInstanceOf(SystemExit.class);
    assertThat(failures.messages()).isEmpty();
  }

  // R-16; A13 of the fault catalogue.
  @Test
  void whateverACallbackThrowsTheLoopGoesOn() {
    List<Throwable> thrown =
        List.of(
            new IllegalStateException("a"),
            new AssertionError("b"),
            new StackOverflowError("c"),
            new OutOfMemoryError("d"),
            new CancelledError("e"));
    for (Throwable t : thrown) {
      loop.callSoon(
          () -> {
            if (t instanceof Error e) {
              throw e;
            }
            throw (RuntimeException) t;
          });
    }
    loop.callSoon(loop::stop);

    loop.runForever();

    assertThat(failures.unexpected()).extracting(ExceptionContext::exception).isEqualTo(thrown);
    assertThat(failures.messages()).allMatch(m -> m.startsWith("Exception in callback"));
  }

  @Test
  void deepRecursionInATaskFailsThatTaskOnly() throws Exception {
    Task<Integer> deep = loop.createTask(() -> recurse(0));
    String other = loop.runUntilComplete(() -> "alive");

    assertThat(other).isEqualTo("alive");
    assertThatThrownBy(() -> loop.runUntilComplete(deep)).isInstanceOf(StackOverflowError.class);
  }

  @Test
  void aTaskCanSuspendBelowAThousandFrames() throws Exception {
    assertThat(loop.<Integer>runUntilComplete(() -> descend(1000))).isEqualTo(1000);
  }

  @SuppressWarnings("InfiniteRecursion") // on purpose
  private static int recurse(int depth) {
    return 1 + recurse(depth + 1);
  }

  private static int descend(int depth) {
    if (depth == 0) {
      Asyncio.sleep(Duration.ZERO);
      return 0;
    }
    return 1 + descend(depth - 1);
  }

  @Test
  void suspendingOutsideATaskOfTheLoopIsRefused() throws Exception {
    Future<Integer> future = loop.createFuture();
    assertThatThrownBy(future::await)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("outside a task");
    assertThatThrownBy(() -> Asyncio.sleep(Duration.ZERO))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("outside a task");
    loop.callSoon(
        () -> {
          assertThatThrownBy(future::await).hasMessageContaining("outside a task");
          loop.stop();
        });
    loop.runForever();
    assertThat(failures.messages()).isEmpty();

    // FT-07, R-55
    try (BaseEventLoop other = kind.newLoop()) {
      Future<Integer> foreign = other.createFuture();
      loop.runUntilComplete(
          () -> {
            assertThatThrownBy(foreign::await)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("different loop");
          });
      assertThatThrownBy(() -> loop.runUntilComplete(foreign))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aThreadStartedInsideATaskIsNotThatTask() throws Exception {
    loop.runUntilComplete(
        () -> {
          var seen = new ArrayList<Object>();
          Thread child = Thread.ofVirtual().start(() -> seen.add(String.valueOf(threadsTask())));
          child.join();
          assertThat(seen).containsExactly("null");
        });
  }

  private static Object threadsTask() {
    Task<?> task = Task.ofThisThread();
    return task == null ? "null" : task;
  }

  @Test
  void aLoopCanBeRunFromAVirtualThread() throws Exception {
    var result = new CompletableFuture<String>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                result.complete(
                    loop.runUntilComplete(
                        () -> {
                          Asyncio.sleep(Duration.ofMillis(1));
                          return "ran";
                        }));
              } catch (Throwable t) {
                result.completeExceptionally(t);
              }
            });

    assertThat(result.get()).isEqualTo("ran");
  }

  @Test
  void anInterruptOfTheLoopsThreadNeitherStopsNorSpinsItAndIsKept() throws Exception {
    Thread.currentThread().interrupt();

    loop.runUntilComplete(() -> Asyncio.sleep(Duration.ofMillis(2)));

    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void anInterruptOfATasksThreadIsKeptWhileItIsSuspended() throws Exception {
    loop.runUntilComplete(
        () -> {
          Thread.currentThread().interrupt();
          Asyncio.sleep(Duration.ofMillis(1));
          assertThat(Thread.interrupted()).isTrue();
        });
  }

  @Test
  void whatLeavesTheLoopTellsWhereItWasRun() {
    assertThatThrownBy(
            () ->
                loop.runUntilComplete(
                    () -> {
                      throw new java.io.IOException("disk is full");
                    }))
        .hasMessage("disk is full")
        .satisfies(
            e ->
                assertThat(e.getStackTrace())
                    .anyMatch(
                        f -> f.getMethodName().equals("whatLeavesTheLoopTellsWhereItWasRun")));
  }

  //
  @Test
  void waitForWithoutTimeLetsOthersRun() throws Exception {
    loop.callSoon(() -> log.add("other"));
    loop.runUntilComplete(
        () -> {
          assertThatThrownBy(() -> Asyncio.waitFor(() -> log.add("never"), Duration.ZERO))
              .isInstanceOf(java.util.concurrent.TimeoutException.class);
          log.add("timeout");
        });

    assertThat(log).containsExactly("other", "timeout");
  }

  // EL-01
  @Test
  void theRunningLoopIsKnownInCallbacksAndTasksAndNowhereElse() throws Exception {
    assertThatThrownBy(Asyncio::getRunningLoop)
        .hasMessageStartingWith("no running event loop in thread '");
    loop.callSoon(() -> log.add(Asyncio.getRunningLoop() == loop ? "callback" : "?"));
    loop.runUntilComplete(() -> log.add(Asyncio.getRunningLoop() == loop ? "task" : "?"));

    assertThat(log).containsExactly("callback", "task");
    assertThatThrownBy(Asyncio::getRunningLoop)
        .hasMessageStartingWith("no running event loop in thread '");
  }

  // FT-08, the interop of design 4.
  @Test
  void futuresOfTheJdkAndOfTheLoopFollowEachOther() throws Exception {
    loop.runUntilComplete(
        () -> {
          Future<String> ours = loop.createFuture();
          CompletableFuture<String> theirs = ours.toCompletableFuture();
          ours.setResult("x");
          assertThat(Future.await(theirs)).isEqualTo("x");

          Future<String> cancelled = loop.createFuture();
          CompletableFuture<String> follower = cancelled.toCompletableFuture();
          follower.cancel(true);
          Asyncio.sleep(Duration.ZERO);
          assertThat(cancelled.cancelled()).isTrue();

          var stage = new CompletableFuture<String>();
          Task<String> waiter = loop.createTask(() -> Future.await(stage));
          Asyncio.sleep(Duration.ZERO);
          waiter.cancel();
          assertThatThrownBy(waiter::await).isInstanceOf(CancelledError.class);
          assertThat(stage).isCancelled();

          var failed = new CompletableFuture<String>();
          failed.completeExceptionally(new java.io.IOException("boom"));
          assertThatThrownBy(() -> Future.await(failed.thenApply(s -> s)))
              .isInstanceOf(java.io.IOException.class)
              .hasMessage("boom");
        });
    assertThat(failures.messages()).isEmpty();
  }

  // TC-10
  @Test
  void aTaskStartedFromAnotherThreadAnswersAndIsCancelledThere() throws Exception {
    Thread runner = Thread.ofPlatform().start(loop::runForever);

    assertThat(Asyncio.runCoroutineThreadsafe(() -> 5, loop).get()).isEqualTo(5);
    var started = new CountDownLatch(1);
    var ended = new CountDownLatch(1);
    CompletableFuture<Object> endless =
        Asyncio.runCoroutineThreadsafe(
            () -> {
              try {
                started.countDown();
                return loop.createFuture().await();
              } finally {
                ended.countDown();
              }
            },
            loop);
    started.await();
    endless.cancel(true);
    ended.await();
    loop.callSoonThreadsafe(loop::stop);
    runner.join();
    assertThat(failures.messages()).isEmpty();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
