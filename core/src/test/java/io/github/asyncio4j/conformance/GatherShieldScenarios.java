// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.Stage.settle;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Outcome;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.VoidCoroutine;
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
}
