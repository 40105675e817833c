// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import org.jspecify.annotations.Nullable;

/// Which thread holds a loop: its own, that of the task whose step is being made, or that of its
/// callbacks. Any thread may ask.
final class Confinement {
  private final BaseEventLoop loop;

  // Written by the thread that runs the loop.
  private volatile @Nullable Thread thread;

  Confinement(BaseEventLoop loop) {
    this.loop = loop;
  }

  /// The loop is run by the calling thread from now on.
  void enter() {
    thread = Thread.currentThread();
  }

  /// The loop is not run any more.
  void leave() {
    thread = null;
  }

  /// Returns the thread that runs the loop, or null while none does.
  @Nullable Thread thread() {
    return thread;
  }

  boolean holdsLoop() {
    Thread current = Thread.currentThread();
    if (current == thread || loop.kernel.callbacks.isThread(current)) {
      return true;
    }
    Task<?> task = loop.currentTask;
    return task != null && task.isThread(current);
  }

  /// Has a task that went on elsewhere, since the loop did not run, wait until it does.
  void comeBack() {
    if (loop.kernel.carrier.elsewhere() > 0) {
      Task<?> task = Task.ofThisThread();
      if (task != null && task.loop == loop) {
        task.taskThread.comeBack();
      }
    }
  }

  /// Throws when a thread that does not hold the running loop uses it.
  void check() {
    if (loop.isRunning() && !holdsLoop()) {
      throw new IllegalStateException(
          "Non-thread-safe operation invoked on an event loop other than the current one: "
              + loop
              + " by "
              + Thread.currentThread()
              + "; from another thread use callSoonThreadsafe() of the loop, or"
              + " Asyncio.runCoroutineThreadsafe()");
    }
  }
}
