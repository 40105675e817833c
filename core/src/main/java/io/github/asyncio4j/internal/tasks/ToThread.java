// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tasks;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.internal.jdk.InterruptibleCall;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/// Suspends the current task while a thread makes a call that may block (TC-09).
public final class ToThread {
  private ToThread() {}

  /// Makes a call in a thread of the default executor, in a copy of the current context.
  public static <T extends @Nullable Object> T run(Callable<T> call) throws Exception {
    EventLoop loop = CallingTask.suspendingIn("toThread", call).getLoop();
    Context context = Context.copyContext();
    var running = new InterruptibleCall<T>(() -> context.call(call));
    try {
      return loop.runInExecutor(null, running).await();
    } finally {
      // Has an effect only when the task was cancelled.
      running.interrupt();
    }
  }
}
