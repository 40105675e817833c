// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.flow;

import io.github.asyncio4j.AsyncGenerator;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Lowlevel;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.function.Supplier;

/// Async generators as publishers, and publishers as async generators.
public final class Publishers {
  private Publishers() {}

  /// Returns a generator of the values of a publisher. Any thread.
  ///
  /// It subscribes when the first value is asked for, and asks for `bufferSize` values; whenever
  /// half of them have been taken it asks for as many again. Its end, closing it included, cancels
  /// the subscription. The publisher may signal from any thread. Its failure is thrown by
  /// [AsyncGenerator#anext()] as it is, after the values that came before.
  ///
  /// @param bufferSize how many values may wait to be taken; 1 or more
  /// @throws IllegalArgumentException when the size is less than 1
  public static <T> AsyncGenerator<T> toGenerator(
      Flow.Publisher<? extends T> publisher, int bufferSize) {
    Objects.requireNonNull(publisher, "publisher");
    if (bufferSize < 1) {
      throw new IllegalArgumentException("bufferSize < 1: " + bufferSize);
    }
    return AsyncGenerator.of(out -> PublisherSource.drain(publisher, bufferSize, out));
  }

  /// Returns a publisher that makes a generator for each subscriber, and iterates it in a task of
  /// the loop. Any thread.
  ///
  /// The generator goes on only while the subscriber has asked for more than it got, so its end too
  /// is seen only when one more value was asked for. Cancelling closes it: a body that waits for
  /// something gets a [io.github.asyncio4j.CancelledError], one that stands at a `yield` a
  /// [io.github.asyncio4j.GeneratorExit]. All signals come from the loop's thread, one at a time; a
  /// subscriber may suspend in `onNext`. One that throws counts as cancelled, and what it throws
  /// goes to the exception handler.
  ///
  /// The failure of a generator goes to `onError`; so does a value that is null, as a
  /// [NullPointerException], a closed loop, as an [IllegalStateException], and the
  /// [io.github.asyncio4j.CancelledError] of a task that was cancelled by others.
  ///
  /// @param generators called in the task, once for each subscriber
  /// @throws IllegalArgumentException when the loop is not one of this library's
  public static <T> Flow.Publisher<T> ofGenerators(
      EventLoop loop, Supplier<AsyncGenerator<T>> generators) {
    return new GeneratorPublisher<>(Lowlevel.of(loop), generators);
  }
}
