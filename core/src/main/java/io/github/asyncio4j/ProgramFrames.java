// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Which frames of a stack belong to the program, and which to what runs its tasks and callbacks.
/// Any thread.
final class ProgramFrames {
  // As asyncio's constants.DEBUG_STACK_DEPTH.
  private static final int CALLER_DEPTH = 10;

  // A chain may be a circle.
  private static final int MAX_CAUSES = 20;

  private static final StackWalker WALKER = StackWalker.getInstance();
  private static final String ROOT = ProgramFrames.class.getPackageName() + ".";
  private static final String INTERNAL = ROOT + "internal.";
  private static final String TASK = ROOT + "Task";
  private static final String TASK_BODY = "runBody";
  private static final String HANDLE = ROOT + "Handle";
  private static final String KERNEL = ROOT + "Kernel";

  // Below the root: what makes handles, futures, transports and tasks for a program that calls it.
  private static final List<String> LAYERS =
      List.of("loop.", "stream.", "process.", "pipe.", "socket.", "sync.", "flow.");

  private ProgramFrames() {}

  /// Returns where the library was called by the task or callback that now runs, or by who runs the
  /// loop, innermost frame first; none where the library does something by itself.
  static List<StackTraceElement> callers() {
    return WALKER.walk(
        frames ->
            frames
                .takeWhile(f -> !isBoundary(f.getClassName(), f.getMethodName()))
                .dropWhile(f -> isInLibrary(f.getClassName()))
                .filter(f -> !isMachinery(f.getClassName()))
                .limit(CALLER_DEPTH)
                .map(StackWalker.StackFrame::toStackTraceElement)
                .toList());
  }

  /// Returns the part of a trace that belongs to what a task or a callback has done, or a call in
  /// an executor; all of it if nothing else is there. What is born in the library keeps the frames
  /// of its birth.
  static StackTraceElement[] withoutMachinery(StackTraceElement[] frames) {
    int boundary = 0;
    while (boundary < frames.length
        && !isBoundary(frames[boundary].getClassName(), frames[boundary].getMethodName())) {
      boundary++;
    }
    int end = withoutTail(frames, boundary, ProgramFrames::isInLibrary);
    if (end == 0) {
      // No frame of the program: born in what the loop has called.
      end = withoutTail(frames, boundary, ProgramFrames::isMachinery);
    }
    // Born in the library's core.
    end = end == 0 ? boundary : end;
    return end == 0 ? frames : withoutMiddle(frames, end);
  }

  /// Returns the outermost frame of the program in what a callback does, or null when it does
  /// nothing of the program's.
  static @Nullable StackTraceElement outermost(StackTraceElement[] frames) {
    StackTraceElement outermost = null;
    for (StackTraceElement frame : frames) {
      if (isBoundary(frame.getClassName(), frame.getMethodName())) {
        return outermost;
      }
      if (!isInLibrary(frame.getClassName()) && !isMachinery(frame.getClassName())) {
        outermost = frame;
      }
    }
    return null;
  }

  /// Takes what runs tasks and callbacks out of the trace of an exception, and out of those of its
  /// causes. Never throws.
  static void strip(Throwable exception) {
    stripOne(exception);
    stripCauses(exception);
  }

  /// As [#strip(Throwable)], of the causes only.
  static void stripCauses(Throwable exception) {
    Throwable cause = Descriptions.causeOf(exception);
    for (int i = 0; i < MAX_CAUSES && cause != null; i++) {
      stripOne(cause);
      cause = Descriptions.causeOf(cause);
    }
  }

  private static void stripOne(Throwable exception) {
    try {
      StackTraceElement[] frames = exception.getStackTrace();
      StackTraceElement[] stripped = withoutMachinery(frames);
      if (stripped != frames) {
        exception.setStackTrace(stripped);
      }
    } catch (Throwable t) {
      // The exception matters more, which may have methods of its own.
    }
  }

  private static int withoutTail(
      StackTraceElement[] frames, int end, Predicate<String> ofMachinery) {
    int kept = end;
    while (kept > 0
        && (ofMachinery.test(frames[kept - 1].getClassName())
            || isMachinery(frames[kept - 1].getClassName()))) {
      kept--;
    }
    return kept;
  }

  /// Leaves out by what ways calls of the program have come to one another, but not where the
  /// library has thrown.
  private static StackTraceElement[] withoutMiddle(StackTraceElement[] frames, int end) {
    int birth = 0;
    while (birth < end && isMachinery(frames[birth].getClassName())) {
      birth++;
    }
    int kept = birth;
    var all = new StackTraceElement[end];
    System.arraycopy(frames, 0, all, 0, birth);
    for (int i = birth; i < end; i++) {
      if (!isMachinery(frames[i].getClassName())) {
        all[kept++] = frames[i];
      }
    }
    return kept == frames.length ? frames : Arrays.copyOf(all, kept);
  }

  /// Tells whether a frame is the innermost one of what runs a task or a callback.
  static boolean isBoundary(String className, String methodName) {
    return isOurs(className)
        && ((className.equals(TASK) && methodName.equals(TASK_BODY))
            || className.equals(HANDLE)
            || className.equals(KERNEL));
  }

  /// Tells whether a class is of the root package or one that no program sees, or one of the JDK's
  /// by which they run something.
  static boolean isMachinery(String className) {
    return isInside(className)
        || className.startsWith("java.util.concurrent.")
        || className.startsWith("java.lang.Thread")
        || className.startsWith("java.lang.VirtualThread")
        || className.startsWith("jdk.internal.vm.");
  }

  /// Tells whether a class is of this library, whatever package.
  static boolean isOurs(String className) {
    return className.startsWith(ROOT);
  }

  private static boolean isInside(String className) {
    return isOurs(className)
        && (className.indexOf('.', ROOT.length()) < 0 || className.startsWith(INTERNAL));
  }

  private static boolean isInLibrary(String className) {
    if (!isOurs(className)) {
      return false;
    }
    for (String layer : LAYERS) {
      if (className.startsWith(layer, ROOT.length())) {
        return true;
      }
    }
    return isInside(className);
  }
}
