// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.mistakes;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.InvalidStateException;
import io.github.asyncio4j.LoopKind;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Mistakes with futures.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class FutureMistakesTest extends MistakeCase {
  FutureMistakesTest(LoopKind kind) {
    super(kind);
  }

  private static final String INSTEAD =
      "; it is done already: ask done() before, or use trySetResult()";

  @Mistake(2)
  void aResultIsSetTwice() {
    Future<String> future = loop.createFuture();
    future.setResult("first");

    assertThrows(
        InvalidStateException.class,
        "invalid state: <Future finished result=first>" + INSTEAD,
        () -> future.setResult("second"));
    assertThrows(
        InvalidStateException.class,
        "invalid state: <Future finished result=first>" + INSTEAD,
        () -> future.setException(new IOException()));
  }

  @Mistake(2)
  void aResultIsSetOnWhatWasCancelledMeanwhile() {
    Future<String> future = loop.createFuture();
    future.cancel();

    assertThrows(
        InvalidStateException.class,
        "invalid state: <Future cancelled>" + INSTEAD,
        () -> future.setResult("late"));
  }

  @Mistake(2)
  void aResultIsAskedForThatIsNotThereYet() {
    Future<String> future = loop.createFuture();

    assertThrows(
        InvalidStateException.class,
        "Result is not set: <Future pending>; await() it, or ask done() before",
        future::result);
    assertThrows(
        InvalidStateException.class,
        "Exception is not set: <Future pending>; await() it, or ask done() before",
        future::exception);
  }

  @Mistake(2)
  void aFutureIsMadeWhereNoLoopRuns() {
    assertThrows(
        IllegalStateException.class,
        "no running event loop in thread '"
            + Thread.currentThread().getName()
            + "': start one by Asyncio.run(() -> ...), reach one from another thread by its"
            + " callSoonThreadsafe() or by Asyncio.runCoroutineThreadsafe()",
        () -> Future.completed("a"));
  }

  @Mistake(2)
  void aFutureIsAwaitedOutsideATask() {
    Future<String> future = loop.createFuture();

    assertRefuses(
        "await() called outside a task of "
            + loop
            + "; call it in Asyncio.run(() -> ...), from another thread in"
            + " Asyncio.runCoroutineThreadsafe(() -> ..., loop)",
        future::await);
  }

  @Mistake(2)
  void aFutureIsAwaitedInACallback() throws Exception {
    run(
        () -> {
          Future<String> future = loop.createFuture();
          assertThat(thrownInCallback(future::await))
              .hasMessage(
                  "await() called outside a task of "
                      + loop
                      + "; a callback cannot wait, have it start a task: createTask(() -> ...)");
        });
  }

  @Mistake(2)
  void theFailureOfAFutureIsNeverLookedAt() {
    loop.createFuture().setException(new IOException("broken"));
    loop.close();

    var report = report();
    assertThat(report.message())
        .isEqualTo("Future exception was never retrieved: await it, or ask its exception()");
    assertThat(report.get("future"))
        .isEqualTo("<Future finished exception=java.io.IOException: broken>");
  }

  @Mistake(2)
  void aFutureIsToBeOfAnotherLoop() throws Exception {
    try (var other = kind.newLoop()) {
      Future<String> future = other.createFuture();
      assertRefusesArgument(
          "The future belongs to a different loop than the one specified: <Future pending>; it is"
              + " of "
              + other,
          () -> Asyncio.ensureFuture(future, loop));
    }
  }
}
