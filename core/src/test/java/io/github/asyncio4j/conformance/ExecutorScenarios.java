// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.ContextVar;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.LogRecorder;
import io.github.asyncio4j.VoidCoroutine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// The twins of `conformance/python/executor.py`.
final class ExecutorScenarios {
  private final ContextVar<String> value = ContextVar.of("value", "default");

  @Scenario(value = "EL-115", task = true)
  void anExecutorCallHasAResultOrAnError(Stage stage) {
    var loop = stage.loop();
    stage.attempt("result", () -> loop.runInExecutor(null, () -> 1).await());
    stage.attempt("error", () -> loop.runInExecutor(null, ExecutorScenarios::fail).await());
  }

  @Scenario(
      value = {"EL-115", "EL-01"},
      task = true)
  void anExecutorCallRunsInAnotherThreadWithoutTheLoop(Stage stage) {
    var here = Thread.currentThread();
    var future =
        stage
            .loop()
            .runInExecutor(
                null,
                () -> {
                  stage.attempt("running loop", Asyncio::getRunningLoop);
                  return Thread.currentThread() != here;
                });
    stage.attempt("another thread", () -> future.await());
  }

  @Scenario(value = "EL-115", task = true)
  void theLoopGoesOnWhileAnExecutorCallBlocks(Stage stage) throws Exception {
    var gate = new CountDownLatch(1);
    var future =
        stage
            .loop()
            .runInExecutor(
                null,
                () -> {
                  gate.await();
                  return "unblocked";
                });
    Asyncio.sleep(Duration.ofMillis(10));
    stage.out("done " + future.done());
    gate.countDown();
    stage.out(future.await());
  }

  @Scenario(value = "EL-115", task = true)
  void cancellingAnExecutorFutureDoesNotStopARunningCall(Stage stage) throws Exception {
    var started = new CountDownLatch(1);
    var gate = new CountDownLatch(1);
    var ended = new CountDownLatch(1);
    Future<Void> future =
        stage
            .loop()
            .runInExecutor(
                null,
                () -> {
                  started.countDown();
                  gate.await();
                  ended.countDown();
                  return null;
                });
    started.await();
    stage.attempt("cancel", () -> future.cancel());
    stage.attempt("future", () -> future.await());
    stage.out("call ended " + (ended.getCount() == 0));
    gate.countDown();
    ended.await();
    stage.out("call ended " + (ended.getCount() == 0));
  }

  @Scenario(value = "EL-115", task = true)
  void anExecutorOfOnesOwnCanBeUsed(Stage stage) throws Exception {
    var threads = Thread.ofPlatform().name("own").factory();
    try (var executor = Executors.newFixedThreadPool(1, threads)) {
      String name =
          stage.loop().runInExecutor(executor, () -> Thread.currentThread().getName()).await();
      stage.out("own thread " + name.startsWith("own"));
    }
  }

  @Scenario(
      value = {"EL-17", "EL-115"},
      task = true)
  void theDefaultExecutorIsRefusedAfterItsShutdown(Stage stage) {
    var loop = stage.loop();
    stage.attempt("before", () -> loop.runInExecutor(null, () -> 1).await());
    stage.attempt("shutdown", () -> loop.shutdownDefaultExecutor(null));
    stage.attempt("after", () -> loop.runInExecutor(null, () -> 2));
    try (var executor = Executors.newFixedThreadPool(1)) {
      stage.attempt("own executor", () -> loop.runInExecutor(executor, () -> 3).await());
    }
  }

  @Scenario(value = "EL-17", task = true)
  void shuttingDownAnExecutorThatWasNeverUsedReturnsAtOnce(Stage stage) {
    var loop = stage.loop();
    loop.callSoon(() -> stage.out("callback"));
    stage.attempt("shutdown", () -> loop.shutdownDefaultExecutor(null));
    Asyncio.sleep(Duration.ZERO);
    stage.attempt("run_in_executor", () -> loop.runInExecutor(null, () -> 1));
  }

  @Scenario(value = "EL-17", task = true)
  void executorShutdownWaitsForRunningCalls(Stage stage) throws Exception {
    var loop = stage.loop();
    var gate = new CountDownLatch(1);
    Future<Void> call =
        loop.runInExecutor(
            null,
            () -> {
              gate.await();
              stage.out("call ends");
              return null;
            });
    loop.callLater(
        Duration.ofMillis(10),
        () -> {
          stage.out("release");
          gate.countDown();
        });
    loop.shutdownDefaultExecutor(null);
    stage.out("shut down");
    call.await();
  }

  @Scenario(value = "TC-10", task = true)
  void aCoroutineCanBeRunFromAnotherThread(Stage stage) {
    var loop = stage.loop();
    stage.attempt("on the loop", () -> fromExecutor(stage, () -> Asyncio.getRunningLoop() == loop));
    stage.attempt("error", () -> fromExecutor(stage, ExecutorScenarios::fail));
  }

  /// Runs a coroutine on the loop from a thread of the executor, which waits for its outcome.
  private static <T> T fromExecutor(Stage stage, Coroutine<T> body) throws Exception {
    var loop = stage.loop();
    return loop.runInExecutor(
            null, () -> Threads.resultOf(Asyncio.runCoroutineThreadsafe(body, loop)))
        .await();
  }

  @Scenario(
      value = {"TC-10", "TK-02"},
      task = true)
  void cancellingTheThreadsFutureCancelsTheTask(Stage stage) throws Exception {
    var loop = stage.loop();
    Future<Void> started = loop.createFuture();
    Future<Void> cleaned = loop.createFuture();
    VoidCoroutine body =
        () -> {
          try {
            started.setResult(null);
            Asyncio.sleep(Duration.ofHours(1));
          } finally {
            stage.out("clean up");
            cleaned.setResult(null);
          }
        };
    var future = Threads.inThread(() -> Asyncio.runCoroutineThreadsafe(body, loop));
    started.await();
    // In a callback, so that the loop itself waits for the thread and not only this task.
    loop.callSoon(() -> stage.attempt("cancel", () -> Threads.inThread(() -> future.cancel(true))));
    cleaned.await();
    stage.attempt("cancelled", future::isCancelled);
  }

  @Scenario({"TC-10", "EL-15"})
  void aCoroutineCannotBeRunInAClosedLoop(Stage stage) {
    var loop = stage.newLoop();
    loop.close();
    VoidCoroutine body = () -> stage.out("body");
    stage.attempt("run", () -> Asyncio.runCoroutineThreadsafe(body, loop) != null);
  }

  private static int fail() {
    throw new Boom("boom");
  }

  @Scenario(value = "TC-10", task = true)
  void aThreadThatGivesUpWaitingLeavesTheTaskRunning(Stage stage) throws Exception {
    var loop = stage.loop();
    Future<String> gate = loop.createFuture();
    Coroutine<String> body = () -> gate.await();
    Callable<CompletableFuture<String>> waitInVain =
        () -> {
          var future = Asyncio.runCoroutineThreadsafe(body, loop);
          stage.attempt("in time", () -> future.get(10, TimeUnit.MILLISECONDS));
          return future;
        };
    var future = loop.runInExecutor(null, waitInVain).await();
    stage.out("done " + future.isDone() + ", cancelled " + future.isCancelled());
    gate.setResult("value");
    Callable<String> waitAgain = () -> Threads.resultOf(future);
    stage.attempt("later", () -> loop.runInExecutor(null, waitAgain).await());
  }

  @Scenario(value = "EL-115", task = true)
  void anExecutorCallDoesNotSeeTheContextOfItsCaller(Stage stage) {
    value.set("caller's");
    stage.attempt("executor", () -> stage.loop().runInExecutor(null, () -> value.get()).await());
    stage.attempt("to_thread", () -> Asyncio.toThread(() -> value.get()));
  }

  @Scenario(
      value = {"EL-115", "R-124"},
      task = true)
  void anExecutorCallThatIsCancelledBeforeItsStartNeverRuns(Stage stage) throws Exception {
    var loop = stage.loop();
    var gate = new CountDownLatch(1);
    try (var executor = Executors.newFixedThreadPool(1)) {
      Future<?> first = loop.runInExecutor(executor, () -> gate.await());
      Future<?> second = loop.runInExecutor(executor, () -> stage.out("never"));
      Future<String> third = loop.runInExecutor(executor, () -> "third");
      stage.attempt("cancel", () -> second.cancel());
      stage.attempt("second", () -> second.await());
      Stage.settle();
      gate.countDown();
      first.await();
      stage.attempt("third", () -> third.await());
    }
  }

  @Scenario(value = "EL-115", task = true)
  void callsOfOneThreadRunInTheirOrder(Stage stage) throws Exception {
    try (var executor = Executors.newFixedThreadPool(1)) {
      var calls = new ArrayList<Future<?>>();
      for (int i = 0; i < 3; i++) {
        String line = "call " + i;
        calls.add(stage.loop().runInExecutor(executor, () -> stage.out(line)));
      }
      for (Future<?> call : calls) {
        call.await();
      }
    }
  }

  @Scenario(
      value = {"EL-116", "EL-115"},
      task = true)
  void theDefaultExecutorCanBeReplaced(Stage stage) {
    var threads = Thread.ofPlatform().name("own").factory();
    try (var executor = Executors.newFixedThreadPool(1, threads)) {
      stage.loop().setDefaultExecutor(executor);
      Callable<Boolean> call = () -> Thread.currentThread().getName().startsWith("own");
      stage.attempt("own thread", () -> stage.loop().runInExecutor(null, call).await());
    }
  }

  @Scenario(
      value = {"EL-17", "EL-116"},
      task = true)
  void aDefaultExecutorOfOnesOwnIsShutDownToo(Stage stage) throws Exception {
    var loop = stage.loop();
    var executor = Executors.newFixedThreadPool(1);
    loop.setDefaultExecutor(executor);
    loop.runInExecutor(null, () -> stage.out("call")).await();
    stage.attempt("before", () -> executor.submit(() -> {}) != null);
    loop.shutdownDefaultExecutor();
    stage.attempt("after", () -> loop.runInExecutor(null, () -> stage.out("never")));
  }

  @Scenario(value = "EL-17", task = true)
  void aSecondShutdownOfTheExecutorReturns(Stage stage) throws Exception {
    var loop = stage.loop();
    loop.runInExecutor(null, () -> stage.out("call")).await();
    stage.attempt("first", () -> loop.shutdownDefaultExecutor());
    stage.attempt("second", () -> loop.shutdownDefaultExecutor());
  }

  @Scenario(value = "EL-17", task = true)
  void aShutdownOfTheExecutorGivesUpWhenTheTimeIsOver(Stage stage) throws Exception {
    var loop = stage.loop();
    var started = new CountDownLatch(1);
    var gate = new CountDownLatch(1);
    Future<String> call =
        loop.runInExecutor(
            null,
            () -> {
              started.countDown();
              gate.await();
              return "call";
            });
    started.await();
    try (var _ = LogRecorder.start()) {
      stage.attempt("shutdown", () -> loop.shutdownDefaultExecutor(Duration.ofMillis(20)));
    }
    stage.attempt("done", () -> call.done());
    gate.countDown();
    stage.attempt("call", () -> call.await());
  }

  @Scenario({"EL-115", "EL-15"})
  void aClosedLoopMakesNoExecutorCall(Stage stage) {
    var loop = stage.newLoop();
    loop.close();
    stage.attempt("call", () -> loop.runInExecutor(null, () -> stage.out("never")));
  }
}
