// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import io.github.asyncio4j.Task;
import java.util.Collection;

/// Texts about tasks that should not be there any more.
final class TaskStacks {
  private TaskStacks() {}

  /// Appends each task and where it is suspended, in lines of their own.
  static void append(StringBuilder text, Collection<? extends Task<?>> tasks) {
    text.append("\n  pending tasks: ").append(tasks.size());
    for (Task<?> task : tasks) {
      text.append("\n  ").append(task);
      for (StackTraceElement frame : task.getStack()) {
        text.append("\n    at ").append(frame);
      }
    }
  }
}
