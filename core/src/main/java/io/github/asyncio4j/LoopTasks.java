// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What a loop makes: futures and tasks; a part of [EventLoop].
///
/// Threads, suspending and the closed loop as said there.
public sealed interface LoopTasks permits EventLoop {
  /// Returns a new pending future of this loop (EL-30). Legal on a closed loop.
  <T extends @Nullable Object> Future<T> createFuture();

  /// Starts a task; its first step runs in the next iteration (EL-31).
  default <T extends @Nullable Object> Task<T> createTask(Coroutine<T> body) {
    return createTask(body, TaskOptions.DEFAULT);
  }

  /// Starts a task with a name; its first step runs in the next iteration (EL-31).
  ///
  /// @param name for messages and dumps, or null for the next `Task-N`
  default <T extends @Nullable Object> Task<T> createTask(
      Coroutine<T> body, @Nullable String name) {
    return createTask(body, TaskOptions.named(name));
  }

  /// Starts a task with a name, a context, resources of its own, at once or in the next iteration
  /// (EL-31, TK-10).
  ///
  /// When the call is refused the resources that the task would own are closed.
  ///
  /// @throws IllegalStateException when the loop is closed
  <T extends @Nullable Object> Task<T> createTask(Coroutine<T> body, TaskOptions options);

  /// Starts a task that returns nothing (EL-31).
  default Task<@Nullable Void> createTask(TaskBody body) {
    return createTask(Objects.requireNonNull(body, "body").asCoroutine(), TaskOptions.DEFAULT);
  }

  /// Starts a task that returns nothing, with a name (EL-31).
  default Task<@Nullable Void> createTask(TaskBody body, @Nullable String name) {
    return createTask(Objects.requireNonNull(body, "body").asCoroutine(), TaskOptions.named(name));
  }

  /// Starts a task that returns nothing; as [#createTask(Coroutine, TaskOptions)].
  default Task<@Nullable Void> createTask(TaskBody body, TaskOptions options) {
    return createTask(options.coroutine(body), options);
  }

  /// Sets what makes tasks, or null for the built-in way (EL-32).
  void setTaskFactory(@Nullable TaskFactory factory);

  /// Returns what makes tasks, or null for the built-in way (EL-32).
  @Nullable TaskFactory getTaskFactory();
}
