// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.jdk;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// The time between two tries of what has to be done but finds no memory. Any thread.
public final class MemoryPause {
  private static final long NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final int SPINS = 10_000;

  private MemoryPause() {}

  /// Lets a moment pass. Needs no memory.
  public static void take() {
    if (!Thread.currentThread().isVirtual()) {
      LockSupport.parkNanos(NANOS);
      return;
    }
    // A timed park of a virtual thread needs some: VirtualThread.afterYield (JDK 25) schedules its
    // end, and where that fails the thread stays in TIMED_PARKING, from which nothing wakes it.
    for (int i = 0; i < SPINS; i++) {
      Thread.onSpinWait();
    }
  }
}
