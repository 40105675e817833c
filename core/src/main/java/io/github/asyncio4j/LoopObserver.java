// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import org.jspecify.annotations.Nullable;

/// Is told what a loop does, for tests and tools, and decides what a loop leaves open.
///
/// A subclass of [BaseEventLoop] installs it with [BaseEventLoop#observe(LoopObserver)]. All
/// methods are called by the thread that holds the loop: its own, or a task's that runs in its
/// stead. They must neither suspend, nor wait for a lock that a task may wait for, nor throw: what
/// they throw may end the run of the loop, or reach the code that has made the task.
public interface LoopObserver {
  /// Called once in each iteration, after the poll and before the handles that are ready run.
  ///
  /// @param time the loop's clock, see [EventLoop#time()]
  default void iterationStarted(long time) {}

  /// Called before a handle that is ready runs, cancelled or not.
  ///
  /// @param task the task whose step it is, or null for a callback
  default void handleStarted(Handle handle, @Nullable Task<?> task) {}

  /// Called after a handle has run; what its callback has thrown was reported before.
  ///
  /// @param task as for [#handleStarted(Handle, Task)]
  default void handleDone(Handle handle, @Nullable Task<?> task) {}

  /// Called when a task was made, before its first step.
  default void taskCreated(Task<?> task) {}

  /// Called when a task has a result, has failed or was cancelled. Its callbacks are queued by
  /// then. Not called for tasks that the end of the loop abandons.
  default void taskDone(Task<?> task) {}

  /// Called when a task waits inside a blocking call of the JDK, which suspends it without a word
  /// in its code. Loop-thread engine only: elsewhere such a call holds up the whole loop.
  default void suspendedInJdk(Task<?> task) {}

  /// Decides which of several timers that are due at the same instant runs next.
  ///
  /// Our loops run them in the order of scheduling, asyncio in no order to rely on: a test
  /// may try the others.
  ///
  /// @param candidates how many are left, at least 2, in the order of scheduling at first
  /// @return the index of the next one, 0 to keep the order
  default int chooseTimer(int candidates) {
    return 0;
  }
}
