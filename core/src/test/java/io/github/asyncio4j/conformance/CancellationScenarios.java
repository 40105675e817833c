// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Stage.settle;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Stage;
import java.time.Duration;

/// The twins of `conformance/python/cancellation.py`.
final class CancellationScenarios {
  private static final Duration LONG = Duration.ofHours(1);
  private static final VoidCoroutine SLEEP = () -> Asyncio.sleep(LONG);

  @Scenario(
      value = {"TK-02", "R-37", "FT-04"},
      task = true)
  void cancellingAWaitingTaskCancelsTheFutureItWaitsFor(Stage stage) {
    Future<Integer> gate = stage.loop().createFuture();
    VoidCoroutine body =
        () -> {
          try {
            gate.await();
          } finally {
            stage.out("clean up");
          }
        };
    var task = Asyncio.createTask(body);
    Asyncio.sleep(Duration.ZERO);
    stage.attempt("cancel", () -> task.cancel());
    stage.out("future cancelled " + gate.cancelled() + ", task done " + task.done());
    stage.attempt("set_result", () -> gate.setResult(1));
    stage.attempt("task", () -> task.await());
    stage.out("task cancelled " + task.cancelled() + ", requests " + task.cancelling());
  }

  @Scenario(
      value = {"R-37", "TK-02"},
      task = true)
  void aCancelGoesInToTheInnermostTaskAndComesOutAgain(Stage stage) {
    Future<Void> gate = stage.loop().createFuture();
    var inner = Asyncio.createTask(level(stage, "inner", gate));
    var middle = Asyncio.createTask(level(stage, "middle", inner));
    var outer = Asyncio.createTask(level(stage, "outer", middle));
    settle();
    outer.cancel();
    stage.out("future cancelled " + gate.cancelled());
    stage.attempt("outer", () -> outer.await());
  }

  private static VoidCoroutine level(Stage stage, String name, Future<?> inner) {
    return () -> {
      try {
        inner.await();
      } catch (CancelledError e) {
        stage.out(name + " cancelled, requests " + Asyncio.currentTask().cancelling());
        throw e;
      }
    };
  }

  @Scenario(
      value = {"R-39", "TK-02"},
      task = true)
  void aTaskCancelledBeforeItStartsNeverRuns(Stage stage) {
    VoidCoroutine body =
        () -> {
          try {
            stage.out("body");
          } finally {
            stage.out("clean up");
          }
        };
    var task = Asyncio.createTask(body);
    stage.attempt("cancel", () -> task.cancel());
    stage.attempt("done", task::done);
    stage.attempt("task", () -> task.await());
    stage.attempt("cancelled", task::cancelled);
  }

  @Scenario(
      value = {"TK-02", "R-40"},
      task = true)
  void aFinishedTaskCannotBeCancelled(Stage stage) throws Exception {
    var task = Asyncio.createTask(() -> 1);
    task.await();
    stage.attempt("cancel", () -> task.cancel());
    stage.attempt("requests", task::cancelling);
    stage.attempt("result", task::result);
  }

  @Scenario(
      value = {"TK-02", "TK-05"},
      task = true)
  void twoCancelsBeforeAStepAreOneError(Stage stage) {
    Future<Void> gate = stage.loop().createFuture();
    Coroutine<String> body =
        () -> {
          try {
            gate.await();
          } catch (CancelledError e) {
            stage.out("cancelled, requests " + Asyncio.currentTask().cancelling());
          }
          Asyncio.sleep(Duration.ZERO);
          return "went on";
        };
    var task = Asyncio.createTask(body);
    Asyncio.sleep(Duration.ZERO);
    stage.attempt("first", () -> task.cancel());
    stage.attempt("second", () -> task.cancel());
    stage.attempt("task", () -> task.await());
  }

  @Scenario(
      value = {"TK-03", "R-38"},
      task = true)
  void aCancelWinsOverAResultThatIsReady(Stage stage) {
    Future<String> gate = stage.loop().createFuture();
    VoidCoroutine body = () -> stage.out("got " + gate.await());
    var task = Asyncio.createTask(body);
    Asyncio.sleep(Duration.ZERO);
    gate.setResult("lost");
    stage.attempt("cancel", () -> task.cancel());
    stage.attempt("task", () -> task.await());
    stage.attempt("future", gate::result);
  }

  @Scenario(
      value = {"TK-04", "R-40", "TK-05"},
      task = true)
  void aTaskMaySwallowACancel(Stage stage) {
    Coroutine<String> body =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } catch (CancelledError e) {
            stage.out("swallowed");
          }
          Asyncio.sleep(Duration.ZERO);
          return "finished";
        };
    var task = Asyncio.createTask(body);
    Asyncio.sleep(Duration.ZERO);
    stage.attempt("cancel", () -> task.cancel());
    stage.attempt("task", () -> task.await());
    stage.out("cancelled " + task.cancelled() + ", requests " + task.cancelling());
  }

  @Scenario(
      value = {"TK-06", "R-40", "R-37"},
      task = true)
  void aTaskMayAnswerACancelWithAnError(Stage stage) {
    VoidCoroutine body =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } catch (CancelledError e) {
            throw new Boom("boom");
          }
        };
    var task = Asyncio.createTask(body);
    Asyncio.sleep(Duration.ZERO);
    stage.attempt("cancel", () -> task.cancel());
    stage.attempt("task", () -> task.await());
    stage.attempt("cancelled", task::cancelled);
  }

  @Scenario(
      value = {"TK-05", "R-41"},
      task = true)
  void aCancelThatIsTakenBackInTimeIsNotDelivered(Stage stage) {
    Coroutine<String> body =
        () -> {
          stage.out("body");
          Asyncio.sleep(Duration.ZERO);
          return "finished";
        };
    var task = Asyncio.createTask(body);
    task.cancel();
    task.cancel();
    stage.attempt("requests", task::cancelling);
    stage.attempt("uncancel", task::uncancel);
    stage.attempt("uncancel", task::uncancel);
    stage.attempt("task", () -> task.await());
  }

  @Scenario(
      value = {"TK-05", "R-41"},
      task = true)
  void aCancelThatIsTakenBackOnlyInPartIsDelivered(Stage stage) {
    VoidCoroutine body = () -> stage.out("body");
    var task = Asyncio.createTask(body);
    task.cancel();
    task.cancel();
    stage.attempt("uncancel", task::uncancel);
    stage.attempt("task", () -> task.await());
  }

  @Scenario(value = "TK-05", task = true)
  void theCountOfCancelRequestsDoesNotFallBelowZero(Stage stage) {
    var task = Asyncio.currentTask();
    stage.attempt("requests", task::cancelling);
    stage.attempt("uncancel", task::uncancel);
    task.cancel();
    stage.attempt("sleep", () -> Asyncio.sleep(LONG));
    stage.attempt("requests", task::cancelling);
    stage.attempt("uncancel", task::uncancel);
    stage.attempt("uncancel", task::uncancel);
  }

  @Scenario(
      value = {"TK-02", "R-35"},
      task = true)
  void aTaskThatCancelsItselfHearsOfItWhenItSuspends(Stage stage) {
    Future<String> done = stage.loop().createFuture();
    done.setResult("still works");
    Asyncio.currentTask().cancel();
    stage.attempt("done future", () -> done.await());
    stage.attempt("sleep", () -> Asyncio.sleep(Duration.ZERO));
    stage.attempt("sleep again", () -> Asyncio.sleep(Duration.ZERO));
    Asyncio.currentTask().uncancel();
  }

  @Scenario(
      value = {"TK-02", "R-37"},
      task = true)
  void aSecondCancelInterruptsTheCleanUp(Stage stage) {
    VoidCoroutine body =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } finally {
            stage.out("clean up starts");
            try {
              Asyncio.sleep(LONG);
            } finally {
              stage.out("clean up ends");
            }
          }
        };
    var task = Asyncio.createTask(body);
    settle();
    task.cancel();
    settle();
    stage.attempt("done", task::done);
    task.cancel();
    stage.attempt("task", () -> task.await());
  }

  @Scenario(
      value = {"R-37", "TK-02", "FT-07"},
      task = true)
  void awaitingACancelledTaskIsNotACancelOfTheOneWhoAwaits(Stage stage) {
    var task = Asyncio.createTask(SLEEP);
    Asyncio.sleep(Duration.ZERO);
    task.cancel();
    stage.attempt("task", () -> task.await());
    stage.out("requests " + Asyncio.currentTask().cancelling());
    Asyncio.sleep(Duration.ZERO);
    stage.out("goes on");
  }

  @Scenario(
      value = {"TC-08", "TK-02"},
      task = true)
  void aCancelledSleepEndsAtOnce(Stage stage) {
    var loop = stage.loop();
    long start = loop.time();
    var task = Asyncio.createTask(SLEEP);
    Asyncio.sleep(Duration.ZERO);
    task.cancel();
    stage.attempt("task", () -> task.await());
    boolean soon = loop.time() - start < Duration.ofMinutes(30).toNanos();
    stage.out("long before its time: " + soon);
  }

  @Scenario(
      value = {"FT-05", "TK-02", "R-33"},
      task = true)
  void aDoneCallbackSeesACancelledTask(Stage stage) {
    var task = Asyncio.createTask(SLEEP);
    task.addDoneCallback(t -> stage.attempt("callback", t::result));
    Asyncio.sleep(Duration.ZERO);
    task.cancel();
    stage.out("cancel returned");
    settle();
  }

  @Scenario(
      value = {"TK-02", "R-33"},
      task = true)
  void oneOfManyWhoAwaitATaskCanBeCancelledAndTakesItAlong(Stage stage) throws Exception {
    var worker = Asyncio.createTask(SLEEP);
    VoidCoroutine waitFirst = () -> stage.attempt("first", () -> worker.await());
    VoidCoroutine waitSecond = () -> stage.attempt("second", () -> worker.await());
    var first = Asyncio.createTask(waitFirst);
    var second = Asyncio.createTask(waitSecond);
    settle();
    first.cancel();
    Asyncio.gather(first, second).await();
    stage.attempt("worker cancelled", worker::cancelled);
    stage.out("requests: first " + first.cancelling() + ", second " + second.cancelling());
  }
}
