// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.io.PrintStream;
import java.util.List;

/// Where tasks are suspended, as frames and as text (TK-01). Loop thread only.
final class TaskStack {
  private TaskStack() {}

  /// Returns a thread's frames, innermost first, without those of this package and of the JDK's
  /// threads.
  static List<StackTraceElement> of(Thread thread) {
    return Descriptions.userFrames(thread.getStackTrace());
  }

  /// Returns the innermost frames.
  ///
  /// @throws IllegalArgumentException when the limit is negative
  static List<StackTraceElement> limited(List<StackTraceElement> frames, int limit) {
    if (limit < 0) {
      throw new IllegalArgumentException("limit < 0: " + limit);
    }
    return frames.subList(0, Math.min(limit, frames.size()));
  }

  static void print(Task<?> task, PrintStream out) {
    out.println("Stack for " + task + " (most recent call first):");
    for (StackTraceElement frame : task.getStack()) {
      out.println("  at " + frame);
    }
  }
}
