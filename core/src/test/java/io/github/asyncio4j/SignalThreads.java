// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.internal.jdk.ProcessSignal;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;

/// The threads in which the JDK calls handlers of signals.
public final class SignalThreads {
  private static final ProcessSignal MARK = Objects.requireNonNull(ProcessSignal.of("URG"));

  private SignalThreads() {}

  /// Waits until the handlers of all signals up to now, of a lower number than SIGURG, have been
  /// called: the JDK starts a thread for each signal, lower numbers first. It does not block: in a
  /// task that would let the loop go on.
  public static void settle() {
    var marked = new CountDownLatch(1);
    Object before = MARK.set(MARK.newHandler(marked::countDown));
    try {
      MARK.raise();
      while (marked.getCount() > 0) {
        Thread.onSpinWait();
      }
    } finally {
      MARK.set(before);
    }
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("SIG") && thread.getName().endsWith(" handler")) {
        while (thread.isAlive()) {
          Thread.onSpinWait();
        }
      }
    }
  }
}
