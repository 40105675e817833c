// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Suspends the current task for a time (TC-08).
final class Sleeping {
  private Sleeping() {}

  static void sleep(Duration delay) {
    Objects.requireNonNull(delay, "delay");
    Task<?> task = Task.ofThisThread();
    if (task == null) {
      throw new IllegalStateException("sleep() called outside a task: " + delay);
    }
    task.ensureMaySuspend("sleep()");
    if (delay.isZero() || delay.isNegative()) {
      task.yieldOnce();
      return;
    }
    Future<@Nullable Void> future = task.loop.createFuture();
    TimerHandle timer =
        task.loop.callLater(
            delay,
            () -> {
              if (!future.done()) {
                future.complete(null);
              }
            });
    try {
      future.join();
    } finally {
      timer.cancel();
    }
  }
}
