// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Awaits with a time limit (TC-03).
final class Waiting {
  private Waiting() {}

  static <T extends @Nullable Object> T waitFor(Future<T> future, @Nullable Duration timeout)
      throws Exception {
    if (timeout == null || isPositive(timeout)) {
      return Timeout.after("waitFor()", timeout).run(t -> future.await());
    }
    Timeout.requireTask("waitFor()", timeout);
    if (future.done()) {
      return future.result();
    }
    cancelAndWait(future, Task.current(future.loop, "waitFor()"));
    try {
      return future.result();
    } catch (CancelledError e) {
      var expired = new TimeoutException("time limit is not positive: " + timeout);
      expired.initCause(e);
      throw expired;
    }
  }

  /// A body runs in the calling task; with no time at all it is not started.
  static <T extends @Nullable Object> T waitFor(Coroutine<T> body, @Nullable Duration timeout)
      throws Exception {
    if (timeout == null || isPositive(timeout)) {
      return Timeout.after("waitFor()", timeout).run(t -> body.run());
    }
    Timeout.requireTask("waitFor()", timeout).yieldOnce();
    throw new TimeoutException("time limit is not positive: " + timeout);
  }

  private static boolean isPositive(Duration timeout) {
    return !timeout.isNegative() && !timeout.isZero();
  }

  private static void cancelAndWait(Future<?> future, Task<?> current) {
    Future<@Nullable Void> ended = future.loop.createFuture();
    var onDone = new Ended(ended, current);
    future.addDoneCallback(onDone);
    future.cancel();
    try {
      ended.join();
    } finally {
      future.removeDoneCallback(onDone);
    }
  }

  /// What a cancelled future calls at its end; also tells who waits for that (TC-14).
  private record Ended(Future<@Nullable Void> ended, @Nullable Future<?> awaiter)
      implements Consumer<Future<?>>, Awaiter {
    @Override
    public void accept(Future<?> future) {
      if (!ended.done()) {
        ended.complete(null);
      }
    }
  }
}
