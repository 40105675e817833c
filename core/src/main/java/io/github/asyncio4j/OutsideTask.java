// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import org.jspecify.annotations.Nullable;

/// A suspending call that was not made in a running task of its loop. Any thread.
final class OutsideTask {
  private OutsideTask() {}

  /// Returns what is to be thrown.
  ///
  /// @param caller the task that has made the call, or null
  /// @param call for the exception's text
  /// @throws CancelledError when the task goes on without its loop, which is closed
  static IllegalStateException refusal(BaseEventLoop loop, @Nullable Task<?> caller, String call) {
    if (caller != null && caller.loop == loop) {
      caller.ensureMaySuspend(call);
    } else if (caller != null) {
      // Refused in the next iteration.
      caller.yieldOnce();
      return new IllegalStateException(
          call + ": " + caller + " got a future attached to a different loop: " + loop);
    }
    return new IllegalStateException(call + " called outside a task of " + loop);
  }
}
