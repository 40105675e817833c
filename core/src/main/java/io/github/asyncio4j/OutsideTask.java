// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import org.jspecify.annotations.Nullable;

/// A suspending call that was not made in a running task of its loop. Any thread.
final class OutsideTask {
  private OutsideTask() {}

  /// Returns the task that has made the call, if it only went on elsewhere since the loop did not
  /// run, and waits until that does.
  ///
  /// @param caller the task that has made the call, or null
  /// @param call for the exception's text
  /// @throws CancelledError when the task goes on without its loop, which is closed
  /// @throws IllegalStateException when it was made outside a task of the loop
  static Task<?> bringBack(BaseEventLoop loop, @Nullable Task<?> caller, String call) {
    if (caller != null) {
      caller.taskThread.comeBack();
      if (caller == loop.currentTask) {
        return caller;
      }
    }
    if (caller != null && caller.loop == loop) {
      caller.ensureMaySuspend(call);
    } else if (caller != null) {
      // Refused in the next iteration.
      caller.yieldOnce();
      throw new IllegalStateException(
          call
              + ": "
              + caller
              + " got a future attached to a different loop: "
              + loop
              + "; have that one await it, by Asyncio.runCoroutineThreadsafe(() -> ..., loop)");
    }
    throw refusal(call + " called outside a task of " + loop);
  }

  /// Returns what a suspending call throws that was not made in a task, with what to do instead.
  ///
  /// @param call the public method, for the exception's text
  /// @param argument what it was called with or on, for the exception's text
  static IllegalStateException refusal(String call, @Nullable Object argument) {
    return refusal(call + " called outside a task: " + Descriptions.textOf(argument));
  }

  private static IllegalStateException refusal(String what) {
    return new IllegalStateException(
        what
            + (RunningLoop.get() != null
                ? "; a callback cannot wait, have it start a task: createTask(() -> ...)"
                : "; call it in Asyncio.run(() -> ...), from another thread in"
                    + " Asyncio.runCoroutineThreadsafe(() -> ..., loop)"));
  }
}
