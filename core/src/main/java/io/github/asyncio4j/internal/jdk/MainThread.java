// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.jdk;

import java.util.Objects;

/// Which thread has started the JVM.
public final class MainThread {
  private static final long OLDEST = oldest();

  private MainThread() {}

  /// Tells whether the calling thread is the one that has started the JVM. Any thread.
  public static boolean isCurrent() {
    return Thread.currentThread().threadId() == OLDEST;
  }

  // The thread that has started the JVM is older than every other; its number depends on the JDK.
  // Once it has ended, the oldest one is of the JVM and runs no loop.
  private static long oldest() {
    ThreadGroup top = Objects.requireNonNull(Thread.currentThread().getThreadGroup());
    for (ThreadGroup up = top.getParent(); up != null; up = up.getParent()) {
      top = up;
    }
    var threads = new Thread[top.activeCount() + 100];
    int count = top.enumerate(threads);
    long oldest = Long.MAX_VALUE;
    for (int i = 0; i < count; i++) {
      oldest = Math.min(oldest, threads[i].threadId());
    }
    return oldest;
  }
}
