// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Bodies.LONG;
import static io.github.asyncio4j.conformance.stage.Bodies.attemptGroup;
import static io.github.asyncio4j.conformance.stage.Bodies.failing;
import static io.github.asyncio4j.conformance.stage.Bodies.requests;
import static io.github.asyncio4j.conformance.stage.Bodies.yieldOnce;
import static io.github.asyncio4j.conformance.stage.Stage.settle;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Context;
import io.github.asyncio4j.ContextVar;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.TaskGroup;
import io.github.asyncio4j.TaskOptions;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.conformance.stage.Bodies;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Words;
import java.time.Duration;
import java.util.ArrayList;

/// The twins of `conformance/python/eager.py`.
final class EagerScenarios {
  private static final TaskOptions EAGER = TaskOptions.DEFAULT.eagerStart(true);
  private static final Coroutine<Integer> SUCCEED = () -> 1;

  // A new one for each scenario, because all scenarios share the context of the test's thread.
  private final ContextVar<String> value = ContextVar.of("value", "default");

  /// Creates a task that starts at once.
  private static <T> Task<T> eager(Coroutine<T> body) {
    return Asyncio.createTask(body, EAGER);
  }

  private static Task<Void> eager(VoidCoroutine body) {
    return Asyncio.createTask(body, EAGER);
  }

  private static String currentName() {
    return Asyncio.currentTask().getName();
  }

  @Scenario(
      value = {"TK-10", "R-54"},
      task = true)
  void anEagerTaskRunsToItsFirstSuspensionInsideCreateTask(Stage stage) throws Exception {
    Coroutine<Integer> body =
        () -> {
          stage.out("first step");
          yieldOnce();
          stage.out("second step");
          return 1;
        };
    stage.loop().callSoon(() -> stage.out("callback"));
    var task = eager(body);
    stage.out("created, done " + task.done());
    stage.out("result " + task.await());
  }

  @Scenario(
      value = {"TK-10", "R-54"},
      task = true)
  void anEagerTaskThatDoesNotSuspendIsDoneAtOnce(Stage stage) throws Exception {
    Coroutine<Integer> body =
        () -> {
          stage.out("body");
          return 1;
        };
    stage.loop().callSoon(() -> stage.out("callback"));
    var task = eager(body);
    stage.out("done " + task.done() + ", result " + task.result());
    stage.out("awaited " + task.await());
    yieldOnce();
  }

  @Scenario(
      value = {"TK-10", "R-54"},
      task = true)
  void anEagerTaskThatFailsKeepsItsError(Stage stage) {
    var task = eager(failing("boom"));
    stage.out("done " + task.done() + ", exception " + Words.word(task.exception()));
    stage.attempt("awaited", () -> task.await());
  }

  @Scenario(
      value = {"TK-10", "R-54"},
      task = true)
  void theCurrentTaskOfAnEagerStepIsTheNewOne(Stage stage) throws Exception {
    VoidCoroutine inner =
        () -> {
          stage.out("inner " + currentName());
          yieldOnce();
          stage.out("inner again " + currentName());
        };
    VoidCoroutine outer =
        () -> {
          stage.out("outer " + currentName());
          var task = Asyncio.createTask(inner, EAGER.name("the inner one"));
          stage.out("outer still " + currentName());
          task.await();
          stage.out("outer at the end " + currentName());
        };
    Asyncio.currentTask().setName("main");
    var task = Asyncio.createTask(outer, EAGER.name("the outer one"));
    stage.out("after create_task " + currentName());
    task.await();
  }

  @Scenario(
      value = {"TK-10", "R-54", "TK-09"},
      task = true)
  void anEagerTaskIsOneOfAllTasksUntilItIsDone(Stage stage) throws Exception {
    var first = eager(() -> tellAllTasks(stage, false));
    stage.out("done at once " + Asyncio.allTasks().contains(first));
    var second = eager(() -> tellAllTasks(stage, true));
    stage.out("suspended " + Asyncio.allTasks().contains(second));
    second.await();
    stage.out("ended " + Asyncio.allTasks().contains(second));
  }

  private static void tellAllTasks(Stage stage, boolean suspends) {
    stage.out("inside " + Asyncio.allTasks().contains(Asyncio.currentTask()));
    if (suspends) {
      yieldOnce();
    }
  }

  @Scenario(value = "TK-10", task = true)
  void eagerTasksStartInTheOrderOfTheirCallsAndTakeTurnsAfterwards(Stage stage) throws Exception {
    var lazy = Asyncio.createTask(() -> startAndGoOn(stage, "lazy"));
    var first = eager(() -> startAndGoOn(stage, "first"));
    var second = eager(() -> startAndGoOn(stage, "second"));
    stage.out("created");
    Asyncio.gather(lazy, first, second).await();
  }

  private static void startAndGoOn(Stage stage, String name) {
    stage.out(name + " starts");
    yieldOnce();
    stage.out(name + " goes on");
  }

  @Scenario(value = "TK-10", task = true)
  void eagerTasksNestLikeCalls(Stage stage) {
    eager(() -> nest(stage, 1));
    stage.out("created");
  }

  private static void nest(Stage stage, int depth) {
    stage.out("enter " + depth);
    if (depth < 3) {
      eager(() -> nest(stage, depth + 1));
    }
    stage.out("leave " + depth);
  }

  @Scenario(
      value = {"TK-10", "FT-05"},
      task = true)
  void callbacksOfAnEagerTaskThatIsDoneRunInTheNextIteration(Stage stage) {
    var task = eager(SUCCEED);
    task.addDoneCallback(t -> stage.attempt("callback", () -> t.result()));
    stage.out("added");
    yieldOnce();
    stage.out("an iteration later");
  }

  @Scenario(
      value = {"TK-10", "TK-02"},
      task = true)
  void aSuspendedEagerTaskCanBeCancelled(Stage stage) {
    VoidCoroutine body =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } finally {
            stage.out("clean up, requests " + requests());
          }
        };
    var task = eager(body);
    stage.attempt("cancel", () -> task.cancel());
    stage.attempt("done", task::done);
    stage.attempt("awaited", () -> task.await());
  }

  @Scenario(
      value = {"TK-10", "TK-02", "TK-06"},
      task = true)
  void anEagerTaskThatCancelsItselfHearsOfItWhenItSuspends(Stage stage) {
    Coroutine<Integer> body =
        () -> {
          Asyncio.currentTask().cancel();
          stage.out("goes on");
          stage.attempt("sleep", Bodies::yieldOnce);
          return 1;
        };
    Coroutine<Integer> endAtOnce =
        () -> {
          Asyncio.currentTask().cancel();
          return 2;
        };
    var task = eager(body);
    stage.attempt("done", task::done);
    stage.attempt("awaited", () -> task.await());
    var ended = eager(endAtOnce);
    stage.out("done " + ended.done() + ", cancelled " + ended.cancelled());
  }

  @Scenario(value = "TK-10", task = true)
  void aCancelOfTheCreatorIsNotOneOfTheEagerTask(Stage stage) {
    Coroutine<Integer> body =
        () -> {
          stage.out("requests " + requests());
          stage.attempt("sleep", Bodies::yieldOnce);
          return 1;
        };
    Asyncio.currentTask().cancel();
    var task = eager(body);
    stage.attempt("sleep of the creator", Bodies::yieldOnce);
    Asyncio.currentTask().uncancel();
    stage.attempt("task", () -> task.await());
  }

  @Scenario(value = "TK-10", task = true)
  void anEagerTaskMayCancelItsCreator(Stage stage) throws Exception {
    var creator = Asyncio.currentTask();
    Coroutine<Integer> body =
        () -> {
          creator.cancel();
          return 1;
        };
    var task = eager(body);
    stage.out("created, requests " + requests() + ", result " + task.result());
    stage.attempt("sleep", () -> Asyncio.sleep(LONG));
    Asyncio.currentTask().uncancel();
  }

  @Scenario(
      value = {"TK-10", "R-24"},
      task = true)
  void anEagerStepRunsInAContextOfItsOwn(Stage stage) throws Exception {
    VoidCoroutine body =
        () -> {
          stage.out("sees " + value.get());
          value.set("eager");
          yieldOnce();
          stage.out("still has " + value.get());
        };
    value.set("main");
    var task = eager(body);
    stage.out("main has " + value.get());
    value.set("main, later");
    task.await();
    var context = Context.copyContext();
    Asyncio.createTask(body, EAGER.context(context)).await();
    stage.out("left in the given context: " + context.get(value) + ", main has " + value.get());
  }

  @Scenario("TK-10")
  void aLoopThatDoesNotRunStartsNoTaskAtOnce(Stage stage) {
    try (var loop = stage.newLoop()) {
      loop.setTaskFactory(Asyncio.eagerTaskFactory());
      var task = loop.createTask(() -> stage.out("body"));
      stage.out("created, done " + task.done());
      Stage.runBriefly(loop);
      stage.out("done " + task.done());
    }
  }

  @Scenario(
      value = {"TK-10", "EL-32", "TK-11"},
      task = true)
  void theEagerTaskFactoryMakesEveryTaskEager(Stage stage) throws Exception {
    stage.loop().setTaskFactory(Asyncio.eagerTaskFactory());
    stage.attempt("done", Asyncio.createTask(naming(stage, "create_task"))::done);
    stage.attempt("done", stage.loop().createTask(naming(stage, "create_task of the loop"))::done);
    var result = Asyncio.gather(naming(stage, "gathered a"), naming(stage, "gathered b"));
    stage.out("gather done " + result.done() + ", result " + Words.show(result.await()));
    TaskGroup.VoidBody piece =
        group -> stage.attempt("done", group.createTask(naming(stage, "in a group"))::done);
    new TaskGroup().run(piece);
    stage.loop().setTaskFactory(null);
    var task = Asyncio.createTask(naming(stage, "lazy again"));
    stage.attempt("done", task::done);
    task.await();
  }

  private static Coroutine<String> naming(Stage stage, String name) {
    return () -> {
      stage.out(name);
      return name;
    };
  }

  @Scenario(
      value = {"TK-10", "TC-04"},
      task = true)
  void gatherOfTasksThatAreDoneIsDoneAtOnce(Stage stage) {
    Coroutine<Integer> two = () -> 2;
    Coroutine<Integer> fail =
        () -> {
          throw new Boom("boom");
        };
    var good = Asyncio.gather(eager(SUCCEED), eager(two));
    stage.attempt("done", good::done);
    stage.attempt("result", good::result);
    var bad = Asyncio.gather(eager(SUCCEED), eager(fail), Asyncio.createTask(SUCCEED));
    stage.attempt("done", bad::done);
    stage.attempt("result", bad::result);
  }

  @Scenario(
      value = {"TK-10", "TC-01"},
      task = true)
  void anEagerFailureInAGroupCancelsTheBodyAtItsNextSuspension(Stage stage) {
    VoidCoroutine unused = () -> stage.out("not reached");
    stage.loop().setTaskFactory(Asyncio.eagerTaskFactory());
    attemptGroup(
        stage,
        group -> {
          var task = group.createTask(failing("boom"));
          stage.out("created, done " + task.done() + ", requests " + requests());
          stage.attempt("another", () -> group.createTask(unused).done());
          try {
            Asyncio.sleep(LONG);
          } finally {
            stage.out("body cleans up");
          }
        });
    stage.out("requests " + requests());
  }

  @Scenario(
      value = {"TK-10", "TC-01"},
      task = true)
  void aGroupOfEagerTasksThatAreDoneDoesNotSuspend(Stage stage) throws Exception {
    stage.loop().setTaskFactory(Asyncio.eagerTaskFactory());
    stage.loop().callSoon(() -> stage.out("callback"));
    var tasks = new ArrayList<Task<Integer>>();
    new TaskGroup()
        .run(
            group -> {
              for (int i = 0; i < 3; i++) {
                tasks.add(group.createTask(SUCCEED));
              }
            });
    var results = new ArrayList<Integer>();
    for (var task : tasks) {
      results.add(task.result());
    }
    stage.out("left, results " + Words.show(results));
    yieldOnce();
  }

  @Scenario(
      value = {"TK-10", "TC-02"},
      task = true)
  void aTimeoutInAnEagerStepIsTheNewTasksOwn(Stage stage) {
    var task = eager(() -> Asyncio.timeout(Duration.ZERO, Bodies.SLEEP));
    stage.out("done " + task.done());
    stage.attempt("task", () -> task.await());
    stage.out("requests " + requests());
  }

  @Scenario(
      value = {"TK-10", "FT-07"},
      task = true)
  void anEagerTaskCanWaitForItsCreatorToGoOn(Stage stage) throws Exception {
    Future<String> gate = stage.loop().createFuture();
    var task = eager(() -> stage.out("got " + gate.await()));
    gate.setResult("value");
    stage.out("set");
    task.await();
  }

  @Scenario({"TK-10", "EL-10"})
  void eagerTasksOfALoopThatIsStoppedGoOnWhenItRunsAgain(Stage stage) throws Exception {
    VoidCoroutine body =
        () -> {
          stage.out("first step");
          settle(3);
          stage.out("last step");
        };
    try (var loop = stage.newLoop()) {
      loop.callSoon(() -> stage.out("callback"));
      Coroutine<Task<Void>> main = () -> eager(body);
      var task = loop.runUntilComplete(main);
      stage.out("stopped, done " + task.done());
      loop.runUntilComplete(task);
    }
  }
}
