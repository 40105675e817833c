// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Bodies.LONG;
import static io.github.asyncio4j.conformance.stage.Bodies.SHORT;
import static io.github.asyncio4j.conformance.stage.Bodies.yieldOnce;
import static io.github.asyncio4j.conformance.stage.Stage.settle;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.DoneAndPending;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.ReturnWhen;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Words;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/// The twins of `conformance/python/waiting.py`.
final class WaitingScenarios {
  private static final Coroutine<Object> SUCCEED = () -> 1;
  private static final Coroutine<Object> FAIL =
      () -> {
        throw new Boom("boom");
      };
  private static final Coroutine<Object> SLEEP =
      () -> {
        Asyncio.sleep(LONG);
        return null;
      };

  private static Task<Object> task(String name, Coroutine<Object> body) {
    return Asyncio.createTask(body, name);
  }

  private static Coroutine<Object> settling(int turns) {
    return () -> {
      settle(turns);
      return null;
    };
  }

  private static Coroutine<Object> passing(Future<Object> gate) {
    return () -> gate.await();
  }

  private static String name(Future<?> future) {
    return ((Task<?>) future).getName();
  }

  /// Returns the names of a set, sorted, for in Python it has no order.
  private static String names(Collection<? extends Future<?>> futures) {
    return Words.show(futures.stream().map(WaitingScenarios::name).sorted().toList());
  }

  private static void print(Stage stage, DoneAndPending<?> result) {
    stage.out("done " + names(result.done()) + ", pending " + names(result.pending()));
  }

  private static void cancelAll(Collection<? extends Future<?>> futures) throws Exception {
    futures.forEach(Future::cancel);
    Asyncio.gatherOutcomes(List.copyOf(futures)).await();
  }

  @Scenario(value = "TC-05", task = true)
  void waitReturnsWhenAllAreDone(Stage stage) throws Exception {
    Future<Object> one = stage.loop().createFuture();
    Future<Object> two = stage.loop().createFuture();
    var tasks = List.of(task("a", passing(one)), task("b", passing(two)));
    Coroutine<DoneAndPending<Object>> body = () -> Asyncio.wait(tasks);
    var waiter = Asyncio.createTask(body);
    settle();
    one.setResult(null);
    settle();
    stage.attempt("with one done", waiter::done);
    two.setResult(null);
    print(stage, waiter.await());
  }

  @Scenario(value = "TC-05", task = true)
  void waitCanReturnAtTheFirstThatIsDone(Stage stage) {
    Future<Object> one = stage.loop().createFuture();
    Future<Object> two = stage.loop().createFuture();
    var tasks = List.of(task("a", passing(one)), task("b", passing(two)));
    stage.loop().callSoon(() -> two.setResult(null));
    var first = Asyncio.wait(tasks, null, ReturnWhen.FIRST_COMPLETED);
    print(stage, first);
    one.setResult(null);
    print(stage, Asyncio.wait(first.pending(), null, ReturnWhen.FIRST_COMPLETED));
  }

  @Scenario(value = "TC-05", task = true)
  void waitForTheFirstReturnsAllThatAreDoneByThen(Stage stage) throws Exception {
    var tasks = List.of(task("a", SUCCEED), task("b", FAIL), task("c", SLEEP));
    var result = Asyncio.wait(tasks, null, ReturnWhen.FIRST_COMPLETED);
    print(stage, result);
    stage.attempt("error", () -> tasks.get(1).result());
    cancelAll(result.pending());
  }

  @Scenario(value = "TC-05", task = true)
  void waitCanReturnAtTheFirstError(Stage stage) throws Exception {
    Future<Object> one = stage.loop().createFuture();
    Future<Object> two = stage.loop().createFuture();
    var tasks = List.of(task("good", passing(one)), task("bad", passing(two)), task("slow", SLEEP));
    Coroutine<DoneAndPending<Object>> body =
        () -> Asyncio.wait(tasks, null, ReturnWhen.FIRST_EXCEPTION);
    var waiter = Asyncio.createTask(body);
    settle();
    one.setResult(null);
    settle();
    stage.attempt("with a result", waiter::done);
    two.setException(new Boom("boom"));
    var result = waiter.await();
    print(stage, result);
    stage.attempt("bad", () -> tasks.get(1).result());
    cancelAll(result.pending());
  }

  @Scenario(value = "TC-05", task = true)
  void waitForTheFirstErrorDoesNotCountACancel(Stage stage) throws Exception {
    Future<Object> gate = stage.loop().createFuture();
    var tasks = List.of(task("cancelled", SLEEP), task("other", passing(gate)));
    Coroutine<DoneAndPending<Object>> body =
        () -> Asyncio.wait(tasks, null, ReturnWhen.FIRST_EXCEPTION);
    var waiter = Asyncio.createTask(body);
    settle();
    tasks.getFirst().cancel();
    settle();
    stage.out("cancelled " + tasks.getFirst().cancelled() + ", wait done " + waiter.done());
    gate.setResult(null);
    print(stage, waiter.await());
  }

  @Scenario(value = "TC-05", task = true)
  void waitForTheFirstErrorReturnsWhenThereIsNone(Stage stage) {
    var tasks = List.of(task("a", SUCCEED), task("b", settling(5)));
    print(stage, Asyncio.wait(tasks, null, ReturnWhen.FIRST_EXCEPTION));
  }

  @Scenario(value = "TC-05", task = true)
  void waitRaisesNoErrorOfThoseItWaitsFor(Stage stage) {
    var tasks = List.of(task("bad", FAIL), task("cancelled", SLEEP));
    tasks.getLast().cancel();
    print(stage, Asyncio.wait(tasks));
    stage.attempt("bad", () -> tasks.getFirst().result());
    stage.attempt("cancelled", () -> tasks.getLast().result());
  }

  @Scenario(value = "TC-05", task = true)
  void waitNeitherRaisesNorCancelsAtItsTimeOut(Stage stage) throws Exception {
    var tasks = List.of(task("a", SUCCEED), task("b", SLEEP));
    var result = Asyncio.wait(tasks, SHORT);
    print(stage, result);
    settle();
    var late = tasks.getLast();
    stage.out("requests " + late.cancelling() + ", done " + late.done());
    cancelAll(result.pending());
  }

  @Scenario(value = "TC-05", task = true)
  void waitWithoutTimeLetsTasksMakeAStep(Stage stage) {
    Coroutine<Object> step =
        () -> {
          stage.out("step");
          yieldOnce();
          stage.out("second step");
          return null;
        };
    var tasks = List.of(task("a", step), task("b", SUCCEED));
    var result = Asyncio.wait(tasks, Duration.ZERO);
    stage.out("b done " + result.done().contains(tasks.getLast()));
    settle();
    stage.out("a done " + tasks.getFirst().done());
  }

  @Scenario(value = "TC-05", task = true)
  void waitSuspendsThoughAllAreDone(Stage stage) {
    var tasks = List.of(task("a", SUCCEED));
    settle();
    stage.loop().callSoon(() -> stage.out("callback"));
    print(stage, Asyncio.wait(tasks));
  }

  @Scenario(value = "TC-05", task = true)
  void waitCountsATaskOnceHoweverOftenItIsGiven(Stage stage) {
    var task = task("a", SUCCEED);
    print(stage, Asyncio.wait(List.of(task, task, task)));
  }

  @Scenario(value = "TC-05", task = true)
  void thereMustBeSomethingToWaitFor(Stage stage) {
    stage.attempt("nothing", () -> Asyncio.wait(List.<Future<Object>>of()));
  }

  @Scenario(
      value = {"TC-05", "R-37"},
      task = true)
  void aCancelledWaitLeavesTheTasksAlone(Stage stage) {
    Future<Object> gate = stage.loop().createFuture();
    var task = task("a", passing(gate));
    VoidCoroutine body = () -> Asyncio.wait(List.of(task));
    var waiter = Asyncio.createTask(body);
    settle();
    waiter.cancel();
    stage.attempt("waiter", () -> waiter.await());
    stage.out("done " + task.done() + ", requests " + task.cancelling());
    gate.setResult("value");
    stage.attempt("task", () -> task.await());
  }

  @Scenario(
      value = {"TC-05", "FT-01"},
      task = true)
  void waitWaitsForPlainFuturesToo(Stage stage) {
    Future<Object> one = stage.loop().createFuture();
    Future<Object> two = stage.loop().createFuture();
    stage.loop().callSoon(() -> one.setResult(1));
    stage.loop().callSoon(() -> two.cancel());
    var result = Asyncio.wait(List.of(one, two));
    stage.out(
        "done "
            + result.done().size()
            + ", pending "
            + result.pending().size()
            + ", cancelled "
            + two.cancelled());
  }

  @Scenario(value = "TC-06", task = true)
  void asCompletedGivesTheTasksInTheOrderInWhichTheyEnd(Stage stage) throws Exception {
    Future<Object> a = stage.loop().createFuture();
    Future<Object> b = stage.loop().createFuture();
    Future<Object> c = stage.loop().createFuture();
    var tasks = List.of(task("a", passing(a)), task("b", passing(b)), task("c", passing(c)));
    VoidCoroutine openGates =
        () -> {
          for (var gate : List.of(b, c, a)) {
            settle();
            gate.setResult(null);
          }
        };
    var opener = Asyncio.createTask(openGates);
    for (var each : Asyncio.asCompleted(tasks)) {
      boolean ours = tasks.stream().anyMatch(task -> task == each);
      stage.out(name(each) + ", one of ours " + ours + ", done " + each.done());
    }
    opener.await();
  }

  @Scenario(value = "TC-06", task = true)
  void asCompletedGivesFailedAndCancelledTasksToo(Stage stage) throws Exception {
    Future<Object> one = stage.loop().createFuture();
    Future<Object> two = stage.loop().createFuture();
    var tasks =
        List.of(task("good", passing(one)), task("bad", passing(two)), task("cancelled", SLEEP));
    VoidCoroutine endAll =
        () -> {
          one.setResult(1);
          settle();
          two.setException(new Boom("boom"));
          settle();
          tasks.getLast().cancel();
        };
    var ender = Asyncio.createTask(endAll);
    for (var each : Asyncio.asCompleted(tasks)) {
      stage.attempt(name(each), () -> each.await());
    }
    ender.await();
  }

  @Scenario(value = "TC-06", task = true)
  void asCompletedGivesATaskOnceHoweverOftenItIsGiven(Stage stage) {
    var task = task("a", SUCCEED);
    for (var each : Asyncio.asCompleted(List.of(task, task))) {
      stage.out(name(each));
    }
    stage.out("over");
  }

  @Scenario(value = "TC-06", task = true)
  void asCompletedOfNothingIsOver(Stage stage) {
    stage.loop().callSoon(() -> stage.out("callback"));
    for (var each : Asyncio.asCompleted(List.<Future<Object>>of())) {
      stage.out("not reached " + each);
    }
    stage.out("over");
    yieldOnce();
  }

  @Scenario(value = "TC-06", task = true)
  void asCompletedThatIsLeftEarlyLeavesTheOthersRunning(Stage stage) {
    Future<Object> gate = stage.loop().createFuture();
    var slow = task("slow", passing(gate));
    var fast = Asyncio.asCompleted(List.of(task("fast", SUCCEED), slow)).iterator().next();
    stage.out(name(fast));
    settle();
    stage.out("slow done " + slow.done() + ", requests " + slow.cancelling());
    gate.setResult("value");
    stage.attempt("slow", () -> slow.await());
  }

  @Scenario(value = "TC-06", task = true)
  void asCompletedGivesATimeOutForEachThatIsLate(Stage stage) throws Exception {
    var tasks = List.of(task("fast", SUCCEED), task("slow", SLEEP), task("slower", SLEEP));
    settle();
    for (var each : Asyncio.asCompleted(tasks, SHORT)) {
      stage.attempt("next", () -> each.await());
    }
    stage.out("requests " + Words.show(tasks.stream().map(Task::cancelling).toList()));
    cancelAll(tasks);
  }

  @Scenario(value = "TC-06", task = true)
  void whatIsDoneIsGivenThoughTheTimeIsOver(Stage stage) throws Exception {
    var tasks = List.of(task("a", SUCCEED), task("b", SLEEP));
    settle();
    var iterator = Asyncio.asCompleted(tasks, SHORT).iterator();
    Asyncio.sleep(Duration.ofMillis(30));
    stage.attempt("first", () -> iterator.next().await());
    stage.attempt("second", () -> iterator.next().await());
    stage.attempt("b done", () -> tasks.getLast().done());
    cancelAll(tasks);
  }

  @Scenario(value = "TC-06", task = true)
  void aTimeOutAfterTheLastTaskHasNoEffect(Stage stage) {
    for (var each :
        Asyncio.asCompleted(List.of(task("a", SUCCEED), task("b", settling(3))), LONG)) {
      stage.out(name(each));
    }
    stage.out("over");
  }

  @Scenario(
      value = {"TC-06", "R-37"},
      task = true)
  void aCancelWhileAsCompletedWaitsLeavesTheTasksAlone(Stage stage) {
    Future<Object> gate = stage.loop().createFuture();
    var slow = task("slow", passing(gate));
    var tasks = List.of(task("fast", SUCCEED), slow);
    VoidCoroutine body =
        () -> {
          for (var each : Asyncio.asCompleted(tasks)) {
            stage.out(name(each));
          }
        };
    var consumer = Asyncio.createTask(body);
    settle(10);
    consumer.cancel();
    stage.attempt("consumer", () -> consumer.await());
    stage.out("slow done " + slow.done() + ", requests " + slow.cancelling());
    gate.setResult("value");
    stage.attempt("slow", () -> slow.await());
  }

  @Scenario(value = "TC-06", task = true)
  void asCompletedWithoutTimeGivesWhatIsDone(Stage stage) throws Exception {
    var tasks = List.of(task("done", SUCCEED), task("late", SLEEP));
    settle();
    for (var each : Asyncio.asCompleted(tasks, Duration.ZERO)) {
      stage.attempt("next", () -> each.await());
    }
    cancelAll(tasks);
  }
}
