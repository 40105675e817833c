// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import org.jspecify.annotations.Nullable;

/// Makes the tasks of a loop in place of `new Task` (EL-32).
@FunctionalInterface
public interface TaskFactory {
  /// Returns a task that runs the body. Loop thread.
  ///
  /// @param loop the task's loop
  /// @param body what it runs
  /// @param name for messages and dumps, or null for the next `Task-N`
  /// @param context what it runs in, or null for a copy of the current one
  <T extends @Nullable Object> Task<T> create(
      EventLoop loop, Coroutine<T> body, @Nullable String name, @Nullable Context context);
}
