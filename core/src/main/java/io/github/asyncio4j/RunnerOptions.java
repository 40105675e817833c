// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The keyword arguments of [Runner] and `Asyncio.run`. Immutable; each keyword has a method of its
/// name that returns a changed copy.
public final class RunnerOptions extends Options {
  /// Every keyword at its default.
  public static final RunnerOptions DEFAULT = new RunnerOptions();

  // Written before the object is returned to anybody, never after.
  private @Nullable Boolean debug;
  private @Nullable Supplier<? extends EventLoop> loopFactory;
  private @Nullable Boolean handleSigint;
  private @Nullable Duration shutdownTimeout;
  private @Nullable Duration frozenLoopDuration;

  private RunnerOptions() {}

  private RunnerOptions(RunnerOptions other) {
    this.debug = other.debug;
    this.loopFactory = other.loopFactory;
    this.handleSigint = other.handleSigint;
    this.shutdownTimeout = other.shutdownTimeout;
    this.frozenLoopDuration = other.frozenLoopDuration;
  }

  /// Returns whether debug mode is turned on or off; null leaves it as the loop has it.
  public @Nullable Boolean debug() {
    return debug;
  }

  /// Returns a copy that turns debug mode on or off.
  public RunnerOptions debug(@Nullable Boolean debug) {
    var copy = new RunnerOptions(this);
    copy.debug = debug;
    return copy;
  }

  /// Returns what makes the loop; null for `Asyncio.newEventLoop()`.
  public @Nullable Supplier<? extends EventLoop> loopFactory() {
    return loopFactory;
  }

  /// Returns a copy that makes its loop with a factory.
  public RunnerOptions loopFactory(@Nullable Supplier<? extends EventLoop> loopFactory) {
    var copy = new RunnerOptions(this);
    copy.loopFactory = loopFactory;
    return copy;
  }

  /// Returns whether Ctrl-C cancels the main coroutine: true in whichever thread, false never, null
  /// in the main thread of the JVM; never when the program has a handler of its own.
  public @Nullable Boolean handleSigint() {
    return handleSigint;
  }

  /// Returns a copy that says whether Ctrl-C cancels the main coroutine.
  public RunnerOptions handleSigint(@Nullable Boolean handleSigint) {
    var copy = new RunnerOptions(this);
    copy.handleSigint = handleSigint;
    return copy;
  }

  /// Returns how long the end of the runner may take; what is left then is reported and abandoned,
  /// as [EventLoop#close()] does; null for no bound.
  public @Nullable Duration shutdownTimeout() {
    return shutdownTimeout;
  }

  /// Returns a copy that bounds the time which the end of the runner takes.
  ///
  /// @throws IllegalArgumentException when it is negative
  public RunnerOptions shutdownTimeout(@Nullable Duration shutdownTimeout) {
    if (shutdownTimeout != null && shutdownTimeout.isNegative()) {
      throw new IllegalArgumentException("shutdownTimeout < 0: " + shutdownTimeout);
    }
    var copy = new RunnerOptions(this);
    copy.shutdownTimeout = shutdownTimeout;
    return copy;
  }

  /// Returns for how long something may keep the loop from going on before a warning tells of it,
  /// as [EventLoop#setFrozenLoopDuration(Duration)]; zero for ever, null leaves it as the loop has
  /// it.
  public @Nullable Duration frozenLoopDuration() {
    return frozenLoopDuration;
  }

  /// Returns a copy that says for how long something may keep the loop from going on before a
  /// warning tells of it.
  ///
  /// @throws IllegalArgumentException when it is negative
  public RunnerOptions frozenLoopDuration(@Nullable Duration frozenLoopDuration) {
    if (frozenLoopDuration != null) {
      SlowDurations.notNegative("frozenLoopDuration", frozenLoopDuration);
    }
    var copy = new RunnerOptions(this);
    copy.frozenLoopDuration = frozenLoopDuration;
    return copy;
  }

  @Override
  Keywords keywords() {
    return new Keywords("RunnerOptions")
        .with("debug", debug)
        .with("loopFactory", loopFactory)
        .with("handleSigint", handleSigint)
        .with("shutdownTimeout", shutdownTimeout)
        .with("frozenLoopDuration", frozenLoopDuration);
  }
}
