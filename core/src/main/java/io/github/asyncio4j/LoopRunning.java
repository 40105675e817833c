// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Running and stopping a loop: a part of [EventLoop].
///
/// Threads, suspending and the closed loop as said there.
public sealed interface LoopRunning extends AutoCloseable permits EventLoop {
  /// Runs until [#stop()] is called (EL-11).
  ///
  /// @throws IllegalStateException when closed, running already, or another loop runs in this
  ///   thread
  /// @throws java.io.UncheckedIOException when the selector fails
  /// @throws KeyboardInterrupt when a callback or task throws it; so [SystemExit]. The loop
  ///   can be run again
  void runForever();

  /// Runs until a future is done and returns its result (EL-10).
  ///
  /// @throws IllegalStateException as [#runForever()], or when `stop()` ended the run first
  /// @throws IllegalArgumentException when the future belongs to another loop
  /// @throws CancelledError when the future is cancelled
  /// @throws Exception the exception of the future, as it is
  <T extends @Nullable Object> T runUntilComplete(Future<T> future) throws Exception;

  /// Runs until a new task with this body is done and returns its result (EL-10).
  ///
  /// @throws IllegalStateException as [#runForever()], or when `stop()` ended the run first
  /// @throws CancelledError when the task is cancelled
  /// @throws Exception the exception of the body, as it is
  <T extends @Nullable Object> T runUntilComplete(Coroutine<T> body) throws Exception;

  /// Runs until a new task with this body is done; as [#runUntilComplete(Coroutine)].
  default void runUntilComplete(TaskBody body) throws Exception {
    runUntilComplete(Objects.requireNonNull(body, "body").asCoroutine());
  }

  /// Makes the loop return once the callbacks that are ready now have run (EL-12, R-14).
  ///
  /// Not thread-safe; from another thread post it with [EventLoop#callSoonThreadsafe(Runnable)].
  /// Before a run it makes that run last one iteration. Legal on a closed loop.
  void stop();

  /// Tells whether the loop is running (EL-13). Any thread.
  boolean isRunning();

  /// Tells whether the loop is closed (EL-14). Any thread.
  boolean isClosed();

  /// Closes the loop: drops what is queued without running it, shuts the default executor down
  /// without waiting, closes the selector (EL-15, R-19). Idempotent.
  ///
  /// Tasks that are pending are reported to the exception handler and their threads are ended: each
  /// gets a [CancelledError] at the point where it is suspended, and `finally` blocks run but can
  /// suspend no more.
  ///
  /// @throws IllegalStateException when the loop is running
  @Override
  void close();

  /// Closes every generator of this loop that has been iterated and has not ended, all at once, and
  /// waits for their ends (EL-16). Suspending.
  ///
  /// What goes wrong is reported to the exception handler, with the generator as `asyncgen`. A
  /// generator that is first iterated later is no error, but a warning is logged.
  ///
  /// @throws CancelledError when the calling task is cancelled; so are the closing calls then
  void shutdownAsyncgens();

  /// Shuts the default executor down and suspends until its threads have ended (EL-17).
  ///
  /// From now on [EventLoop#runInExecutor(Executor, Callable)] with null throws
  /// [IllegalStateException].
  ///
  /// @param timeout how long to wait, or null for ever; when it is over the threads are left alone,
  ///   and a warning is logged that names those with calls of this loop and tells where they stand
  /// @throws CancelledError when the calling task is cancelled; the executor stays shut down
  void shutdownDefaultExecutor(@Nullable Duration timeout);

  /// Shuts the default executor down and suspends until its threads have ended, however long; as
  /// [#shutdownDefaultExecutor(Duration)].
  default void shutdownDefaultExecutor() {
    shutdownDefaultExecutor(null);
  }
}
