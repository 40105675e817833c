// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The keyword arguments of [Runner] and `Asyncio.run` (TC-11). Immutable; each keyword has a
/// method of its name that returns a changed copy.
///
/// @param debug turns debug mode on or off; null leaves it as the loop has it
/// @param loopFactory makes the loop; null for `Asyncio.newEventLoop()`
public record RunnerOptions(
    @Nullable Boolean debug, @Nullable Supplier<? extends EventLoop> loopFactory) {
  /// Every keyword at its default.
  public static final RunnerOptions DEFAULT = new RunnerOptions(null, null);

  /// Returns a copy that turns debug mode on or off.
  public RunnerOptions debug(@Nullable Boolean debug) {
    return new RunnerOptions(debug, loopFactory);
  }

  /// Returns a copy that makes its loop with a factory.
  public RunnerOptions loopFactory(@Nullable Supplier<? extends EventLoop> loopFactory) {
    return new RunnerOptions(debug, loopFactory);
  }
}
