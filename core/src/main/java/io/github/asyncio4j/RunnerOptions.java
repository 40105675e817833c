// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The keyword arguments of [Runner] and `Asyncio.run` (TC-11). Immutable; each keyword has a
/// method of its name that returns a changed copy.
///
/// @param debug turns debug mode on or off; null leaves it as the loop has it
/// @param loopFactory makes the loop; null for `Asyncio.newEventLoop()`
/// @param handleSigint whether Ctrl-C cancels the main coroutine: true in whichever thread, false
///   never, null in the main thread of the JVM; never when the program has a handler of its own
/// @param shutdownTimeout how long the end of the runner may take; what is left then is reported
///   and abandoned, as [EventLoop#close()] does; null for no bound
public record RunnerOptions(
    @Nullable Boolean debug,
    @Nullable Supplier<? extends EventLoop> loopFactory,
    @Nullable Boolean handleSigint,
    @Nullable Duration shutdownTimeout) {
  /// Every keyword at its default.
  public static final RunnerOptions DEFAULT = new RunnerOptions(null, null, null, null);

  /// Checks the keywords.
  ///
  /// @throws IllegalArgumentException when `shutdownTimeout` is negative
  public RunnerOptions {
    if (shutdownTimeout != null && shutdownTimeout.isNegative()) {
      throw new IllegalArgumentException("shutdownTimeout < 0: " + shutdownTimeout);
    }
  }

  /// Returns a copy that turns debug mode on or off.
  public RunnerOptions debug(@Nullable Boolean debug) {
    return new RunnerOptions(debug, loopFactory, handleSigint, shutdownTimeout);
  }

  /// Returns a copy that makes its loop with a factory.
  public RunnerOptions loopFactory(@Nullable Supplier<? extends EventLoop> loopFactory) {
    return new RunnerOptions(debug, loopFactory, handleSigint, shutdownTimeout);
  }

  /// Returns a copy that says whether Ctrl-C cancels the main coroutine.
  public RunnerOptions handleSigint(@Nullable Boolean handleSigint) {
    return new RunnerOptions(debug, loopFactory, handleSigint, shutdownTimeout);
  }

  /// Returns a copy that bounds the time which the end of the runner takes.
  public RunnerOptions shutdownTimeout(@Nullable Duration shutdownTimeout) {
    return new RunnerOptions(debug, loopFactory, handleSigint, shutdownTimeout);
  }
}
