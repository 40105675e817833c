// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.Stage.runBriefly;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Context;
import io.github.asyncio4j.ContextVar;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.ExceptionContext;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.TaskOptions;
import io.github.asyncio4j.VoidCoroutine;
import java.time.Duration;

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
        var pair = Pairs.open()) {
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
}
