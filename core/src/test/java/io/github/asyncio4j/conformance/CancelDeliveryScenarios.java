// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Bodies.LONG;
import static io.github.asyncio4j.conformance.stage.Bodies.requests;
import static io.github.asyncio4j.conformance.stage.Bodies.sleeping;
import static io.github.asyncio4j.conformance.stage.Bodies.yieldOnce;
import static io.github.asyncio4j.conformance.stage.Stage.settle;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Stage;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicReference;

/// The twins of `conformance/python/cancel_delivery.py`.
final class CancelDeliveryScenarios {
  @Scenario(
      value = {"TK-02", "R-37"},
      task = true)
  void theMessageOfACancelTravelsWithIt(Stage stage) throws Exception {
    VoidCoroutine inner =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } catch (CancelledError e) {
            stage.out("inner " + e.getMessage());
            throw e;
          }
        };
    var task = Asyncio.createTask(inner);
    VoidCoroutine outer =
        () -> {
          try {
            task.await();
          } catch (CancelledError e) {
            stage.out("outer " + e.getMessage());
            throw e;
          }
        };
    var waiter = Asyncio.createTask(outer);
    settle();
    waiter.cancel("reason");
    try {
      waiter.await();
    } catch (CancelledError e) {
      stage.out("main " + e.getMessage());
    }
  }

  @Scenario(
      value = {"TK-02", "TK-05"},
      task = true)
  void ofTwoCancelsBeforeAStepTheFirstMessageCounts(Stage stage) {
    VoidCoroutine body =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } catch (CancelledError e) {
            stage.out("message " + e.getMessage() + ", requests " + requests());
          }
        };
    var task = Asyncio.createTask(body);
    yieldOnce();
    task.cancel("first");
    task.cancel("second");
    stage.attempt("task", () -> task.await());
  }

  @Scenario(
      value = {"TK-02", "R-39"},
      task = true)
  void theMessageOfACancelBeforeTheStartIsKept(Stage stage) throws Exception {
    var task = Asyncio.createTask(() -> stage.out("not reached"));
    task.cancel("too early");
    try {
      task.await();
    } catch (CancelledError e) {
      stage.out("message " + e.getMessage());
    }
  }

  @Scenario(
      value = {"TK-03", "R-38"},
      task = true)
  void aCancelWinsOverAnErrorThatIsReady(Stage stage) {
    Future<Void> gate = stage.loop().createFuture();
    var task = Asyncio.createTask(() -> stage.attempt("gate", () -> gate.await()));
    yieldOnce();
    gate.setException(new Boom("lost"));
    stage.attempt("cancel", () -> task.cancel());
    stage.attempt("task", () -> task.await());
  }

  @Scenario(
      value = {"TK-03", "R-38"},
      task = true)
  void aCancelWinsOverATaskThatHasJustEnded(Stage stage) {
    Coroutine<String> inner =
        () -> {
          yieldOnce();
          return "lost";
        };
    var task = Asyncio.createTask(inner);
    Coroutine<String> outer = () -> task.await();
    var waiter = Asyncio.createTask(outer);
    task.addDoneCallback(t -> stage.attempt("cancel", () -> waiter.cancel()));
    stage.attempt("outer", () -> waiter.await());
    stage.attempt("inner", task::result);
  }

  @Scenario(
      value = {"TK-05", "R-41"},
      task = true)
  void aCancelOfATaskThatYieldsCanBeTakenBack(Stage stage) {
    VoidCoroutine body =
        () -> {
          yieldOnce();
          stage.out("goes on");
        };
    var task = Asyncio.createTask(body);
    yieldOnce();
    stage.attempt("cancel", () -> task.cancel());
    stage.attempt("uncancel", task::uncancel);
    stage.attempt("task", () -> task.await());
  }

  @Scenario(
      value = {"TK-05", "R-41"},
      task = true)
  void aCancelThatHasReachedAFutureCannotBeTakenBack(Stage stage) {
    Future<Void> gate = stage.loop().createFuture();
    VoidCoroutine body =
        () -> {
          stage.attempt("gate", () -> gate.await());
          stage.out("requests " + requests());
        };
    var task = Asyncio.createTask(body);
    yieldOnce();
    stage.attempt("cancel", () -> task.cancel());
    stage.attempt("uncancel", task::uncancel);
    stage.attempt("task", () -> task.await());
  }

  @Scenario(
      value = {"TK-05", "TK-04"},
      task = true)
  void uncancelAfterASwallowedCancelMakesTheTaskAsNew(Stage stage) {
    Coroutine<String> body =
        () -> {
          var me = Asyncio.currentTask();
          for (int i = 0; i < 2; i++) {
            stage.attempt("sleep", () -> Asyncio.sleep(LONG));
            stage.out("requests " + me.cancelling() + ", left " + me.uncancel());
          }
          return "ends";
        };
    var task = Asyncio.createTask(body);
    for (int i = 0; i < 2; i++) {
      settle();
      task.cancel();
    }
    stage.attempt("task", () -> task.await());
  }

  @Scenario(
      value = {"TK-04", "TK-05", "TK-02"},
      task = true)
  void everyCancelIsDeliveredHoweverManyWereSwallowed(Stage stage) {
    VoidCoroutine body =
        () -> {
          for (int turn = 1; turn <= 3; turn++) {
            stage.attempt("sleep " + turn, () -> Asyncio.sleep(LONG));
          }
          Asyncio.sleep(LONG);
        };
    var task = Asyncio.createTask(body);
    for (int i = 0; i < 4; i++) {
      settle();
      task.cancel();
    }
    stage.attempt("task", () -> task.await());
    stage.out("requests " + task.cancelling());
  }

  @Scenario(
      value = {"R-37", "TK-04"},
      task = true)
  void anInnerTaskThatSwallowsACancelSavesThoseWhoAwaitIt(Stage stage) {
    Coroutine<String> inner =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } catch (CancelledError e) {
            return "value";
          }
          return null;
        };
    Coroutine<String> outer = () -> Asyncio.createTask(inner).await();
    var task = Asyncio.createTask(outer);
    settle();
    stage.attempt("cancel", () -> task.cancel());
    stage.attempt("task", () -> task.await());
    stage.out("cancelled " + task.cancelled() + ", requests " + task.cancelling());
  }

  @Scenario(
      value = {"R-37", "TK-06"},
      task = true)
  void anInnerTaskThatAnswersACancelWithAnErrorFailsThoseWhoAwaitIt(Stage stage) {
    VoidCoroutine inner =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } catch (CancelledError e) {
            throw new Boom("clean up");
          }
        };
    VoidCoroutine outer = () -> Asyncio.createTask(inner).await();
    var task = Asyncio.createTask(outer);
    settle();
    task.cancel();
    stage.attempt("task", () -> task.await());
    stage.attempt("cancelled", task::cancelled);
  }

  @Scenario(
      value = {"TK-02", "R-37"},
      task = true)
  void aTaskMayCancelAnotherInItsCleanUp(Stage stage) {
    var firstTask = new AtomicReference<Task<Void>>();
    var secondTask = new AtomicReference<Task<Void>>();
    VoidCoroutine first =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } finally {
            stage.attempt("first cancels second", () -> secondTask.get().cancel());
            stage.attempt("second", () -> secondTask.get().await());
          }
        };
    VoidCoroutine second =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } finally {
            stage.attempt("second cancels first", () -> firstTask.get().cancel());
          }
        };
    firstTask.set(Asyncio.createTask(first));
    secondTask.set(Asyncio.createTask(second));
    settle();
    firstTask.get().cancel();
    stage.attempt("first", () -> firstTask.get().await());
    int firstRequests = firstTask.get().cancelling();
    stage.out("requests " + firstRequests + " " + secondTask.get().cancelling());
  }

  @Scenario(
      value = {"TK-02", "R-36", "R-37"},
      task = true)
  void aCancelledTaskWakesInTheOrderInWhichItWasCancelled(Stage stage) throws Exception {
    var tasks = new ArrayList<Task<Void>>();
    for (String name : new String[] {"a", "b", "c"}) {
      tasks.add(Asyncio.createTask(sleeping(stage, name)));
    }
    settle();
    for (int position : new int[] {2, 0, 1}) {
      tasks.get(position).cancel();
    }
    Asyncio.gatherOutcomes(tasks).await();
  }

  @Scenario(
      value = {"TK-02", "FT-04"},
      task = true)
  void aCancelledFutureIsAnErrorForTheTaskThatWaits(Stage stage) {
    Future<Void> gate = stage.loop().createFuture();
    Coroutine<String> body =
        () -> {
          stage.attempt("gate", () -> gate.await());
          stage.out("requests " + requests());
          yieldOnce();
          return "goes on";
        };
    var task = Asyncio.createTask(body);
    yieldOnce();
    gate.cancel();
    stage.attempt("task", () -> task.await());
  }
}
