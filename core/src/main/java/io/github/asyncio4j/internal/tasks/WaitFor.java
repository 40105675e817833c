// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tasks;

import io.github.asyncio4j.Awaiter;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.Timeout;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Awaits with a time limit (TC-03).
public final class WaitFor {
  private WaitFor() {}

  /// Awaits a future, for a limited time.
  ///
  /// @param timeout null for no limit
  public static <T extends @Nullable Object> T waitFor(Future<T> future, @Nullable Duration timeout)
      throws Exception {
    if (timeout == null || isPositive(timeout)) {
      return Timeout.within(timeout, null, "waitFor", future::await);
    }
    Task<?> task = CallingTask.of("waitFor", timeout);
    if (future.done()) {
      return future.result();
    }
    Lowlevel.of(future.getLoop()).ensureInTask("waitFor");
    cancelAndWait(future, task);
    try {
      return future.result();
    } catch (CancelledError e) {
      var expired = new TimeoutException("time limit is not positive: " + timeout);
      expired.initCause(e);
      throw expired;
    }
  }

  /// A body runs in the calling task; with no time at all it is not started.
  public static <T extends @Nullable Object> T waitFor(
      Coroutine<T> body, @Nullable Duration timeout) throws Exception {
    if (timeout == null || isPositive(timeout)) {
      return Timeout.within(timeout, null, "waitFor", body);
    }
    Lowlevel.of(CallingTask.of("waitFor", timeout).getLoop()).checkpoint();
    throw new TimeoutException("time limit is not positive: " + timeout);
  }

  private static boolean isPositive(Duration timeout) {
    return !timeout.isNegative() && !timeout.isZero();
  }

  private static void cancelAndWait(Future<?> future, Task<?> current) {
    Future<@Nullable Void> ended = future.getLoop().createFuture();
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
      ended.trySetResult(null);
    }
  }
}
