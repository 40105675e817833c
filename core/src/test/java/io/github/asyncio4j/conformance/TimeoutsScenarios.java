// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.Stage.settle;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Timeout;
import io.github.asyncio4j.VoidCoroutine;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/// The twins of `conformance/python/timeouts.py`.
final class TimeoutsScenarios {
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration SHORT = Duration.ofMillis(10);

  @Scenario(value = "TC-02", task = true)
  void aTimeoutTurnsItsOwnCancelIntoATimeoutError(Stage stage) {
    VoidCoroutine body =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } finally {
            stage.out("clean up");
          }
        };
    stage.attempt("body", () -> Asyncio.timeout(SHORT, body));
    stage.out("requests " + Asyncio.currentTask().cancelling());
    Asyncio.sleep(Duration.ZERO);
    stage.out("goes on");
  }

  @Scenario(value = "TC-02", task = true)
  void aTimeoutThatIsNotReachedHasNoEffect(Stage stage) {
    stage.attempt(
        "body",
        () -> {
          Timeout.Body<Timeout> yieldOnce =
              timeout -> {
                Asyncio.sleep(Duration.ZERO);
                return timeout;
              };
          Timeout.Body<Timeout> yieldAndTell =
              timeout -> {
                Asyncio.sleep(Duration.ZERO);
                stage.out("when " + Words.show(timeout.when()));
                return timeout;
              };
          stage.out("expired " + Asyncio.timeout(LONG, yieldOnce).expired());
          stage.out("expired " + Asyncio.timeout(null, yieldAndTell).expired());
          return 1;
        });
  }

  @Scenario(
      value = {"TC-02", "R-46"},
      task = true)
  void aTimeoutInThePastLetsTheBodyRunToItsFirstSuspension(Stage stage) {
    VoidCoroutine body =
        () -> {
          stage.out("body");
          Asyncio.sleep(Duration.ZERO);
          stage.out("not reached");
        };
    stage.attempt("body", () -> Asyncio.timeout(Duration.ofSeconds(-1), body));
  }

  @Scenario(
      value = {"TC-02", "R-46"},
      task = true)
  void aTimeoutInThePastDoesNothingToABodyThatDoesNotSuspend(Stage stage) throws Exception {
    Future<Integer> done = stage.loop().createFuture();
    done.setResult(1);
    Timeout.Body<Timeout> body =
        timeout -> {
          stage.out("got " + done.await());
          return timeout;
        };
    stage.out("expired " + Asyncio.timeout(Duration.ZERO, body).expired());
    settle();
    stage.out("goes on");
  }

  @Scenario(value = "TC-02", task = true)
  void timeoutAtTakesATimeOfTheLoop(Stage stage) {
    long when = stage.loop().time() + SHORT.toNanos();
    Timeout.Body<Void> body =
        timeout -> {
          stage.out("when is kept: " + (timeout.when() == when));
          Asyncio.sleep(LONG);
          return null;
        };
    stage.attempt("body", () -> Asyncio.timeoutAt(when, body));
    boolean late = stage.loop().time() > when - Duration.ofMillis(1).toNanos();
    stage.out("late enough: " + late);
  }

  @Scenario(value = "TC-02", task = true)
  void aTimeoutCanBeMovedWhileItRuns(Stage stage) {
    var loop = stage.loop();
    Timeout.Body<Void> sooner =
        timeout -> {
          timeout.reschedule(loop.time() + SHORT.toNanos());
          Asyncio.sleep(LONG);
          return null;
        };
    Timeout.Body<String> never =
        timeout -> {
          timeout.reschedule(null);
          Asyncio.sleep(Duration.ofMillis(30));
          return "finished";
        };
    stage.attempt("sooner", () -> Asyncio.timeout(LONG, sooner));
    stage.attempt("never", () -> Asyncio.timeout(SHORT, never));
  }

  @Scenario(value = "TC-02", task = true)
  void aTimeoutCannotBeMovedWhenItIsOver(Stage stage) throws Exception {
    Timeout.Body<Timeout> body = timeout -> timeout;
    var over = Asyncio.timeout(LONG, body);
    stage.attempt("reschedule", () -> over.reschedule(null));
  }

  @Scenario(
      value = {"R-45", "TC-02"},
      task = true)
  void aCancelFromOutsideWinsOverATimeout(Stage stage) {
    var loop = stage.loop();
    Timeout.Body<Void> piece =
        timeout -> {
          timeout.reschedule(loop.time() - Duration.ofSeconds(1).toNanos());
          loop.callSoon(Asyncio.currentTask()::cancel);
          Asyncio.sleep(LONG);
          return null;
        };
    Coroutine<Void> body = () -> Asyncio.timeout(null, piece);
    var task = Asyncio.createTask(body);
    stage.attempt("task", () -> task.await());
    stage.out("cancelled " + task.cancelled() + ", requests " + task.cancelling());
  }

  @Scenario(
      value = {"R-45", "TC-02"},
      task = true)
  void aCancelBeforeTheDeadlineIsNotATimeout(Stage stage) {
    Timeout.Body<Void> piece =
        timeout -> {
          try {
            Asyncio.sleep(LONG);
          } finally {
            stage.out("expired " + timeout.expired());
          }
          return null;
        };
    Coroutine<Void> body = () -> Asyncio.timeout(LONG, piece);
    var task = Asyncio.createTask(body);
    Asyncio.sleep(Duration.ZERO);
    task.cancel();
    stage.attempt("task", () -> task.await());
  }

  @Scenario(value = "TC-02", task = true)
  void anotherErrorDuringExpiryIsPassedOn(Stage stage) {
    Timeout.Body<Void> body =
        timeout -> {
          try {
            Asyncio.sleep(LONG);
          } catch (CancelledError e) {
            stage.out("expired " + timeout.expired());
            throw new Boom("boom");
          }
          return null;
        };
    stage.attempt("body", () -> Asyncio.timeout(Duration.ZERO, body));
    stage.out("requests " + Asyncio.currentTask().cancelling());
  }

  @Scenario(
      value = {"R-48", "TC-02"},
      task = true)
  void aBodyThatSwallowsTheCancelEndsWithoutATimeoutError(Stage stage) {
    Timeout.Body<Timeout> piece =
        timeout -> {
          try {
            Asyncio.sleep(LONG);
          } catch (CancelledError e) {
            stage.out("swallowed");
          }
          return timeout;
        };
    stage.attempt(
        "body",
        () -> {
          stage.out("expired " + Asyncio.timeout(Duration.ZERO, piece).expired());
          return 1;
        });
    stage.out("requests " + Asyncio.currentTask().cancelling());
  }

  @Scenario(value = "TC-02", task = true)
  void anOuterTimeoutPassesThroughAnInnerOne(Stage stage) {
    var inner = new AtomicReference<Timeout>();
    Timeout.Body<Void> innerBody =
        timeout -> {
          inner.set(timeout);
          Asyncio.sleep(LONG);
          return null;
        };
    Timeout.Body<Void> outerBody =
        outer -> {
          try {
            return Asyncio.timeout(LONG, innerBody);
          } catch (Throwable t) {
            stage.out("inner " + Words.word(t) + ", expired " + inner.get().expired());
            stage.out("outer expired " + outer.expired());
            throw t;
          }
        };
    stage.attempt("body", () -> Asyncio.timeout(SHORT, outerBody));
  }

  @Scenario(value = "TC-02", task = true)
  void anInnerTimeoutLeavesTheOuterOneAlone(Stage stage) {
    Timeout.Body<Timeout> body =
        outer -> {
          try {
            Asyncio.timeout(Duration.ZERO, () -> Asyncio.sleep(LONG));
          } catch (TimeoutException e) {
            stage.out("inner timeout");
          }
          Asyncio.sleep(Duration.ZERO);
          return outer;
        };
    stage.attempt("body", () -> "outer expired " + Asyncio.timeout(LONG, body).expired());
  }

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
}
