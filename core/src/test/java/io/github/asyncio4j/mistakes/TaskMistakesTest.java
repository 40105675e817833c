// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.mistakes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.asyncio4j.AsyncGenerator;
import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Runner;
import io.github.asyncio4j.RunnerOptions;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.Timeout;
import io.github.asyncio4j.VoidCoroutine;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Mistakes with tasks, what they wait for and how they end.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class TaskMistakesTest extends MistakeCase {
  private static final String BODY = "coro=<TaskMistakesTest.lambda()>";

  TaskMistakesTest(LoopKind kind) {
    super(kind);
  }

  @Mistake(2)
  void aTaskAwaitsItself() throws Exception {
    run(
        () -> {
          Task<String> self =
              loop.createTask(
                  () -> {
                    Task<?> own = Asyncio.currentTask();
                    return String.valueOf(catchThrowable(own::await).getMessage());
                  },
                  "self");
          Asyncio.sleep(Duration.ZERO);
          assertThat(self.result())
              .isEqualTo("Task cannot await on itself: <Task pending name='self' " + BODY + ">");
        });
  }

  @Mistake(2)
  void aTaskIsGivenAResult() throws Exception {
    run(
        () -> {
          Task<String> task = loop.createTask(() -> "own", "t");
          assertRefuses(
              "Task does not support setResult operation: <Task pending name='t' "
                  + BODY
                  + ">; it ends as its body does, or by cancel()",
              () -> task.setResult("other"));
          assertRefuses(
              "Task does not support setException operation: <Task pending name='t' "
                  + BODY
                  + ">; it ends as its body does, or by cancel()",
              () -> task.setException(new IOException()));
          task.await();
        });
  }

  @Mistake(1)
  void aBodyIsNull() throws Exception {
    run(
        () ->
            assertThrows(
                NullPointerException.class,
                "body",
                () -> Asyncio.createTask((Coroutine<String>) null)));
  }

  @Mistake(2)
  void aFutureOfAnotherLoopIsAwaited() throws Exception {
    try (EventLoop other = kind.newLoop()) {
      Future<String> foreign = other.createFuture();
      run(
          () ->
              assertRefuses(
                  "await(): "
                      + Asyncio.currentTask()
                      + " got a future attached to a different loop: "
                      + other
                      + "; have that one await it, by Asyncio.runCoroutineThreadsafe(() -> ...,"
                      + " loop)",
                  foreign::await));
    }
  }

  private static void fail(String why) throws IOException {
    throw new IOException(why);
  }

  @Mistake(2)
  void theFailureOfATaskIsNeverLookedAt() throws Exception {
    run(
        () -> {
          loop.createTask((VoidCoroutine) () -> fail("broken"), "lost");
          Asyncio.sleep(Duration.ZERO);
        });
    loop.close();

    var report = report();
    assertThat(report.message())
        .isEqualTo("Task exception was never retrieved: await it, or ask its exception()");
    assertThat(report.get("future"))
        .isEqualTo("<Task finished name='lost' exception=java.io.IOException: broken>");
    assertThat(report.exception()).hasMessage("broken");
  }

  @Mistake(2)
  void inDebugModeTheFailureOfATaskTellsWhereThatWasMade() throws Exception {
    loop.setDebug(true);
    run(
        () -> {
          loop.createTask((VoidCoroutine) () -> fail("broken"), "lost");
          Asyncio.sleep(Duration.ZERO);
        });
    loop.close();

    var report = report();
    assertThat(report.get("future"))
        .asString()
        .matches(
            "<Task finished name='lost' exception=java.io.IOException: broken created at"
                + " TaskMistakesTest\\.java:\\d+>");
    assertThat(report.get("source_traceback")).asString().contains("TaskMistakesTest.java");
  }

  @Mistake(2)
  void aGatherIsNotAwaited() throws Exception {
    run(
        () -> {
          var _ = Asyncio.gather((VoidCoroutine) () -> fail("a"), () -> Asyncio.sleep(LONG));
          Asyncio.sleep(SHORT);
        });
    Asyncio.allTasks(loop).forEach(Task::cancel);
    run(() -> Asyncio.sleep(Duration.ZERO));
    loop.close();

    var report = report();
    assertThat(report.message())
        .isEqualTo(
            "gather() was never awaited: it returns a future, gather(...).await() waits for it");
    assertThat(report.exception()).hasMessage("a");
  }

  @Mistake(2)
  void nothingIsGivenToWaitFor() throws Exception {
    run(
        () ->
            assertRefusesArgument(
                "no futures to wait for: []", () -> Asyncio.wait(List.<Future<String>>of())));
  }

  @Mistake(1)
  void aNullIsAmongSeveral() throws Exception {
    run(
        () -> {
          Future<String> future = loop.createFuture();
          var futures = new ArrayList<Future<String>>();
          futures.add(future);
          futures.add(null);
          assertThrows(NullPointerException.class, "futures[1]", () -> Asyncio.gather(futures));
        });
  }

  @Mistake(2)
  void aTimeIsTooShort() throws Exception {
    run(
        () -> {
          Throwable late =
              assertThrows(
                  TimeoutException.class,
                  "deadline has passed: PT0.005S",
                  () -> Asyncio.waitFor(() -> Asyncio.sleep(LONG), SHORT));
          // Where it was meanwhile.
          assertThat(late.getCause()).isInstanceOf(CancelledError.class);
        });
  }

  @Mistake(2)
  void aTimeIsNotPositive() throws Exception {
    run(
        () ->
            assertThrows(
                TimeoutException.class,
                "time limit is not positive: PT0S",
                () -> Asyncio.waitFor(() -> Asyncio.sleep(LONG), Duration.ZERO)));
  }

  @Mistake(2)
  void aDeadlineIsMovedAfterItsEnd() throws Exception {
    var kept = new ArrayList<Timeout>();
    run(
        () -> {
          Asyncio.timeout(LONG, (Timeout.VoidBody) kept::add);
          assertRefuses(
              "Cannot change state of EXITED Timeout: "
                  + kept.getFirst()
                  + "; a deadline is moved while its body runs, before it has passed",
              () -> kept.getFirst().reschedule(null));
        });
  }

  @Mistake(2)
  void aDeadlineIsSetOutsideATask() {
    assertRefuses(
        "timeout() called outside a task: PT0.005S; call it in Asyncio.run(() -> ...), from another"
            + " thread in Asyncio.runCoroutineThreadsafe(() -> ..., loop)",
        () -> Asyncio.timeout(SHORT, () -> "never"));
  }

  private static void ignoreCancellation() {
    while (true) {
      try {
        Asyncio.sleep(LONG);
      } catch (CancelledError e) {
        // This is the mistake.
      }
    }
  }

  @Mistake(2)
  void aTaskSwallowsItsCancellation() throws Exception {
    var options =
        RunnerOptions.DEFAULT.loopFactory(() -> loop).shutdownTimeout(Duration.ofMillis(50));
    try (var runner = new Runner(options)) {
      runner.run(
          () -> {
            loop.createTask((VoidCoroutine) TaskMistakesTest::ignoreCancellation, "stubborn");
            Asyncio.sleep(Duration.ZERO);
          });
    }

    assertThat(warnings().getFirst())
        .matches(
            """
            Runner\\.close\\(\\) waits no longer, after PT0\\.05S, for 1 cancelled task
            stubborn
              at .*TaskMistakesTest\\.ignoreCancellation\\(TaskMistakesTest\\.java:\\d+\\)""");
    assertThat(warnings().get(1))
        .isEqualTo(
            "task ignores that its loop is closed: <Task cancelling name='stubborn' "
                + BODY
                + " cb=[AllDone()]>; who catches a CancelledError throws it again");
    assertThat(report().message()).isEqualTo("Task was destroyed but it is pending!");
  }

  @Mistake(2)
  void theBodyOfATaskThatIsDoneIsRunAgain() throws Exception {
    run(
        () -> {
          Task<String> task = loop.createTask(() -> "once", "t");
          task.await();
          assertRefuses(
              "the body of a task that is done cannot run again: " + task.getCoro(),
              () -> task.getCoro().run());
        });
  }

  // Generators.

  @Mistake(2)
  void aGeneratorIsReadOutsideATask() {
    var numbers = AsyncGenerator.<Integer>of(out -> out.yield(1));
    assertRefuses(
        "anext() called outside a task: "
            + numbers
            + "; call it in Asyncio.run(() -> ...), from another thread in"
            + " Asyncio.runCoroutineThreadsafe(() -> ..., loop)",
        numbers::anext);
  }

  @Mistake(2)
  void aGeneratorIsReadByTwoTasks() throws Exception {
    var numbers = AsyncGenerator.<Integer>of(out -> Asyncio.sleep(LONG));
    run(
        () -> {
          Task<Integer> first = loop.createTask(numbers::anext);
          Asyncio.sleep(Duration.ZERO);
          assertRefuses(
              "anext(): asynchronous generator is already running: " + numbers, numbers::anext);
          first.cancel();
          assertThat(catchThrowable(first::await)).isInstanceOf(CancelledError.class);
        });
  }

  @Mistake(2)
  void aValueIsYieldedByAnotherThanTheBody() throws Exception {
    var out = new ArrayList<AsyncGenerator.Yielder<Integer>>();
    var numbers =
        AsyncGenerator.<Integer>of(
            yielder -> {
              out.add(yielder);
              yielder.yield(1);
            });
    run(
        () -> {
          try (numbers) {
            numbers.anext();
            assertRefuses(
                "yield() called outside the body of " + numbers, () -> out.getFirst().yield(2));
          }
        });
  }
}
