// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.flow.Publishers;
import io.github.asyncio4j.testing.ExceptionRecorder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Generators as publishers, publishers as generators; the rules are in [FlowRulesTest].
@ParameterizedClass
@EnumSource(LoopKind.class)
final class FlowTest {
  private final BaseEventLoop loop;
  private final ExceptionRecorder failures;
  private final List<String> trace = new CopyOnWriteArrayList<>();

  FlowTest(LoopKind kind) {
    this.loop = kind.newLoop();
    this.failures = ExceptionRecorder.on(loop);
  }

  @AfterEach
  void closeLoop() {
    loop.close();
  }

  private AsyncGenerator<Integer> counting() {
    return AsyncGenerator.of(
        out -> {
          try {
            for (int i = 0; ; i++) {
              trace.add("make " + i);
              out.yield(i);
            }
          } catch (GeneratorExit e) {
            trace.add("exit");
            throw e;
          } finally {
            Asyncio.sleep(Duration.ZERO);
            trace.add("clean up");
          }
        });
  }

  private static void settle() {
    for (int i = 0; i < 10; i++) {
      Asyncio.sleep(Duration.ZERO);
    }
  }

  /// A subscriber that notes what it is told.
  private class Noting implements Flow.Subscriber<Object> {
    Flow.Subscription subscription;

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      this.subscription = subscription;
      trace.add("subscribed");
    }

    @Override
    public void onNext(Object item) {
      trace.add("next " + item);
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
  void theGeneratorGoesOnOnlyWhileSomethingIsAskedFor() throws Exception {
    loop.runUntilComplete(
        () -> {
          var subscriber = new Noting();
          Publishers.ofGenerators(loop, this::counting).subscribe(subscriber);
          settle();
          trace.add("ask for two");
          subscriber.subscription.request(2);
          settle();
          trace.add("cancel");
          subscriber.subscription.cancel();
          settle();
          assertThat(Asyncio.allTasks()).containsExactly(Task.currentTask());
        });

    assertThat(trace)
        .containsExactly(
            "subscribed",
            "ask for two",
            "make 0",
            "next 0",
            "make 1",
            "next 1",
            "cancel",
            "exit",
            "clean up");
    assertThat(failures.unexpected()).isEmpty();
  }

  @Test
  void everySubscriberHasAGeneratorOfItsOwn() throws Exception {
    loop.runUntilComplete(
        () -> {
          var publisher = Publishers.ofGenerators(loop, this::counting);
          var first = new Noting();
          var second = new Noting();
          publisher.subscribe(first);
          publisher.subscribe(second);
          settle();
          trace.clear();
          first.subscription.request(1);
          second.subscription.request(1);
          settle();
          first.subscription.cancel();
          second.subscription.cancel();
          settle();
        });

    assertThat(trace).startsWith("make 0", "next 0", "make 0", "next 0");
  }

  @Test
  void cancellingWhileTheBodyWaitsCancelsItThere() throws Exception {
    loop.runUntilComplete(
        () -> {
          var subscriber = new Noting();
          Publishers.<Integer>ofGenerators(
                  loop,
                  () ->
                      AsyncGenerator.of(
                          out -> {
                            try {
                              Asyncio.sleep(Duration.ofHours(1));
                            } catch (CancelledError e) {
                              settle();
                              trace.add("cancelled");
                              throw e;
                            }
                          }))
              .subscribe(subscriber);
          settle();
          subscriber.subscription.request(1);
          settle();
          subscriber.subscription.cancel();
          subscriber.subscription.cancel();
          settle();
          settle();
          assertThat(Asyncio.allTasks()).containsExactly(Task.currentTask());
        });

    assertThat(trace).containsExactly("subscribed", "cancelled");
    assertThat(failures.unexpected()).isEmpty();
  }

  @Test
  void failuresAndNullsGoToOnError() throws Exception {
    loop.runUntilComplete(
        () -> {
          all(AsyncGenerator.of(out -> out.yield(null)));
          settle();
          all(
              AsyncGenerator.of(
                  out -> {
                    throw new IOException("disk");
                  }));
          settle();
        });

    assertThat(trace)
        .containsExactly(
            "subscribed",
            "error java.lang.NullPointerException: a null value cannot be published",
            "subscribed",
            "error java.io.IOException: disk");
  }

  private void all(AsyncGenerator<Integer> generator) {
    Publishers.ofGenerators(loop, () -> generator)
        .subscribe(
            new Noting() {
              @Override
              public void onSubscribe(Flow.Subscription subscription) {
                super.onSubscribe(subscription);
                subscription.request(Long.MAX_VALUE);
              }
            });
  }

  @Test
  void aSubscriberThatThrowsCountsAsCancelled() throws Exception {
    loop.runUntilComplete(
        () -> {
          Publishers.ofGenerators(loop, this::counting)
              .subscribe(
                  new Noting() {
                    @Override
                    public void onSubscribe(Flow.Subscription subscription) {
                      subscription.request(5);
                    }

                    @Override
                    public void onNext(Object item) {
                      throw new IllegalArgumentException("not " + item);
                    }
                  });
          settle();
        });

    assertThat(trace).containsExactly("make 0", "exit", "clean up");
    assertThat(failures.messages())
        .singleElement()
        .asString()
        .startsWith("onNext() of a subscriber has failed: ");
    assertThat(failures.unexpected().getFirst().exception()).hasMessage("not 0");
  }

  @Test
  void aSubscriberHearsOfAClosedLoop() throws Exception {
    var closing = new Noting();
    var late = new Noting();
    var publisher = Publishers.ofGenerators(loop, this::counting);
    loop.runUntilComplete(
        () -> {
          publisher.subscribe(closing);
          settle();
          closing.subscription.request(1);
          settle();
        });

    loop.close();
    publisher.subscribe(late);
    closing.subscription.request(1);
    closing.subscription.cancel();

    assertThat(trace)
        .containsSubsequence(
            "next 0", "error io.github.asyncio4j.CancelledError: Event loop is closed")
        .endsWith("subscribed", "error java.lang.IllegalStateException: Event loop is closed");
  }

  @Test
  void manyThreadsMayAskAtOnce() throws Exception {
    var received = new ArrayList<Integer>();
    int threads = 4;
    int each = 500;
    try (var executor = Executors.newFixedThreadPool(threads)) {
      loop.runUntilComplete(
          () -> {
            Future<Object> done = loop.createFuture();
            var subscriber =
                new Noting() {
                  @Override
                  public void onNext(Object item) {
                    received.add((Integer) item);
                    if (received.size() == threads * each) {
                      subscription.cancel();
                      done.setResult(item);
                    }
                  }
                };
            Publishers.ofGenerators(loop, this::counting).subscribe(subscriber);
            settle();
            for (int i = 0; i < threads; i++) {
              executor.execute(
                  () -> {
                    for (int k = 0; k < each; k++) {
                      subscriber.subscription.request(1);
                    }
                  });
            }
            assertThat(done.await()).isEqualTo(threads * each - 1);
            settle();
          });
    }
    assertThat(received).hasSize(threads * each).isSorted();
    assertThat(trace).endsWith("exit", "clean up");
  }

  @Test
  void aPublisherOfOtherThreadsIsIteratedInOrder() throws Exception {
    var publisher = new SubmissionPublisher<Integer>();
    loop.runUntilComplete(
        () -> {
          var values = new ArrayList<Integer>();
          var generator = Publishers.toGenerator(publisher, 16);
          var consumer =
              loop.createTask(
                  () -> {
                    generator.forEach(values::add);
                    return values.size();
                  });
          settle();
          var submitter =
              loop.runInExecutor(
                  null,
                  () -> {
                    try (publisher) {
                      for (int i = 0; i < 3000; i++) {
                        publisher.submit(i);
                      }
                    }
                    return null;
                  });
          assertThat(consumer.await()).isEqualTo(3000);
          assertThat(values).isSorted();
          submitter.await();
        });
  }

  /// A publisher that is driven by the test.
  private final class Source implements Flow.Publisher<String>, Flow.Subscription {
    Flow.Subscriber<? super String> subscriber;
    LongConsumer onRequest = n -> {};

    @Override
    public void subscribe(Flow.Subscriber<? super String> subscriber) {
      this.subscriber = subscriber;
      subscriber.onSubscribe(this);
    }

    @Override
    public void request(long n) {
      trace.add("request " + n);
      onRequest.accept(n);
    }

    @Override
    public void cancel() {
      trace.add("cancel");
    }
  }

  @Test
  void theBufferIsFilledAgainWhenHalfOfItHasBeenTaken() throws Exception {
    var source = new Source();
    source.onRequest =
        n -> {
          for (long i = 0; i < n; i++) {
            source.subscriber.onNext("value");
          }
        };
    loop.runUntilComplete(
        () -> {
          try (var generator = Publishers.toGenerator(source, 4)) {
            assertThat(trace).isEmpty();
            for (int i = 0; i < 4; i++) {
              assertThat(generator.anext()).isEqualTo("value");
              trace.add("took");
            }
          }
        });

    assertThat(trace)
        .containsExactly(
            "request 4", "took", "request 2", "took", "took", "request 2", "took", "cancel");
  }

  @Test
  void theFailureOfAPublisherComesAfterItsValues() throws Exception {
    var source = new Source();
    var failure = new IOException("gone");
    source.onRequest =
        n -> {
          source.subscriber.onNext("last");
          source.subscriber.onError(failure);
        };
    loop.runUntilComplete(
        () -> {
          var generator = Publishers.toGenerator(source, 4);
          assertThat(generator.anext()).isEqualTo("last");
          assertThatThrownBy(generator::anext).isSameAs(failure);
        });
  }

  @Test
  void aPublisherThatSendsTooMuchIsCancelled() throws Exception {
    var source = new Source();
    source.onRequest =
        n -> {
          for (long i = 0; i <= n; i++) {
            source.subscriber.onNext("value " + i);
          }
        };
    loop.runUntilComplete(
        () -> {
          var generator = Publishers.toGenerator(source, 2);
          assertThat(generator.anext()).isEqualTo("value 0");
          assertThat(generator.anext()).isEqualTo("value 1");
          assertThatThrownBy(generator::anext)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("value 2");
        });

    assertThat(trace).containsExactly("request 2", "cancel");
  }

  @Test
  void cancellingTheConsumerCancelsTheSubscription() throws Exception {
    var source = new Source();
    loop.runUntilComplete(
        () -> {
          var generator = Publishers.toGenerator(source, 2);
          var consumer = loop.createTask(() -> generator.anext());
          settle();
          consumer.cancel();
          assertThatThrownBy(consumer::await).isInstanceOf(CancelledError.class);
          source.subscriber.onNext("late");
          source.subscriber.onComplete();
        });

    assertThat(trace).containsExactly("request 2", "cancel");
  }

  @Test
  void aSubscriptionThatComesWhenTheLoopIsClosedIsCancelled() throws Exception {
    var source = new Source();
    Flow.Publisher<String> slow = subscriber -> source.subscriber = subscriber;
    var generator = Publishers.toGenerator(slow, 2);
    loop.createTask(() -> generator.anext());
    loop.callSoon(loop::stop);
    loop.runForever();

    loop.close();
    source.subscriber.onSubscribe(source);

    assertThat(trace).containsExactly("cancel");
  }

  @Test
  void aRoundTripKeepsOrderAndBackPressure() throws Exception {
    loop.runUntilComplete(
        () -> {
          var publisher = Publishers.ofGenerators(loop, this::counting);
          try (var generator = Publishers.toGenerator(publisher, 2)) {
            assertThat(generator.anext()).isEqualTo(0);
            settle();
            assertThat(trace).containsExactly("make 0", "make 1", "make 2");
            assertThat(generator.anext()).isEqualTo(1);
          }
          settle();
        });

    assertThat(trace).endsWith("exit", "clean up");
  }

  @Test
  void aBufferHoldsOneValueAtLeast() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Publishers.toGenerator(new Source(), 0))
        .withMessage("bufferSize < 1: 0");
  }
}
