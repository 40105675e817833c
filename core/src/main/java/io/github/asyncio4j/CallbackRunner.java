// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import org.jspecify.annotations.Nullable;

/// Decides where callbacks run: in the loop's own thread, or on the [CallbackThread] while a task
/// is inside a blocking call of the JDK (ADR 9).
///
/// Loop thread, unless a method says otherwise.
final class CallbackRunner {
  /*
   * Where no task is inside such a call none can be in front of the loop's thread in the queue of a
   * lock, so callbacks run in that thread and cost nothing more than a look at the count.
   */
  private final TaskCarrier carrier;
  private final CallbackThread thread;

  // How many tasks are inside blocking calls of the JDK, which have suspended them.
  int blockedTasks;

  // A callback has started a task that was then inside such a call: the next one may come while the
  // callback that starts it goes on.
  private boolean startBlockingTasks;

  // See letStart(). Written by the loop's thread; any thread reads.
  private volatile boolean mayWait;

  CallbackRunner(BaseEventLoop loop, TaskCarrier carrier) {
    this.carrier = carrier;
    this.thread = new CallbackThread(loop);
  }

  /// Tells whether callbacks must leave the loop's own thread.
  boolean areAside() {
    return blockedTasks > 0 || startBlockingTasks;
  }

  /// Runs something that may wait for a lock: what a program gave us, or a logger. Not from inside
  /// a callback.
  void run(Runnable callback) {
    if (areAside()) {
      runAside(callback);
    } else {
      callback.run();
    }
  }

  /// Runs callbacks on their own thread.
  void runAside(Runnable callbacks) {
    thread.run(callbacks, carrier);
  }

  /// Tells whether a thread is that of the callbacks, in one of them. Any thread.
  boolean isThread(Thread other) {
    return thread.is(other);
  }

  /// Returns the thread of the callbacks while one is under way there, else null. Any thread; it
  /// may be a moment old.
  @Nullable Thread busyThread() {
    return thread.busyThread();
  }

  /// Makes the first step of a task that a callback has created. Whoever runs the callback.
  ///
  /// @return false when its thread cannot be suspended here
  boolean letStart(TaskThread created) {
    if (thread.is(Thread.currentThread())) {
      return thread.letStart(created);
    }
    // Before the step: the JDK may let the task go on at any moment after it.
    mayWait = true;
    created.task.step();
    // The task, or one that it has started in turn, may have a lock that the rest of the callback
    // wants. Before this none was blocked, or the callback would not run in this thread.
    if (blockedTasks > 0) {
      startBlockingTasks = true;
    } else {
      mayWait = false;
    }
    return true;
  }

  /// Tells whether the loop's own thread is in a callback that may wait for a task which this
  /// thread would have to carry. Any thread.
  boolean mayWait() {
    return mayWait;
  }

  /// Notes that a callback in the loop's own thread is over.
  void over() {
    if (mayWait) {
      mayWait = false;
    }
  }

  /// Ends the thread of the callbacks. The loop is closed.
  void end() {
    thread.end();
  }
}
