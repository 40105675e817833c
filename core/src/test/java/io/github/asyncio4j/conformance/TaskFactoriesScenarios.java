// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Context;
import io.github.asyncio4j.ContextVar;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.TaskFactory;
import io.github.asyncio4j.TaskGroup;
import io.github.asyncio4j.TaskOptions;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// The twins of `conformance/python/task_factories.py`.
final class TaskFactoriesScenarios {
  // A new one for each scenario, because all scenarios share the context of the test's thread.
  private final ContextVar<String> value = ContextVar.of("value", "default");

  /// Returns a factory that tells of each call before it makes the task.
  private static TaskFactory telling(Consumer<TaskOptions> before) {
    return telling(before, task -> {});
  }

  private static TaskFactory telling(Consumer<TaskOptions> before, Consumer<Task<?>> after) {
    return new TaskFactory() {
      @Override
      public <T> Task<T> create(EventLoop loop, Coroutine<T> body, TaskOptions options) {
        before.accept(options);
        var task = new Task<>(loop, body, options);
        after.accept(task);
        return task;
      }
    };
  }

  @Scenario(
      value = {"EL-32", "TK-01"},
      task = true)
  void aTaskFactoryMakesTheTasks(Stage stage) throws Exception {
    var loop = stage.loop();
    Coroutine<String> body = () -> value.get();
    var factory = telling(options -> stage.out("factory"));
    stage.attempt("none at first", loop::getTaskFactory);
    loop.setTaskFactory(factory);
    stage.out("the one that was set " + (loop.getTaskFactory() == factory));
    var context = Context.copyContext();
    context.run(() -> value.set("given"));
    var named = loop.createTask(body, TaskOptions.DEFAULT.name("worker").context(context));
    stage.out("name " + named.getName() + ", sees " + named.await());
    stage.out("sees " + Asyncio.createTask(body).await());
    loop.setTaskFactory(null);
    Asyncio.createTask(body).await();
    stage.attempt("none again", loop::getTaskFactory);
  }

  @Scenario(
      value = {"EL-32", "TC-01", "TC-04"},
      task = true)
  void groupsAndGatherAskTheTaskFactoryToo(Stage stage) throws Exception {
    Coroutine<String> body = () -> Asyncio.currentTask().getName();
    var made = new ArrayList<Task<?>>();
    stage.loop().setTaskFactory(telling(options -> {}, made::add));
    TaskGroup.Body<Task<String>> piece = group -> group.createTask(body);
    Task<String> task = new TaskGroup().run(piece);
    stage.out("group " + made.equals(List.of(task)));
    Asyncio.gather(body, body).await();
    stage.out("made " + made.size());
  }

  @Scenario(value = "EL-32", task = true)
  void aTaskFactoryThatRaisesFailsCreateTask(Stage stage) throws Exception {
    VoidCoroutine body = () -> stage.out("not reached");
    stage
        .loop()
        .setTaskFactory(
            telling(
                options -> {
                  throw new Boom("factory");
                }));
    stage.attempt("create_task", () -> Asyncio.createTask(body).done());
    TaskGroup.VoidBody piece =
        group -> stage.attempt("in a group", () -> group.createTask(body).done());
    new TaskGroup().run(piece);
    stage.out("left");
    stage.loop().setTaskFactory(null);
  }

  @Scenario(
      value = {"TK-10", "EL-32"},
      task = true)
  void anEagerFactoryCanBeMadeForTasksOfOnesOwn(Stage stage) throws Exception {
    Coroutine<Integer> body =
        () -> {
          stage.out("body");
          return 1;
        };
    var constructor = telling(options -> stage.out("constructor, eager " + options.eagerStart()));
    stage.loop().setTaskFactory(Asyncio.createEagerTaskFactory(constructor));
    var task = Asyncio.createTask(body);
    stage.out("done " + task.done() + ", result " + task.await());
    stage.loop().setTaskFactory(null);
  }
}
