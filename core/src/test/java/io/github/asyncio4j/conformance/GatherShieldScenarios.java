// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Stage.settle;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Outcome;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.conformance.stage.Bodies;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Words;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/// The twins of `conformance/python/gather_shield.py`.
final class GatherShieldScenarios {
  private static final Duration LONG = Duration.ofHours(1);
  private static final VoidCoroutine SLEEP = () -> Asyncio.sleep(LONG);
  private static final Coroutine<Integer> SUCCEED = () -> 1;

  @Scenario(value = "TC-04", task = true)
  void gatherReturnsResultsInTheOrderOfItsArguments(Stage stage) {
    var gates = new ArrayList<Future<Void>>();
    var tasks = new ArrayList<Task<String>>();
    for (String name : new String[] {"a", "b", "c"}) {
      Future<Void> gate = stage.loop().createFuture();
      Coroutine<String> body =
          () -> {
            gate.await();
            stage.out(name + " ends");
            return name;
          };
      gates.add(gate);
      tasks.add(Asyncio.createTask(body));
    }
    var result = Asyncio.gather(tasks);
    for (int position : new int[] {2, 0, 1}) {
      settle();
      gates.get(position).setResult(null);
    }
    stage.attempt("gather", () -> result.await());
  }

  @Scenario(value = "TC-04", task = true)
  void gatherOfNothingIsDone(Stage stage) throws Exception {
    var result = Asyncio.gather(List.<Future<Integer>>of());
    stage.attempt("done at once", result::done);
    stage.out("results " + result.await().size());
  }

  @Scenario(value = "TC-04", task = true)
  void gatherAcceptsTheSameTaskMoreThanOnce(Stage stage) {
    Coroutine<Integer> body =
        () -> {
          stage.out("body");
          return 1;
        };
    var task = Asyncio.createTask(body);
    stage.attempt("gather", () -> Asyncio.gather(task, task, task).await());
  }

  @Scenario(value = "TC-04", task = true)
  void gatherStartsItsCoroutinesInOrder(Stage stage) throws Exception {
    Asyncio.gather(startAndEnd(stage, "a"), startAndEnd(stage, "b"), startAndEnd(stage, "c"))
        .await();
    stage.out("gathered");
  }

  private static Coroutine<Void> startAndEnd(Stage stage, String name) {
    return () -> {
      stage.out(name + " starts");
      Asyncio.sleep(Duration.ZERO);
      stage.out(name + " ends");
      return null;
    };
  }

  @Scenario(
      value = {"TC-04", "R-49"},
      task = true)
  void gatherRaisesTheFirstErrorWhileTheOthersGoOn(Stage stage) {
    stage.loop().setExceptionHandler(stage.printingHandler());
    Future<Void> gate = stage.loop().createFuture();
    Coroutine<Integer> fail =
        () -> {
          throw new Boom("first");
        };
    Coroutine<Integer> goOn =
        () -> {
          gate.await();
          stage.out("goes on to its end");
          return 1;
        };
    Coroutine<Integer> failLater =
        () -> {
          gate.await();
          throw new Boom("second");
        };
    var slow = Asyncio.createTask(goOn);
    var late = Asyncio.createTask(failLater);
    stage.attempt("gather", () -> Asyncio.gather(slow, Asyncio.createTask(fail), late).await());
    stage.out("slow done " + slow.done() + ", late done " + late.done());
    gate.setResult(null);
    settle();
    stage.attempt("slow", slow::result);
    stage.out("late done " + late.done() + ", nothing reported");
  }

  @Scenario(value = "TC-04", task = true)
  void gatherCanReturnErrorsAsResults(Stage stage) {
    Coroutine<Integer> fail =
        () -> {
          throw new Boom("boom");
        };
    Coroutine<Integer> cancel =
        () -> {
          throw new CancelledError();
        };
    var tasks = Stream.of(SUCCEED, fail, cancel).map(Asyncio::createTask).toList();
    var result = Asyncio.gatherOutcomes(tasks);
    stage.attempt("gather", () -> result.await().stream().map(this::valueOrException).toList());
  }

  private Object valueOrException(Outcome<?> outcome) {
    return switch (outcome) {
      case Outcome.Value<?>(Object value) -> value;
      case Outcome.Failed<?>(Throwable exception) -> exception;
    };
  }

  @Scenario(
      value = {"TC-04", "R-50"},
      task = true)
  void aCancelledChildIsAnErrorOfGatherAndNotACancelOfIt(Stage stage) {
    var child = Asyncio.createTask(SLEEP);
    var other = Asyncio.createTask(SLEEP);
    var result = Asyncio.gather(child, other);
    Asyncio.sleep(Duration.ZERO);
    child.cancel();
    stage.attempt("gather", () -> result.await());
    stage.attempt("gather cancelled", result::cancelled);
    stage.attempt("other done", other::done);
    other.cancel();
    stage.attempt("other", () -> other.await());
  }

  @Scenario(
      value = {"TC-04", "R-50"},
      task = true)
  void cancellingGatherCancelsItsChildren(Stage stage) {
    var children =
        Stream.of("a", "b").map(name -> Asyncio.createTask(sleepAndCleanUp(stage, name))).toList();
    var result = Asyncio.gatherOutcomes(children);
    Asyncio.sleep(Duration.ZERO);
    stage.attempt("cancel", () -> result.cancel());
    stage.attempt("gather", () -> result.await());
    stage.attempt("gather cancelled", result::cancelled);
    List<Boolean> cancelled = children.stream().map(Task::cancelled).toList();
    stage.out("children cancelled " + Words.show(cancelled));
  }

  private static Coroutine<Void> sleepAndCleanUp(Stage stage, String name) {
    return () -> {
      try {
        Asyncio.sleep(LONG);
      } finally {
        stage.out(name + " cleans up");
      }
      return null;
    };
  }

  @Scenario(value = "R-50", task = true)
  void gatherWhoseChildrenAreDoneCannotBeCancelled(Stage stage) throws Exception {
    var child = Asyncio.createTask(SUCCEED);
    child.await();
    var result = Asyncio.gather(Collections.singletonList(child));
    stage.attempt("cancel", () -> result.cancel());
    stage.attempt("gather", () -> result.await());
  }

  @Scenario(
      value = {"TC-04", "R-37"},
      task = true)
  void cancellingATaskThatGathersCancelsTheChildren(Stage stage) {
    VoidCoroutine body =
        () -> {
          try {
            Asyncio.gather(sleepAndCleanUp(stage, "a"), sleepAndCleanUp(stage, "b")).await();
          } finally {
            stage.out("gatherer cleans up");
          }
        };
    var task = Asyncio.createTask(body);
    settle();
    task.cancel();
    stage.attempt("task", () -> task.await());
  }

  @Scenario(
      value = {"TC-07", "R-51"},
      task = true)
  void shieldOfADoneFutureIsThatFuture(Stage stage) {
    Future<Integer> future = stage.loop().createFuture();
    future.setResult(1);
    stage.out("same " + (Asyncio.shield(future) == future));
  }

  @Scenario(value = "TC-07", task = true)
  void aShieldedTaskSurvivesTheCancelOfItsShield(Stage stage) {
    Future<Integer> gate = stage.loop().createFuture();
    Coroutine<String> body =
        () -> {
          stage.out("inner got " + gate.await());
          return "inner result";
        };
    var inner = Asyncio.createTask(body);
    var outer = Asyncio.shield(inner);
    Asyncio.sleep(Duration.ZERO);
    stage.attempt("cancel the shield", () -> outer.cancel());
    stage.attempt("shield", () -> outer.await());
    stage.out("inner done " + inner.done() + ", requests " + inner.cancelling());
    gate.setResult(1);
    stage.attempt("inner", () -> inner.await());
  }

  @Scenario(
      value = {"TC-07", "R-37"},
      task = true)
  void aCancelledTaskLeavesWhatItShieldsRunning(Stage stage) {
    Future<Void> gate = stage.loop().createFuture();
    Coroutine<String> work =
        () -> {
          gate.await();
          return "worked";
        };
    var worker = Asyncio.createTask(work);
    VoidCoroutine body = () -> Asyncio.shield(worker).await();
    var task = Asyncio.createTask(body);
    settle();
    task.cancel();
    stage.attempt("task", () -> task.await());
    gate.setResult(null);
    stage.attempt("worker", () -> worker.await());
  }

  @Scenario(value = "TC-07", task = true)
  void cancellingAShieldedTaskCancelsTheShield(Stage stage) {
    var inner = Asyncio.createTask(SLEEP);
    var outer = Asyncio.shield(inner);
    Asyncio.sleep(Duration.ZERO);
    inner.cancel();
    stage.attempt("shield", () -> outer.await());
    stage.out("shield cancelled " + outer.cancelled() + ", inner cancelled " + inner.cancelled());
  }

  @Scenario(value = "TC-07", task = true)
  void aShieldPassesOnResultAndError(Stage stage) {
    VoidCoroutine fail =
        () -> {
          throw new Boom("boom");
        };
    stage.attempt("result", () -> Asyncio.shield(Asyncio.createTask(SUCCEED)).await());
    stage.attempt("error", () -> Asyncio.shield(Asyncio.createTask(fail)).await());
  }

  @Scenario({"FT-08", "EL-10"})
  void aFutureOfAnotherLoopCannotBeMadeOurs(Stage stage) {
    try (var loop = stage.newLoop();
        var other = stage.newLoop()) {
      Future<Integer> future = loop.createFuture();
      stage.out("own loop: " + (Asyncio.ensureFuture(future, loop) == future));
      stage.attempt("another loop", () -> Asyncio.ensureFuture(future, other));
    }
  }

  @Scenario(value = "TC-04", task = true)
  void gatherRepeatsTheOutcomeOfATaskThatIsGivenTwice(Stage stage) {
    Coroutine<Integer> fail =
        () -> {
          throw new Boom("boom");
        };
    Coroutine<Integer> nothing = () -> Asyncio.sleep(Duration.ZERO, null);
    var bad = Asyncio.createTask(fail);
    var good = Asyncio.createTask(nothing);
    var result = Asyncio.gatherOutcomes(List.of(bad, good, bad));
    stage.attempt("gather", () -> result.await().stream().map(this::valueOrException).toList());
  }

  @Scenario(
      value = {"TC-04", "R-33"},
      task = true)
  void gatherOfDoneFuturesIsDoneAtOnce(Stage stage) {
    Future<Integer> first = stage.loop().createFuture();
    Future<Integer> second = stage.loop().createFuture();
    first.setResult(0);
    second.setResult(1);
    var result = Asyncio.gather(first, second);
    stage.attempt("done", result::done);
    stage.attempt("result", result::result);
  }

  @Scenario(
      value = {"TC-04", "R-49"},
      task = true)
  void gatherRaisesTheErrorThatCameFirstAndNotThatOfTheFirstArgument(Stage stage) {
    var late = Asyncio.createTask(settleAndFail("late", 5));
    var early = Asyncio.createTask(settleAndFail("early", 1));
    stage.attempt("gather", () -> Asyncio.gather(late, early).await());
    stage.attempt("late", () -> late.await());
  }

  private static VoidCoroutine settleAndFail(String name, int turns) {
    return () -> {
      settle(turns);
      throw new Boom(name);
    };
  }

  @Scenario(
      value = {"TC-04", "R-49"},
      task = true)
  void ofErrorsInOneIterationGatherRaisesThatOfTheTaskThatRanFirst(Stage stage) {
    var first = Asyncio.createTask(Bodies.failing("first"));
    var second = Asyncio.createTask(Bodies.failing("second"));
    stage.attempt("gather", () -> Asyncio.gather(second, first).await());
    stage.attempt("second", second::exception);
  }

  @Scenario(
      value = {"TC-04", "R-50", "TK-04"},
      task = true)
  void aCancelledGatherIsCancelledThoughItsChildrenSwallowIt(Stage stage) {
    Coroutine<String> stubborn =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } catch (CancelledError e) {
            return "value";
          }
          return null;
        };
    var first = Asyncio.createTask(stubborn);
    var second = Asyncio.createTask(stubborn);
    var result = Asyncio.gather(first, second);
    Asyncio.sleep(Duration.ZERO);
    stage.attempt("cancel", () -> result.cancel());
    stage.attempt("done", result::done);
    stage.attempt("gather", () -> result.await());
    stage.attempt("children", () -> List.of(first.result(), second.result()));
  }

  @Scenario(
      value = {"TC-04", "R-50", "TK-06"},
      task = true)
  void aChildMayAnswerTheCancelOfGatherWithAnError(Stage stage) {
    VoidCoroutine fail =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } catch (CancelledError e) {
            throw new Boom("clean up");
          }
        };
    var result = Asyncio.gather(List.of(Asyncio.createTask(fail)));
    Asyncio.sleep(Duration.ZERO);
    result.cancel();
    stage.attempt("gather", () -> result.await());
    var outcomes = Asyncio.gatherOutcomes(List.of(Asyncio.createTask(fail)));
    Asyncio.sleep(Duration.ZERO);
    outcomes.cancel();
    stage.attempt("with outcomes", () -> outcomes.await());
  }

  @Scenario(
      value = {"TC-04", "R-50"},
      task = true)
  void aCancelledGatherLosesTheResultsThatAreThere(Stage stage) {
    var done = Asyncio.createTask(SUCCEED);
    var sleeping = Asyncio.createTask(sleepAndReturn());
    var result = Asyncio.gather(done, sleeping);
    settle();
    stage.out("first done " + done.done());
    stage.attempt("cancel", () -> result.cancel());
    stage.attempt("gather", () -> result.await());
    stage.attempt("first", done::result);
  }

  private static Coroutine<Integer> sleepAndReturn() {
    return () -> Asyncio.sleep(LONG, 1);
  }

  @Scenario(
      value = {"TC-04", "R-50", "R-39"},
      task = true)
  void childrenThatHaveNotStartedWhenGatherIsCancelledNeverRun(Stage stage) {
    VoidCoroutine body = () -> stage.out("not reached");
    var children = List.of(Asyncio.createTask(body), Asyncio.createTask(body));
    var result = Asyncio.gather(children);
    result.cancel();
    stage.attempt("gather", () -> result.await());
    settle();
    printCancelled(stage, children);
  }

  private static void printCancelled(Stage stage, List<? extends Task<?>> children) {
    List<Boolean> cancelled = children.stream().map(Task::cancelled).toList();
    stage.out("children cancelled " + Words.show(cancelled));
  }

  @Scenario(
      value = {"TC-04", "R-37"},
      task = true)
  void aCancelGoesThroughNestedGathers(Stage stage) {
    var a = Asyncio.createTask(sleepAndCleanUp(stage, "a"));
    var b = Asyncio.createTask(sleepAndCleanUp(stage, "b"));
    var c = Asyncio.createTask(sleepAndCleanUp(stage, "c"));
    var inner = Asyncio.gather(a, b);
    var outer = Asyncio.<Object>gather(inner, c);
    settle();
    outer.cancel();
    stage.attempt("outer", () -> outer.await());
    stage.out("inner done " + inner.done());
    stage.attempt("inner", inner::exception);
  }

  @Scenario(
      value = {"TC-04", "TC-02"},
      task = true)
  void aTimeoutAroundGatherCancelsTheChildren(Stage stage) {
    var children = List.of(Asyncio.createTask(SLEEP), Asyncio.createTask(SLEEP));
    VoidCoroutine body = () -> Asyncio.gather(children).await();
    stage.attempt("body", () -> Asyncio.timeout(Bodies.SHORT, body));
    settle();
    printCancelled(stage, children);
  }

  @Scenario(
      value = {"TC-07", "R-51"},
      task = true)
  void shieldOfACancelledFutureIsThatFuture(Stage stage) {
    Future<Integer> future = stage.loop().createFuture();
    future.cancel();
    stage.out("same " + (Asyncio.shield(future) == future));
    stage.attempt("shield", () -> Asyncio.shield(future).await());
  }

  @Scenario(
      value = {"TC-07", "R-33"},
      task = true)
  void aShieldCanBeCancelledWhenTheInnerResultIsOnItsWay(Stage stage) {
    Future<Integer> inner = stage.loop().createFuture();
    var outer = Asyncio.shield(inner);
    inner.setResult(1);
    stage.out("done " + outer.done());
    stage.attempt("cancel", () -> outer.cancel());
    stage.attempt("shield", () -> outer.await());
    stage.attempt("inner", inner::result);
  }

  @Scenario(value = "TC-07", task = true)
  void eachShieldOfATaskIsAFutureOfItsOwn(Stage stage) {
    Future<String> gate = stage.loop().createFuture();
    var first = Asyncio.shield(gate);
    var second = Asyncio.shield(gate);
    first.cancel();
    gate.setResult("value");
    stage.attempt("first", () -> first.await());
    stage.attempt("second", () -> second.await());
  }

  @Scenario(
      value = {"TC-07", "TC-02", "R-37"},
      task = true)
  void aTaskCanAwaitItsShieldedWorkAgainAfterATimeout(Stage stage) {
    Future<String> gate = stage.loop().createFuture();
    Coroutine<String> work = () -> gate.await();
    var worker = Asyncio.createTask(work);
    VoidCoroutine body = () -> Asyncio.shield(worker).await();
    stage.attempt("in time", () -> Asyncio.timeout(Duration.ZERO, body));
    gate.setResult("value");
    stage.attempt("again", () -> worker.await());
  }

  @Scenario(
      value = {"TC-07", "TK-02"},
      task = true)
  void aShieldedCleanUpGoesOnThroughASecondCancel(Stage stage) {
    Future<Void> gate = stage.loop().createFuture();
    VoidCoroutine cleanUp =
        () -> {
          stage.out("clean up starts");
          gate.await();
          stage.out("clean up ends");
        };
    var cleaning = new ArrayList<Task<?>>();
    VoidCoroutine body =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } finally {
            cleaning.add(Asyncio.createTask(cleanUp));
            Asyncio.shield(cleaning.getFirst()).await();
          }
        };
    var task = Asyncio.createTask(body);
    for (int i = 0; i < 2; i++) {
      settle();
      task.cancel();
    }
    stage.attempt("task", () -> task.await());
    gate.setResult(null);
    stage.attempt("clean up", () -> cleaning.getFirst().await());
  }

  @Scenario(
      value = {"R-50", "TC-04"},
      task = true)
  void aCancelledGatherOfOutcomesHasTheMessageOfItsLastChild(Stage stage) throws Exception {
    for (var messages : List.of("-", "- b", "a -", "- swallow")) {
      var children =
          Stream.of(messages.split(" ")).map(m -> Asyncio.createTask(endsWith(m))).toList();
      var result = Asyncio.gatherOutcomes(children);
      Stage.settle();
      result.cancel("why");
      try {
        result.await();
      } catch (CancelledError e) {
        stage.out("message " + Words.show(e.getMessage()));
      }
    }
  }

  private static Coroutine<String> endsWith(String message) {
    return () -> {
      try {
        Asyncio.sleep(LONG);
        return "slept";
      } catch (CancelledError e) {
        return switch (message) {
          case "-" -> throw e;
          case "swallow" -> message;
          default -> throw new CancelledError(message);
        };
      }
    };
  }

  @Scenario(
      value = {"TC-07", "R-16"},
      task = true)
  void aShieldThatIsCompletedByHandKeepsItsOwnOutcome(Stage stage) {
    stage.loop().setExceptionHandler(stage.printingHandler());
    for (var outcome : List.of("result", "error", "cancel")) {
      Future<String> inner = stage.loop().createFuture();
      Future<String> outer = Asyncio.shield(inner);
      outer.setResult("by hand");
      switch (outcome) {
        case "result" -> inner.setResult("inner");
        case "error" -> inner.setException(new Boom("inner"));
        default -> inner.cancel();
      }
      Stage.settle();
      stage.attempt(outcome, () -> outer.await());
    }
  }
}
