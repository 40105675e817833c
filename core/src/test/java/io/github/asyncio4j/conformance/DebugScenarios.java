// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Stage.runBriefly;

import io.github.asyncio4j.Future;
import io.github.asyncio4j.LogRecorder;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Threads;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.logging.Level;

/// The twins of `conformance/python/debug.py`.
final class DebugScenarios {
  @Scenario("EL-124")
  void debugModeIsOffByDefaultAndCanBeSwitchedWhileRunning(Stage stage) {
    try (var loop = stage.newLoop()) {
      stage.attempt("at first", loop::getDebug);
      loop.callSoon(
          () -> {
            loop.setDebug(true);
            stage.attempt("in the callback", loop::getDebug);
          });
      runBriefly(loop);
      stage.attempt("after the run", loop::getDebug);
      loop.setDebug(false);
      stage.attempt("switched off", loop::getDebug);
    }
  }

  @Scenario({"R-25", "EL-20", "EL-22", "EL-23", "EL-21"})
  void debugModeRefusesCallsFromAnotherThreadWhileTheLoopRuns(Stage stage) {
    try (var loop = stage.newLoop()) {
      loop.setDebug(true);
      Runnable nothing = () -> stage.out("refused callback");
      loop.callSoon(
          () -> {
            fromThread(stage, "call_soon", () -> loop.callSoon(nothing));
            fromThread(stage, "call_later", () -> loop.callLater(Duration.ZERO, nothing));
            fromThread(stage, "call_at", () -> loop.callAt(0, nothing));
            fromThread(
                stage, "threadsafe", () -> loop.callSoonThreadsafe(() -> stage.out("posted")));
          });
      runBriefly(loop);
      runBriefly(loop);
    }
  }

  private static void fromThread(Stage stage, String label, Callable<?> call) {
    stage.attempt(label, () -> Threads.inThread(() -> call.call() != null));
  }

  @Scenario({"R-25", "EL-20"})
  void aStoppedLoopMayBeCalledFromAnotherThread(Stage stage) {
    try (var loop = stage.newLoop()) {
      loop.setDebug(true);
      Threads.runInThread(() -> loop.callSoon(() -> stage.out("queued by another thread")));
      stage.out("queued");
      runBriefly(loop);
    }
  }

  @Scenario("EL-125")
  void callbacksAreSlowFrom100MsOn(Stage stage) {
    try (var loop = stage.newLoop()) {
      stage.out("slow_callback_duration " + loop.slowCallbackDuration().toMillis() + " ms");
      loop.setSlowCallbackDuration(Duration.ofMillis(250));
      stage.out("slow_callback_duration " + loop.slowCallbackDuration().toMillis() + " ms");
    }
  }

  @Scenario({"EL-125", "R-27"})
  void aSlowCallbackIsLoggedInDebugModeOnly(Stage stage) {
    try (var loop = stage.newLoop()) {
      loop.setSlowCallbackDuration(Duration.ofMillis(10));
      for (boolean debug : List.of(false, true)) {
        loop.setDebug(debug);
        try (var log = LogRecorder.start()) {
          loop.callSoon(() -> block(Duration.ofMillis(20)));
          runBriefly(loop);
          boolean warned = log.records().stream().anyMatch(r -> r.getLevel() == Level.WARNING);
          stage.out("debug " + debug + ": warned " + warned);
        }
      }
    }
  }

  @Scenario({"EL-123", "R-16", "EL-124"})
  void inDebugModeEachFailedCallbackTellsWhereItWasMade(Stage stage) {
    try (var loop = stage.newLoop();
        var pair = stage.openPair()) {
      loop.setDebug(true);
      loop.setExceptionHandler(stage.printingHandler());
      var one = pair.one.pollable();
      Consumer<String> fail =
          kind -> {
            loop.removeReader(one);
            loop.removeWriter(one);
            throw new Boom(kind);
          };
      loop.callSoon(() -> fail.accept("soon"));
      loop.callSoonThreadsafe(() -> fail.accept("threadsafe"));
      Future<String> future = loop.createFuture();
      future.addDoneCallback(_ -> fail.accept("done callback"));
      future.setResult("");
      future.addDoneCallback(_ -> fail.accept("callback of a done future"));
      runBriefly(loop);
      loop.callLater(Duration.ZERO, () -> fail.accept("timer"));
      runBriefly(loop);
      pair.other.send("x");
      loop.addReader(one, () -> fail.accept("reader"));
      runBriefly(loop);
      loop.addWriter(one, () -> fail.accept("writer"));
      runBriefly(loop);
    }
  }

  private static void block(Duration duration) {
    long end = System.nanoTime() + duration.toNanos();
    for (long left = duration.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
