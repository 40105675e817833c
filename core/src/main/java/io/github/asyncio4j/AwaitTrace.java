// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.Arrays;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Gives an exception the frames of those that it passes on its way through awaits, as Python's
/// traceback has them. Loop thread only.
///
/// An exception is born in one thread and thrown again in another, that of the task that awaits.
/// Its stack trace knows the first only: often the loop's, or a helper's, with no frame of the
/// program. So whoever is about to throw it adds the frames of the caller. Each time it is thrown
/// they stand behind those that the exception came with, whoever else has thrown it meanwhile: a
/// failure that is awaited often does not grow.
///
/// What runs tasks and callbacks is left out: those frames are alike in every trace.
final class AwaitTrace {
  /// What one who awaits may add, innermost frames first.
  private static final int MAX_ADDED = 64;

  // A chain of 20,000 tasks would copy a trace of that length 20,000 times.
  private static final int MAX_FRAMES = 512;
  // Of 2 KB: classes may be loaded and call sites linked, which must not be broken off.
  private static final int STACK_FRAMES = 24;

  private static final StackWalker WALKER = StackWalker.getInstance();

  private final Throwable exception;
  // What it came with. Loop thread.
  private StackTraceElement @Nullable [] own;

  AwaitTrace(Throwable exception) {
    this.exception = exception;
  }

  /// Has the trace end with the frames of the caller. Never throws: where there is no room for it,
  /// or the exception's own methods fail, the trace stays as it is.
  void join(StackRoom stack) {
    if (exception instanceof VirtualMachineError) {
      return;
    }
    try {
      stack.ensure(STACK_FRAMES);
      joinFrames();
    } catch (Throwable t) {
      // Where the stack or the heap is at its end the exception itself matters.
    }
  }

  private void joinFrames() {
    StackTraceElement[] before = own;
    if (before == null) {
      before = ProgramFrames.withoutMachinery(exception.getStackTrace());
      ProgramFrames.stripCauses(exception);
    }
    // One without frames has none on purpose.
    if (before.length == 0 || before.length >= MAX_FRAMES) {
      return;
    }
    own = before;
    StackTraceElement[] caller = WALKER.walk(AwaitTrace::ofTaskOrCallback);
    StackTraceElement[] all = Arrays.copyOf(before, before.length + caller.length);
    System.arraycopy(caller, 0, all, before.length, caller.length);
    exception.setStackTrace(all);
  }

  private static StackTraceElement[] ofTaskOrCallback(Stream<StackWalker.StackFrame> frames) {
    return frames
        .takeWhile(f -> !ProgramFrames.isBoundary(f.getClassName(), f.getMethodName()))
        .filter(f -> !ProgramFrames.isMachinery(f.getClassName()))
        .limit(MAX_ADDED)
        .map(StackWalker.StackFrame::toStackTraceElement)
        .toArray(StackTraceElement[]::new);
  }

  /// Adds the frames of the current thread, which has run the loop, to what its main task has
  /// failed with. The JDK's source launcher counts on its own frames being there, every one. Once
  /// only. Never throws.
  static void addRunner(Throwable failure) {
    try {
      addRunnerFrames(failure);
    } catch (Throwable t) {
      // The failure matters more.
    }
  }

  private static void addRunnerFrames(Throwable failure) {
    StackTraceElement[] own = failure.getStackTrace();
    StackTraceElement[] runner = Thread.currentThread().getStackTrace();
    if (own.length == 0 || own[own.length - 1].equals(runner[runner.length - 1])) {
      return;
    }
    own = ProgramFrames.withoutMachinery(own);
    // From Thread.getStackTrace() to what the program has called.
    int first = 0;
    while (first < runner.length && ProgramFrames.isMachinery(runner[first].getClassName())) {
      first++;
    }
    StackTraceElement[] all = Arrays.copyOf(own, own.length + runner.length - first);
    System.arraycopy(runner, first, all, own.length, runner.length - first);
    failure.setStackTrace(all);
  }
}
