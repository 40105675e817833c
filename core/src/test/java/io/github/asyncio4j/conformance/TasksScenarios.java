// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Stage.runBriefly;
import static io.github.asyncio4j.conformance.stage.Stage.settle;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.SystemExit;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.VoidCallable;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.conformance.stage.Bodies;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.HardBoom;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/// The twins of `conformance/python/tasks.py`.
final class TasksScenarios {
  private static final VoidCoroutine NOTHING = () -> {};
  private static final Coroutine<String> OWN_NAME = () -> Asyncio.currentTask().getName();

  @Scenario(
      value = {"TK-01", "R-01"},
      task = true)
  void aTaskStartsInTheNextIteration(Stage stage) throws Exception {
    var loop = stage.loop();
    VoidCoroutine body =
        () -> {
          stage.out("body");
          loop.callSoon(() -> stage.out("queued by the body"));
        };
    loop.callSoon(() -> stage.out("queued before"));
    var task = loop.createTask(body);
    loop.callSoon(() -> stage.out("queued after"));
    stage.out("created");
    task.await();
    stage.out("awaited");
  }

  @Scenario(
      value = {"R-36", "TC-08"},
      task = true)
  void sleepZeroLetsEverythingQueuedRunOnce(Stage stage) {
    var loop = stage.loop();
    loop.callSoon(
        () -> {
          stage.out("callback");
          loop.callSoon(() -> stage.out("queued by the callback"));
        });
    stage.out("before");
    Asyncio.sleep(Duration.ZERO);
    stage.out("after the first");
    Asyncio.sleep(Duration.ZERO);
    stage.out("after the second");
  }

  @Scenario(
      value = {"R-36", "TC-08", "R-01"},
      task = true)
  void tasksThatYieldTakeTurns(Stage stage) throws Exception {
    List<Task<String>> tasks =
        Stream.of("a", "b").map(name -> Asyncio.createTask(takeTurns(stage, name))).toList();
    stage.out("created");
    for (var task : tasks) {
      stage.out("result " + task.await());
    }
  }

  private static Coroutine<String> takeTurns(Stage stage, String name) {
    return () -> {
      for (int turn = 1; turn < 4; turn++) {
        stage.out(name + " " + turn);
        Asyncio.sleep(Duration.ZERO);
      }
      return name;
    };
  }

  @Scenario(
      value = {"TC-08", "EL-22"},
      task = true)
  void sleepersWakeInTheOrderOfTheirDelays(Stage stage) throws Exception {
    // Started in this order, so that their deadlines keep it however late they start.
    Asyncio.gather(
            sleeper(stage, "short", 10), sleeper(stage, "middle", 20), sleeper(stage, "long", 30))
        .await();
    stage.attempt("negative delay", () -> Asyncio.sleep(Duration.ofSeconds(-1)));
  }

  private static Coroutine<Void> sleeper(Stage stage, String name, int delayMillis) {
    return () -> {
      Asyncio.sleep(Duration.ofMillis(delayMillis));
      stage.out(name);
      return null;
    };
  }

  @Scenario(
      value = {"TK-01", "FT-02", "FT-05"},
      task = true)
  void aTaskHasTheResultOrTheErrorOfItsBody(Stage stage) {
    VoidCoroutine fail =
        () -> {
          throw new Boom("boom");
        };
    var good = Asyncio.createTask(() -> 42);
    var bad = Asyncio.createTask(fail);
    stage.attempt("result too early", good::result);
    stage.attempt("exception too early", bad::exception);
    good.addDoneCallback(task -> stage.out("callback " + FuturesScenarios.resultOf(task)));
    stage.attempt("good", () -> good.await());
    stage.attempt("bad", () -> bad.await());
    stage.attempt("good result", good::result);
    stage.attempt("bad result", bad::result);
    stage.attempt("bad exception", bad::exception);
    stage.attempt("bad cancelled", bad::cancelled);
  }

  @Scenario(value = "TK-06", task = true)
  void anyThrowableOfABodyIsKeptForTheOneWhoAwaits(Stage stage) {
    VoidCoroutine fail =
        () -> {
          throw new HardBoom("hard boom");
        };
    var task = Asyncio.createTask(fail);
    stage.attempt("awaited", () -> task.await());
    stage.attempt("exception", task::exception);
    stage.out("the loop goes on");
  }

  @Scenario(value = "TK-06", task = true)
  void aBodyThatThrowsCancelledIsCancelledWithoutARequest(Stage stage) {
    VoidCoroutine body =
        () -> {
          throw new CancelledError();
        };
    var task = Asyncio.createTask(body);
    stage.attempt("awaited", () -> task.await());
    stage.attempt("cancelled", task::cancelled);
    stage.attempt("requests", task::cancelling);
    stage.out("requests to the one who awaited: " + Asyncio.currentTask().cancelling());
  }

  @Scenario(
      value = {"TK-06", "TK-02"},
      task = true)
  void aBodyThatEndsBeforeAPendingCancelIsDeliveredIsCancelled(Stage stage) {
    Coroutine<String> body =
        () -> {
          stage.attempt("cancel itself", () -> Asyncio.currentTask().cancel());
          return "lost";
        };
    var task = Asyncio.createTask(body);
    stage.attempt("awaited", () -> task.await());
    stage.attempt("cancelled", task::cancelled);
  }

  @Scenario(
      value = {"R-37", "TK-06", "FT-07"},
      task = true)
  void anErrorTravelsThroughAChainOfTasks(Stage stage) {
    VoidCoroutine inner =
        () -> {
          Asyncio.sleep(Duration.ZERO);
          throw new Boom("boom");
        };
    VoidCoroutine middle =
        () -> {
          try {
            Asyncio.createTask(inner).await();
          } finally {
            stage.out("middle cleans up");
          }
        };
    Coroutine<String> outer =
        () -> {
          try {
            Asyncio.createTask(middle).await();
          } catch (Boom e) {
            stage.out("outer caught " + e.getMessage());
            return "recovered";
          }
          return null;
        };
    stage.attempt("chain", () -> Asyncio.createTask(outer).await());
  }

  @Scenario(
      value = {"R-53", "TK-01", "EL-31"},
      task = true)
  void tasksHaveNames(Stage stage) throws Exception {
    var named = Asyncio.createTask(OWN_NAME, "worker");
    stage.out("given " + named.getName() + ", inside " + named.await());
    var renamed = Asyncio.createTask(OWN_NAME);
    renamed.setName("renamed");
    stage.out("set " + renamed.getName() + ", inside " + renamed.await());
    var unnamed = Asyncio.createTask(OWN_NAME);
    stage.out("default starts with Task-: " + unnamed.getName().startsWith("Task-"));
    unnamed.await();
  }

  @Scenario(value = "R-53", task = true)
  void onlyTasksWithoutANameTakeANumber(Stage stage) throws Exception {
    var first = Asyncio.createTask(NOTHING);
    var named = Asyncio.createTask(NOTHING, "worker");
    var second = Asyncio.createTask(NOTHING);
    stage.out("difference " + (numberOf(second) - numberOf(first)));
    Asyncio.gather(first, named, second).await();
  }

  private static long numberOf(Task<?> task) {
    return Long.parseLong(task.getName().substring("Task-".length()));
  }

  @Scenario("TK-09")
  void theCurrentTaskIsKnownInsideTasksOnly(Stage stage) throws Exception {
    try (var loop = stage.newLoop()) {
      stage.attempt("no loop runs", () -> Asyncio.currentTask());
      stage.attempt("given loop", () -> Asyncio.currentTask(loop));
      var task = new AtomicReference<Task<?>>();
      VoidCoroutine body =
          () -> {
            loop.callSoon(() -> stage.attempt("callback", () -> Asyncio.currentTask()));
            stage.out("before a suspension: " + (Asyncio.currentTask() == task.get()));
            Asyncio.sleep(Duration.ZERO);
            stage.out("after a suspension: " + (Asyncio.currentTask() == task.get()));
          };
      task.set(loop.createTask(body));
      loop.runUntilComplete(task.get());
    }
  }

  @Scenario(value = "TK-09", task = true)
  void allTasksAreThoseThatAreNotDone(Stage stage) throws Exception {
    Future<Void> gate = stage.loop().createFuture();
    VoidCoroutine wait = gate::await;
    var main = Asyncio.currentTask();
    var tasks = List.of(wait, wait, wait).stream().map(Asyncio::createTask).toList();
    stage.out("started " + Asyncio.allTasks().size());
    stage.out("main is one of them: " + Asyncio.allTasks().contains(main));
    tasks.getFirst().cancel();
    Asyncio.sleep(Duration.ZERO);
    stage.out("after a cancel " + Asyncio.allTasks().size());
    gate.setResult(null);
    Asyncio.gather(tasks.subList(1, 3)).await();
    stage.out("at the end " + Asyncio.allTasks().size());
  }

  @Scenario("TK-09")
  void allTasksWithoutARunningLoopNeedsALoop(Stage stage) throws Exception {
    try (var loop = stage.newLoop();
        var other = stage.newLoop()) {
      var task = loop.createTask(NOTHING);
      stage.attempt("no loop", () -> Asyncio.allTasks().size());
      stage.attempt("its loop", () -> Asyncio.allTasks(loop).size());
      stage.attempt("another loop", () -> Asyncio.allTasks(other).size());
      loop.runUntilComplete(task);
      stage.attempt("after the run", () -> Asyncio.allTasks(loop).size());
    }
  }

  @Scenario({"TK-01", "EL-31"})
  void createTaskOutsideOfALoopIsRefused(Stage stage) {
    VoidCoroutine body = () -> stage.out("body");
    stage.attempt("create_task", () -> Asyncio.createTask(body));
    stage.attempt("in a thread", () -> Threads.inThread(() -> Asyncio.createTask(body)));
    try (var loop = stage.newLoop()) {
      var task = loop.createTask(body);
      stage.out("the loop's own method works before it runs");
      runBriefly(loop);
      stage.attempt("done", task::done);
    }
  }

  @Scenario(
      value = {"FT-07", "TK-01", "R-33"},
      task = true)
  void awaitingAFinishedTaskDoesNotSuspend(Stage stage) throws Exception {
    var task = Asyncio.createTask(() -> 1);
    task.await();
    stage.loop().callSoon(() -> stage.out("callback"));
    stage.out("awaited " + task.await());
    Asyncio.sleep(Duration.ZERO);
  }

  @Scenario(
      value = {"R-36", "R-03", "TC-08"},
      task = true)
  void aTaskThatYieldsDoesNotStarveATimer(Stage stage) {
    var loop = stage.loop();
    Future<Void> fired = loop.createFuture();
    loop.callLater(Duration.ofMillis(10), () -> fired.setResult(null));
    while (!fired.done()) {
      Asyncio.sleep(Duration.ZERO);
    }
    stage.out("timer fired");
  }

  @Scenario(value = "TK-01", task = true)
  void onlyItsBodyCompletesATask(Stage stage) {
    Coroutine<Integer> body = () -> 1;
    var task = Asyncio.createTask(body);
    stage.attempt("set_result", () -> task.setResult(2));
    stage.attempt("set_exception", () -> task.setException(new Boom("boom")));
    stage.attempt("task", () -> task.await());
  }

  @Scenario(
      value = {"TK-01", "R-33"},
      task = true)
  void allWhoAwaitATaskWakeInTheOrderTheyCame(Stage stage) throws Exception {
    Coroutine<String> work =
        () -> {
          settle();
          return "result";
        };
    var worker = Asyncio.createTask(work);
    var waiters = new ArrayList<Task<Void>>();
    for (String name : new String[] {"a", "b", "c"}) {
      waiters.add(Asyncio.createTask(() -> stage.attempt(name, () -> worker.await())));
    }
    Asyncio.gather(waiters).await();
  }

  @Scenario(
      value = {"R-33", "TK-01"},
      task = true)
  void theEndOfATaskIsSeenOneIterationLater(Stage stage) throws Exception {
    VoidCoroutine work =
        () -> {
          Asyncio.sleep(Duration.ZERO);
          stage.out("work ends");
          stage.loop().callSoon(() -> stage.out("queued by the work"));
        };
    var worker = Asyncio.createTask(work);
    VoidCoroutine wait =
        () -> {
          worker.await();
          stage.out("waiter");
        };
    var waiter = Asyncio.createTask(wait);
    worker.addDoneCallback(t -> stage.out("callback"));
    waiter.await();
  }

  @Scenario({"R-55", "TC-04", "FT-07"})
  void gatherKeepsToOneLoop(Stage stage) {
    try (var loop = stage.newLoop();
        var other = stage.newLoop()) {
      Future<Integer> foreign = other.createFuture();
      Coroutine<String> main =
          () -> {
            Future<Integer> own = loop.createFuture();
            stage.attempt("gather", () -> Asyncio.gather(own, foreign).done());
            stage.attempt("await", () -> foreign.await());
            Asyncio.sleep(Duration.ZERO);
            return "goes on";
          };
      stage.attempt("main", () -> loop.runUntilComplete(main));
    }
  }

  @Scenario({"R-55", "FT-07"})
  void theRefusalOfAForeignFutureCostsAnIteration(Stage stage) throws Exception {
    try (var loop = stage.newLoop();
        var other = stage.newLoop()) {
      Future<Integer> foreign = other.createFuture();
      VoidCoroutine main =
          () -> {
            loop.callSoon(() -> stage.out("callback"));
            stage.attempt("await", () -> foreign.await());
            foreign.cancel();
          };
      loop.runUntilComplete(main);
    }
  }

  @Scenario(
      value = {"TK-01", "EL-31"},
      task = true)
  void aCallbackMayCreateTasks(Stage stage) throws Exception {
    var loop = stage.loop();
    Coroutine<Integer> body =
        () -> {
          stage.out("body");
          return 1;
        };
    Future<Task<Integer>> created = loop.createFuture();
    loop.callSoon(
        () -> {
          created.setResult(Asyncio.createTask(body));
          stage.out("created");
        });
    var task = created.await();
    stage.attempt("task", () -> task.await());
  }

  @Scenario(
      value = {"TK-09", "TC-04"},
      task = true)
  void aTaskIsCurrentWhileItRunsWhoeverCreatedIt(Stage stage) throws Exception {
    VoidCoroutine firstBody = () -> tellName(stage, "first");
    VoidCoroutine secondBody = () -> tellName(stage, "second");
    var first = Asyncio.createTask(firstBody, "first task");
    var second = Asyncio.createTask(secondBody, "second task");
    Asyncio.gather(first, second).await();
  }

  private static void tellName(Stage stage, String name) {
    for (int i = 0; i < 2; i++) {
      stage.out(name + " is " + Asyncio.currentTask().getName());
      Asyncio.sleep(Duration.ZERO);
    }
  }

  @Scenario({"TK-06", "TC-11"})
  void aSystemExitOfATaskIsKeptAndLeavesTheLoop(Stage stage) {
    VoidCoroutine leave =
        () -> {
          throw new SystemExit(3);
        };
    Coroutine<String> other =
        () -> {
          settle();
          return "other ends";
        };
    try (var loop = stage.newLoop()) {
      var task = loop.createTask(leave);
      var others = loop.createTask(other);
      stage.attempt("run", () -> loop.runUntilComplete(others));
      stage.attempt("kept", task::exception);
      stage.attempt("run again", () -> loop.runUntilComplete(others));
    }
  }

  @Scenario(
      value = {"TC-10", "TK-02"},
      task = true)
  void aCancelledTaskCancelsTheThreadsFuture(Stage stage) throws Exception {
    var loop = stage.loop();
    Future<Task<?>> started = loop.createFuture();
    VoidCoroutine body =
        () -> {
          started.setResult(Asyncio.currentTask());
          Asyncio.sleep(Bodies.LONG);
        };
    var future = Threads.inThread(() -> Asyncio.runCoroutineThreadsafe(body, loop));
    var task = started.await();
    task.cancel();
    stage.attempt("task", () -> task.await());
    settle();
    stage.out("done " + future.isDone() + ", cancelled " + future.isCancelled());
  }

  @Scenario(value = "TC-09", task = true)
  void aCallCanBeMadeInAnotherThread(Stage stage) {
    var here = Thread.currentThread();
    Callable<Boolean> call =
        () -> {
          stage.attempt("running loop", () -> Asyncio.getRunningLoop());
          stage.attempt("current task", () -> Asyncio.currentTask());
          return Thread.currentThread() != here;
        };
    VoidCallable fail =
        () -> {
          throw new Boom("boom");
        };
    stage.attempt("another thread", () -> Asyncio.toThread(call));
    stage.attempt("error", () -> Asyncio.toThread(fail));
  }

  @Scenario(value = "TC-09", task = true)
  void theLoopGoesOnWhileACallBlocksAnotherThread(Stage stage) throws Exception {
    var gate = new CountDownLatch(1);
    Callable<String> block =
        () -> {
          gate.await();
          return "unblocked";
        };
    VoidCoroutine release =
        () -> {
          settle();
          stage.out("release");
          gate.countDown();
        };
    var task = Asyncio.createTask(release);
    stage.attempt("to_thread", () -> Asyncio.toThread(block));
    task.await();
  }

  @Scenario(
      value = {"TC-09", "TK-02"},
      task = true)
  void cancellingToThreadDoesNotStopTheCall(Stage stage) throws Exception {
    var started = new CountDownLatch(1);
    var gate = new CountDownLatch(1);
    var ended = new CountDownLatch(1);
    VoidCallable block =
        () -> {
          started.countDown();
          awaitUninterruptibly(gate);
          ended.countDown();
        };
    VoidCoroutine body = () -> Asyncio.toThread(block);
    var task = Asyncio.createTask(body);
    Asyncio.sleep(Duration.ZERO);
    started.await();
    task.cancel();
    stage.attempt("task", () -> task.await());
    stage.out("call ended " + (ended.getCount() == 0));
    gate.countDown();
    ended.await();
    stage.out("call ended " + (ended.getCount() == 0));
  }

  /// A Python thread cannot be interrupted; here the cancel interrupts the call.
  private static void awaitUninterruptibly(CountDownLatch latch) {
    while (latch.getCount() > 0) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        // Goes on waiting.
      }
    }
  }

  @Scenario(value = "TC-08", task = true)
  void sleepReturnsWhatItIsGiven(Stage stage) {
    stage.attempt("no delay", () -> Asyncio.sleep(Duration.ZERO, "first"));
    stage.attempt("a delay", () -> Asyncio.sleep(Duration.ofMillis(1), "second"));
    stage.attempt("a negative delay", () -> Asyncio.sleep(Duration.ofSeconds(-1), "third"));
    stage.attempt("nothing", () -> Asyncio.sleep(Duration.ofMillis(1)));
  }
}
