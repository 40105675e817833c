// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// Where a thread is, in a program's words. Any thread.
///
/// @param program the innermost frame of the program; empty where there is none
/// @param call what that has called, of this library or of the JDK; empty where it computes itself
/// @param suspended whether it is a task's that the library has suspended
/// @param blocked whether it waits in the JDK otherwise, as far as its frames tell
record TaskFrames(String program, String call, boolean suspended, boolean blocked) {
  static final TaskFrames NONE = new TaskFrames("", "", false, false);

  static TaskFrames of(Thread thread) {
    return of(thread.getStackTrace());
  }

  /// @param frames innermost first
  static TaskFrames of(StackTraceElement[] frames) {
    int end = 0;
    while (end < frames.length
        && !ProgramFrames.isBoundary(frames[end].getClassName(), frames[end].getMethodName())) {
      end++;
    }
    int program = 0;
    while (program < end && !isOfProgram(frames[program])) {
      program++;
    }
    String call = "";
    if (program > 0) {
      call = callOf(program < end ? frames[program - 1] : outermostOfLayers(frames, end));
    }
    boolean suspended = isSuspended(frames, end);
    return new TaskFrames(
        program < end ? Descriptions.placeOf(frames[program]) : "",
        call,
        suspended,
        !suspended && isWaiting(frames, end));
  }

  // A task of the library's own has no frame of the program.
  private static StackTraceElement outermostOfLayers(StackTraceElement[] frames, int end) {
    int outermost = end - 1;
    while (outermost > 0 && ProgramFrames.isMachinery(frames[outermost].getClassName())) {
      outermost--;
    }
    return frames[outermost];
  }

  private static boolean isOfProgram(StackTraceElement frame) {
    return !ProgramFrames.isOurs(frame.getClassName()) && !JdkCalls.isOfJdk(frame);
  }

  private static boolean isSuspended(StackTraceElement[] frames, int end) {
    for (int i = 0; i < end; i++) {
      if (TaskThread.isSuspension(frames[i])) {
        return true;
      }
    }
    return false;
  }

  private static boolean isWaiting(StackTraceElement[] frames, int end) {
    return end > 0
        && (frames[0].isNativeMethod()
            || frames[0].getClassName().equals("java.lang.VirtualThread"));
  }

  private static String callOf(StackTraceElement frame) {
    String name = frame.getClassName();
    return name.substring(name.lastIndexOf('.') + 1).replace('$', '.')
        + "."
        + frame.getMethodName();
  }
}
