// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.flow;

import io.github.asyncio4j.AsyncGenerator;
import io.github.asyncio4j.Lowlevel;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.function.Supplier;

/// A publisher that makes a generator for each subscriber and iterates it in a task of a loop. Any
/// thread.
final class GeneratorPublisher<T> implements Flow.Publisher<T> {
  private final Lowlevel lowlevel;
  private final Supplier<AsyncGenerator<T>> generators;

  GeneratorPublisher(Lowlevel lowlevel, Supplier<AsyncGenerator<T>> generators) {
    this.lowlevel = lowlevel;
    this.generators = Objects.requireNonNull(generators, "generators");
  }

  @Override
  public void subscribe(Flow.Subscriber<? super T> subscriber) {
    Objects.requireNonNull(subscriber, "subscriber");
    var subscription = new GeneratorSubscription<T>(lowlevel, generators, subscriber);
    if (!lowlevel.post(subscription::start, subscription::refuse)) {
      subscription.refuse();
    }
  }

  @Override
  public String toString() {
    return "<GeneratorPublisher " + lowlevel.loop() + ">";
  }
}
