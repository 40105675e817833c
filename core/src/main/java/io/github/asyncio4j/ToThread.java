// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/// Suspends the current task while a thread makes a call that may block (TC-09).
final class ToThread {
  private ToThread() {}

  static <T extends @Nullable Object> T run(Callable<T> call) throws Exception {
    Task<?> task = Task.ofThisThread();
    if (task == null) {
      throw new IllegalStateException("toThread() called outside a task: " + call);
    }
    task.ensureMaySuspend("toThread()");
    Context context = Context.copyContext();
    ExecutorCall<T> running = task.loop.executor.start(null, () -> context.call(call));
    try {
      return running.future().await();
    } finally {
      // Has an effect only when the task was cancelled.
      running.interrupt();
    }
  }
}
