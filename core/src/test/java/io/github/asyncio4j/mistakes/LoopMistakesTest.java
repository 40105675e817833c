// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.mistakes;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Runner;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Mistakes with loops, their runs and their callbacks.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class LoopMistakesTest extends MistakeCase {
  LoopMistakesTest(LoopKind kind) {
    super(kind);
  }

  private static String noLoop() {
    return "no running event loop in thread '"
        + Thread.currentThread().getName()
        + "': start one by Asyncio.run(() -> ...), reach one from another thread by its"
        + " callSoonThreadsafe() or by Asyncio.runCoroutineThreadsafe()";
  }

  @Mistake(2)
  void aTaskIsCreatedWhereNoLoopRuns() {
    assertRefuses(noLoop(), () -> Asyncio.createTask(() -> "never"));
  }

  @Mistake(2)
  void aConnectionIsOpenedWhereNoLoopRuns() {
    assertRefuses(noLoop(), () -> Asyncio.openConnection(HOST, 80));
  }

  @Mistake(2)
  void theLoopOfAThreadIsAskedForThatHasNone() {
    assertRefuses(
        "There is no current event loop in thread '"
            + Thread.currentThread().getName()
            + "': start one by Asyncio.run(() -> ...), or set one by Asyncio.setEventLoop()",
        Asyncio::getEventLoop);
  }

  @Mistake(2)
  void aSleepOutsideATask() {
    assertRefuses(
        "sleep() called outside a task: PT0.005S; call it in Asyncio.run(() -> ...), from another"
            + " thread in Asyncio.runCoroutineThreadsafe(() -> ..., loop)",
        () -> Asyncio.sleep(SHORT));
  }

  @Mistake(2)
  void aSleepInACallback() throws Exception {
    run(
        () ->
            assertThat(thrownInCallback(() -> Asyncio.sleep(SHORT)))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage(
                    "sleep() called outside a task: PT0.005S; a callback cannot wait, have it start"
                        + " a task: createTask(() -> ...)"));
  }

  private String closed() {
    return "Event loop is closed: " + loop + "; make another one by Asyncio.run(() -> ...)";
  }

  @Mistake(2)
  void aClosedLoopIsGivenACallback() {
    loop.close();

    assertRefuses(closed(), () -> loop.callSoon(() -> {}));
    assertRefuses(closed(), () -> loop.callLater(SHORT, () -> {}));
    assertRefuses(closed(), () -> loop.callSoonThreadsafe(() -> {}));
    assertThrows(RejectedExecutionException.class, closed(), () -> loop.execute(() -> {}));
  }

  @Mistake(2)
  void aClosedLoopIsRun() {
    loop.close();

    assertRefuses(closed(), loop::runForever);
    assertRefuses(closed(), () -> loop.runUntilComplete(() -> "never"));
  }

  @Mistake(2)
  void aClosedLoopIsGivenATask() {
    loop.close();

    assertRefuses(closed(), () -> loop.createTask(() -> "never"));
    assertRefuses(closed(), () -> Asyncio.runCoroutineThreadsafe(() -> "never", loop));
  }

  @Mistake(2)
  void aRunInsideOfARun() throws Exception {
    run(
        () ->
            assertRefuses(
                "Asyncio.run() cannot be called from a running event loop: "
                    + loop
                    + "; a task calls the body itself, a callback starts a task: createTask(() ->"
                    + " ...)",
                () -> Asyncio.run(() -> "never")));
  }

  @Mistake(2)
  void aRunnerInsideOfARun() throws Exception {
    run(
        () -> {
          try (var runner = new Runner()) {
            assertRefuses(
                "Runner.run() cannot be called from a running event loop: "
                    + loop
                    + "; a task calls the body itself, a callback starts a task: createTask(() ->"
                    + " ...)",
                () -> runner.run(() -> "never"));
          }
        });
  }

  @Mistake(2)
  void aRunnerIsUsedAfterItsEnd() {
    var runner = new Runner();
    runner.close();

    assertRefuses(
        "Runner is closed: a runner has one loop, make another one",
        () -> runner.run(() -> "never"));
  }

  @Mistake(2)
  void aLoopIsRunThatRuns() throws Exception {
    run(
        () ->
            assertRefuses(
                "This event loop is already running: "
                    + loop
                    + "; in its tasks await, or createTask()",
                () -> loop.runUntilComplete(() -> "never")));
  }

  @Mistake(2)
  void anotherLoopIsRunInsideOfOne() throws Exception {
    run(
        () -> {
          try (EventLoop other = kind.newLoop()) {
            assertRefuses(
                "Cannot run the event loop while another loop is running: "
                    + loop
                    + "; run it in a thread of its own",
                other::runForever);
          }
        });
  }

  @Mistake(2)
  void aLoopIsClosedWhileItRuns() throws Exception {
    run(
        () ->
            assertRefuses(
                "Cannot close a running event loop: "
                    + loop
                    + "; stop() it, and close it after its run",
                loop::close));
  }

  @Mistake(2)
  void aLoopIsStoppedThatIsToRunToTheEndOfAFuture() {
    Future<String> future = loop.createFuture();
    loop.callSoon(loop::stop);

    assertRefuses(
        "Event loop stopped before Future completed: <Future pending>; stop() was called, the run"
            + " ends by itself when that is done",
        () -> loop.runUntilComplete(future));
  }

  @Mistake(2)
  void aLoopIsToRunForTheFutureOfAnother() {
    try (EventLoop other = kind.newLoop()) {
      assertRefusesArgument(
          "The future belongs to a different loop than the one specified: <Future pending>; it is of "
              + other,
          () -> loop.runUntilComplete(other.createFuture()));
    }
  }

  @Mistake(1)
  void aCallbackIsNull() {
    assertThrows(NullPointerException.class, "callback", () -> loop.callSoon(null));
    assertThrows(NullPointerException.class, "callback", () -> loop.callLater(SHORT, null));
  }

  @Mistake(2)
  void aDurationIsNegativeThatCannotBe() {
    assertRefusesArgument(
        "slowCallbackDuration < 0: PT-1S",
        () -> loop.setSlowCallbackDuration(Duration.ofSeconds(-1)));
  }

  @Mistake(2)
  void aCallbackFails() throws Exception {
    run(
        () -> {
          loop.callSoon(
              () -> {
                throw new IllegalArgumentException("no such thing");
              });
          Asyncio.sleep(Duration.ZERO);
        });

    var report = report();
    assertThat(report.message()).isEqualTo("Exception in callback LoopMistakesTest.lambda()");
    assertThat(report.exception()).hasMessage("no such thing");
    assertThat(report.exception().getStackTrace()[0].getClassName())
        .isEqualTo(LoopMistakesTest.class.getName());
  }

  @Mistake(2)
  void theExceptionHandlerFails() throws Exception {
    loop.setExceptionHandler(
        (failed, context) -> {
          throw new IllegalArgumentException("handler");
        });

    run(
        () -> {
          loop.callSoon(
              () -> {
                throw new IllegalArgumentException("no such thing");
              });
          Asyncio.sleep(Duration.ZERO);
        });

    assertThat(warnings())
        .singleElement()
        .asString()
        .startsWith("Unhandled error in exception handler\ncontext: ExceptionContext[message=")
        .contains("Exception in callback LoopMistakesTest.lambda()", "no such thing");
  }

  @Mistake(1)
  void aLoopIsClosedWhileATaskIsPending() throws Exception {
    Future<String> never = loop.createFuture();
    loop.setExceptionHandler(null);
    run(
        () -> {
          loop.createTask(() -> never.await(), "left");
          Asyncio.sleep(Duration.ZERO);
        });
    loop.close();

    assertThat(warnings())
        .containsExactly(
            "Task was destroyed but it is pending!\n"
                + "task: <Task pending name='left' coro=<LoopMistakesTest.lambda()>"
                + " wait_for=<Future pending>>");
  }
}
