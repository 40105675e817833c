// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tasks;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.TimerHandle;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Suspends the current task for a time (TC-08).
public final class Sleep {
  private Sleep() {}

  /// Suspends; zero and less lets exactly one iteration pass.
  public static void sleep(Duration delay) {
    Objects.requireNonNull(delay, "delay");
    EventLoop loop = CallingTask.of("sleep", delay).getLoop();
    Lowlevel lowlevel = Lowlevel.of(loop);
    if (delay.isZero() || delay.isNegative()) {
      if (loop.isClosed()) {
        // The refusal names this call.
        lowlevel.ensureInTask("sleep");
      }
      lowlevel.checkpoint();
      return;
    }
    lowlevel.ensureInTask("sleep");
    Future<@Nullable Void> future = loop.createFuture();
    TimerHandle timer =
        loop.callLater(delay, (Runnable & Lowlevel.Repeatable) () -> future.trySetResult(null));
    try {
      future.join();
    } finally {
      timer.cancel();
    }
  }
}
