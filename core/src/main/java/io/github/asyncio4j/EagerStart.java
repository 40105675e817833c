// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// Makes the first step of a task inside the call that creates it (TK-10). Whoever holds the loop.
final class EagerStart {
  // A task that starts one that starts one, and so on, takes some frames of the loop thread's stack
  // each time. Deeper ones start in the next iteration, as if they were not eager.
  private static final int MAX_DEPTH = 500;

  private final BaseEventLoop loop;
  private int depth;

  EagerStart(BaseEventLoop loop) {
    this.loop = loop;
  }

  /// Makes a step of a task that is suspended, inside the step of another that has just ended, or
  /// queues it where that would go too deep. Not from inside a body.
  void stepOrQueue(TaskThread taskThread) {
    if (depth == MAX_DEPTH) {
      loop.enqueue(taskThread);
      return;
    }
    depth++;
    try {
      taskThread.task.step();
    } finally {
      depth--;
    }
  }

  /// Starts a task that is being made, and leaves nothing of it behind when that fails.
  void startNew(Task<?> task) {
    try {
      start(task.taskThread);
    } catch (Throwable t) {
      // For want of stack or memory. Nobody has the task.
      if (task.taskThread.state() == TaskThread.State.NEW) {
        loop.tasks.remove(task);
      }
      throw t;
    }
  }

  /// Makes the first step of a new task, or queues it where that is not possible.
  void start(TaskThread taskThread) {
    Task<?> creator = loop.currentTask;
    if (depth == MAX_DEPTH || !loop.holdsLoop()) {
      loop.enqueue(taskThread);
      return;
    }
    depth++;
    try {
      boolean started =
          creator == null
              ? loop.kernel.callbacks.letStart(taskThread)
              : creator.letStart(taskThread);
      if (!started) {
        loop.enqueue(taskThread);
      }
    } finally {
      depth--;
    }
  }
}
