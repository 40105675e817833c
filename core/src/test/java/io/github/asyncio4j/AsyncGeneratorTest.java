// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Generators whose bodies may suspend (EL-16).
@ParameterizedClass
@EnumSource(LoopKind.class)
final class AsyncGeneratorTest extends AsyncGeneratorFixture {
  AsyncGeneratorTest(LoopKind kind) {
    super(kind);
  }

  @Test
  void theBodyMakesAValueOnlyWhenItIsAskedFor() throws Exception {
    loop.runUntilComplete(
        () -> {
          var generator = counting(2);
          pause();
          trace.add("first");
          assertThat(generator.anext()).isEqualTo(0);
          trace.add("second");
          assertThat(generator.anext()).isEqualTo(1);
          trace.add("third");
          assertThatThrownBy(generator::anext).isInstanceOf(NoSuchElementException.class);
          assertThat(generator.anext(7)).isEqualTo(7);
        });

    assertThat(trace).containsExactly("first", "make 0", "second", "make 1", "third", "clean up");
  }

  @Test
  void aBodyThatDoesNotSuspendCostsNoIteration() throws Exception {
    loop.runUntilComplete(
        () -> {
          loop.callSoon(() -> trace.add("next iteration"));
          for (int i : counting(3)) {
            trace.add("take " + i);
          }
        });

    assertThat(trace)
        .startsWith("make 0", "take 0", "make 1", "take 1", "make 2", "take 2", "clean up");
  }

  @Test
  void aValueThatIsMadeAfterASuspensionReachesTheConsumerInTheSameIteration() throws Exception {
    loop.runUntilComplete(
        () -> {
          Future<Integer> gate = loop.createFuture();
          var generator = AsyncGenerator.<Integer>of(out -> out.yield(gate.await()));
          loop.callSoon(
              () -> {
                gate.setResult(1);
                loop.callSoon(() -> loop.callSoon(() -> trace.add("one iteration later")));
              });
          trace.add("value " + generator.anext());
          pause();
          pause();
        });

    assertThat(trace).containsExactly("value 1", "one iteration later");
  }

  @Test
  void twoLoopsOverOneGeneratorShareItsValues() throws Exception {
    loop.runUntilComplete(
        () -> {
          var generator = counting(4);
          for (int i : generator) {
            if (i == 1) {
              break;
            }
          }
          var rest = new ArrayList<Integer>();
          generator.forEach(rest::add);
          assertThat(rest).containsExactly(2, 3);
        });
  }

  @Test
  void askingWhetherThereIsMoreTakesNothing() throws Exception {
    loop.runUntilComplete(
        () -> {
          var generator = counting(1);
          assertThat(generator.iterator().hasNext()).isTrue();
          assertThat(generator.iterator().hasNext()).isTrue();
          assertThat(generator.anext()).isEqualTo(0);
          assertThat(generator.iterator().hasNext()).isFalse();
          assertThatThrownBy(generator.iterator()::next).isInstanceOf(NoSuchElementException.class);
        });
  }

  @Test
  void valuesMayBeNull() throws Exception {
    loop.runUntilComplete(
        () -> {
          var values = new ArrayList<String>();
          AsyncGenerator.<String>of(
                  out -> {
                    out.yield(null);
                    out.yield("a");
                  })
              .forEach(values::add);
          assertThat(values).containsExactly(null, "a");
        });
  }

  @Test
  void anExceptionOfTheBodyIsThrownOnceAsItIs() throws Exception {
    var failure = new IOException("disk");
    loop.runUntilComplete(
        () -> {
          var generator =
              AsyncGenerator.<Integer>of(
                  out -> {
                    throw failure;
                  });
          assertThatThrownBy(generator::anext).isSameAs(failure);
          assertThatThrownBy(generator::anext).isInstanceOf(NoSuchElementException.class);
          generator.close();
        });

    assertThat(failures.unexpected()).isEmpty();
  }

  @Test
  void aForEachLoopWrapsCheckedExceptionsOnly() throws Exception {
    var io = new IOException("disk");
    var checked = new TimeoutException("late");
    var unchecked = new IllegalArgumentException("bad");
    loop.runUntilComplete(
        () -> {
          assertThatThrownBy(() -> failing(io).forEach(i -> {}))
              .isInstanceOf(UncheckedIOException.class)
              .hasCause(io);
          assertThatThrownBy(() -> failing(checked).forEach(i -> {}))
              .isInstanceOf(CompletionException.class)
              .hasCause(checked);
          assertThatThrownBy(() -> failing(unchecked).forEach(i -> {})).isSameAs(unchecked);
        });
  }

  private static AsyncGenerator<Integer> failing(Exception failure) {
    return AsyncGenerator.of(
        out -> {
          throw failure;
        });
  }

  @Test
  void aBodyCannotFeignTheEndByItsException() throws Exception {
    loop.runUntilComplete(
        () ->
            assertThatIllegalStateException()
                .isThrownBy(() -> failing(new NoSuchElementException("none")).anext())
                .withCauseInstanceOf(NoSuchElementException.class));
  }

  @Test
  void onlyOneConsumerAtATime() throws Exception {
    loop.runUntilComplete(
        () -> {
          Future<Integer> gate = loop.createFuture();
          var generator = AsyncGenerator.<Integer>of(out -> out.yield(gate.await()));
          var first = loop.createTask(() -> generator.anext());
          pause();
          assertThatIllegalStateException()
              .isThrownBy(generator::anext)
              .withMessageStartingWith("anext(): asynchronous generator is already running");
          assertThatIllegalStateException()
              .isThrownBy(generator::close)
              .withMessageStartingWith("close(): asynchronous generator is already running");
          gate.setResult(5);
          assertThat(first.await()).isEqualTo(5);
          generator.close();
        });
  }

  @Test
  void aBodyCannotIterateOrCloseItself() throws Exception {
    loop.runUntilComplete(
        () -> {
          var self = new ArrayList<AsyncGenerator<Integer>>();
          self.add(
              AsyncGenerator.of(
                  out -> {
                    assertThatIllegalStateException().isThrownBy(self.getFirst()::anext);
                    assertThatIllegalStateException().isThrownBy(self.getFirst()::close);
                    out.yield(1);
                  }));
          assertThat(self.getFirst().anext()).isEqualTo(1);
        });
  }

  @Test
  void cancellingTheConsumerCancelsTheBodyWhereItIsSuspended() throws Exception {
    loop.runUntilComplete(
        () -> {
          var generator =
              AsyncGenerator.<Integer>of(
                  out -> {
                    try {
                      Asyncio.sleep(LONG);
                    } catch (CancelledError e) {
                      trace.add("body " + e.getMessage());
                      throw e;
                    } finally {
                      pause();
                      trace.add("clean up");
                    }
                  });
          var consumer = loop.createTask(() -> generator.anext());
          pause();
          consumer.cancel("enough");
          assertThatThrownBy(consumer::await).isInstanceOf(CancelledError.class);
          assertThat(consumer.cancelled()).isTrue();
          assertThat(generator.anext(0)).isEqualTo(0);
        });

    assertThat(trace).containsExactly("body enough", "clean up");
  }

  @Test
  void aBodyThatSwallowsTheCancelGoesOnAndItsConsumerToo() throws Exception {
    loop.runUntilComplete(
        () -> {
          var generator =
              AsyncGenerator.<String>of(
                  out -> {
                    try {
                      Asyncio.sleep(LONG);
                    } catch (CancelledError e) {
                      out.yield("swallowed");
                    }
                    out.yield("more");
                  });
          var consumer = loop.createTask(() -> generator.anext() + " " + generator.anext());
          pause();
          consumer.cancel();
          assertThat(consumer.await()).isEqualTo("swallowed more");
          assertThat(consumer.cancelling()).isEqualTo(1);
          generator.close();
        });
  }

  @Test
  void aTimeLimitOfTheConsumerHoldsInsideTheBody() throws Exception {
    loop.runUntilComplete(
        () -> {
          var generator =
              AsyncGenerator.<Integer>of(
                  out -> {
                    out.yield(1);
                    Asyncio.sleep(LONG);
                  });
          generator.anext();
          Coroutine<Integer> next = generator::anext;
          assertThatThrownBy(() -> Asyncio.waitFor(next, Duration.ofMillis(1)))
              .isInstanceOf(TimeoutException.class);
          assertThat(Asyncio.currentTask().cancelling()).isZero();
        });
  }

  @Test
  void cancellingTheOneWhoClosesCancelsTheCleanUp() throws Exception {
    loop.runUntilComplete(
        () -> {
          var generator =
              AsyncGenerator.<Integer>of(
                  out -> {
                    try {
                      out.yield(1);
                    } finally {
                      Asyncio.sleep(LONG);
                    }
                  });
          generator.anext();
          VoidCoroutine close = generator::aclose;
          var closer = loop.createTask(close);
          pause();
          closer.cancel();
          assertThatThrownBy(closer::await).isInstanceOf(CancelledError.class);
          generator.close();
        });
  }

  @Test
  void aBodyThatABlockingCallSuspendsReachesItsConsumerToo() throws Exception {
    loop.runUntilComplete(
        () -> {
          var generator =
              AsyncGenerator.<Integer>of(
                  out -> {
                    Thread.sleep(1);
                    out.yield(1);
                    Thread.sleep(1);
                  });
          assertThat(generator.anext()).isEqualTo(1);
          assertThat(generator.anext(2)).isEqualTo(2);
        });
  }

  @Test
  void theBodyRunsInTheContextOfWhoeverConsumes() throws Exception {
    var number = ContextVar.of("number", 0);
    loop.runUntilComplete(
        () -> {
          var generator =
              AsyncGenerator.<Integer>of(
                  out -> {
                    number.set(1);
                    out.yield(number.get());
                    out.yield(number.get());
                    pause();
                    out.yield(number.get());
                  });
          assertThat(generator.anext()).isEqualTo(1);
          assertThat(number.get()).isEqualTo(1);
          number.set(2);
          assertThat(generator.anext()).isEqualTo(2);
          var other =
              loop.createTask(
                  () -> {
                    number.set(3);
                    return generator.anext();
                  });
          assertThat(other.await()).isEqualTo(3);
          assertThat(number.get()).isEqualTo(2);
          generator.close();
        });
  }

  @Test
  void theTaskOfTheBodyIsInNoSetAndTakesNoNumber() throws Exception {
    loop.runUntilComplete(
        () -> {
          Task<?> consumer = Task.currentTask();
          int before = numberOf(loop.createTask(AsyncGeneratorTest::pause));
          var generator =
              AsyncGenerator.<Task<?>>of(
                  out -> {
                    assertThat(Asyncio.allTasks()).contains(consumer);
                    out.yield(Asyncio.currentTask());
                    Asyncio.sleep(LONG);
                  });
          Task<?> body = generator.anext();
          assertThat(body).isNotSameAs(consumer);
          assertThat(Asyncio.allTasks()).doesNotContain(body);
          assertThat(numberOf(loop.createTask(AsyncGeneratorTest::pause))).isEqualTo(before + 1);

          var waiting = loop.createTask(() -> generator.anext());
          pause();
          var awaiters = new ArrayList<Future<?>>();
          body.forEachAwaiter(awaiters::add);
          assertThat(awaiters).containsExactly(waiting);
          waiting.cancel();
          assertThatThrownBy(waiting::await).isInstanceOf(CancelledError.class);
        });
  }

  private static int numberOf(Task<?> task) {
    return Integer.parseInt(task.getName().substring("Task-".length()));
  }

  @Test
  void generatorsMayFeedGenerators() throws Exception {
    loop.runUntilComplete(
        () -> {
          AsyncGenerator<Integer> chain = counting(10);
          for (int i = 0; i < 40; i++) {
            chain = plusOne(chain, i % 7 == 0);
          }
          var values = new ArrayList<Integer>();
          try (var last = chain) {
            for (int i : last) {
              values.add(i);
              if (i == 42) {
                break;
              }
            }
          }
          assertThat(values).containsExactly(40, 41, 42);
        });

    assertThat(trace).containsExactly("make 0", "make 1", "make 2", "clean up");
  }

  private static AsyncGenerator<Integer> plusOne(AsyncGenerator<Integer> source, boolean pausing) {
    return AsyncGenerator.of(
        out -> {
          try (source) {
            for (int i : source) {
              if (pausing) {
                pause();
              }
              out.yield(i + 1);
            }
          }
        });
  }

  @Test
  void yieldIsRefusedOutsideTheBody() throws Exception {
    loop.runUntilComplete(
        () -> {
          var leaked = new ArrayList<AsyncGenerator.Yielder<Integer>>();
          var generator =
              AsyncGenerator.<Integer>of(
                  out -> {
                    leaked.add(out);
                    VoidCoroutine child = () -> out.yield(1);
                    assertThatIllegalStateException()
                        .isThrownBy(() -> loop.createTask(child).await());
                    out.yield(2);
                  });
          assertThat(generator.anext()).isEqualTo(2);
          assertThatIllegalStateException()
              .isThrownBy(() -> leaked.getFirst().yield(3))
              .withMessageStartingWith("yield() called outside the body");
          generator.close();
        });
  }

  @Test
  void aGeneratorBelongsToTheLoopThatIteratesItFirst() throws Exception {
    var generator = counting(2);
    assertThatIllegalStateException()
        .isThrownBy(generator::anext)
        .withMessageStartingWith("anext() called outside a task");
    loop.runUntilComplete(() -> assertThat(generator.anext()).isEqualTo(0));

    try (var other = kind.newLoop()) {
      other.runUntilComplete(
          () ->
              assertThatIllegalStateException()
                  .isThrownBy(generator::anext)
                  .withMessageContaining("attached to a different loop"));
    }
  }

  @Test
  void anErrorThatEndsTheRunGoesThroughTheConsumer() {
    var generator =
        AsyncGenerator.<Integer>of(
            out -> {
              throw new SystemExit(3);
            });

    assertThatThrownBy(() -> loop.runUntilComplete(() -> generator.anext()))
        .isInstanceOf(SystemExit.class);
  }

  @Test
  void theTextOfAGeneratorTellsItsState() throws Exception {
    loop.runUntilComplete(
        () -> {
          var generator = counting(1);
          assertThat(generator.toString()).startsWith("<AsyncGenerator new body=<");
          generator.anext();
          assertThat(generator.toString()).startsWith("<AsyncGenerator idle body=<");
          generator.close();
          assertThat(generator).hasToString("<AsyncGenerator ended>");
        });
  }
}
