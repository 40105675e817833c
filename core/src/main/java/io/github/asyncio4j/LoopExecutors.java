// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/// Calls that a loop has made in other threads: a part of [EventLoop].
///
/// Threads, suspending and the closed loop as said there.
public sealed interface LoopExecutors permits EventLoop {
  /// Runs a call in an executor and returns a future of this loop for its outcome (EL-115).
  ///
  /// Cancelling the future leaves a call that is running alone. The context is not copied.
  ///
  /// @param executor where to run it, or null for the loop's default executor
  /// @throws IllegalStateException when the loop is closed, or its default executor shut down
  <T extends @Nullable Object> Future<T> runInExecutor(
      @Nullable Executor executor, Callable<T> call);

  /// Runs a call that returns nothing in an executor; as [#runInExecutor(Executor, Callable)].
  default Future<@Nullable Void> runInExecutor(@Nullable Executor executor, VoidCallable call) {
    return runInExecutor(executor, call.asCallable());
  }

  /// Sets the default executor; the loop shuts it down when it closes (EL-116).
  void setDefaultExecutor(ExecutorService executor);
}
