// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// What those are told who call `wait()` or `notify()` of [Object], as asyncio's methods are called
/// (SY-03, SY-04).
///
/// The two are final and throw by themselves, with nothing but "current thread is not owner"; so
/// this goes with that exception, as a suppressed one, when it leaves a task or a callback.
final class MonitorHint extends Exception {
  private static final long serialVersionUID = 1L;

  private MonitorHint() {
    super(
        "wait(), notify() and notifyAll() are methods of every Java object, for its monitor; tasks"
            + " wait and are woken by await(), signal() and signalAll()",
        null,
        false,
        false);
  }

  /// Goes with an exception that is thrown by one of those methods. Never throws.
  static void addTo(Throwable thrown) {
    if (!(thrown instanceof IllegalMonitorStateException)) {
      return;
    }
    try {
      if (isOfObject(thrown.getStackTrace()) && !isIn(thrown)) {
        thrown.addSuppressed(new MonitorHint());
      }
    } catch (Throwable t) {
      // The exception matters more.
    }
  }

  private static boolean isOfObject(StackTraceElement[] frames) {
    return frames.length > 0 && frames[0].getClassName().equals("java.lang.Object");
  }

  // It has passed through another task.
  private static boolean isIn(Throwable thrown) {
    for (Throwable suppressed : thrown.getSuppressed()) {
      if (suppressed instanceof MonitorHint) {
        return true;
      }
    }
    return false;
  }
}
