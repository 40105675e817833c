// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.Stage.runBriefly;
import static io.github.asyncio4j.conformance.Stage.settle;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.ContextVar;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.KeyboardInterrupt;
import io.github.asyncio4j.VoidCoroutine;
import java.util.concurrent.atomic.AtomicInteger;

/// The twins of `conformance/python/signals.py`.
final class SignalsScenarios {
  private static final String USR1 = "SIGUSR1";
  private static final String USR2 = "SIGUSR2";

  private final ContextVar<String> value = ContextVar.of("value", "default");

  @Scenario({"EL-113", "R-121"})
  void aSignalHandlerRunsAsACallbackOfTheLoop(Stage stage) {
    try (var loop = stage.newLoop()) {
      loop.addSignalHandler(
          USR1,
          () -> {
            stage.out("handler, own loop " + (Asyncio.getRunningLoop() == loop));
            loop.callSoon(loop::stop);
          });
      loop.callSoon(
          () -> {
            stage.raise(USR1);
            stage.out("sent");
          });
      loop.runForever();
    }
  }

  @Scenario("EL-113")
  void aSignalWakesALoopThatHasNothingElseToDo(Stage stage) {
    try (var loop = stage.newLoop()) {
      loop.addSignalHandler(USR1, loop::stop);
      loop.callSoon(() -> loop.callSoon(() -> stage.raise(USR1)));
      loop.runForever();
      stage.out("stopped");
    }
  }

  @Scenario("EL-113")
  void aSecondSignalHandlerReplacesTheFirst(Stage stage) {
    try (var loop = stage.newLoop()) {
      loop.addSignalHandler(USR1, () -> stage.out("first"));
      loop.addSignalHandler(
          USR1,
          () -> {
            stage.out("second");
            loop.stop();
          });
      loop.callSoon(() -> stage.raise(USR1));
      loop.runForever();
    }
  }

  @Scenario("EL-113")
  void handlersOfTwoSignalsAreIndependent(Stage stage) {
    try (var loop = stage.newLoop()) {
      loop.addSignalHandler(
          USR1,
          () -> {
            stage.out("one");
            stage.raise(USR2);
          });
      loop.addSignalHandler(
          USR2,
          () -> {
            stage.out("two");
            loop.stop();
          });
      loop.callSoon(() -> stage.raise(USR1));
      loop.runForever();
      stage.attempt("remove one", () -> loop.removeSignalHandler(USR1));
      loop.callSoon(() -> stage.raise(USR2));
      loop.runForever();
    }
  }

  @Scenario("EL-114")
  void removingASignalHandlerTellsWhetherThereWasOne(Stage stage) {
    var loop = stage.newLoop();
    stage.attempt("before", () -> loop.removeSignalHandler(USR1));
    loop.addSignalHandler(USR1, () -> stage.out("never"));
    stage.attempt("there", () -> loop.removeSignalHandler(USR1));
    stage.attempt("again", () -> loop.removeSignalHandler(USR1));
    loop.addSignalHandler(USR1, () -> stage.out("never"));
    loop.close();
    stage.attempt("closed", () -> loop.removeSignalHandler(USR1));
  }

  @Scenario({"EL-114", "R-121"})
  void aSignalWhoseHandlerIsRemovedBeforeItsTurnIsNotTold(Stage stage) {
    try (var loop = stage.newLoop()) {
      loop.addSignalHandler(USR1, () -> stage.out("never"));
      loop.callSoon(
          () -> {
            stage.raise(USR1);
            stage.attempt("remove", () -> loop.removeSignalHandler(USR1));
          });
      for (int i = 0; i < 5; i++) {
        runBriefly(loop);
      }
      stage.out("end");
    }
  }

  @Scenario("EL-114")
  void aSignalHandlerThatRemovesItselfIsCalledOnce(Stage stage) {
    try (var loop = stage.newLoop()) {
      loop.addSignalHandler(
          USR1,
          () -> {
            stage.out("handler");
            stage.attempt("remove", () -> loop.removeSignalHandler(USR1));
            loop.stop();
          });
      loop.callSoon(() -> stage.raise(USR1));
      loop.runForever();
      stage.attempt("remove again", () -> loop.removeSignalHandler(USR1));
    }
  }

  @Scenario({"EL-113", "EL-114"})
  void aSignalHandlerCanBeAddedAgainAfterItsRemoval(Stage stage) {
    try (var loop = stage.newLoop()) {
      loop.addSignalHandler(USR1, () -> stage.out("never"));
      loop.removeSignalHandler(USR1);
      loop.addSignalHandler(
          USR1,
          () -> {
            stage.out("handler");
            loop.stop();
          });
      loop.callSoon(() -> stage.raise(USR1));
      loop.runForever();
    }
  }

  @Scenario({"EL-113", "EL-114"})
  void whatIsNoSignalIsRefused(Stage stage) {
    try (var loop = stage.newLoop()) {
      for (int number : new int[] {0, -1, 65, 1000}) {
        stage.attempt("add " + number, () -> loop.addSignalHandler(number, () -> {}));
        stage.attempt("remove " + number, () -> loop.removeSignalHandler(number));
      }
    }
  }

  @Scenario({"EL-113", "EL-114"})
  void signalsThatCannotBeCaughtAreRefused(Stage stage) {
    try (var loop = stage.newLoop()) {
      for (String name : new String[] {"KILL", "STOP"}) {
        stage.attempt("add " + name, () -> loop.addSignalHandler(name, () -> {}));
        stage.attempt("remove " + name, () -> loop.removeSignalHandler(name));
      }
    }
  }

  @Scenario({"EL-113", "EL-15"})
  void aClosedLoopTakesNoSignalHandler(Stage stage) {
    var loop = stage.newLoop();
    loop.close();
    stage.attempt("add", () -> loop.addSignalHandler(USR1, () -> {}));
  }

  @Scenario("EL-113")
  void aSignalHandlerRunsInTheContextOfItsAddition(Stage stage) {
    try (var loop = stage.newLoop()) {
      value.set("added");
      loop.addSignalHandler(
          USR1,
          () -> {
            stage.out(value.get());
            loop.stop();
          });
      value.set("later");
      loop.callSoon(() -> stage.raise(USR1));
      loop.runForever();
      stage.out(value.get());
    }
  }

  @Scenario("EL-113")
  void whatASignalHandlerSetsInItsContextIsThereTheNextTime(Stage stage) {
    try (var loop = stage.newLoop()) {
      loop.addSignalHandler(
          USR1,
          () -> {
            stage.out(value.get());
            if (value.get().equals("first")) {
              loop.stop();
            } else {
              value.set("first");
              stage.raise(USR1);
            }
          });
      loop.callSoon(() -> stage.raise(USR1));
      loop.runForever();
      stage.out(value.get());
    }
  }

  @Scenario({"EL-113", "R-16"})
  void aSignalHandlerThatFailsIsReportedAndStays(Stage stage) {
    try (var loop = stage.newLoop()) {
      loop.setExceptionHandler(stage.printingHandler());
      var calls = new AtomicInteger();
      loop.addSignalHandler(
          USR1,
          () -> {
            if (calls.incrementAndGet() == 2) {
              loop.stop();
            } else {
              stage.raise(USR1);
            }
            throw new Boom("call " + calls);
          });
      loop.callSoon(() -> stage.raise(USR1));
      loop.runForever();
      stage.attempt("remove", () -> loop.removeSignalHandler(USR1));
    }
  }

  @Scenario({"EL-113", "R-18"})
  void aKeyboardInterruptOutOfASignalHandlerEndsTheRun(Stage stage) {
    try (var loop = stage.newLoop()) {
      loop.addSignalHandler(
          USR1,
          () -> {
            throw new KeyboardInterrupt();
          });
      loop.callSoon(() -> stage.raise(USR1));
      stage.attempt("run", loop::runForever);
      stage.out("running " + loop.isRunning());
    }
  }

  @Scenario({"R-121", "EL-113"})
  void aSignalBetweenTwoRunsIsToldInTheNext(Stage stage) {
    try (var loop = stage.newLoop()) {
      loop.addSignalHandler(
          USR1,
          () -> {
            stage.out("handler");
            loop.stop();
          });
      runBriefly(loop);
      stage.raise(USR1);
      stage.out("sent");
      loop.runForever();
    }
  }

  @Scenario(
      value = {"EL-113", "EL-31"},
      task = true)
  void aSignalHandlerMayStartATask(Stage stage) throws Exception {
    var loop = stage.loop();
    Future<String> done = loop.createFuture();
    VoidCoroutine cleanUp =
        () -> {
          stage.out("clean up");
          settle();
          done.setResult("cleaned up");
        };
    loop.addSignalHandler(USR1, () -> loop.createTask(cleanUp));
    stage.raise(USR1);
    stage.out(done.await());
  }

  @Scenario(
      value = {"EL-113", "TK-02"},
      task = true)
  void aSignalHandlerMayCancelTheTaskThatWaits(Stage stage) {
    var loop = stage.loop();
    VoidCoroutine wait =
        () -> {
          try {
            loop.createFuture().await();
          } finally {
            stage.out("clean up");
          }
        };
    var task = loop.createTask(wait);
    loop.addSignalHandler(USR1, () -> task.cancel());
    loop.callSoon(() -> stage.raise(USR1));
    stage.attempt("task", () -> task.await());
  }

  @Scenario(
      value = {"EL-113", "TC-12"},
      task = true)
  void aHandlerForCtrlCTakesItFromRun(Stage stage) throws Exception {
    var loop = stage.loop();
    Future<String> handled = loop.createFuture();
    loop.addSignalHandler("SIGINT", () -> handled.setResult("handled"));
    stage.raise("SIGINT");
    stage.out(handled.await());
    stage.out("cancelling " + Asyncio.currentTask().cancelling());
  }
}
