// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// Callbacks, timers and the clock of a loop: a part of [EventLoop].
///
/// Threads, suspending and the closed loop as said there.
public sealed interface LoopScheduling extends Executor permits EventLoop {
  /// Queues a callback for the next iteration, in a copy of the current context (EL-20).
  ///
  /// Callbacks run in the order in which they were queued, each exactly once.
  default Handle callSoon(Runnable callback) {
    return callSoon(callback, null);
  }

  /// Queues a callback for the next iteration, in the given context (EL-20, R-24).
  Handle callSoon(Runnable callback, @Nullable Context context);

  /// Queues a callback from any thread and wakes the loop (EL-21). Any thread.
  ///
  /// The callbacks of one thread run in the order in which it posted them.
  default Handle callSoonThreadsafe(Runnable callback) {
    return callSoonThreadsafe(callback, null);
  }

  /// Queues a callback from any thread, in the given context. Any thread.
  Handle callSoonThreadsafe(Runnable callback, @Nullable Context context);

  /// Runs a callback on the loop: [#callSoonThreadsafe(Runnable)] as an [Executor] (EL-21). Any
  /// thread.
  ///
  /// @throws java.util.concurrent.RejectedExecutionException when the loop is closed
  @Override
  void execute(Runnable command);

  /// Runs a callback after a delay (EL-22).
  ///
  /// Zero and negative delays are legal: the callback runs in the next iteration, after what is
  /// ready by then. Callbacks due at the same instant run in the order of their scheduling.
  default TimerHandle callLater(Duration delay, Runnable callback) {
    return callLater(delay, callback, null);
  }

  /// Runs a callback after a delay, in the given context (EL-22).
  TimerHandle callLater(Duration delay, Runnable callback, @Nullable Context context);

  /// Runs a callback when [#time()] has reached an instant (EL-23).
  ///
  /// @param when nanoseconds on the clock of [#time()]
  default TimerHandle callAt(long when, Runnable callback) {
    return callAt(when, callback, null);
  }

  /// Runs a callback at an instant, in the given context (EL-23).
  TimerHandle callAt(long when, Runnable callback, @Nullable Context context);

  /// Returns the loop's clock: nanoseconds, monotonic, from an arbitrary origin (EL-24). Any
  /// thread.
  long time();
}
