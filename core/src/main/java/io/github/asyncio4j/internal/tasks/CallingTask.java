// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tasks;

import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.Task;
import org.jspecify.annotations.Nullable;

/// The task that calls a suspending function. Any thread.
final class CallingTask {
  private CallingTask() {}

  /// Returns the calling task.
  ///
  /// @param call the function, for the exception's text
  /// @param argument what it was called with, for the exception's text
  /// @throws IllegalStateException outside a task
  static Task<?> of(String call, @Nullable Object argument) {
    Task<?> task = Task.currentTask();
    if (task == null) {
      throw Lowlevel.outsideTask(call + "()", argument);
    }
    return task;
  }

  /// Returns the calling task, which may be suspended; as [#of(String, Object)].
  ///
  /// @throws io.github.asyncio4j.CancelledError when its loop is closed
  static Task<?> suspendingIn(String call, @Nullable Object argument) {
    Task<?> task = of(call, argument);
    Lowlevel.of(task.getLoop()).ensureInTask(call);
    return task;
  }
}
