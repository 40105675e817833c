// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Bodies.LONG;
import static io.github.asyncio4j.conformance.stage.Bodies.SLEEP;
import static io.github.asyncio4j.conformance.stage.Bodies.attemptGroup;
import static io.github.asyncio4j.conformance.stage.Bodies.failing;
import static io.github.asyncio4j.conformance.stage.Bodies.requests;
import static io.github.asyncio4j.conformance.stage.Bodies.sleeping;
import static io.github.asyncio4j.conformance.stage.Bodies.yieldOnce;
import static io.github.asyncio4j.conformance.stage.Stage.settle;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.KeyboardInterrupt;
import io.github.asyncio4j.SystemExit;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.TaskGroup;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.HardBoom;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Words;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The twins of `conformance/python/task_group.py`.
final class TaskGroupScenarios {
  private static final Coroutine<Integer> SUCCEED = () -> 1;

  @Scenario(value = "TC-01", task = true)
  void aGroupWaitsForItsTasks(Stage stage) throws Exception {
    new TaskGroup()
        .run(
            group -> {
              group.createTask(() -> settleAndEnd(stage, "slow", 3));
              group.createTask(() -> settleAndEnd(stage, "fast", 1));
              stage.out("body ends");
            });
    stage.out("left");
  }

  private static void settleAndEnd(Stage stage, String name, int turns) {
    settle(turns);
    stage.out(name + " ends");
  }

  @Scenario(value = "TC-01", task = true)
  void aGroupWithoutTasksDoesNotSuspend(Stage stage) throws Exception {
    stage.loop().callSoon(() -> stage.out("callback"));
    TaskGroup.VoidBody body = group -> stage.out("body");
    new TaskGroup().run(body);
    stage.out("left");
    yieldOnce();
  }

  @Scenario(value = "TC-01", task = true)
  void aGroupWhoseTasksAreDoneDoesNotSuspend(Stage stage) throws Exception {
    new TaskGroup()
        .run(
            group -> {
              var task = group.createTask(SUCCEED);
              settle();
              stage.out("done " + task.done());
              stage.loop().callSoon(() -> stage.out("callback"));
            });
    stage.out("left");
    yieldOnce();
  }

  @Scenario(
      value = {"TC-01", "FT-02"},
      task = true)
  void theResultsOfAGroupsTasksAreThereWhenItIsLeft(Stage stage) throws Exception {
    var tasks = new ArrayList<Task<Integer>>();
    new TaskGroup()
        .run(
            group -> {
              for (int value = 1; value <= 3; value++) {
                int result = value;
                Coroutine<Integer> body = () -> Asyncio.sleep(Duration.ZERO, result);
                tasks.add(group.createTask(body));
              }
              stage.out("done " + Words.show(tasks.stream().map(Task::done).toList()));
            });
    var results = new ArrayList<Integer>();
    for (var task : tasks) {
      results.add(task.result());
    }
    stage.out("results " + Words.show(results));
  }

  @Scenario(
      value = {"TC-01", "R-43"},
      task = true)
  void aFailingTaskCancelsTheBodyOfItsGroup(Stage stage) {
    attemptGroup(
        stage,
        group -> {
          group.createTask(failing("boom"));
          try {
            Asyncio.sleep(LONG);
          } catch (Throwable t) {
            stage.out("body " + Words.word(t) + ", requests " + requests());
            throw t;
          }
        });
    stage.out("requests " + requests());
    yieldOnce();
    stage.out("goes on");
  }

  @Scenario(
      value = {"TC-01", "R-43"},
      task = true)
  void aFailingTaskCancelsItsSiblingAndTheGroupWaitsForIt(Stage stage) {
    VoidCoroutine slow =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } finally {
            stage.out("clean up starts, requests " + requests());
            settle();
            stage.out("clean up ends");
          }
        };
    var sibling = new ArrayList<Task<?>>();
    attemptGroup(
        stage,
        group -> {
          sibling.add(group.createTask(slow));
          group.createTask(failing("boom"));
          stage.out("body ends");
        });
    boolean cancelled = sibling.getFirst().cancelled();
    stage.out("sibling cancelled " + cancelled + ", requests " + requests());
  }

  @Scenario(value = "TC-01", task = true)
  void aFailingTaskCancelsAllItsSiblings(Stage stage) {
    Future<Void> gate = stage.loop().createFuture();
    VoidCoroutine fail =
        () -> {
          gate.await();
          throw new Boom("boom");
        };
    var tasks = new ArrayList<Task<?>>();
    attemptGroup(
        stage,
        group -> {
          tasks.add(group.createTask(fail));
          for (int i = 0; i < 5; i++) {
            tasks.add(group.createTask(SLEEP));
          }
          settle();
          gate.setResult(null);
        });
    stage.out("cancelled " + Words.show(tasks.stream().map(Task::cancelled).toList()));
  }

  @Scenario(
      value = {"TC-01", "R-39"},
      task = true)
  void aSiblingThatHasNotStartedWhenAnotherFailsNeverRuns(Stage stage) {
    var tasks = new ArrayList<Task<?>>();
    attemptGroup(
        stage,
        group -> {
          group.createTask(failing("boom"));
          // The task fails in this iteration, the group hears of it in the next.
          yieldOnce();
          tasks.add(group.createTask(() -> stage.out("late")));
        });
    stage.out("late cancelled " + tasks.getFirst().cancelled());
  }

  @Scenario(value = "TC-01", task = true)
  void aBodyThatDoesNotSuspendGoesToItsEndThoughATaskFails(Stage stage) {
    attemptGroup(
        stage,
        group -> {
          group.createTask(failing("boom"));
          stage.out("body ends");
        });
    stage.out("requests " + requests());
  }

  @Scenario(value = "TC-01", task = true)
  void aBodyThatSwallowsTheCancelOfItsGroupCanAwaitAgain(Stage stage) {
    attemptGroup(
        stage,
        group -> {
          group.createTask(failing("boom"));
          try {
            Asyncio.sleep(LONG);
          } catch (CancelledError e) {
            stage.out("swallowed, requests " + requests());
          }
          yieldOnce();
          stage.out("awaited, requests " + requests());
        });
    stage.out("requests " + requests());
  }

  @Scenario(value = "TC-01", task = true)
  void theErrorOfTheBodyIsGroupedEvenWhenItIsAlone(Stage stage) {
    var task = new ArrayList<Task<?>>();
    attemptGroup(
        stage,
        group -> {
          task.add(group.createTask(SUCCEED));
          throw new Boom("body");
        });
    boolean cancelled = task.getFirst().cancelled();
    stage.out("task that had not started cancelled " + cancelled + ", requests " + requests());
  }

  @Scenario(value = "TC-01", task = true)
  void anErrorOfTheBodyCancelsTheTasks(Stage stage) {
    attemptGroup(
        stage,
        group -> {
          group.createTask(sleeping(stage, "task"));
          yieldOnce();
          throw new Boom("body");
        });
  }

  @Scenario(
      value = {"TC-01", "R-43"},
      task = true)
  void theErrorOfTheBodyComesAfterThoseOfTheTasks(Stage stage) {
    attemptGroup(
        stage,
        group -> {
          group.createTask(failing("task"));
          sleepAndAnswer(new Boom("body"));
        });
    stage.out("requests " + requests());
  }

  /// Sleeps, and answers a cancel with an exception.
  private static void sleepAndAnswer(RuntimeException answer) {
    try {
      Asyncio.sleep(LONG);
    } catch (CancelledError e) {
      throw answer;
    }
  }

  @Scenario(value = "TC-01", task = true)
  void errorsOfTasksAreGroupedInTheOrderInWhichTheyEnded(Stage stage) {
    attemptGroup(
        stage,
        group -> {
          group.createTask(() -> sleepAndAnswer(new Boom("clean up")));
          group.createTask(settleAndFail("a"));
          group.createTask(settleAndFail("b"));
        });
  }

  private static VoidCoroutine settleAndFail(String name) {
    return () -> {
      settle(2);
      throw new Boom(name);
    };
  }

  @Scenario(value = "TC-01", task = true)
  void aCancelledTaskIsNoErrorOfItsGroup(Stage stage) throws Exception {
    VoidCoroutine throwCancelled =
        () -> {
          throw new CancelledError();
        };
    var tasks = new ArrayList<Task<?>>();
    new TaskGroup()
        .run(
            group -> {
              tasks.add(group.createTask(SLEEP));
              tasks.add(group.createTask(throwCancelled));
              tasks.add(group.createTask(() -> settle(10)));
              yieldOnce();
              tasks.getFirst().cancel();
            });
    List<Boolean> cancelled = tasks.stream().map(Task::cancelled).toList();
    stage.out("left, cancelled " + Words.show(cancelled));
  }

  @Scenario(
      value = {"TC-01", "TK-04"},
      task = true)
  void aSiblingThatSwallowsTheCancelGoesToItsEnd(Stage stage) {
    Coroutine<String> stubborn =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } catch (CancelledError e) {
            stage.out("swallowed");
          }
          settle();
          return "finished";
        };
    var task = new ArrayList<Task<?>>();
    attemptGroup(
        stage,
        group -> {
          task.add(group.createTask(stubborn));
          group.createTask(failing("boom"));
        });
    stage.attempt("stubborn", () -> task.getFirst().result());
  }

  @Scenario(
      value = {"TC-01", "TK-06"},
      task = true)
  void anyThrowableOfATaskIsGrouped(Stage stage) {
    VoidCoroutine fail =
        () -> {
          throw new HardBoom("hard boom");
        };
    attemptGroup(stage, group -> group.createTask(fail));
  }

  @Scenario(value = "TC-01", task = true)
  void aKeyboardInterruptOfTheBodyIsNotGrouped(Stage stage) {
    attemptGroup(
        stage,
        group -> {
          group.createTask(sleeping(stage, "task"));
          yieldOnce();
          throw new KeyboardInterrupt();
        });
    stage.out("requests " + requests());
  }

  @Scenario(value = "TC-01", task = true)
  void aSystemExitOfTheBodyWinsOverTheErrorsOfTheTasks(Stage stage) {
    var task = new ArrayList<Task<?>>();
    attemptGroup(
        stage,
        group -> {
          task.add(group.createTask(failing("task")));
          try {
            Asyncio.sleep(LONG);
          } catch (CancelledError e) {
            throw new SystemExit(3);
          }
        });
    stage.attempt("task", () -> task.getFirst().exception());
  }

  @Scenario({"TC-01", "TK-06"})
  void aKeyboardInterruptOfATaskEndsTheRunAndLeavesTheGroupBare(Stage stage) {
    VoidCoroutine interrupt =
        () -> {
          throw new KeyboardInterrupt();
        };
    Coroutine<String> main =
        () -> {
          attemptGroup(
              stage,
              group -> {
                group.createTask(sleeping(stage, "sibling"));
                group.createTask(interrupt);
              });
          return "main ends";
        };
    try (var loop = stage.newLoop()) {
      var task = loop.createTask(main);
      stage.attempt("run", () -> loop.runUntilComplete(task));
      stage.out("main done " + task.done());
      stage.attempt("run again", () -> loop.runUntilComplete(task));
    }
  }

  @Scenario(value = "TC-01", task = true)
  void aTaskMayCreateMoreTasksInItsGroupWhileTheGroupWaits(Stage stage) throws Exception {
    TaskGroup.VoidBody body = group -> group.createTask(() -> goDown(stage, group, 1));
    new TaskGroup().run(body);
    stage.out("left");
  }

  private static void goDown(Stage stage, TaskGroup group, int depth) {
    stage.out("depth " + depth);
    yieldOnce();
    if (depth < 3) {
      group.createTask(() -> goDown(stage, group, depth + 1));
    }
  }

  @Scenario(value = "TC-01", task = true)
  void createTaskIsRefusedOutsideOfTheGroup(Stage stage) throws Exception {
    var group = new TaskGroup();
    stage.attempt("before", () -> group.createTask(SUCCEED).done());
    TaskGroup.VoidBody body =
        entered -> stage.attempt("inside", () -> entered.createTask(SUCCEED).done());
    group.run(body);
    stage.attempt("after", () -> group.createTask(SUCCEED).done());
  }

  @Scenario(
      value = {"TC-01", "R-44"},
      task = true)
  void createTaskIsRefusedWhileTheGroupShutsDown(Stage stage) {
    VoidCoroutine refused = () -> stage.out("not reached");
    attemptGroup(
        stage,
        group -> {
          VoidCoroutine slow =
              () -> {
                try {
                  Asyncio.sleep(LONG);
                } finally {
                  stage.attempt("in clean up", () -> group.createTask(refused).done());
                }
              };
          group.createTask(slow);
          group.createTask(failing("boom"));
          try {
            Asyncio.sleep(LONG);
          } finally {
            stage.attempt("in the body", () -> group.createTask(refused).done());
          }
        });
  }

  @Scenario(value = "TC-01", task = true)
  void aGroupCanBeEnteredOnce(Stage stage) {
    TaskGroup.VoidBody body = entered -> stage.out("body");
    var group = new TaskGroup();
    stage.attempt("first", () -> group.run(body));
    stage.attempt("second", () -> group.run(body));
  }

  @Scenario("TC-01")
  void aGroupCanBeEnteredInATaskOnly(Stage stage) {
    TaskGroup.VoidBody body = group -> stage.out("not reached");
    try (var loop = stage.newLoop()) {
      loop.callSoon(() -> stage.attempt("callback", () -> new TaskGroup().run(body)));
      Stage.runBriefly(loop);
    }
    stage.attempt("no loop", () -> new TaskGroup().run(body));
  }

  @Scenario(
      value = {"TC-01", "R-53"},
      task = true)
  void aTaskOfAGroupCanBeGivenAName(Stage stage) throws Exception {
    VoidCoroutine body = () -> stage.out("name " + Asyncio.currentTask().getName());
    TaskGroup.VoidBody piece = group -> group.createTask(body, "worker");
    new TaskGroup().run(piece);
  }

  @Scenario(value = "TC-01", task = true)
  void theErrorOfATaskCanStillBeHadFromTheTask(Stage stage) {
    var task = new ArrayList<Task<?>>();
    attemptGroup(
        stage,
        group -> {
          task.add(group.createTask(failing("boom")));
          stage.attempt("inside", () -> task.getFirst().await());
        });
    stage.attempt("afterwards", () -> task.getFirst().result());
  }

  @Scenario(value = "TC-01", task = true)
  void aGroupInAGroupFailsAsOneError(Stage stage) {
    TaskGroup.VoidBody innerBody =
        group -> {
          group.createTask(failing("inner a"));
          group.createTask(failing("inner b"));
        };
    attemptGroup(
        stage,
        group -> {
          group.createTask(() -> new TaskGroup().run(innerBody));
          group.createTask(sleeping(stage, "outer task"));
        });
  }

  @Scenario(
      value = {"TC-01", "R-43"},
      task = true)
  void theFailureOfAnInnerGroupCanBeHandledInTheOuterOne(Stage stage) throws Exception {
    TaskGroup.VoidBody innerBody =
        group -> {
          group.createTask(failing("inner"));
          Asyncio.sleep(LONG);
        };
    var tasks = new ArrayList<Task<?>>();
    new TaskGroup()
        .run(
            group -> {
              tasks.add(group.createTask(() -> settle(20)));
              stage.attempt("inner", () -> new TaskGroup().run(innerBody));
              stage.out("task done " + tasks.getFirst().done() + ", requests " + requests());
            });
    stage.out("left, task cancelled " + tasks.getFirst().cancelled());
  }

  @Scenario(
      value = {"TC-01", "R-43"},
      task = true)
  void aFailingTaskOfTheOuterGroupCancelsTheInnerOne(Stage stage) {
    Future<Void> gate = stage.loop().createFuture();
    TaskGroup.VoidBody innerBody =
        group -> {
          group.createTask(sleeping(stage, "inner task"));
          yieldOnce();
          gate.setResult(null);
          Asyncio.sleep(LONG);
        };
    TaskGroup.VoidBody outerBody =
        group -> {
          group.createTask(awaitAndFail(gate, "outer"));
          stage.attempt("inner", () -> new TaskGroup().run(innerBody));
          stage.out("requests " + requests());
        };
    stage.attempt("outer", () -> new TaskGroup().run(outerBody));
    stage.out("requests " + requests());
  }

  private static VoidCoroutine awaitAndFail(Future<Void> gate, String name) {
    return () -> {
      gate.await();
      throw new Boom(name);
    };
  }

  @Scenario(
      value = {"TC-01", "R-43"},
      task = true)
  void twoNestedGroupsThatFailTogetherAreBothTold(Stage stage) {
    Future<Void> gate = stage.loop().createFuture();
    TaskGroup.VoidBody innerBody =
        group -> {
          group.createTask(awaitAndFail(gate, "inner"));
          yieldOnce();
          gate.setResult(null);
          try {
            Asyncio.sleep(LONG);
          } finally {
            stage.out("inner body, requests " + requests());
          }
        };
    TaskGroup.VoidBody outerBody =
        group -> {
          group.createTask(awaitAndFail(gate, "outer"));
          yieldOnce();
          try {
            new TaskGroup().run(innerBody);
          } catch (Throwable t) {
            stage.out("inner " + Words.word(t) + ", requests " + requests());
            throw t;
          }
        };
    stage.attempt("outer", () -> new TaskGroup().run(outerBody));
    stage.out("requests " + requests());
    yieldOnce();
    stage.out("goes on");
  }
}
