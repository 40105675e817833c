// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Context;
import io.github.asyncio4j.ContextVar;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.KeyboardInterrupt;
import io.github.asyncio4j.Runner;
import io.github.asyncio4j.RunnerOptions;
import io.github.asyncio4j.SystemExit;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.TaskGroup;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.conformance.stage.Bodies;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

/// The twins of `conformance/python/runner.py`.
final class RunnerScenarios {
  private final ContextVar<String> value = ContextVar.of("value", "default");

  @Scenario("TC-11")
  void runReturnsTheResultOrRaisesTheError(Stage stage) {
    var options = ofKind(stage);
    Coroutine<Integer> succeed = () -> 1;
    VoidCoroutine fail =
        () -> {
          throw new Boom("boom");
        };
    VoidCoroutine cancel =
        () -> {
          throw new CancelledError();
        };
    stage.attempt("result", () -> Asyncio.run(succeed, options));
    stage.attempt("error", () -> Asyncio.run(fail, options));
    stage.attempt("cancelled", () -> Asyncio.run(cancel, options));
  }

  @Scenario({"TC-11", "EL-15"})
  void eachRunHasANewLoopThatIsClosedAtTheEnd(Stage stage) throws Exception {
    Coroutine<EventLoop> body = Asyncio::getRunningLoop;
    var first = Asyncio.run(body, ofKind(stage));
    var second = Asyncio.run(body, ofKind(stage));
    stage.out("same loop " + (first == second));
    stage.out("closed " + first.isClosed() + " " + second.isClosed());
  }

  @Scenario(value = "TC-11", task = true)
  void runInsideARunningLoopIsRefused(Stage stage) {
    VoidCoroutine body = () -> stage.out("body");
    stage.attempt("run", () -> Asyncio.run(body, ofKind(stage)));
  }

  @Scenario({"TC-11", "TK-02"})
  void runCancelsTheTasksThatAreLeftAndWaitsForThem(Stage stage) {
    VoidCoroutine left =
        () -> {
          try {
            Asyncio.sleep(Duration.ofHours(1));
          } finally {
            stage.out("left task cleans up");
            Asyncio.sleep(Duration.ZERO);
            stage.out("left task has cleaned up");
          }
        };
    Coroutine<Integer> main =
        () -> {
          Asyncio.createTask(left);
          Asyncio.sleep(Duration.ZERO);
          stage.out("main ends");
          return 1;
        };
    stage.attempt("run", () -> Asyncio.run(main, ofKind(stage)));
  }

  @Scenario({"TC-11", "EL-123"})
  void runReportsWhatFailsWhileItShutsDown(Stage stage) {
    VoidCoroutine left =
        () -> {
          try {
            Asyncio.sleep(Duration.ofHours(1));
          } catch (CancelledError e) {
            throw new Boom("shutdown boom");
          }
        };
    Coroutine<Integer> main =
        () -> {
          stage.loop().setExceptionHandler(stage.printingHandler());
          Asyncio.createTask(left);
          Asyncio.sleep(Duration.ZERO);
          return 1;
        };
    stage.attempt("run", () -> Asyncio.run(main, ofKind(stage)));
  }

  @Scenario({"TC-11", "EL-17", "EL-115"})
  void runWaitsForTheDefaultExecutor(Stage stage) throws Exception {
    var gate = new CountDownLatch(1);
    VoidCoroutine main =
        () -> {
          stage
              .loop()
              .runInExecutor(
                  null,
                  () -> {
                    gate.await();
                    stage.out("work ends");
                    return null;
                  });
          stage.out("main ends");
          stage.loop().callLater(Duration.ofMillis(10), gate::countDown);
        };
    Asyncio.run(main, ofKind(stage));
    stage.out("run returned");
  }

  @Scenario({"TC-11", "EL-124"})
  void runCanSwitchDebugModeOn(Stage stage) {
    Coroutine<Boolean> body = () -> stage.loop().getDebug();
    stage.attempt("debug", () -> Asyncio.run(body, ofKind(stage).debug(true)));
    stage.attempt("no debug", () -> Asyncio.run(body, ofKind(stage).debug(false)));
  }

  @Scenario({"TC-11", "EL-04"})
  void runTakesItsLoopFromTheFactory(Stage stage) {
    var loops = new ArrayList<EventLoop>();
    var options =
        RunnerOptions.DEFAULT.loopFactory(
            () -> {
              stage.out("factory");
              loops.add(stage.newLoop());
              return loops.getFirst();
            });
    Coroutine<Boolean> body = () -> stage.loop() == loops.getFirst();
    stage.attempt("its loop", () -> Asyncio.run(body, options));
    stage.attempt("closed", loops.getFirst()::isClosed);
  }

  @Scenario("TC-11")
  void aRunnerRunsManyTimesInOneLoopAndOneContext(Stage stage) throws Exception {
    EventLoop first;
    try (var runner = new Runner(ofKind(stage))) {
      first = runner.run(() -> look(stage, "first run"));
      var second = runner.run(() -> look(stage, "second run"));
      stage.out("same loop " + (first == second) + ", closed " + first.isClosed());
      stage.out("get_loop " + (runner.getLoop() == first));
    }
    stage.out("closed " + first.isClosed());
    stage.out("outside " + value.get());
  }

  private EventLoop look(Stage stage, String newValue) {
    stage.out("sees " + value.get());
    value.set(newValue);
    return stage.loop();
  }

  @Scenario("TC-11")
  void aClosedRunnerRefusesToRun(Stage stage) throws Exception {
    VoidCoroutine body = () -> stage.out("body");
    var runner = new Runner(ofKind(stage));
    runner.run(body);
    stage.attempt("close", runner::close);
    stage.attempt("close again", runner::close);
    stage.attempt("run", () -> runner.run(body));
    stage.attempt("get_loop", runner::getLoop);
  }

  @Scenario("TC-11")
  void aRunnerCanGoOnAfterAnError(Stage stage) {
    VoidCoroutine fail =
        () -> {
          throw new Boom("boom");
        };
    Coroutine<Integer> succeed = () -> 1;
    try (var runner = new Runner(ofKind(stage))) {
      stage.attempt("first", () -> runner.run(fail));
      stage.attempt("second", () -> runner.run(succeed));
    }
  }

  @Scenario({"TC-11", "TK-02"})
  void aRunnerCancelsLeftTasksOnlyWhenItIsClosed(Stage stage) throws Exception {
    VoidCoroutine left =
        () -> {
          try {
            Asyncio.sleep(Duration.ofHours(1));
          } finally {
            stage.out("clean up");
          }
        };
    var tasks = new ArrayList<Task<?>>();
    VoidCoroutine start =
        () -> {
          tasks.add(Asyncio.createTask(left));
          Asyncio.sleep(Duration.ZERO);
        };
    VoidCoroutine look = () -> stage.out("done " + tasks.getFirst().done());
    var runner = new Runner(ofKind(stage));
    runner.run(start);
    runner.run(look);
    stage.out("close");
    runner.close();
    stage.out("cancelled " + tasks.getFirst().cancelled());
  }

  /// Returns options for runs in loops of the kind under test.
  private static RunnerOptions ofKind(Stage stage) {
    return RunnerOptions.DEFAULT.loopFactory(stage::newLoop);
  }

  @Scenario("TC-11")
  void aRunnerMakesItsLoopWhenItIsFirstNeeded(Stage stage) throws Exception {
    var options =
        RunnerOptions.DEFAULT.loopFactory(
            () -> {
              stage.out("factory");
              return stage.newLoop();
            });
    VoidCoroutine body = () -> stage.out("body");
    var runner = new Runner(options);
    stage.out("made");
    var loop = runner.getLoop();
    stage.out("same loop " + (runner.getLoop() == loop) + ", closed " + loop.isClosed());
    runner.run(body);
    runner.close();
    new Runner(options).close();
    stage.out("closed without a loop");
  }

  @Scenario({"TC-11", "R-24"})
  void aRunCanBeGivenAContext(Stage stage) throws Exception {
    var context = Context.copyContext();
    try (var runner = new Runner(ofKind(stage))) {
      runner.run(() -> look(stage, "given context"), context);
      runner.run(() -> look(stage, "runner's context"));
      runner.run(() -> look(stage, "given context again"), context);
    }
    stage.out("left in the context: " + context.get(value) + ", outside " + value.get());
  }

  @Scenario("TC-11")
  void aRunnerRefusesToRunInsideOfAnotherLoop(Stage stage) throws Exception {
    Coroutine<String> body = () -> "runs";
    try (var runner = new Runner(ofKind(stage));
        var other = stage.newLoop()) {
      VoidCoroutine main = () -> stage.attempt("inside", () -> runner.run(body));
      other.runUntilComplete(main);
      stage.attempt("outside", () -> runner.run(body));
    }
  }

  @Scenario({"TC-11", "TK-04"})
  void closeWaitsForATaskThatSwallowsItsCancel(Stage stage) throws Exception {
    VoidCoroutine stubborn =
        () -> {
          try {
            Asyncio.sleep(Duration.ofHours(1));
          } catch (CancelledError e) {
            stage.out("swallowed");
          }
          Asyncio.sleep(Duration.ofMillis(10));
          stage.out("ends in its own time");
        };
    Asyncio.run(() -> startAndYield(stubborn), ofKind(stage));
    stage.out("run returned");
  }

  private static void startAndYield(VoidCoroutine body) {
    Asyncio.createTask(body);
    Asyncio.sleep(Duration.ZERO);
  }

  @Scenario({"TC-11", "EL-115"})
  void theCleanUpOfALeftTaskMayUseEverything(Stage stage) {
    Callable<String> works = () -> "works";
    VoidCoroutine left =
        () -> {
          try {
            Asyncio.sleep(Duration.ofHours(1));
          } finally {
            stage.attempt("executor", () -> Asyncio.toThread(works));
            stage.attempt("timer", () -> Asyncio.sleep(Duration.ofMillis(1)));
            TaskGroup.Body<Task<?>> piece = group -> group.createTask(Bodies::yieldOnce);
            stage.attempt("group", new TaskGroup().run(piece)::done);
          }
        };
    Coroutine<String> main =
        () -> {
          startAndYield(left);
          return "main ends";
        };
    stage.attempt("run", () -> Asyncio.run(main, ofKind(stage)));
  }

  @Scenario({"TC-11", "TK-06"})
  void tasksThatAreLeftAreCancelledWhenMainFails(Stage stage) {
    attemptToFail(stage, "error", new Boom("boom"));
    attemptToFail(stage, "cancelled", new CancelledError());
    attemptToFail(stage, "system exit", new SystemExit(3));
    attemptToFail(stage, "keyboard interrupt", new KeyboardInterrupt());
  }

  private static void attemptToFail(Stage stage, String label, Throwable error) {
    VoidCoroutine main =
        () -> {
          startAndYield(Bodies.sleeping(stage, "left task"));
          switch (error) {
            case Error e -> throw e;
            case RuntimeException e -> throw e;
            default -> throw new AssertionError(error);
          }
        };
    stage.attempt(label, () -> Asyncio.run(main, ofKind(stage)));
  }

  @Scenario({"TC-11", "TK-02"})
  void aTaskThatMainCreatesLastStillMakesItsFirstStep(Stage stage) {
    VoidCoroutine left =
        () -> {
          stage.out("left task starts");
          Asyncio.sleep(Duration.ofHours(1));
        };
    var tasks = new ArrayList<Task<?>>();
    Coroutine<String> main =
        () -> {
          tasks.add(Asyncio.createTask(left));
          return "main ends";
        };
    stage.attempt("run", () -> Asyncio.run(main, ofKind(stage)));
    stage.attempt("left", () -> tasks.getFirst().cancelled());
  }

  @Scenario({"TC-11", "TK-05"})
  void aMainThatSwallowsACancelEndsAsItLikes(Stage stage) {
    Coroutine<String> main =
        () -> {
          Asyncio.currentTask().cancel();
          stage.attempt("sleep", () -> Asyncio.sleep(Duration.ofHours(1)));
          return "main ends";
        };
    stage.attempt("run", () -> Asyncio.run(main, ofKind(stage)));
  }

  @Scenario({"TC-11", "EL-10"})
  void aRunnerWhoseLoopIsStoppedCanGoOn(Stage stage) {
    VoidCoroutine stopped =
        () -> {
          try {
            stage.loop().stop();
            Asyncio.sleep(Duration.ofHours(1));
          } finally {
            stage.out("clean up");
          }
        };
    Coroutine<String> body = () -> "next run";
    try (var runner = new Runner(ofKind(stage))) {
      stage.attempt("stopped", () -> runner.run(stopped));
      stage.attempt("next", () -> runner.run(body));
      stage.out("close");
    }
  }

  @Scenario("TC-11")
  void aRunnerTakesItsContextWhenItsLoopIsMade(Stage stage) {
    ContextVar<String> value = ContextVar.of("value", "default");
    Coroutine<String> main = () -> value.get();
    value.set("runner made");
    try (var runner = new Runner(ofKind(stage))) {
      value.set("first run");
      stage.attempt("first run", () -> runner.run(main));
      value.set("later");
      stage.attempt("second run", () -> runner.run(main));
    }
    try (var runner = new Runner(ofKind(stage))) {
      value.set("loop made");
      runner.getLoop();
      value.set("later");
      stage.attempt("run after get_loop", () -> runner.run(main));
    }
  }
}
