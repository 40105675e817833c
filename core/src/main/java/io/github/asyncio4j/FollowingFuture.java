// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A future of the JDK that follows one of a loop. A call that would have the loop wait for what
/// only the loop can complete is refused, on this one and on those that depend on it.
final class FollowingFuture<T extends @Nullable Object> extends CompletableFuture<T> {
  private final Consumer<String> beforeWait;

  /// @param beforeWait given the name of a call that would wait; throws where it may not
  FollowingFuture(Consumer<String> beforeWait) {
    this.beforeWait = beforeWait;
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new FollowingFuture<>(beforeWait);
  }

  /// @throws IllegalStateException in the loop's own thread while this is not done
  @Override
  public T get() throws InterruptedException, ExecutionException {
    if (!isDone()) {
      beforeWait.accept("get()");
    }
    return super.get();
  }

  /// @throws IllegalStateException in the loop's own thread while this is not done
  @Override
  public T join() {
    if (!isDone()) {
      beforeWait.accept("join()");
    }
    return super.join();
  }
}
