// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import org.jspecify.annotations.Nullable;

/// Knows which loop runs in which thread (EL-01). Any thread.
final class RunningLoop {
  private static final ThreadLocal<@Nullable BaseEventLoop> OF_THREAD = new ThreadLocal<>();

  private RunningLoop() {}

  /// Returns the loop that is running in this thread or whose task this thread is, or null.
  static @Nullable BaseEventLoop get() {
    Task<?> task = Task.ofThisThread();
    if (task == null) {
      return ofThisThread();
    }
    return task.loop.isRunning() ? task.loop : null;
  }

  /// Returns the loop that is running in this very thread, which is not a task's, or null.
  static @Nullable BaseEventLoop ofThisThread() {
    return OF_THREAD.get();
  }

  static void set(@Nullable BaseEventLoop loop) {
    if (loop == null) {
      OF_THREAD.remove();
    } else {
      OF_THREAD.set(loop);
    }
  }
}
