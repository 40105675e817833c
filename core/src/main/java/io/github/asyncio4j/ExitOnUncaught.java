// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.internal.jdk.MainThread;
import java.lang.Thread.UncaughtExceptionHandler;

/// Ends the process, without a stack trace, when a thread lets a [KeyboardInterrupt] or
/// [SystemExit] go uncaught.
final class ExitOnUncaught implements UncaughtExceptionHandler {
  private static final int KILLED_BY_SIGINT = 128 + 2;

  private final UncaughtExceptionHandler others;

  private ExitOnUncaught(UncaughtExceptionHandler others) {
    this.others = others;
  }

  /// Sees to it in the calling thread, unless the program handles what is uncaught itself. As in
  /// Python a [SystemExit] ends the process in the main thread only.
  static void inThisThread(Error error) {
    if (error instanceof SystemExit && !MainThread.isCurrent()) {
      return;
    }
    Thread thread = Thread.currentThread();
    ThreadGroup group = thread.getThreadGroup();
    // The group is what a thread returns that was given no handler.
    if (group != null
        && thread.getUncaughtExceptionHandler() == group
        && Thread.getDefaultUncaughtExceptionHandler() == null) {
      thread.setUncaughtExceptionHandler(new ExitOnUncaught(group));
    }
  }

  @Override
  @SuppressWarnings("SystemExitOutsideMain") // it is in place of the end of main
  public void uncaughtException(Thread thread, Throwable exception) {
    switch (exception) {
      case KeyboardInterrupt _ -> System.exit(KILLED_BY_SIGINT);
      case SystemExit e -> System.exit(e.status());
      default -> others.uncaughtException(thread, exception);
    }
  }
}
