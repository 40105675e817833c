// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The end of generators: by close, by the shutdown, by the end of their loop (EL-16).
@ParameterizedClass
@EnumSource(LoopKind.class)
final class AsyncGeneratorEndTest extends AsyncGeneratorFixture {
  AsyncGeneratorEndTest(LoopKind kind) {
    super(kind);
  }

  @Test
  void closingThrowsGeneratorExitAtTheYieldAndFinallyMaySuspend() throws Exception {
    loop.runUntilComplete(
        () -> {
          var generator =
              AsyncGenerator.<Integer>of(
                  out -> {
                    try {
                      out.yield(1);
                    } catch (GeneratorExit e) {
                      trace.add("exit");
                      throw e;
                    } finally {
                      pause();
                      trace.add("clean up");
                    }
                  });
          try (generator) {
            for (int i : generator) {
              trace.add("value " + i);
              break;
            }
          }
          trace.add("closed");
          generator.close();
          generator.aclose();
          assertThat(generator.anext(0)).isEqualTo(0);
        });

    assertThat(trace).containsExactly("value 1", "exit", "clean up", "closed");
  }

  @Test
  void closingAGeneratorThatNeverStartedRunsNothing() throws Exception {
    var generator = counting(1);

    generator.close();

    loop.runUntilComplete(() -> assertThat(generator.anext(9)).isEqualTo(9));
    assertThat(trace).isEmpty();
  }

  @Test
  void aBodyThatYieldsInsteadOfEndingIsAnError() throws Exception {
    loop.runUntilComplete(
        () -> {
          var generator =
              AsyncGenerator.<Integer>of(
                  out -> {
                    try {
                      out.yield(1);
                    } catch (GeneratorExit e) {
                      out.yield(2);
                    }
                    out.yield(3);
                  });
          assertThat(generator.anext()).isEqualTo(1);
          assertThatIllegalStateException()
              .isThrownBy(generator::aclose)
              .withMessageStartingWith("async generator ignored GeneratorExit");
          assertThat(generator.anext()).isEqualTo(3);
          generator.close();
        });
  }

  @Test
  void anExceptionOfTheCleanUpIsThrownByClose() throws Exception {
    var failure = new IOException("flush");
    loop.runUntilComplete(
        () -> {
          var generator =
              AsyncGenerator.<Integer>of(
                  out -> {
                    try {
                      out.yield(1);
                    } catch (GeneratorExit e) {
                      throw failure;
                    }
                  });
          generator.anext();
          assertThatThrownBy(generator::close)
              .isInstanceOf(UncheckedIOException.class)
              .hasCause(failure);
          generator.close();
        });
  }

  private AsyncGenerator<Integer> endless(String name) {
    return AsyncGenerator.of(
        out -> {
          try {
            for (int i = 0; ; i++) {
              out.yield(i);
            }
          } finally {
            trace.add(name + " closing");
            pause();
            pause();
            trace.add(name + " closed");
          }
        });
  }

  private AsyncGenerator<Integer> over(String name, AsyncGenerator<Integer> inner) {
    return AsyncGenerator.of(
        out -> {
          try (inner) {
            for (int i : inner) {
              out.yield(i);
            }
          } finally {
            trace.add(name + " closing");
            pause();
            trace.add(name + " closed");
          }
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shutdownClosesGeneratorsInsideOneAnotherOnceEach(boolean innerIsOlder) throws Exception {
    var reports = new ArrayList<ExceptionContext>();
    loop.setExceptionHandler((l, context) -> reports.add(context));
    loop.runUntilComplete(
        () -> {
          var inner = endless("inner");
          if (innerIsOlder) {
            inner.anext();
          }
          var outermost = over("outermost", over("outer", inner));
          outermost.anext();
          loop.shutdownAsyncgens();
        });

    assertThat(reports).isEmpty();
    assertThat(trace)
        .containsExactlyInAnyOrder(
            "inner closing",
            "inner closed",
            "outer closing",
            "outer closed",
            "outermost closing",
            "outermost closed");
  }

  @Test
  void shutdownWaitsForACleanUpThatReadsOnFromAnotherGenerator() throws Exception {
    var reports = new ArrayList<ExceptionContext>();
    loop.setExceptionHandler((l, context) -> reports.add(context));
    var inner =
        AsyncGenerator.<Integer>of(
            out -> {
              for (int i = 0; i < 3; i++) {
                pause();
                out.yield(i);
              }
              trace.add("inner ended");
            });
    var outer =
        AsyncGenerator.<Integer>of(
            out -> {
              try {
                out.yield(inner.anext());
              } finally {
                inner.forEach(i -> trace.add("left " + i));
              }
            });
    loop.runUntilComplete(
        () -> {
          outer.anext();
          loop.shutdownAsyncgens();
        });

    assertThat(reports).isEmpty();
    assertThat(trace).containsExactly("left 1", "left 2", "inner ended");
  }

  @Test
  void shutdownReportsGeneratorsThatCloseOneAnotherInACircleAndEnds() throws Exception {
    var reports = new ArrayList<Throwable>();
    loop.setExceptionHandler((l, context) -> reports.add(context.exception()));
    var circle = new ArrayList<AsyncGenerator<Integer>>();
    for (int i = 0; i < 3; i++) {
      int next = (i + 1) % 3;
      circle.add(
          AsyncGenerator.of(
              out -> {
                try {
                  out.yield(1);
                } finally {
                  pause();
                  circle.get(next).aclose();
                }
              }));
    }
    loop.runUntilComplete(
        () -> {
          for (var generator : circle) {
            generator.anext();
          }
          loop.shutdownAsyncgens();
        });

    assertThat(reports)
        .singleElement()
        .isInstanceOfSatisfying(
            IllegalStateException.class,
            e -> assertThat(e).hasMessageContaining("already running"));
    assertThat(loop.drivenBodies.isEmpty()).isTrue();
  }

  @Test
  void shutdownClosesEveryGeneratorAtOnceAndReportsFailures() throws Exception {
    loop.runUntilComplete(
        () -> {
          var failing =
              AsyncGenerator.<Integer>of(
                  out -> {
                    try {
                      out.yield(1);
                    } finally {
                      trace.add("fail");
                      pause();
                      throwIt(new IllegalArgumentException("late"));
                    }
                  });
          var slow =
              AsyncGenerator.<Integer>of(
                  out -> {
                    try {
                      out.yield(1);
                    } finally {
                      trace.add("slow");
                      pause();
                      pause();
                      trace.add("slow is clean");
                    }
                  });
          failing.anext();
          slow.anext();
          counting(1).forEach(i -> {});
          trace.clear();

          loop.shutdownAsyncgens();

          trace.add("shut down");
          assertThat(failures.unexpected().getFirst().get("asyncgen")).isSameAs(failing);
          assertThat(slow.anext(0)).isEqualTo(0);
          loop.shutdownAsyncgens();
        });

    assertThat(trace).containsExactly("fail", "slow", "slow is clean", "shut down");
    assertThat(failures.messages()).hasSize(1);
    assertThat(failures.messages().getFirst())
        .startsWith("an error occurred during closing of asynchronous generator <AsyncGenerator");
    assertThat(failures.unexpected().getFirst().exception()).hasMessage("late");
  }

  private static void throwIt(RuntimeException e) {
    throw e;
  }

  @Test
  void aGeneratorThatStartsAfterTheShutdownIsWorthAWarning() throws Exception {
    try (var log = LogRecorder.start()) {
      loop.runUntilComplete(
          () -> {
            loop.shutdownAsyncgens();
            assertThat(log.messages()).isEmpty();
            try (var generator = counting(1)) {
              assertThat(generator.anext()).isEqualTo(0);
            }
          });

      assertThat(log.messages()).hasSize(1);
      assertThat(log.messages().getFirst()).contains("after shutdownAsyncgens()");
    }
  }

  @Test
  void aClosedLoopEndsTheBodiesThatAreLeft() throws Exception {
    var threads = new ArrayList<Thread>();
    var standing = standing(threads, false);
    var waiting = standing(threads, true);
    loop.createTask(
        () -> {
          try (standing) {
            standing.anext();
            loop.createFuture().await();
          }
        });
    loop.createTask(() -> waiting.anext());
    loop.callSoon(() -> loop.callSoon(loop::stop));
    loop.runForever();

    loop.close();

    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(threads).hasSize(2);
    assertThat(trace)
        .containsExactly("CancelledError", "no suspension", "CancelledError", "no suspension");
    standing.close();
  }

  private AsyncGenerator<Integer> standing(List<Thread> threads, boolean waits) {
    return AsyncGenerator.of(
        out -> {
          threads.add(Thread.currentThread());
          try {
            if (waits) {
              Asyncio.sleep(LONG);
            }
            out.yield(1);
          } catch (Throwable t) {
            trace.add(t.getClass().getSimpleName());
            try {
              pause();
            } catch (CancelledError e) {
              trace.add("no suspension");
            }
            throw t;
          }
        });
  }

  @Test
  void aBodyThatIgnoresTheClosedLoopIsLeftWhereItIs() throws Exception {
    var generator =
        AsyncGenerator.<Integer>of(
            out -> {
              while (true) {
                try {
                  out.yield(1);
                } catch (CancelledError e) {
                  trace.add("ignored");
                }
              }
            });
    try (var log = LogRecorder.start()) {
      loop.runUntilComplete(() -> assertThat(generator.anext()).isEqualTo(1));

      loop.close();

      assertThat(log.messages()).anyMatch(m -> m.startsWith("task ignores that its loop is"));
    }
    assertThat(trace).isNotEmpty();
  }
}
