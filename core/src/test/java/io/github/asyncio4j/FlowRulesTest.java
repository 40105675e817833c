// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.flow.Publishers;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.reactivestreams.tck.flow.FlowSubscriberBlackboxVerification;

/// The rules of Reactive Streams, by their own test kit, for generators in both directions.
///
/// The kit is written for TestNG; here its methods are called one by one.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class FlowRulesTest {
  private static final TestEnvironment ENVIRONMENT = new TestEnvironment(2000, 10, 10, false);

  private final BaseEventLoop loop;
  private final Thread thread;

  FlowRulesTest(LoopKind kind) {
    this.loop = kind.newLoop();
    this.thread = Thread.ofPlatform().unstarted(loop::runForever);
  }

  @BeforeEach
  void runLoop() {
    // The kit leaves some publishers and subscribers without an end.
    loop.setExceptionHandler((l, failure) -> {});
    thread.start();
  }

  @AfterEach
  void closeLoop() throws Exception {
    loop.callSoonThreadsafe(loop::stop);
    thread.join();
    loop.close();
  }

  @TestFactory
  Stream<DynamicTest> aGeneratorIsAPublisher() {
    return rules(() -> new PublisherRules(loop), FlowPublisherVerification.class);
  }

  private static Stream<DynamicTest> rules(Supplier<Object> kit, Class<?> type) {
    return Arrays.stream(type.getMethods())
        .filter(m -> m.isAnnotationPresent(org.testng.annotations.Test.class))
        // The kit names some rules that it has no check for.
        .filter(m -> !m.getName().startsWith("untested_"))
        .map(m -> DynamicTest.dynamicTest(m.getName(), () -> check(kit.get(), m)));
  }

  private static void check(Object kit, Method rule) throws Exception {
    try {
      kit.getClass().getMethod("setUp").invoke(kit);
      rule.invoke(kit);
    } catch (InvocationTargetException e) {
      switch (e.getCause()) {
        case Exception cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw e;
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> aGeneratorOfAPublisherIsASubscriber() {
    return rules(() -> new SubscriberRules(loop), FlowSubscriberBlackboxVerification.class);
  }

  /// Publishes the numbers from 0 on.
  public static final class PublisherRules extends FlowPublisherVerification<Long> {
    private final EventLoop loop;

    PublisherRules(EventLoop loop) {
      super(ENVIRONMENT);
      this.loop = loop;
    }

    @Override
    public Flow.Publisher<Long> createFlowPublisher(long elements) {
      return Publishers.ofGenerators(
          loop,
          () ->
              AsyncGenerator.of(
                  out -> {
                    for (long i = 0; i < elements; i++) {
                      if (i % 3 == 1) {
                        Asyncio.sleep(java.time.Duration.ZERO);
                      }
                      out.yield(i);
                    }
                  }));
    }

    @Override
    public Flow.Publisher<Long> createFailedFlowPublisher() {
      var closed = LoopKind.NIO_BATON.newLoop();
      closed.close();
      return Publishers.ofGenerators(closed, () -> AsyncGenerator.of(out -> out.yield(1L)));
    }
  }

  /// Iterates over whatever the kit sends.
  public static final class SubscriberRules extends FlowSubscriberBlackboxVerification<Integer> {
    private final EventLoop loop;

    SubscriberRules(EventLoop loop) {
      super(ENVIRONMENT);
      this.loop = loop;
    }

    @Override
    public Flow.Subscriber<Integer> createFlowSubscriber() {
      var subscriber = new CompletableFuture<Flow.Subscriber<? super Integer>>();
      var generator = Publishers.<Integer>toGenerator(subscriber::complete, 4);
      loop.execute(
          () -> {
            VoidCoroutine drain = () -> generator.forEach(i -> {});
            loop.createTask(drain).addDoneCallback(FlowRulesTest::ignoreFailure);
          });
      return asSubscriber(subscriber.join());
    }

    @SuppressWarnings("unchecked") // it was made for integers
    private static Flow.Subscriber<Integer> asSubscriber(Flow.Subscriber<?> subscriber) {
      return (Flow.Subscriber<Integer>) subscriber;
    }

    @Override
    public Integer createElement(int element) {
      return element;
    }

    @Override
    public Publisher<Integer> createHelperPublisher(long elements) {
      return FlowAdapters.toPublisher(
          Publishers.ofGenerators(
              loop,
              () ->
                  AsyncGenerator.of(
                      out -> {
                        for (int i = 0; i < elements; i++) {
                          out.yield(i);
                        }
                      })));
    }
  }

  private static void ignoreFailure(Future<?> task) {
    if (!task.cancelled()) {
      task.exception();
    }
  }
}
