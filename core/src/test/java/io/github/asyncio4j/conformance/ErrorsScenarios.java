// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Stage.runBriefly;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.ExceptionContext;
import io.github.asyncio4j.ExceptionHandler;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Handle;
import io.github.asyncio4j.KeyboardInterrupt;
import io.github.asyncio4j.LogRecorder;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.HardBoom;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Words;
import java.time.Duration;
import java.util.ArrayList;
import java.util.TreeSet;

/// The twins of `conformance/python/errors.py`.
final class ErrorsScenarios {
  @Scenario({"R-16", "EL-120", "EL-123"})
  void aFailingCallbackIsReportedAndTheLoopGoesOn(Stage stage) {
    try (var loop = stage.newLoop()) {
      loop.setExceptionHandler(stage.printingHandler());
      loop.callSoon(
          () -> {
            stage.out("fail");
            throw new Boom("boom");
          });
      loop.callSoon(
          () -> {
            stage.out("fail");
            throw new HardBoom("hard boom");
          });
      loop.callLater(
          Duration.ZERO,
          () -> {
            stage.out("fail");
            throw new Boom("timer boom");
          });
      loop.callSoon(() -> stage.out("next callback"));
      runBriefly(loop);
      stage.attempt("running", loop::isRunning);
    }
  }

  @Scenario({"R-16", "R-13", "EL-100"})
  void aFailingReaderIsReportedAndStays(Stage stage) {
    try (var loop = stage.newLoop();
        var pair = stage.openPair()) {
      loop.setExceptionHandler(stage.printingHandler());
      var reader = pair.one.pollable();
      pair.other.send("x");
      loop.addReader(reader, ErrorsScenarios::fail);
      runBriefly(loop);
      runBriefly(loop);
      stage.attempt("remove", () -> loop.removeReader(reader));
    }
  }

  @Scenario({"R-16", "EL-120"})
  void theReportNamesLoopAndHandle(Stage stage) {
    try (var loop = stage.newLoop()) {
      var handles = new ArrayList<Handle>();
      loop.setExceptionHandler(
          (givenLoop, context) ->
              stage.out(
                  "loop "
                      + (givenLoop == loop)
                      + ", handle "
                      + (context.get("handle") == handles.getFirst())));
      handles.add(loop.callSoon(ErrorsScenarios::fail));
      runBriefly(loop);
    }
  }

  @Scenario({"EL-120", "EL-121"})
  void theExceptionHandlerCanBeReadAndRemoved(Stage stage) {
    try (var loop = stage.newLoop()) {
      ExceptionHandler handler = (l, context) -> stage.out("never called");
      stage.attempt("at first", loop::getExceptionHandler);
      loop.setExceptionHandler(handler);
      stage.out("set: " + (loop.getExceptionHandler() == handler));
      loop.setExceptionHandler(null);
      stage.attempt("removed", loop::getExceptionHandler);
    }
  }

  @Scenario("EL-123")
  void theExceptionHandlerGetsWhatItWasCalledWith(Stage stage) {
    try (var loop = stage.newLoop()) {
      loop.setExceptionHandler((l, context) -> stage.out(describe(context)));
      Future<Void> future = loop.createFuture();
      loop.callExceptionHandler(ExceptionContext.of("only a message"));
      loop.callExceptionHandler(
          ExceptionContext.of("more").exception(new Boom("boom")).future(future));
    }
  }

  private static String describe(ExceptionContext context) {
    var keys = new TreeSet<>(context.details().keySet());
    keys.add("message");
    if (context.exception() != null) {
      keys.add("exception");
    }
    return context.message()
        + ", "
        + Words.word(context.exception())
        + ", keys "
        + String.join(" ", keys);
  }

  @Scenario({"EL-122", "EL-123"})
  void withoutAHandlerFailuresAreLoggedAndTheLoopGoesOn(Stage stage) {
    try (var loop = stage.newLoop();
        var _ = LogRecorder.start()) {
      loop.callSoon(ErrorsScenarios::fail);
      loop.callSoon(() -> stage.out("next callback"));
      runBriefly(loop);
      stage.attempt(
          "called by hand", () -> loop.defaultExceptionHandler(ExceptionContext.of("text")));
    }
  }

  @Scenario({"R-30", "EL-123"})
  void anExceptionHandlerThatRaisesDoesNotStopTheLoop(Stage stage) {
    try (var loop = stage.newLoop();
        var _ = LogRecorder.start()) {
      loop.setExceptionHandler(
          (l, context) -> {
            stage.out("handler");
            throw new Boom("handler boom");
          });
      loop.callSoon(ErrorsScenarios::fail);
      loop.callSoon(() -> stage.out("next callback"));
      runBriefly(loop);
      stage.attempt("called by hand", () -> loop.callExceptionHandler(ExceptionContext.of("text")));
    }
  }

  @Scenario({"R-30", "R-15"})
  void anInterruptOutOfTheExceptionHandlerLeavesTheLoop(Stage stage) {
    try (var loop = stage.newLoop()) {
      loop.setExceptionHandler(
          (l, context) -> {
            stage.out("handler");
            throw new KeyboardInterrupt();
          });
      loop.callSoon(ErrorsScenarios::fail);
      loop.callSoon(() -> stage.out("next callback"));
      stage.attempt("run", () -> runBriefly(loop));
      loop.setExceptionHandler(null);
      loop.runForever();
      stage.out("second run");
    }
  }

  @Scenario(
      value = {"EL-120", "R-16"},
      task = true)
  void aFailingTaskDoesNotDisturbTheOthers(Stage stage) throws Exception {
    stage.loop().setExceptionHandler(stage.printingHandler());
    VoidCoroutine fail =
        () -> {
          stage.out("fails");
          throw new Boom("boom");
        };
    VoidCoroutine work =
        () -> {
          Asyncio.sleep(Duration.ZERO);
          stage.out("works");
        };
    var failed = Asyncio.createTask(fail);
    var worker = Asyncio.createTask(work);
    worker.await();
    stage.attempt("failed", failed::exception);
  }

  private static void fail() {
    throw new Boom("boom");
  }
}
