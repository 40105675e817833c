// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/// A future of the JDK that follows one of a loop. A call that would have the loop wait for what
/// only the loop can complete is refused, on this one and on those that depend on it.
final class FollowingFuture<T extends @Nullable Object> extends CompletableFuture<T> {
  private final BaseEventLoop loop;

  FollowingFuture(BaseEventLoop loop) {
    this.loop = loop;
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new FollowingFuture<>(loop);
  }

  /// @throws IllegalStateException in the loop's own thread while this is not done
  @Override
  public T get() throws InterruptedException, ExecutionException {
    ensureMayWait("get()");
    return super.get();
  }

  /// @throws IllegalStateException in the loop's own thread while this is not done
  @Override
  public T join() {
    ensureMayWait("join()");
    return super.join();
  }

  // A task that the loop's own thread carries is suspended by the call, and others go on.
  private void ensureMayWait(String call) {
    if (!isDone() && loop.holdsLoop() && !(loop.carriesTasks() && Task.ofThisThread() != null)) {
      throw new IllegalStateException(
          call
              + " would wait for ever, since it stops the loop that completes the future: await()"
              + " the future that toCompletableFuture() was called on. "
              + loop);
    }
  }
}
