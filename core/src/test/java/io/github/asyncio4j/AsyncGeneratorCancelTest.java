// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.flow.Publishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Cancellation that goes from a consumer to the body of its generator and back (EL-16).
@ParameterizedClass
@EnumSource(LoopKind.class)
final class AsyncGeneratorCancelTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final BaseEventLoop loop;
  private final List<String> trace = new ArrayList<>();

  AsyncGeneratorCancelTest(LoopKind kind) {
    this.loop = kind.newLoop();
  }

  @AfterEach
  void closeLoop() {
    loop.close();
  }

  private static void pause() {
    Asyncio.sleep(Duration.ZERO);
  }

  // TK-05
  @Test
  void aCancelThatTheBodySwallowsLeavesNoRequestBehindInTheBody() throws Exception {
    var generator =
        AsyncGenerator.<Integer>of(
            out -> {
              try {
                Asyncio.sleep(LONG);
              } catch (CancelledError e) {
                out.yield(1);
              }
              trace.add("requests " + Task.currentTask().cancelling());
              new TaskGroup()
                  .run(
                      group -> {
                        group.cancel();
                        Asyncio.sleep(LONG);
                      });
              pause();
              out.yield(2);
            });
    loop.runUntilComplete(
        () -> {
          int first = Asyncio.timeout(Duration.ofMillis(1), () -> generator.anext());
          assertThat(first).isEqualTo(1);
          assertThat(generator.anext()).isEqualTo(2);
          assertThat(Task.currentTask().cancelling()).isZero();
          generator.close();
        });

    assertThat(trace).containsExactly("requests 0");
  }

  // TK-05
  @Test
  void aDeadlineThatPassesWhileTheBodyStandsAtAYieldIsTheBodysAndNotTheConsumers()
      throws Exception {
    var generator =
        AsyncGenerator.<Integer>of(
            out -> {
              try {
                Asyncio.timeout(
                    Duration.ofMillis(1),
                    () -> {
                      out.yield(1);
                      trace.add("requests " + Task.currentTask().cancelling());
                      Asyncio.sleep(LONG);
                    });
              } catch (TimeoutException e) {
                trace.add("timeout");
              }
              out.yield(2);
            });
    loop.runUntilComplete(
        () -> {
          assertThat(generator.anext()).isEqualTo(1);
          Asyncio.sleep(Duration.ofMillis(3));
          assertThat(Task.currentTask().cancelling()).isZero();
          assertThat(loop.createTask(() -> generator.anext()).await()).isEqualTo(2);
          generator.close();
        });

    assertThat(trace).containsExactly("requests 1", "timeout");
  }

  @Test
  void aBodyCannotAwaitTheTaskThatWaitsForIt() throws Exception {
    var generator =
        AsyncGenerator.<Integer>of(
            out -> {
              assertThatThrownBy(() -> Objects.requireNonNull(consumer).await())
                  .isInstanceOf(IllegalStateException.class)
                  .hasMessageContaining("cannot await on itself");
              out.yield(1);
            });
    loop.runUntilComplete(
        () -> {
          consumer =
              loop.createTask(
                  () -> {
                    trace.add("got " + generator.anext());
                  });
          consumer.await();
          generator.close();
        });

    assertThat(trace).containsExactly("got 1");
  }

  //
  @Test
  void aRequestThatIsTakenBackBeforeItsStepIsTakenBackInTheBodyToo() throws Exception {
    Future<Integer> future = loop.createFuture();
    var generator = AsyncGenerator.<Integer>of(out -> out.yield(future.await()));
    loop.runUntilComplete(
        () -> {
          var consumer = loop.createTask(() -> generator.anext());
          pause();
          pause();
          future.setResult(7);
          consumer.cancel();
          consumer.uncancel();
          assertThat(consumer.await()).isEqualTo(7);
          generator.close();
        });
  }

  @Test
  void aCancelThatTheBodyDoesNotMeetIsThrownByTheConsumersNextAwait() throws Exception {
    Future<Integer> future = loop.createFuture();
    var generator =
        AsyncGenerator.<Integer>of(
            out -> {
              Task<?> consumer = Objects.requireNonNull(this.consumer);
              loop.callSoon(() -> future.setResult(3));
              future.await();
              // The body has the turn, and its consumer waits for it.
              consumer.cancel("late");
              out.yield(5);
            });
    loop.runUntilComplete(
        () -> {
          consumer =
              loop.createTask(
                  () -> {
                    trace.add("got " + generator.anext());
                    pause();
                    trace.add("not reached");
                  });
          assertThatThrownBy(consumer::await).isInstanceOf(CancelledError.class).hasMessage("late");
          generator.close();
        });

    assertThat(trace).containsExactly("got 5");
  }

  private @Nullable Task<?> consumer;

  @Test
  void generatorsMayBeNestedThousandsDeep() throws Exception {
    loop.runUntilComplete(
        () -> {
          int sum = 0;
          try (var generator = nested(2_000)) {
            for (int value : generator) {
              sum += value;
            }
          }
          assertThat(sum).isEqualTo(3);
        });
  }

  private static AsyncGenerator<Integer> nested(int depth) {
    return AsyncGenerator.of(
        out -> {
          if (depth == 0) {
            for (int i = 0; i < 3; i++) {
              pause();
              out.yield(i);
            }
          } else {
            try (var inner = nested(depth - 1)) {
              for (int value : inner) {
                out.yield(value);
              }
            }
          }
        });
  }

  @Test
  void aSubscriptionMayBeCancelledByTheBodyThatFeedsIt() throws Exception {
    cancelFromBody();
    loop.setTaskFactory(Asyncio.eagerTaskFactory());
    cancelFromBody();

    assertThat(trace)
        .containsExactly(
            "next 1",
            "exit",
            "cleaned up", //
            "next 1",
            "exit",
            "cleaned up");
  }

  private void cancelFromBody() throws Exception {
    var subscriptions = new ArrayList<Flow.Subscription>();
    Future<String> ended = loop.createFuture();
    Flow.Publisher<Integer> publisher =
        Publishers.ofGenerators(
            loop,
            () ->
                AsyncGenerator.of(
                    out -> {
                      try {
                        out.yield(1);
                        subscriptions.getFirst().cancel();
                        out.yield(2);
                      } catch (GeneratorExit e) {
                        trace.add("exit");
                        pause();
                        trace.add("cleaned up");
                        throw e;
                      } finally {
                        ended.setResult("");
                      }
                    }));
    loop.runUntilComplete(
        () -> {
          publisher.subscribe(new Greedy(subscriptions));
          Asyncio.waitFor(ended, LONG);
          pause();
        });
  }

  /// Asks for more than there is.
  private final class Greedy implements Flow.Subscriber<Integer> {
    private final List<Flow.Subscription> subscriptions;

    Greedy(List<Flow.Subscription> subscriptions) {
      this.subscriptions = subscriptions;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscriptions.add(subscription);
      subscription.request(10);
    }

    @Override
    public void onNext(Integer value) {
      trace.add("next " + value);
    }

    @Override
    public void onError(Throwable failure) {
      trace.add("error " + failure);
    }

    @Override
    public void onComplete() {
      trace.add("complete");
    }
  }

  @Test
  void aTimeLimitOfTheConsumerIsATimeOutThere() throws Exception {
    loop.runUntilComplete(
        () -> {
          try (var generator = AsyncGenerator.<Integer>of(out -> Asyncio.sleep(LONG))) {
            assertThatThrownBy(() -> Asyncio.timeout(Duration.ofMillis(1), () -> generator.anext()))
                .isInstanceOf(TimeoutException.class);
          }
          pause();
        });
  }
}
