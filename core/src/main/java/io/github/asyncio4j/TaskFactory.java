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
  /// @param options name, context, eager start and owned resources, as the caller gave them
  <T extends @Nullable Object> Task<T> create(
      EventLoop loop, Coroutine<T> body, TaskOptions options);
}
