// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.testing.ExceptionRecorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Futures in the order in which they are done (TC-06).
@ParameterizedClass
@EnumSource(LoopKind.class)
final class AsCompletedTest {
  private static final Duration SHORT = Duration.ofMillis(1);

  private final LoopKind kind;
  private final BaseEventLoop loop;
  private final ExceptionRecorder failures;
  private final Future<String> a;
  private final Future<String> b;
  private final List<String> trace = new ArrayList<>();

  AsCompletedTest(LoopKind kind) {
    this.kind = kind;
    this.loop = kind.newLoop();
    this.failures = ExceptionRecorder.on(loop);
    this.a = loop.createFuture();
    this.b = loop.createFuture();
  }

  @AfterEach
  void closeLoop() {
    loop.close();
    assertThat(failures.messages()).isEmpty();
  }

  @Test
  void itReturnsTheFuturesThatWereGivenInTheOrderOfTheirEnds() throws Exception {
    loop.callSoon(() -> b.setResult("b"));
    loop.callLater(SHORT, () -> a.setResult("a"));

    List<Future<String>> order =
        loop.runUntilComplete(
            () -> {
              var done = new ArrayList<Future<String>>();
              for (Future<String> future : Asyncio.asCompleted(List.of(a, b, a))) {
                assertThat(future.done()).isTrue();
                done.add(future);
              }
              return done;
            });

    assertThat(order).containsExactly(b, a);
  }

  @Test
  void ofNothingItReturnsNothing() throws Exception {
    loop.runUntilComplete(
        () -> {
          Iterator<Future<String>> none = Asyncio.<String>asCompleted(List.of()).iterator();
          assertThat(none.hasNext()).isFalse();
          assertThatThrownBy(none::next).isInstanceOf(NoSuchElementException.class);
        });
  }

  @Test
  void whenTheTimeIsOverFailedOnesComeInPlaceOfTheRest() throws Exception {
    Future<String> c = loop.createFuture();
    c.setResult("c");
    loop.runUntilComplete(
        () -> {
          Iterator<Future<String>> all = Asyncio.asCompleted(List.of(a, b, c), SHORT).iterator();
          assertThat(all.next()).isSameAs(c);
          assertThatThrownBy(() -> all.next().await()).isInstanceOf(TimeoutException.class);
          // Not looked at, and not reported for it.
          all.next();
          assertThat(all.hasNext()).isFalse();
        });

    assertThat(a.toString()).isEqualTo("<Future pending>");
  }

  @Test
  void aTaskThatIsCancelledInItTakesNothingAway() throws Exception {
    loop.runUntilComplete(
        () -> {
          Iterator<Future<String>> all = Asyncio.asCompleted(List.of(a, b)).iterator();
          Task<?> first = loop.createTask(() -> all.next());
          Task<Future<String>> second = loop.createTask(() -> all.next());
          Asyncio.sleep(Duration.ZERO);
          a.setResult("a");
          Asyncio.sleep(Duration.ZERO);
          // It is woken, and has not run yet.
          first.cancel();

          assertThatThrownBy(first::await).isInstanceOf(CancelledError.class);
          assertThat(second.await()).isSameAs(a);
          assertThat(all.hasNext()).isTrue();
          b.setResult("b");
          assertThat(all.next()).isSameAs(b);
        });
  }

  @Test
  void tasksThatShareItAreServedInTheirOrder() throws Exception {
    loop.runUntilComplete(
        () -> {
          Iterator<Future<String>> all = Asyncio.asCompleted(List.of(a, b)).iterator();
          Task<?> x = loop.createTask(() -> trace.add("x " + all.next().result()));
          Task<?> y = loop.createTask(() -> trace.add("y " + all.next().result()));
          Asyncio.sleep(Duration.ZERO);
          assertThat(all.hasNext()).isFalse();
          b.setResult("b");
          a.setResult("a");
          x.await();
          y.await();
        });

    assertThat(trace).containsExactly("x b", "y a");
  }

  @Test
  void itRefusesFuturesOfDifferentLoopsAndOtherThreads() throws Exception {
    try (BaseEventLoop other = kind.newLoop()) {
      Future<String> foreign = other.createFuture();
      assertThatThrownBy(() -> Asyncio.asCompleted(List.of(a, foreign)))
          .isInstanceOf(IllegalArgumentException.class);
    }
    Iterator<Future<String>> all = Asyncio.asCompleted(List.of(a)).iterator();
    assertThatThrownBy(all::next).isInstanceOf(IllegalStateException.class);
  }
}
