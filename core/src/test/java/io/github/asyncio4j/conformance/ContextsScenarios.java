// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Stage.runBriefly;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Context;
import io.github.asyncio4j.ContextVar;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.ExceptionContext;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.TaskGroup;
import io.github.asyncio4j.TaskOptions;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Threads;
import io.github.asyncio4j.conformance.stage.Words;
import java.time.Duration;
import java.util.concurrent.Callable;

/// The twins of `conformance/python/contexts.py`.
final class ContextsScenarios {
  // A new one for each scenario, because all scenarios share the context of the test's thread.
  private final ContextVar<String> value = ContextVar.of("value", "default");

  @Scenario({"R-24", "EL-20"})
  void aCallbackRunsInACopyOfTheContextItWasQueuedIn(Stage stage) {
    try (var loop = stage.newLoop()) {
      value.set("queued");
      loop.callSoon(
          () -> {
            stage.out("first callback sees " + value.get());
            value.set("changed by the first callback");
          });
      loop.callSoon(() -> stage.out("second callback sees " + value.get()));
      loop.callSoonThreadsafe(() -> stage.out("third callback sees " + value.get()));
      loop.callLater(Duration.ZERO, () -> stage.out("timer sees " + value.get()));
      value.set("changed later");
      runBriefly(loop);
      stage.out("outside " + value.get());
    }
  }

  @Scenario({"R-24", "EL-20", "EL-22"})
  void aGivenContextIsUsedAsItIs(Stage stage) {
    try (var loop = stage.newLoop()) {
      var context = Context.copyContext();
      loop.callSoon(() -> change(stage, "set by the first"), context);
      loop.callSoonThreadsafe(() -> change(stage, "set by the second"), context);
      long past = loop.time() - Duration.ofSeconds(1).toNanos();
      loop.callAt(past, () -> change(stage, "set by the timer"), context);
      runBriefly(loop);
      stage.out("left in the context: " + context.get(value));
      stage.out("outside " + value.get());
    }
  }

  @Scenario(
      value = {"TK-01", "R-24"},
      task = true)
  void aTaskRunsInACopyOfItsCreatorsContext(Stage stage) throws Exception {
    value.set("main");
    var first = Asyncio.createTask(() -> setAndYield(stage, "first"));
    var second = Asyncio.createTask(() -> setAndYield(stage, "second"));
    value.set("main, later");
    Asyncio.gather(first, second).await();
    stage.out("main has " + value.get());
  }

  private void setAndYield(Stage stage, String name) {
    stage.out(name + " sees " + value.get());
    value.set(name);
    Asyncio.sleep(Duration.ZERO);
    stage.out(name + " still has " + value.get());
  }

  @Scenario(
      value = {"TK-01", "EL-31"},
      task = true)
  void aTaskCanBeGivenAContext(Stage stage) throws Exception {
    var context = Context.copyContext();
    VoidCoroutine body = () -> change(stage, "first");
    var task = stage.loop().createTask(body, TaskOptions.DEFAULT.context(context));
    stage.out("knows it: " + (task.getContext() == context));
    task.await();
    VoidCoroutine secondBody = () -> change(stage, "second");
    stage.loop().createTask(secondBody, TaskOptions.DEFAULT.context(context)).await();
    stage.out("left in the context: " + context.get(value));
    stage.out("main has " + value.get());
  }

  @Scenario({"FT-05", "R-24"})
  void aDoneCallbackRunsInTheContextItWasAddedIn(Stage stage) {
    try (var loop = stage.newLoop()) {
      Future<Void> future = loop.createFuture();
      var context = Context.copyContext();
      context.run(() -> value.set("given"));
      value.set("added");
      future.addDoneCallback(f -> stage.out("callback sees " + value.get()));
      future.addDoneCallback(f -> stage.out("callback sees " + value.get()), context);
      value.set("completed");
      future.setResult(null);
      runBriefly(loop);
    }
  }

  @Scenario({"R-24", "EL-100"})
  void aReaderRunsInTheContextItWasAddedIn(Stage stage) {
    try (var loop = stage.newLoop();
        var pair = stage.openPair()) {
      var reader = pair.one.pollable();
      value.set("added");
      loop.addReader(reader, () -> stage.out("reader sees " + value.get()));
      value.set("later");
      pair.other.send("x");
      runBriefly(loop);
      loop.removeReader(reader);
    }
  }

  @Scenario(value = "EL-115", task = true)
  void anExecutorDoesNotSeeTheContext(Stage stage) throws Exception {
    value.set("task");
    String seen = stage.loop().runInExecutor(null, () -> value.get()).await();
    stage.out("executor sees " + seen);
  }

  @Scenario({"R-31", "EL-120", "TK-01"})
  void theExceptionHandlerRunsInTheContextOfTheFailedCallback(Stage stage) throws Exception {
    try (var loop = stage.newLoop()) {
      loop.setExceptionHandler((l, context) -> stage.out("handler sees " + value.get()));
      value.set("outside");
      loop.callSoon(
          () -> {
            value.set("set by the callback");
            throw new Boom("boom");
          });
      runBriefly(loop);
      Coroutine<Void> body =
          () -> {
            value.set("set by the task");
            return null;
          };
      Task<Void> task = loop.createTask(body);
      loop.runUntilComplete(task);
      loop.callExceptionHandler(ExceptionContext.of("of a task").task(task));
      loop.callExceptionHandler(ExceptionContext.of("of nothing"));
    }
  }

  private void change(Stage stage, String newValue) {
    stage.out("sees " + value.get());
    value.set(newValue);
  }

  @Scenario("R-24")
  void aTokenGivesAVariableItsOldValueBack(Stage stage) {
    var first = value.set("first");
    var second = value.set("second");
    stage.out("now " + value.get());
    value.reset(second);
    stage.out("second undone: " + value.get());
    value.reset(first);
    stage.out("first undone: " + value.get());
  }

  @Scenario("R-24")
  void tokensMayBeUsedInAnyOrder(Stage stage) {
    var first = value.set("first");
    value.set("second");
    value.reset(first);
    stage.out("first undone: " + value.get());
  }

  @Scenario("R-24")
  void aTokenIsGoodForOnceAndForItsOwnVariableAndContext(Stage stage) {
    ContextVar<String> other = ContextVar.of("other", "default");
    var token = value.set("set");
    stage.attempt("another variable", () -> other.reset(token));
    var context = Context.copyContext();
    stage.attempt("another context", () -> context.run(() -> value.reset(token)));
    stage.attempt("its own", () -> value.reset(token));
    stage.attempt("again", () -> value.reset(token));
    stage.out("value " + value.get());
  }

  @Scenario("R-24")
  void aVariableWithoutAValueHasNoneToGive(Stage stage) {
    ContextVar<String> bare = ContextVar.of("bare");
    stage.attempt("get", () -> bare.get());
    stage.attempt("get or", () -> bare.get("other"));
    var token = bare.set("set");
    stage.attempt("get or", () -> bare.get("other"));
    bare.reset(token);
    stage.attempt("after the reset", () -> bare.get());
  }

  @Scenario("R-24")
  void aCopyOfAContextGoesItsOwnWay(Stage stage) throws Exception {
    value.set("outside");
    var context = Context.copyContext();
    var copy = context.copy();
    context.run(() -> value.set("in the context"));
    stage.out(
        "context " + context.get(value) + ", copy " + copy.get(value) + ", outside " + value.get());
    stage.out("empty " + Words.show(new Context().get(value)));
    stage.out("in an empty one " + new Context().call(() -> value.get()));
  }

  @Scenario("R-24")
  void aContextCannotBeEnteredTwice(Stage stage) {
    var context = Context.copyContext();
    context.run(
        () -> {
          value.set("set");
          stage.attempt("again", () -> context.call(() -> value.get()));
          stage.attempt("a copy", () -> context.copy().call(() -> value.get()));
        });
    stage.attempt("afterwards", () -> context.call(() -> value.get()));
  }

  @Scenario("R-24")
  void anErrorLeavesAContextAsItGoes(Stage stage) {
    var context = Context.copyContext();
    Runnable fail =
        () -> {
          value.set("inside");
          throw new Boom("boom");
        };
    stage.attempt("run", () -> context.run(fail));
    stage.out("outside " + value.get() + ", inside " + context.get(value));
  }

  @Scenario(
      value = {"R-24", "TK-01"},
      task = true)
  void aTaskCanRunACallInAnotherContext(Stage stage) throws Exception {
    var context = Context.copyContext();
    value.set("main");
    Task<Void> task =
        context.call(
            () -> {
              value.set("in the context");
              stage.loop().callSoon(() -> stage.out("callback sees " + value.get()));
              return Asyncio.createTask(() -> stage.out("task of the call sees " + value.get()));
            });
    stage.out("main has " + value.get());
    task.await();
  }

  @Scenario(
      value = {"R-24", "TK-01"},
      task = true)
  void aTokenOfTheCreatorIsOfNoUseInATask(Stage stage) throws Exception {
    var token = value.set("main");
    Asyncio.createTask(() -> stage.attempt("in the task", () -> value.reset(token))).await();
    stage.attempt("in the creator", () -> value.reset(token));
  }

  @Scenario(
      value = {"TC-04", "TK-01", "R-24"},
      task = true)
  void whatGatheredCoroutinesSetStaysWithThem(Stage stage) {
    value.set("main");
    stage.attempt("gather", () -> Asyncio.gather(setting("a"), setting("b")).await());
    stage.out("main has " + value.get());
  }

  private Coroutine<String> setting(String name) {
    return () -> {
      value.set(name);
      Asyncio.sleep(Duration.ZERO);
      return value.get();
    };
  }

  @Scenario(
      value = {"TC-03", "TC-02", "R-24"},
      task = true)
  void whatIsSetInsideATimeLimitIsSeenAfterIt(Stage stage) throws Exception {
    Asyncio.waitFor(yieldingAndSetting("set in wait_for"), Duration.ofHours(1));
    stage.out("now " + value.get());
    Asyncio.timeout(Duration.ofHours(1), yieldingAndSetting("set in timeout"));
    stage.out("now " + value.get());
  }

  private VoidCoroutine yieldingAndSetting(String name) {
    return () -> {
      Asyncio.sleep(Duration.ZERO);
      value.set(name);
    };
  }

  @Scenario(
      value = {"TC-01", "TK-01", "R-24"},
      task = true)
  void aTaskOfAGroupHasTheContextOfTheMomentItWasCreated(Stage stage) throws Exception {
    VoidCoroutine body = () -> change(stage, "set by a task");
    var given = Context.copyContext();
    given.run(() -> value.set("given"));
    new TaskGroup()
        .run(
            group -> {
              value.set("first");
              group.createTask(body);
              value.set("second");
              group.createTask(body);
              group.createTask(body, TaskOptions.DEFAULT.context(given));
              value.set("third");
            });
    stage.out("main has " + value.get() + ", given has " + given.get(value));
  }

  @Scenario(
      value = {"TC-09", "R-24"},
      task = true)
  void aCallInAThreadSeesTheContextAndKeepsItsChanges(Stage stage) {
    Callable<String> call =
        () -> {
          stage.out("call sees " + value.get());
          value.set("set by the call");
          return value.get();
        };
    value.set("task");
    stage.attempt("to_thread", () -> Asyncio.toThread(call));
    stage.out("task has " + value.get());
  }

  @Scenario(
      value = {"TC-10", "R-24"},
      task = true)
  void aCoroutineFromAnotherThreadBringsItsContext(Stage stage) {
    var loop = stage.loop();
    Coroutine<String> body = () -> value.get();
    Callable<String> fromThread =
        () -> {
          value.set("thread");
          return Threads.resultOf(Asyncio.runCoroutineThreadsafe(body, loop));
        };
    value.set("task");
    stage.attempt("body sees", () -> loop.runInExecutor(null, fromThread).await());
    stage.out("task has " + value.get());
  }
}
