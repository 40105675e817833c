// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Stage.runBriefly;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Words;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// The twins of `conformance/python/futures.py`.
final class FuturesScenarios {
  @Scenario({"FT-01", "FT-02", "FT-03", "EL-30"})
  void aFutureGoesFromPendingToFinished(Stage stage) {
    try (var loop = stage.newLoop()) {
      Future<Integer> future = loop.createFuture();
      stage.out("of its loop: " + (future.getLoop() == loop));
      printState(stage, future);
      stage.attempt("result", future::result);
      stage.attempt("exception", future::exception);
      future.setResult(1);
      printState(stage, future);
      stage.attempt("result", future::result);
      stage.attempt("exception", future::exception);
    }
  }

  private static void printState(Stage stage, Future<?> future) {
    stage.out("done " + future.done() + ", cancelled " + future.cancelled());
  }

  @Scenario({"FT-02", "FT-03"})
  void aFailedFutureRethrowsItsException(Stage stage) {
    try (var loop = stage.newLoop()) {
      Future<Integer> future = loop.createFuture();
      var boom = new Boom("boom");
      future.setException(boom);
      printState(stage, future);
      stage.attempt("result", future::result);
      stage.attempt("exception", future::exception);
      stage.out("same exception: " + (future.exception() == boom));
    }
  }

  @Scenario({"FT-02", "FT-04", "FT-01"})
  void aCancelledFutureAnswersWithCancelled(Stage stage) {
    try (var loop = stage.newLoop()) {
      Future<Integer> future = loop.createFuture();
      stage.attempt("cancel", () -> future.cancel());
      stage.attempt("cancel again", () -> future.cancel());
      printState(stage, future);
      stage.attempt("result", future::result);
      stage.attempt("exception", future::exception);
    }
  }

  @Scenario({"FT-03", "FT-04"})
  void aFutureIsCompletedOnce(Stage stage) {
    try (var loop = stage.newLoop()) {
      Future<Integer> finished = loop.createFuture();
      finished.setResult(1);
      stage.attempt("finished: set_result", () -> finished.setResult(2));
      stage.attempt("finished: set_exception", () -> finished.setException(new Boom("late")));
      stage.attempt("finished: cancel", () -> finished.cancel());
      stage.attempt("finished: result", finished::result);
      Future<Integer> cancelled = loop.createFuture();
      cancelled.cancel();
      stage.attempt("cancelled: set_result", () -> cancelled.setResult(2));
      stage.attempt("cancelled: set_exception", () -> cancelled.setException(new Boom("late")));
      stage.attempt("cancelled: result", cancelled::result);
    }
  }

  @Scenario({"FT-05", "R-33"})
  void doneCallbacksRunInOrderOneIterationLater(Stage stage) {
    try (var loop = stage.newLoop()) {
      Future<Integer> future = loop.createFuture();
      loop.callSoon(
          () -> {
            future.addDoneCallback(f -> stage.out("first " + resultOf(f)));
            future.addDoneCallback(f -> stage.out("second " + resultOf(f)));
            loop.callSoon(() -> stage.out("queued before"));
            future.setResult(1);
            loop.callSoon(() -> stage.out("queued after"));
            stage.out("set");
          });
      runBriefly(loop);
      stage.out("next iteration");
      runBriefly(loop);
    }
  }

  @Scenario({"FT-05", "R-33"})
  void aCallbackAddedToADoneFutureIsQueuedAtOnce(Stage stage) {
    try (var loop = stage.newLoop()) {
      Future<Integer> future = loop.createFuture();
      future.setResult(1);
      loop.callSoon(() -> stage.out("queued before"));
      future.addDoneCallback(f -> stage.out("result " + resultOf(f)));
      loop.callSoon(() -> stage.out("queued after"));
      stage.out("added");
      runBriefly(loop);
    }
  }

  @Scenario({"FT-04", "FT-05", "R-33"})
  void cancellingAFutureQueuesItsCallbacks(Stage stage) {
    try (var loop = stage.newLoop()) {
      Future<Integer> future = loop.createFuture();
      future.addDoneCallback(f -> stage.out("cancelled " + f.cancelled()));
      future.cancel();
      stage.out("cancel returned");
      runBriefly(loop);
    }
  }

  @Scenario("FT-05")
  void removingADoneCallbackRemovesAllEqualOnes(Stage stage) {
    try (var loop = stage.newLoop()) {
      Future<Void> future = loop.createFuture();
      Consumer<Future<Void>> callback = f -> stage.out("removed callback");
      future.addDoneCallback(callback);
      future.addDoneCallback(f -> stage.out("other callback"));
      future.addDoneCallback(callback);
      stage.attempt("remove", () -> future.removeDoneCallback(callback));
      stage.attempt("remove again", () -> future.removeDoneCallback(callback));
      future.setResult(null);
      runBriefly(loop);
    }
  }

  @Scenario({"R-34", "FT-05", "R-16"})
  void aDoneCallbackThatRaisesIsReportedAndTheOthersRun(Stage stage) {
    try (var loop = stage.newLoop()) {
      loop.setExceptionHandler(stage.printingHandler());
      Future<Void> future = loop.createFuture();
      future.addDoneCallback(f -> stage.out("first"));
      future.addDoneCallback(
          f -> {
            throw new Boom("boom");
          });
      future.addDoneCallback(f -> stage.out("last"));
      future.setResult(null);
      runBriefly(loop);
    }
  }

  @Scenario(
      value = {"R-35", "FT-07"},
      task = true)
  void awaitingADoneFutureDoesNotSuspend(Stage stage) throws Exception {
    Future<Integer> future = stage.loop().createFuture();
    future.setResult(1);
    stage.loop().callSoon(() -> stage.out("callback"));
    for (int i = 0; i < 3; i++) {
      stage.out("awaited " + future.await());
    }
    Asyncio.sleep(Duration.ZERO);
    stage.out("end");
  }

  @Scenario(
      value = {"R-33", "FT-07"},
      task = true)
  void anAwaitingTaskResumesOneIterationAfterTheResult(Stage stage) throws Exception {
    var loop = stage.loop();
    Future<Integer> future = loop.createFuture();
    loop.callSoon(
        () -> {
          loop.callSoon(() -> stage.out("queued before the result"));
          future.setResult(1);
          loop.callSoon(() -> stage.out("queued after the result"));
          stage.out("result set");
        });
    stage.out("awaited " + future.await());
    Asyncio.sleep(Duration.ZERO);
  }

  @Scenario(
      value = {"R-33", "FT-05", "FT-07"},
      task = true)
  void allWhoAwaitAFutureResumeInTheOrderTheyCame(Stage stage) throws Exception {
    Future<Integer> future = stage.loop().createFuture();
    List<Task<Void>> tasks =
        Stream.of("a", "b", "c")
            .map(name -> Asyncio.createTask(() -> waitFor(stage, name, future)))
            .toList();
    Asyncio.sleep(Duration.ZERO);
    future.setResult(7);
    stage.out("set");
    Asyncio.gather(tasks).await();
  }

  private static void waitFor(Stage stage, String name, Future<?> future) throws Exception {
    stage.out(name + " waits");
    stage.out(name + " got " + future.await());
  }

  @Scenario({"R-55", "FT-07"})
  void awaitingAFutureOfAnotherLoopFailsInTheTask(Stage stage) throws Exception {
    try (var loop = stage.newLoop();
        var other = stage.newLoop()) {
      Future<Integer> foreign = other.createFuture();
      VoidCoroutine body =
          () -> {
            stage.out("await");
            stage.attempt("foreign", () -> foreign.await());
            Asyncio.sleep(Duration.ZERO);
            stage.out("the task goes on");
          };
      loop.runUntilComplete(body);
      stage.attempt("foreign is done", foreign::done);
    }
  }

  @Scenario(value = "FT-07", task = true)
  void aTaskCannotAwaitItself(Stage stage) throws Exception {
    Coroutine<String> body =
        () -> {
          stage.attempt("itself", () -> Asyncio.currentTask().await());
          return "finished";
        };
    stage.out(Asyncio.createTask(body).await());
  }

  @Scenario(value = "FT-08", task = true)
  void aWrappedConcurrentFutureCompletesOnTheLoop(Stage stage) throws Exception {
    var source = new CompletableFuture<String>();
    var failing = new CompletableFuture<String>();
    var wrapper = Asyncio.wrapFuture(source);
    var failingWrapper = Asyncio.wrapFuture(failing);
    var work = stage.outside.announceThread();
    var thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  source.complete("from a thread");
                  failing.completeExceptionally(new Boom("boom"));
                  work.close();
                });
    stage.attempt("result", () -> wrapper.await());
    stage.attempt("failure", () -> failingWrapper.await());
    thread.join();
  }

  @Scenario(value = "FT-08", task = true)
  void cancellingTheWrapperCancelsTheConcurrentFuture(Stage stage) {
    var source = new CompletableFuture<String>();
    var wrapper = Asyncio.wrapFuture(source);
    wrapper.cancel();
    stage.attempt("wrapper", () -> wrapper.await());
    Asyncio.sleep(Duration.ZERO);
    stage.out("source cancelled " + source.isCancelled());
    var other = new CompletableFuture<String>();
    var wrapperOfOther = Asyncio.wrapFuture(other);
    other.cancel(false);
    stage.attempt("wrapper of a cancelled source", () -> wrapperOfOther.await());
  }

  @Scenario("FT-08")
  void theResultOfAConcurrentFutureIsDroppedWhenTheLoopIsClosed(Stage stage) {
    var source = new CompletableFuture<Integer>();
    var wrapper = new AtomicReference<Future<Integer>>();
    try (var loop = stage.newLoop()) {
      // wrapFuture is for the running loop.
      loop.callSoon(() -> wrapper.set(Asyncio.wrapFuture(source)));
      runBriefly(loop);
    }
    stage.attempt(
        "set",
        () -> {
          source.complete(1);
        });
    stage.attempt("wrapper is done", wrapper.get()::done);
  }

  @Scenario({"FT-06", "EL-123"})
  void aFailedFutureIsNotReportedWhenItFails(Stage stage) {
    VoidCoroutine fail =
        () -> {
          throw new Boom("task boom");
        };
    try (var loop = stage.newLoop()) {
      loop.setExceptionHandler(stage.printingHandler());
      Future<Integer> future = loop.createFuture();
      future.setException(new Boom("future boom"));
      var task = loop.createTask(fail);
      runBriefly(loop);
      runBriefly(loop);
      stage.out("nothing reported");
      stage.attempt("future", future::exception);
      stage.attempt("task", task::exception);
    }
  }

  /// Returns the result of a future that is known to have one, as it is printed.
  static String resultOf(Future<?> future) {
    try {
      return Words.show(future.result());
    } catch (Exception e) {
      throw new AssertionError("no result: " + future, e);
    }
  }
}
