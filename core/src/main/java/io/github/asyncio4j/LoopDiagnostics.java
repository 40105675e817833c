// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Failures that nobody can receive, and debug mode: a part of [EventLoop].
///
/// Threads, suspending and the closed loop as said there.
public sealed interface LoopDiagnostics permits EventLoop {
  /// Sets what is called with failures that no caller can receive, or null for
  /// [#defaultExceptionHandler(ExceptionContext)] (EL-120).
  void setExceptionHandler(@Nullable ExceptionHandler handler);

  /// Returns the handler set, or null (EL-121).
  @Nullable ExceptionHandler getExceptionHandler();

  /// Logs a failure with everything that is known of it (EL-122).
  void defaultExceptionHandler(ExceptionContext context);

  /// Reports a failure to the handler set, or to the default one (EL-123, R-31).
  void callExceptionHandler(ExceptionContext context);

  /// Tells whether debug mode is on (EL-124).
  boolean getDebug();

  /// Turns debug mode on or off; it may be done while running (EL-124).
  ///
  /// It is on from the start with the system property `io.github.asyncio4j.debug=true` or when the
  /// environment variable `ASYNCIO4J_DEBUG` is not empty.
  ///
  /// In debug mode callbacks from the wrong thread throw, slow callbacks are logged, handles and
  /// futures remember where they were made. What keeps the loop from going on for ten times the
  /// duration of a slow callback, 250 ms at least, is told of with its stack while it still does.
  void setDebug(boolean enabled);

  /// Returns from which duration on a callback is logged as slow in debug mode; 100 ms at first
  /// (EL-125).
  Duration slowCallbackDuration();

  /// Sets from which duration on a callback is logged as slow in debug mode (EL-125).
  ///
  /// @throws IllegalArgumentException when it is negative
  void setSlowCallbackDuration(Duration duration);

  /// Returns for how long something may keep the running loop from going on before a warning tells
  /// of it; zero for ever. At first 10 seconds, and zero for a loop of a virtual clock.
  Duration frozenLoopDuration();

  /// Sets for how long something may keep the running loop from going on, without that it waits for
  /// anything to be ready, before a warning tells of it: the loop, the task or the callback that
  /// has it, and where that is. It is told once, while the loop still stands; so is that it goes
  /// on. In debug mode it may be told sooner. Any thread.
  ///
  /// A daemon thread, one for all loops of the JVM, looks at them from outside; they do nothing for
  /// it.
  ///
  /// The system property `io.github.asyncio4j.frozenLoopDuration` gives it to new loops, in
  /// seconds, or `off`.
  ///
  /// @param duration zero for never
  /// @throws IllegalArgumentException when it is negative
  void setFrozenLoopDuration(Duration duration);
}
