// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Bodies.LONG;
import static io.github.asyncio4j.conformance.stage.Bodies.SHORT;
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
import io.github.asyncio4j.Task;
import io.github.asyncio4j.TaskGroup;
import io.github.asyncio4j.Timeout;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.conformance.stage.Bodies;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Words;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicReference;

/// The twins of `conformance/python/task_group_cancel.py`.
final class TaskGroupCancelScenarios {
  private static Task<Void> start(TaskGroup.VoidBody body) {
    VoidCoroutine piece = () -> new TaskGroup().run(body);
    return Asyncio.createTask(piece);
  }

  @Scenario(
      value = {"TC-01", "R-43", "R-37"},
      task = true)
  void aCancelOfTheBodyOfAGroupCancelsItsTasks(Stage stage) {
    var task =
        start(
            group -> {
              group.createTask(sleeping(stage, "child"));
              try {
                Asyncio.sleep(LONG);
              } finally {
                stage.out("body cleans up");
              }
            });
    settle();
    task.cancel();
    stage.attempt("task", () -> task.await());
    stage.out("cancelled " + task.cancelled() + ", requests " + task.cancelling());
  }

  @Scenario(
      value = {"TC-01", "R-43", "R-37"},
      task = true)
  void aCancelOfAGroupThatWaitsCancelsItsTasksAndWaitsForThem(Stage stage) {
    VoidCoroutine child =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } finally {
            stage.out("clean up starts");
            settle();
            stage.out("clean up ends");
          }
        };
    var task =
        start(
            group -> {
              group.createTask(child);
              stage.out("body ends");
            });
    settle();
    task.cancel();
    stage.attempt("task", () -> task.await());
    stage.out("cancelled " + task.cancelled() + ", requests " + task.cancelling());
  }

  @Scenario(
      value = {"TC-01", "R-43"},
      task = true)
  void aSecondCancelDoesNotEndTheWaitOfAGroup(Stage stage) {
    Future<Void> gate = stage.loop().createFuture();
    VoidCoroutine child =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } finally {
            gate.await();
            stage.out("clean up ends, requests " + requests());
          }
        };
    var task = start(group -> group.createTask(child));
    for (int i = 0; i < 3; i++) {
      settle();
      task.cancel();
    }
    settle();
    stage.out("done " + task.done() + ", requests " + task.cancelling());
    gate.setResult(null);
    stage.attempt("task", () -> task.await());
  }

  @Scenario(
      value = {"R-42", "TC-01"},
      task = true)
  void aCancelAndAnErrorTogetherRaiseTheGroupAndCancelTheNextAwait(Stage stage) {
    VoidCoroutine child = () -> sleepAndAnswer(new Boom("clean up"));
    Coroutine<String> body =
        () -> {
          attemptGroup(stage, group -> group.createTask(child));
          stage.out("requests " + requests());
          stage.attempt("next await", Bodies::yieldOnce);
          stage.attempt("the one after it", Bodies::yieldOnce);
          return "ends";
        };
    var task = Asyncio.createTask(body);
    settle();
    task.cancel();
    stage.attempt("task", () -> task.await());
  }

  /// Sleeps, and answers a cancel with an exception.
  private static void sleepAndAnswer(RuntimeException answer) {
    try {
      Asyncio.sleep(LONG);
    } catch (CancelledError e) {
      throw answer;
    }
  }

  @Scenario(
      value = {"R-42", "R-43", "TC-01"},
      task = true)
  void aCancelOfAGroupThatShutsDownIsKeptForTheNextAwait(Stage stage) {
    Future<Void> gate = stage.loop().createFuture();
    VoidCoroutine child =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } finally {
            gate.await();
          }
        };
    VoidCoroutine body =
        () -> {
          attemptGroup(
              stage,
              group -> {
                group.createTask(child);
                group.createTask(failing("boom"));
              });
          stage.out("requests " + requests());
          stage.attempt("next await", Bodies::yieldOnce);
        };
    var task = Asyncio.createTask(body);
    settle();
    stage.out("requests of the group " + task.cancelling());
    task.cancel();
    settle();
    stage.out("with the cancel " + task.cancelling());
    gate.setResult(null);
    stage.attempt("task", () -> task.await());
  }

  @Scenario(
      value = {"R-42", "TC-01"},
      task = true)
  void aBodyThatAnswersACancelWithAnErrorIsGroupedAndStaysCancelled(Stage stage) {
    VoidCoroutine body =
        () -> {
          attemptGroup(stage, group -> sleepAndAnswer(new Boom("body")));
          stage.out("requests " + requests());
          stage.attempt("next await", Bodies::yieldOnce);
        };
    var task = Asyncio.createTask(body);
    settle();
    task.cancel();
    stage.attempt("task", () -> task.await());
  }

  @Scenario(
      value = {"TC-01", "R-39"},
      task = true)
  void aCancelFromBeforeTheGroupIsDeliveredAtItsFirstSuspension(Stage stage) {
    var tasks = new ArrayList<Task<?>>();
    TaskGroup.VoidBody piece =
        group -> {
          tasks.add(group.createTask(() -> stage.out("child runs")));
          stage.out("body ends");
        };
    VoidCoroutine body =
        () -> {
          Asyncio.currentTask().cancel();
          new TaskGroup().run(piece);
        };
    var task = Asyncio.createTask(body);
    stage.attempt("task", () -> task.await());
    var child = tasks.getFirst();
    stage.out("child done " + child.done() + ", cancelled " + child.cancelled());
  }

  @Scenario(
      value = {"TC-01", "TK-04"},
      task = true)
  void aCancelledGroupIsCancelledThoughItsTasksSwallowIt(Stage stage) {
    var task = start(group -> group.createTask(() -> sleepAndSwallow(stage)));
    settle();
    task.cancel();
    stage.attempt("task", () -> task.await());
  }

  private static void sleepAndSwallow(Stage stage) {
    try {
      Asyncio.sleep(LONG);
    } catch (CancelledError e) {
      stage.out("swallowed");
    }
  }

  @Scenario(
      value = {"TC-01", "TK-04"},
      task = true)
  void aBodyThatSwallowsACancelLeavesItsGroupAsItIs(Stage stage) {
    Future<Void> gate = stage.loop().createFuture();
    VoidCoroutine child =
        () -> {
          gate.await();
          stage.out("child ends");
        };
    TaskGroup.VoidBody piece =
        group -> {
          group.createTask(child);
          sleepAndSwallow(stage);
          gate.setResult(null);
        };
    VoidCoroutine body =
        () -> {
          new TaskGroup().run(piece);
          stage.out("left, requests " + requests());
        };
    var task = Asyncio.createTask(body);
    settle();
    task.cancel();
    stage.attempt("task", () -> task.await());
  }

  @Scenario(
      value = {"TC-01", "R-38"},
      task = true)
  void aCancelThatComesWithTheEndOfTheLastTaskIsNotLost(Stage stage) {
    VoidCoroutine child =
        () -> {
          yieldOnce();
          stage.out("child ends");
        };
    var task =
        start(
            group -> {
              var me = Asyncio.currentTask();
              group.createTask(child).addDoneCallback(t -> me.cancel());
            });
    stage.attempt("task", () -> task.await());
    stage.out("requests " + task.cancelling());
  }

  @Scenario(
      value = {"TC-01", "R-37"},
      task = true)
  void aTaskOfAGroupMayCancelTheTaskThatWaits(Stage stage) {
    var task =
        start(
            group -> {
              var parent = Asyncio.currentTask();
              VoidCoroutine child =
                  () -> {
                    parent.cancel();
                    try {
                      Asyncio.sleep(LONG);
                    } finally {
                      stage.out("child cleans up");
                    }
                  };
              group.createTask(child);
            });
    stage.attempt("task", () -> task.await());
    stage.out("requests " + task.cancelling());
  }

  @Scenario(
      value = {"TC-01", "R-37"},
      task = true)
  void aCancelGoesThroughNestedGroupsAndComesOutAgain(Stage stage) {
    TaskGroup.VoidBody inner = group -> group.createTask(sleeping(stage, "innermost task"));
    VoidCoroutine middle =
        () -> {
          try {
            new TaskGroup().run(inner);
          } catch (Throwable t) {
            stage.out("middle " + Words.word(t));
            throw t;
          }
        };
    var task = start(group -> group.createTask(middle));
    settle();
    task.cancel();
    stage.attempt("task", () -> task.await());
  }

  @Scenario(
      value = {"TC-01", "TC-02"},
      task = true)
  void aTimeoutAroundAGroupCancelsItsTasks(Stage stage) {
    TaskGroup.VoidBody piece =
        group -> {
          group.createTask(sleeping(stage, "child"));
          // So that the child has started when the deadline is handled.
          yieldOnce();
        };
    TaskGroup.VoidBody inTime = group -> group.createTask(sleeping(stage, "child"));
    VoidCoroutine first = () -> new TaskGroup().run(piece);
    VoidCoroutine second = () -> new TaskGroup().run(inTime);
    stage.attempt("at once", () -> Asyncio.timeout(Duration.ZERO, first));
    stage.attempt("later", () -> Asyncio.timeout(SHORT, second));
    stage.out("requests " + requests());
  }

  @Scenario(
      value = {"TC-01", "TC-02", "R-42"},
      task = true)
  void anErrorOfATaskAtTheDeadlineIsNotHiddenByTheTimeout(Stage stage) {
    TaskGroup.VoidBody piece =
        group -> group.createTask(() -> sleepAndAnswer(new Boom("clean up")));
    Timeout.Body<Void> body =
        timeout -> {
          try {
            new TaskGroup().run(piece);
          } catch (Throwable t) {
            stage.out(
                "group "
                    + Words.word(t)
                    + ", requests "
                    + requests()
                    + ", expired "
                    + timeout.expired());
            throw t;
          }
          return null;
        };
    stage.attempt("body", () -> Asyncio.timeout(SHORT, body));
    stage.out("requests " + requests());
    stage.attempt("next await", Bodies::yieldOnce);
  }

  @Scenario(
      value = {"TC-01", "TC-02"},
      task = true)
  void aTimeoutInsideAGroupIsAnErrorOfItsTask(Stage stage) {
    VoidCoroutine late = () -> Asyncio.timeout(Duration.ZERO, Bodies.SLEEP);
    attemptGroup(
        stage,
        group -> {
          group.createTask(late);
          group.createTask(sleeping(stage, "sibling"));
        });
  }

  @Scenario(
      value = {"TC-01", "TC-02", "R-43"},
      task = true)
  void aFailingTaskDoesNotMakeATimeoutInTheBodyExpire(Stage stage) {
    var current = new AtomicReference<Timeout>();
    Timeout.Body<Void> piece =
        timeout -> {
          current.set(timeout);
          Asyncio.sleep(LONG);
          return null;
        };
    attemptGroup(
        stage,
        group -> {
          group.createTask(failing("boom"));
          try {
            Asyncio.timeout(LONG, piece);
          } catch (Throwable t) {
            stage.out("body " + Words.word(t) + ", expired " + current.get().expired());
            throw t;
          }
        });
  }

  @Scenario(
      value = {"TC-01", "TC-07"},
      task = true)
  void aShieldedTaskOutlivesTheGroupThatWaitsForIt(Stage stage) {
    Future<Void> gate = stage.loop().createFuture();
    Coroutine<String> work =
        () -> {
          gate.await();
          return "worked";
        };
    var worker = Asyncio.createTask(work);
    VoidCoroutine child = () -> Asyncio.shield(worker).await();
    attemptGroup(
        stage,
        group -> {
          group.createTask(child);
          group.createTask(failing("boom"));
        });
    stage.attempt("worker done", worker::done);
    gate.setResult(null);
    stage.attempt("worker", () -> worker.await());
  }
}
