// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/// Calls that a loop has made in other threads: a part of [EventLoop].
///
/// Any executor of the JDK will do: a pool of threads, `newVirtualThreadPerTaskExecutor()`, one of
/// the program's own. The default one has up to 32 daemon threads of the system, named `asyncio_0`
/// and so on, which end when they have had nothing to do for ten seconds.
///
/// A call runs outside of the loop: what belongs to the loop may not be used there, save by
/// [EventLoop#callSoonThreadsafe(Runnable)] and `Asyncio.runCoroutineThreadsafe`. It has the
/// context of its thread; `Asyncio.toThread` copies that of its caller.
///
/// Threads, suspending and the closed loop as said in [EventLoop].
public sealed interface LoopExecutors permits EventLoop {
  /// Runs a call in an executor and returns a future of this loop for its outcome (EL-115).
  ///
  /// From the iteration after the future is cancelled the call does not start any more. One that is
  /// running is left alone, unless [ExecutorOptions#interruptOnCancel(boolean)] is set. A
  /// call that outlives the loop goes on, and its outcome is dropped.
  ///
  /// @param executor where to run it, or null for the loop's default executor
  /// @throws IllegalStateException when the loop is closed, or its default executor shut down
  /// @throws java.util.concurrent.RejectedExecutionException when the executor takes no call
  <T extends @Nullable Object> Future<T> runInExecutor(
      @Nullable Executor executor, Callable<T> call, ExecutorOptions options);

  /// Runs a call in an executor; as [#runInExecutor(Executor, Callable, ExecutorOptions)] with
  /// default options.
  default <T extends @Nullable Object> Future<T> runInExecutor(
      @Nullable Executor executor, Callable<T> call) {
    return runInExecutor(executor, call, ExecutorOptions.DEFAULT);
  }

  /// Runs a call that returns nothing in an executor; as [#runInExecutor(Executor, Callable)].
  default Future<@Nullable Void> runInExecutor(@Nullable Executor executor, VoidCallable call) {
    return runInExecutor(executor, call.asCallable());
  }

  /// Runs a call that returns nothing in an executor; as [#runInExecutor(Executor, Callable,
  /// ExecutorOptions)].
  default Future<@Nullable Void> runInExecutor(
      @Nullable Executor executor, VoidCallable call, ExecutorOptions options) {
    return runInExecutor(executor, call.asCallable(), options);
  }

  /// Sets the default executor, for calls from now on; the loop shuts it down when it closes
  /// (EL-116). One that was set before, or made by the loop, is not shut down by the loop any more.
  void setDefaultExecutor(ExecutorService executor);
}
