// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Stage.settle;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Timeout;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.conformance.stage.Bodies;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Words;
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

  @Scenario(
      value = {"TC-02", "R-45"},
      task = true)
  void ofTwoDeadlinesInOneInstantTheOuterOneWins(Stage stage) {
    var inner = new AtomicReference<Timeout>();
    Timeout.Body<Void> innerBody = timeout -> keepAndSleep(inner, timeout);
    Timeout.Body<Void> outerBody =
        outer -> {
          try {
            return Asyncio.timeout(Duration.ZERO, innerBody);
          } catch (Throwable t) {
            stage.out("inner " + Words.word(t) + ", expired " + inner.get().expired());
            stage.out("outer expired " + outer.expired());
            throw t;
          }
        };
    stage.attempt("body", () -> Asyncio.timeout(Duration.ZERO, outerBody));
    stage.out("requests " + Asyncio.currentTask().cancelling());
  }

  private static Void keepAndSleep(AtomicReference<Timeout> kept, Timeout timeout) {
    kept.set(timeout);
    Asyncio.sleep(LONG);
    return null;
  }

  @Scenario(
      value = {"TC-02", "R-45"},
      task = true)
  void anInnerTimeOutLeavesAnOuterBlockAsItCame(Stage stage) {
    Timeout.Body<Void> body =
        outer -> {
          try {
            Asyncio.timeout(Duration.ZERO, Bodies.SLEEP);
          } finally {
            stage.out("outer expired " + outer.expired());
          }
          return null;
        };
    stage.attempt("body", () -> Asyncio.timeout(LONG, body));
    stage.out("requests " + Asyncio.currentTask().cancelling());
  }

  @Scenario(
      value = {"TC-02", "R-46"},
      task = true)
  void aTimeoutCanBeMovedToThePast(Stage stage) {
    Timeout.Body<Void> body =
        timeout -> {
          timeout.reschedule(past(stage));
          stage.out("goes on, expired " + timeout.expired());
          try {
            Asyncio.sleep(Duration.ZERO);
          } finally {
            stage.out("expired " + timeout.expired());
          }
          return null;
        };
    stage.attempt("body", () -> Asyncio.timeout(LONG, body));
  }

  private static long past(Stage stage) {
    return stage.loop().time() - Duration.ofSeconds(1).toNanos();
  }

  @Scenario(value = "TC-02", task = true)
  void aTimeoutCanBeMovedAwayAgainBeforeItIsHandled(Stage stage) throws Exception {
    Timeout.Body<Timeout> body =
        timeout -> {
          timeout.reschedule(stage.loop().time() + LONG.toNanos());
          Asyncio.sleep(Duration.ZERO);
          return timeout;
        };
    stage.out("expired " + Asyncio.timeout(Duration.ZERO, body).expired());
  }

  @Scenario(value = "TC-02", task = true)
  void aTimeoutCannotBeMovedWhenItHasExpired(Stage stage) {
    Timeout.Body<Void> body =
        timeout -> {
          try {
            Asyncio.sleep(LONG);
          } finally {
            stage.attempt("reschedule", () -> timeout.reschedule(null));
          }
          return null;
        };
    stage.attempt("body", () -> Asyncio.timeout(Duration.ZERO, body));
  }

  @Scenario(value = "TC-02", task = true)
  void whenTellsTheDeadlineOfTheMoment(Stage stage) throws Exception {
    long half = LONG.toNanos() / 2;
    long when = stage.loop().time() + half;
    Timeout.Body<Void> body =
        timeout -> {
          stage.out("given " + (timeout.when() == when));
          timeout.reschedule(when + half);
          stage.out("moved " + (timeout.when() == when + half));
          timeout.reschedule(null);
          stage.out("removed " + Words.show(timeout.when()));
          return null;
        };
    Timeout.Body<Timeout> none =
        timeout -> {
          stage.out("none from the start " + Words.show(timeout.when()));
          return timeout;
        };
    Asyncio.timeoutAt(when, body);
    stage.out("expired " + Asyncio.timeoutAt(null, none).expired());
  }

  @Scenario("TC-02")
  void aTimeoutIsForTasksOnly(Stage stage) {
    VoidCoroutine body = () -> stage.out("not reached");
    try (var loop = stage.newLoop()) {
      loop.callSoon(() -> stage.attempt("callback", () -> Asyncio.timeout(null, body)));
      Stage.runBriefly(loop);
    }
    stage.attempt("no loop", () -> Asyncio.timeout(null, body));
  }

  @Scenario(
      value = {"TC-02", "TK-05"},
      task = true)
  void aTimeoutAfterASwallowedCancelStillIsATimeout(Stage stage) {
    VoidCoroutine body =
        () -> {
          Asyncio.currentTask().cancel();
          stage.attempt("sleep", () -> Asyncio.sleep(LONG));
          stage.out("requests " + Asyncio.currentTask().cancelling());
          Asyncio.timeout(Duration.ZERO, Bodies.SLEEP);
        };
    var task = Asyncio.createTask(body);
    stage.attempt("task", () -> task.await());
    stage.out("requests " + task.cancelling());
  }

  @Scenario(
      value = {"TC-02", "R-45"},
      task = true)
  void aCancelFromBeforeTheBlockIsNotATimeout(Stage stage) {
    Timeout.Body<Void> piece =
        timeout -> {
          try {
            Asyncio.sleep(LONG);
          } finally {
            stage.out("expired " + timeout.expired());
          }
          return null;
        };
    VoidCoroutine body =
        () -> {
          Asyncio.currentTask().cancel();
          Asyncio.timeout(LONG, piece);
        };
    var task = Asyncio.createTask(body);
    stage.attempt("task", () -> task.await());
    stage.out("cancelled " + task.cancelled() + ", requests " + task.cancelling());
  }

  @Scenario(
      value = {"TC-02", "R-45"},
      task = true)
  void aDeadlineDuringTheCleanUpOfACancelInterruptsTheCleanUp(Stage stage) {
    Timeout.Body<Void> piece =
        timeout -> {
          try {
            Asyncio.sleep(LONG);
          } finally {
            timeout.reschedule(past(stage));
            stage.attempt("clean up", () -> Asyncio.sleep(LONG));
            stage.out("expired " + timeout.expired());
          }
          return null;
        };
    VoidCoroutine body = () -> Asyncio.timeout(LONG, piece);
    var task = Asyncio.createTask(body);
    settle();
    task.cancel();
    stage.attempt("task", () -> task.await());
    stage.out("requests " + task.cancelling());
  }

  @Scenario(
      value = {"TC-02", "R-38"},
      task = true)
  void aDeadlineWinsOverAResultThatIsReady(Stage stage) {
    Future<String> gate = stage.loop().createFuture();
    Timeout.Body<String> body =
        timeout -> {
          stage.loop().callSoon(() -> gate.setResult("lost"));
          timeout.reschedule(past(stage));
          return gate.await();
        };
    stage.attempt("body", () -> Asyncio.timeout(null, body));
    stage.attempt("gate", gate::result);
  }

  @Scenario(
      value = {"TC-02", "R-38"},
      task = true)
  void aTaskThatIsWokenBeforeTheDeadlineIsInTime(Stage stage) {
    Future<String> gate = stage.loop().createFuture();
    var kept = new AtomicReference<Timeout>();
    Timeout.Body<String> body =
        timeout -> {
          kept.set(timeout);
          stage
              .loop()
              .callSoon(
                  () -> {
                    gate.setResult("in time");
                    timeout.reschedule(past(stage));
                  });
          return gate.await();
        };
    stage.attempt(
        "body",
        () -> {
          String value = Asyncio.timeout(null, body);
          settle();
          return value + ", expired " + kept.get().expired();
        });
  }

  @Scenario(
      value = {"TC-02", "TK-02"},
      task = true)
  void eachTaskHasTimeoutsOfItsOwn(Stage stage) {
    VoidCoroutine late = () -> Asyncio.timeout(Duration.ZERO, Bodies.SLEEP);
    VoidCoroutine settling = () -> settle();
    Coroutine<String> inTime =
        () -> {
          Asyncio.timeout(LONG, settling);
          return "in time";
        };
    var first = Asyncio.createTask(late);
    var second = Asyncio.createTask(inTime);
    stage.attempt("late", () -> first.await());
    stage.attempt("in time", () -> second.await());
  }

  @Scenario(
      value = {"TC-02", "R-47"},
      task = true)
  void aTimeoutLastsAsLongAsTheCleanUp(Stage stage) {
    VoidCoroutine body =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } finally {
            Asyncio.sleep(SHORT);
            stage.out("clean up ends");
          }
        };
    stage.attempt("body", () -> Asyncio.timeout(Duration.ZERO, body));
  }
}
