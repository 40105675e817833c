// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.function.Supplier;

/// A publisher that makes a generator for each subscriber and iterates it in a task of a loop. Any
/// thread.
final class GeneratorPublisher<T> implements Flow.Publisher<T> {
  private final BaseEventLoop loop;
  private final Supplier<AsyncGenerator<T>> generators;

  GeneratorPublisher(BaseEventLoop loop, Supplier<AsyncGenerator<T>> generators) {
    this.loop = Objects.requireNonNull(loop, "loop");
    this.generators = Objects.requireNonNull(generators, "generators");
  }

  @Override
  public void subscribe(Flow.Subscriber<? super T> subscriber) {
    Objects.requireNonNull(subscriber, "subscriber");
    var subscription = new GeneratorSubscription<T>(loop, generators, subscriber);
    loop.post(new Start(subscription));
  }

  @Override
  public String toString() {
    return "<GeneratorPublisher " + loop + ">";
  }

  /// Starts the task of a subscription, or tells the subscriber that there is no loop.
  private static final class Start extends PostedHandle {
    private final GeneratorSubscription<?> subscription;

    Start(GeneratorSubscription<?> subscription) {
      super(Handle::doNothing, CurrentContext.get().vars);
      this.subscription = subscription;
    }

    @Override
    void invoke() {
      subscription.start();
    }

    @Override
    void dropped() {
      subscription.refuse();
    }

    @Override
    String describeCallback() {
      return subscription.toString();
    }
  }
}
