// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A callback of a future: the handle that is queued when the future is done (FT-05). Loop thread
/// only.
final class DoneCallback<T extends @Nullable Object> extends Handle {
  private final Future<T> future;
  private final Consumer<? super Future<T>> consumer;

  DoneCallback(Future<T> future, Consumer<? super Future<T>> consumer, Object scope) {
    super(Handle::doNothing, scope);
    this.future = future;
    this.consumer = consumer;
  }

  boolean calls(Object other) {
    return consumer.equals(other);
  }

  /// Returns what is called.
  Object consumer() {
    return consumer;
  }

  /// Returns who waits by way of this callback, or null when it is not a combinator's.
  @Nullable Future<?> awaiter() {
    return consumer instanceof Awaiter combinator ? combinator.awaiter() : null;
  }

  @Override
  boolean isRepeatable() {
    return consumer instanceof Lowlevel.Repeatable;
  }

  @Override
  void invoke() {
    consumer.accept(future);
  }

  @Override
  String describeCallback() {
    return Descriptions.ofCallback(consumer);
  }

  @Override
  String describeCall() {
    return describeCallback()
        + (future instanceof Task<?> task ? " of task '" + task.getName() + "'" : " of a future");
  }
}
