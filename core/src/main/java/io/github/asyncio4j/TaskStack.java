// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where tasks are suspended, as frames and as text (TK-01). Loop thread only.
final class TaskStack {
  private TaskStack() {}

  /// Returns a thread's frames, innermost first, without those of this package and of the JDK's
  /// threads.
  static List<StackTraceElement> of(Thread thread) {
    return userFrames(thread.getStackTrace());
  }

  /// Returns those frames of a task's thread that are neither of this package nor of the JDK's
  /// threads.
  ///
  /// A thread that suspends may still be on its way to where it rests when another one looks: what
  /// it does there, in whatever package, is left out too.
  static List<StackTraceElement> userFrames(StackTraceElement[] frames) {
    int first = frames.length;
    while (first > 0 && !TaskThread.isSuspension(frames[first - 1])) {
      first--;
    }
    return Arrays.stream(frames, first, frames.length).filter(TaskStack::isUserFrame).toList();
  }

  /// Returns the frames of a thread that is inside a blocking call of the JDK: the call, and then
  /// [#userFrames(StackTraceElement\[\])].
  static List<StackTraceElement> ofBlocked(@Nullable Thread thread) {
    if (thread == null) {
      return List.of();
    }
    List<StackTraceElement> frames = JdkCalls.from(List.of(thread.getStackTrace()));
    var result = new ArrayList<StackTraceElement>(frames.size());
    for (StackTraceElement frame : frames) {
      if (result.isEmpty() || isUserFrame(frame)) {
        result.add(frame);
      }
    }
    return result;
  }

  private static boolean isUserFrame(StackTraceElement frame) {
    String packageName = Descriptions.packageOf(frame.getClassName());
    return !Descriptions.isInPackage(frame.getClassName())
        && !packageName.equals("java.lang")
        && !frame.getClassName().equals("java.util.concurrent.locks.LockSupport")
        && !packageName.equals("jdk.internal.vm");
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
