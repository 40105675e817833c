// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.asyncio4j.testing.ExceptionRecorder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What the functions of the module accept, and what they say when they refuse.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class FacadeTest {
  private static final Duration SHORT = Duration.ofMillis(5);
  private static final Duration LONG = Duration.ofHours(1);

  private final BaseEventLoop loop;
  private final ExceptionRecorder failures;
  private final List<String> trace = new ArrayList<>();

  FacadeTest(LoopKind kind) {
    this.loop = kind.newLoop();
    this.failures = ExceptionRecorder.on(loop);
  }

  @AfterEach
  void closeLoop() {
    loop.close();
    assertThat(failures.messages()).isEmpty();
  }

  private void say(String word) {
    trace.add(word);
    Asyncio.sleep(Duration.ZERO);
  }

  private static String fetch(String what) throws IOException {
    return Asyncio.sleep(Duration.ZERO, "<" + what + ">");
  }

  // TC-04
  @Test
  void bodiesWithoutResultsAreGatheredToo() throws Exception {
    List<Void> nothing =
        loop.runUntilComplete(() -> Asyncio.gather(() -> say("a"), () -> say("b")).await());
    List<String> pages =
        loop.runUntilComplete(() -> Asyncio.gather(() -> fetch("a"), () -> fetch("b")).await());

    assertThat(nothing).containsExactly(null, null);
    assertThat(trace).containsExactly("a", "b");
    assertThat(pages).containsExactly("<a>", "<b>");
  }

  // TC-04
  @Test
  void outcomesAreGatheredFromArgumentsToo() throws Exception {
    Future<String> good = loop.createFuture();
    Future<String> bad = loop.createFuture();
    var failure = new IOException("bad");
    good.setResult("good");
    bad.setException(failure);

    List<Outcome<String>> outcomes =
        loop.runUntilComplete(() -> Asyncio.gatherOutcomes(good, bad).await());

    assertThat(outcomes)
        .containsExactly(new Outcome.Value<>("good"), new Outcome.Failed<>(failure));
  }

  // FT-08
  @Test
  void aBodyWithoutAResultBecomesAFuture() throws Exception {
    loop.runUntilComplete(
        () -> {
          Asyncio.ensureFuture(() -> say("a"), loop).await();
        });

    assertThat(trace).containsExactly("a");
  }

  // FT-08
  @Test
  void whatIsNotAFutureBecomesOneOfTheRunningLoopOrOfTheOneThatIsNamed() throws Exception {
    var stage = new CompletableFuture<String>();
    Future<String> wrapped = Asyncio.wrapFuture(stage, loop);
    stage.complete("stage");

    loop.runUntilComplete(
        () -> {
          assertThat(Asyncio.ensureFuture(() -> fetch("a")).await()).isEqualTo("<a>");
          Asyncio.ensureFuture(() -> say("b")).await();
          assertThat(wrapped.await()).isEqualTo("stage");
        });

    assertThat(trace).containsExactly("b");
    assertThatThrownBy(() -> Asyncio.ensureFuture(() -> fetch("c")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("no running event loop in thread '");
  }

  // TC-03, R-55
  @Test
  void waitForWithoutTimeLeavesTheFutureOfAnotherLoopAlone() throws Exception {
    try (BaseEventLoop other = LoopKind.NIO_BATON.newLoop()) {
      Future<String> foreign = other.createFuture();

      loop.runUntilComplete(
          () -> {
            assertThatThrownBy(() -> Asyncio.waitFor(foreign, Duration.ZERO))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("different loop");
          });

      assertThat(foreign.done()).isFalse();
    }
  }

  @Test
  void theThreadOfATaskHasItsName() throws Exception {
    loop.runUntilComplete(
        () -> {
          Task<String> named = loop.createTask(() -> Thread.currentThread().getName(), "cart");
          Task<String> numbered = loop.createTask(() -> Thread.currentThread().getName());
          Task<String> renamed =
              loop.createTask(
                  () -> {
                    Asyncio.sleep(Duration.ZERO);
                    String before = Thread.currentThread().getName();
                    Task.currentTask().setName("by itself");
                    return before + ", " + Thread.currentThread().getName();
                  });
          loop.callSoon(() -> renamed.setName("by another"));
          assertThat(named.await()).isEqualTo("cart");
          assertThat(numbered.await()).isEqualTo(numbered.getName()).startsWith("Task-");
          assertThat(renamed.await()).isEqualTo("by another, by itself");
        });
  }

  //
  @Test
  void inDebugModeAFutureThatAnotherThreadSetsStaysAsItWas() throws Exception {
    loop.setDebug(true);
    loop.runUntilComplete(
        () -> {
          Future<String> future = loop.createFuture();
          Task<String> waiter = loop.createTask(() -> future.await());
          Asyncio.sleep(Duration.ZERO);
          List<Throwable> refused =
              Asyncio.toThread(
                  () ->
                      List.of(
                          catchThrowable(() -> future.setResult("x")),
                          catchThrowable(() -> future.setException(new IOException())),
                          catchThrowable(() -> future.cancel())));

          assertThat(refused)
              .allSatisfy(e -> assertThat(e).hasMessageContaining("Non-thread-safe"));
          assertThat(future.done()).isFalse();
          future.setResult("y");
          assertThat(waiter.await()).isEqualTo("y");
        });
  }

  // TC-04, TC-07
  @Test
  void bodiesMayBeGivenWhereverATaskMay() throws Exception {
    loop.runUntilComplete(
        () -> {
          assertThat(Asyncio.shield(() -> fetch("a")).await()).isEqualTo("<a>");
          Asyncio.shield(() -> say("b")).await();
          List<Outcome<String>> outcomes =
              Asyncio.<String>gatherOutcomes(
                      () -> fetch("c"),
                      () -> {
                        throw new IOException("d");
                      })
                  .await();
          assertThat(outcomes.getFirst()).isEqualTo(new Outcome.Value<>("<c>"));
          assertThat(outcomes.getLast()).isInstanceOf(Outcome.Failed.class);
        });

    assertThat(trace).containsExactly("b");
  }

  // TK-07
  @Test
  void aTaskTellsItsStateItsNameItsBodyAndWhatItWaitsFor() throws Exception {
    loop.runUntilComplete(
        () -> {
          Future<String> future = loop.createFuture();
          Task<String> task = loop.createTask(() -> future.await(), "t");
          String body = "coro=<FacadeTest.lambda()>";
          assertThat(task).hasToString("<Task pending name='t' " + body + ">");

          Asyncio.sleep(Duration.ZERO);
          assertThat(task)
              .hasToString("<Task pending name='t' " + body + " wait_for=<Future pending>>");
          task.addDoneCallback(_ -> {});
          task.cancel();
          assertThat(task)
              .hasToString(
                  "<Task cancelling name='t' "
                      + body
                      + " wait_for=<Future cancelled> cb=[FacadeTest.lambda()]>");
          assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
          assertThat(task).hasToString("<Task cancelled name='t' " + body + ">");
          Task<Integer> seven = loop.createTask(() -> 7, "7");
          seven.await();
          assertThat(seven).hasToString("<Task finished name='7' " + body + " result=7>");
        });
  }

  // TC-02
  @Test
  void aPieceWithoutAResultMayMoveItsDeadline() throws Exception {
    loop.runUntilComplete(
        () -> {
          Asyncio.timeout(
              SHORT,
              deadline -> {
                deadline.reschedule(null);
                say("a");
              });
          Asyncio.timeoutAt(
              loop.time() + LONG.toNanos(),
              deadline -> {
                deadline.reschedule(null);
                say("b");
              });
          Asyncio.timeoutAt(null, () -> say("c"));
          trace.add(Asyncio.timeoutAt(null, () -> fetch("d")));
        });

    assertThat(trace).containsExactly("a", "b", "c", "<d>");
  }

  // TC-02, TC-03
  @Test
  void aDeadlineThatHasPassedIsNamed() throws Exception {
    long instant = loop.time();
    loop.runUntilComplete(
        () -> {
          assertTimesOut("PT0.005S", () -> Asyncio.timeout(SHORT, () -> Asyncio.sleep(LONG)));
          assertTimesOut("PT0.005S", () -> Asyncio.waitFor(() -> Asyncio.sleep(LONG), SHORT));
          assertTimesOut("PT0.005S", () -> Asyncio.waitFor(loop.createFuture(), SHORT));
          String at = "at " + instant + " ns";
          assertTimesOut(at, () -> Asyncio.timeoutAt(instant, () -> Asyncio.sleep(LONG)));
          assertTimesOut(
              at,
              () ->
                  Asyncio.timeout(
                      LONG,
                      deadline -> {
                        deadline.reschedule(instant);
                        Asyncio.sleep(LONG);
                      }));
        });
  }

  private static void assertTimesOut(String which, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(TimeoutException.class)
        .hasMessage("deadline has passed: " + which);
  }

  @Test
  void whatIsCalledOutsideATaskIsNamed() {
    assertThatIllegalStateException()
        .isThrownBy(() -> Asyncio.timeout(SHORT, () -> say("never")))
        .withMessageStartingWith("timeout() called outside a task: PT0.005S;");
    assertThatIllegalStateException()
        .isThrownBy(() -> Asyncio.timeoutAt(3L, () -> say("never")))
        .withMessageStartingWith("timeoutAt() called outside a task: 3;");
    assertThatIllegalStateException()
        .isThrownBy(() -> Asyncio.waitFor(loop.createFuture(), SHORT))
        .withMessageStartingWith("waitFor() called outside a task: PT0.005S;");
    assertThatIllegalStateException()
        .isThrownBy(() -> Asyncio.waitFor(() -> say("never"), Duration.ZERO))
        .withMessageStartingWith("waitFor() called outside a task: PT0S;");
  }

  private static void assertRefuses(String name, ThrowingCallable call) {
    assertThatNullPointerException().isThrownBy(call).withMessage(name);
  }

  @Test
  void aNullIsRefusedByTheCallThatItWasGivenTo() throws Exception {
    assertRefuses("main", () -> Asyncio.run((Coroutine<?>) null));
    assertRefuses("main", () -> Asyncio.run((VoidCoroutine) null));
    assertRefuses("main", () -> new Runner().run((VoidCoroutine) null));
    assertRefuses("body", () -> loop.runUntilComplete((VoidCoroutine) null));
    assertRefuses("body", () -> Asyncio.runCoroutineThreadsafe((Coroutine<?>) null, loop));
    assertRefuses("body", () -> Asyncio.runCoroutineThreadsafe((VoidCoroutine) null, loop));
    assertRefuses("delay", () -> Asyncio.sleep(null));
    assertRefuses("inner", () -> Asyncio.shield((Future<?>) null));
    assertRefuses("call", () -> Asyncio.toThread((Callable<?>) null));
    assertRefuses("call", () -> Asyncio.toThread((VoidCallable) null));
    loop.runUntilComplete(
        () -> {
          assertRefuses("body", () -> Asyncio.createTask((Coroutine<?>) null));
          assertRefuses("body", () -> Asyncio.createTask((VoidCoroutine) null));
          assertRefuses("body", () -> Asyncio.createTask((VoidCoroutine) null, "name"));
          assertRefuses("body", () -> Asyncio.timeout(LONG, (Coroutine<?>) null));
          assertRefuses("body", () -> Asyncio.timeout(LONG, (VoidCoroutine) null));
          assertRefuses("body", () -> Asyncio.timeout(LONG, (Timeout.Body<?>) null));
          assertRefuses("body", () -> Asyncio.timeout(LONG, (Timeout.VoidBody) null));
          assertRefuses("body", () -> Asyncio.timeoutAt(null, (Coroutine<?>) null));
          assertRefuses("body", () -> Asyncio.timeoutAt(null, (VoidCoroutine) null));
          assertRefuses("future", () -> Asyncio.waitFor((Future<?>) null, LONG));
          assertRefuses("body", () -> Asyncio.waitFor((Coroutine<?>) null, LONG));
          assertRefuses("body", () -> Asyncio.waitFor((VoidCoroutine) null, LONG));
        });
  }

  @Test
  void aNullAmongSeveralIsRefusedBeforeAnythingStarts() throws Exception {
    Future<String> future = loop.createFuture();
    VoidCoroutine body = () -> say("never");
    Coroutine<String> valued = () -> fetch("never");
    loop.runUntilComplete(
        () -> {
          assertRefuses("futures[1]", () -> Asyncio.gather(future, null));
          assertRefuses("futures[1]", () -> Asyncio.gather(Arrays.asList(future, null)));
          assertRefuses("futures[0]", () -> Asyncio.gatherOutcomes(null, future));
          assertRefuses("bodies[1]", () -> Asyncio.gather(body, null));
          assertRefuses("bodies[1]", () -> Asyncio.gather(valued, null));
          List<Coroutine<String>> bodies = Arrays.asList(valued, null);
          assertRefuses("bodies[1]", () -> Asyncio.staggeredRace(bodies, null));
          Asyncio.sleep(Duration.ZERO);
          assertThat(Asyncio.allTasks()).hasSize(1);
        });

    assertThat(trace).isEmpty();
  }

  //
  @Test
  void whatATaskWithoutABodyWouldHaveOwnedIsClosed() {
    TaskOptions options = TaskOptions.DEFAULT.owns(() -> trace.add("closed"));

    assertRefuses("body", () -> loop.createTask((VoidCoroutine) null, options));

    assertThat(trace).containsExactly("closed");
  }
}
