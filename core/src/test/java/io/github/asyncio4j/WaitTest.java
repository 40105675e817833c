// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.testing.ExceptionRecorder;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Waiting for several futures without looking at their outcomes (TC-05).
@ParameterizedClass
@EnumSource(LoopKind.class)
final class WaitTest {
  private static final Duration SHORT = Duration.ofMillis(1);

  private final LoopKind kind;
  private final BaseEventLoop loop;
  private final Future<String> a;
  private final Future<String> b;
  private final ExceptionRecorder failures;

  WaitTest(LoopKind kind) {
    this.kind = kind;
    this.loop = kind.newLoop();
    this.a = loop.createFuture();
    this.b = loop.createFuture();
    this.failures = ExceptionRecorder.on(loop);
  }

  @AfterEach
  void closeLoop() {
    loop.close();
    assertThat(failures.messages()).isEmpty();
  }

  private static int awaitersOf(Future<?> future) {
    var count = new int[1];
    future.forEachAwaiter(awaiter -> count[0]++);
    return count[0];
  }

  @Test
  void itReturnsWhenAllAreDone() throws Exception {
    loop.callSoon(() -> b.setResult("b"));
    loop.callLater(SHORT, () -> a.setResult("a"));

    DoneAndPending<String> both = loop.runUntilComplete(() -> Asyncio.wait(List.of(a, b, a)));

    assertThat(both.done()).containsExactly(a, b);
    assertThat(both.pending()).isEmpty();
  }

  @Test
  void itReturnsWhenTheFirstIsDoneAndLeavesTheOthersAlone() throws Exception {
    loop.callSoon(() -> b.setException(new IllegalStateException("b")));

    DoneAndPending<String> both =
        loop.runUntilComplete(() -> Asyncio.wait(List.of(a, b), null, ReturnWhen.FIRST_COMPLETED));

    assertThat(both.done()).containsExactly(b);
    assertThat(both.pending()).containsExactly(a);
    assertThat(a.done()).isFalse();
    assertThat(awaitersOf(a)).isZero();
    assertThat(b.exception()).hasMessage("b");
  }

  @Test
  void aCancellationIsNoFirstException() throws Exception {
    Future<String> c = loop.createFuture();
    loop.callSoon(() -> a.cancel());
    loop.callLater(SHORT, () -> b.setException(new IllegalStateException("b")));

    DoneAndPending<String> three =
        loop.runUntilComplete(
            () -> Asyncio.wait(List.of(a, b, c), null, ReturnWhen.FIRST_EXCEPTION));

    assertThat(three.done()).containsExactly(a, b);
    assertThat(three.pending()).containsExactly(c);
    assertThat(b.exception()).hasMessage("b");
  }

  @Test
  void theEndOfTheTimeIsNoError() throws Exception {
    a.setResult("a");

    DoneAndPending<String> both =
        loop.runUntilComplete(() -> Asyncio.wait(List.of(a, b), Duration.ZERO));

    assertThat(both.done()).containsExactly(a);
    assertThat(both.pending()).containsExactly(b);
    assertThat(b.done()).isFalse();
    assertThat(awaitersOf(b)).isZero();
  }

  @Test
  void whatIsDoneLaterDoesNotMove() throws Exception {
    DoneAndPending<String> none = loop.runUntilComplete(() -> Asyncio.wait(List.of(a), SHORT));
    a.setResult("a");

    assertThat(none.pending()).containsExactly(a);
    assertThat(none.done()).isEmpty();
  }

  @Test
  void itCancelsNothingWhenItIsCancelled() throws Exception {
    loop.runUntilComplete(
        () -> {
          Task<?> waiter = loop.createTask(() -> Asyncio.wait(List.of(a, b)));
          Asyncio.sleep(Duration.ZERO);
          assertThat(awaitersOf(a)).isOne();
          waiter.cancel();

          assertThatThrownBy(waiter::await).isInstanceOf(CancelledError.class);
        });

    assertThat(a.done()).isFalse();
    assertThat(awaitersOf(a)).isZero();
    assertThat(a.toString()).isEqualTo("<Future pending>");
  }

  @Test
  void itTakesOneIterationForFuturesThatAreDone() throws Exception {
    a.setResult("a");

    boolean callbackRan =
        loop.runUntilComplete(
            () -> {
              var ran = new boolean[1];
              loop.callSoon(() -> ran[0] = true);
              Asyncio.wait(Set.of(a));
              return ran[0];
            });

    assertThat(callbackRan).isTrue();
  }

  @Test
  void itRefusesNothingAndFuturesOfOtherLoops() throws Exception {
    try (BaseEventLoop other = kind.newLoop()) {
      Future<String> foreign = other.createFuture();
      loop.runUntilComplete(
          () -> {
            assertThatThrownBy(() -> Asyncio.wait(List.of()))
                .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Asyncio.wait(List.of(a, foreign)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("different event loops");
          });
    }
    assertThat(awaitersOf(a)).isZero();
    assertThatThrownBy(() -> Asyncio.wait(List.of(a))).isInstanceOf(IllegalStateException.class);
  }
}
