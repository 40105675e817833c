// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// The keyword arguments of `runInExecutor`. Immutable; each keyword has a method of its name that
/// returns a changed copy.
public final class ExecutorOptions extends Options {
  /// Every keyword at its default.
  public static final ExecutorOptions DEFAULT = new ExecutorOptions();

  // Written before the object is returned to anybody, never after.
  private boolean interruptOnCancel;

  private ExecutorOptions() {}

  /// Tells whether cancelling the future interrupts the thread of the call.
  public boolean interruptOnCancel() {
    return interruptOnCancel;
  }

  /// Returns a copy in which cancelling the future interrupts the thread of a call that is running,
  /// or leaves it alone, as asyncio does. An interrupt that the call does not heed is cleared when
  /// it ends, so that it does not meet the thread's next call.
  public ExecutorOptions interruptOnCancel(boolean interruptOnCancel) {
    var copy = new ExecutorOptions();
    copy.interruptOnCancel = interruptOnCancel;
    return copy;
  }

  @Override
  Keywords keywords() {
    return new Keywords("ExecutorOptions").with("interruptOnCancel", interruptOnCancel);
  }
}
