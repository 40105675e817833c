// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Bodies.LONG;
import static io.github.asyncio4j.conformance.stage.Bodies.SHORT;
import static io.github.asyncio4j.conformance.stage.Bodies.requests;
import static io.github.asyncio4j.conformance.stage.Bodies.yieldOnce;
import static io.github.asyncio4j.conformance.stage.Stage.settle;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.conformance.stage.Bodies;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Stage;
import java.time.Duration;

/// The twins of `conformance/python/wait_for.py`.
final class WaitForScenarios {
  @Scenario(value = "TC-03", task = true)
  void waitForReturnsWhatComesInTime(Stage stage) {
    Coroutine<Integer> succeed =
        () -> {
          Asyncio.sleep(Duration.ZERO);
          return 1;
        };
    VoidCoroutine fail =
        () -> {
          throw new Boom("boom");
        };
    stage.attempt("result", () -> Asyncio.waitFor(succeed, LONG));
    stage.attempt("without limit", () -> Asyncio.waitFor(succeed, null));
    stage.attempt("error", () -> Asyncio.waitFor(fail, LONG));
  }

  @Scenario(
      value = {"TC-03", "R-47"},
      task = true)
  void waitForLastsUntilTheCancelledOneHasCleanedUp(Stage stage) {
    VoidCoroutine body =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } finally {
            stage.out("clean up starts");
            Asyncio.sleep(SHORT);
            stage.out("clean up ends");
          }
        };
    var task = Asyncio.createTask(body);
    stage.attempt("wait_for", () -> Asyncio.waitFor(task, SHORT));
    stage.attempt("task cancelled", task::cancelled);
  }

  @Scenario(
      value = {"TC-03", "R-48"},
      task = true)
  void waitForReturnsTheValueOfOneThatSwallowsTheCancel(Stage stage) {
    Coroutine<String> body =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } catch (CancelledError e) {
            stage.out("swallowed");
          }
          return "value";
        };
    stage.attempt("wait_for", () -> Asyncio.waitFor(body, SHORT));
  }

  @Scenario(
      value = {"TC-03", "R-46"},
      task = true)
  void waitForWithoutTimeDoesNotStartACoroutine(Stage stage) {
    VoidCoroutine body = () -> stage.out("body");
    stage.attempt("zero", () -> Asyncio.waitFor(body, Duration.ZERO));
    stage.attempt("negative", () -> Asyncio.waitFor(body, Duration.ofSeconds(-1)));
    settle();
    stage.out("never started");
  }

  @Scenario(
      value = {"TC-03", "R-46"},
      task = true)
  void waitForWithoutTimeTakesAResultThatIsThere(Stage stage) {
    Future<Integer> done = stage.loop().createFuture();
    Future<Integer> pending = stage.loop().createFuture();
    done.setResult(1);
    stage.attempt("done", () -> Asyncio.waitFor(done, Duration.ZERO));
    stage.attempt("pending", () -> Asyncio.waitFor(pending, Duration.ZERO));
    stage.attempt("pending cancelled", pending::cancelled);
  }

  @Scenario(
      value = {"TC-03", "R-37"},
      task = true)
  void cancellingWaitForCancelsWhatItWaitsFor(Stage stage) {
    VoidCoroutine sleep =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } finally {
            stage.out("clean up");
          }
        };
    var inner = Asyncio.createTask(sleep);
    VoidCoroutine body = () -> Asyncio.waitFor(inner, LONG);
    var task = Asyncio.createTask(body);
    settle();
    task.cancel();
    stage.attempt("task", () -> task.await());
    stage.attempt("inner cancelled", inner::cancelled);
  }

  @Scenario(
      value = {"TC-03", "TK-09"},
      task = true)
  void waitForRunsACoroutineInTheCallingTask(Stage stage) {
    Coroutine<String> body = () -> Asyncio.currentTask().getName();
    Asyncio.currentTask().setName("main");
    stage.attempt("current task", () -> Asyncio.waitFor(body, LONG));
    stage.attempt("without limit", () -> Asyncio.waitFor(body, null));
  }

  @Scenario(
      value = {"TC-03", "TK-06"},
      task = true)
  void anErrorInTheCleanUpWinsOverTheTimeOut(Stage stage) {
    VoidCoroutine body =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } catch (CancelledError e) {
            throw new Boom("clean up");
          }
        };
    stage.attempt("coroutine", () -> Asyncio.waitFor(body, SHORT));
    stage.attempt("task", () -> Asyncio.waitFor(Asyncio.createTask(body), SHORT));
  }

  @Scenario(
      value = {"TC-03", "R-46", "R-47"},
      task = true)
  void waitForWithoutTimeCancelsATaskAndWaitsForIt(Stage stage) {
    VoidCoroutine body =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } finally {
            settle();
            stage.out("clean up ends");
          }
        };
    var task = Asyncio.createTask(body);
    yieldOnce();
    stage.attempt("running task", () -> Asyncio.waitFor(task, Duration.ZERO));
    var failed = Asyncio.createTask(Bodies.failing("boom"));
    settle();
    stage.attempt("failed task", () -> Asyncio.waitFor(failed, Duration.ZERO));
    stage.out("requests " + requests());
  }

  @Scenario(
      value = {"TC-03", "R-38", "R-46"},
      task = true)
  void waitForWithoutTimeDoesNotStartATaskEither(Stage stage) {
    var task = Asyncio.createTask(() -> stage.out("not reached"));
    stage.attempt("task", () -> Asyncio.waitFor(task, Duration.ZERO));
    stage.attempt("cancelled", task::cancelled);
  }

  @Scenario(
      value = {"TC-03", "TK-04", "R-48"},
      task = true)
  void aTaskThatSwallowsTheCancelOfWaitForGivesItsValueToTheCaller(Stage stage) {
    Coroutine<String> stubborn =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } catch (CancelledError e) {
            return "value";
          }
          return null;
        };
    var inner = Asyncio.createTask(stubborn);
    Coroutine<String> body = () -> Asyncio.waitFor(inner, LONG);
    var task = Asyncio.createTask(body);
    settle();
    task.cancel();
    stage.attempt("task", () -> task.await());
    stage.out("requests " + task.cancelling());
  }

  @Scenario(
      value = {"TC-03", "R-45"},
      task = true)
  void theInnerOfTwoWaitForsTimesOutFirst(Stage stage) {
    Coroutine<String> inner =
        () -> {
          stage.attempt("inner", () -> Asyncio.waitFor(Bodies.SLEEP, SHORT));
          return "outer in time";
        };
    stage.attempt("outer", () -> Asyncio.waitFor(inner, LONG));
  }

  @Scenario(
      value = {"TC-03", "FT-04"},
      task = true)
  void waitForAFutureThatSomeoneCancelsIsCancelled(Stage stage) {
    Future<Integer> gate = stage.loop().createFuture();
    stage.loop().callSoon(() -> gate.cancel());
    stage.attempt("wait_for", () -> Asyncio.waitFor(gate, LONG));
    stage.out("requests " + requests());
  }

  @Scenario(
      value = {"TC-03", "TC-07"},
      task = true)
  void waitForAShieldLeavesTheInnerTaskRunning(Stage stage) {
    Future<String> gate = stage.loop().createFuture();
    Coroutine<String> body = () -> gate.await();
    var task = Asyncio.createTask(body);
    stage.attempt("wait_for", () -> Asyncio.waitFor(Asyncio.shield(task), SHORT));
    stage.out("done " + task.done() + ", requests " + task.cancelling());
    gate.setResult("value");
    stage.attempt("task", () -> task.await());
  }
}
