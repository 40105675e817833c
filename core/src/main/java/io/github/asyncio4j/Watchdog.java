// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The thread that looks at the loops in debug mode from outside. One for the JVM, from the first
/// use on; it keeps nothing alive, and sleeps while no such loop runs.
final class Watchdog {
  private static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long SHORTEST_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private static final Set<FreezeWatch> WATCHED = ConcurrentHashMap.newKeySet();
  // Guarded by the class, and published by it.
  private static volatile @Nullable Thread thread;

  private Watchdog() {}

  /// Looks at a loop until it leaves. Where no thread can be had for it, it does not look until
  /// another run of a loop finds one. Any thread.
  static void watch(FreezeWatch loop) {
    if (WATCHED.add(loop)) {
      ensureStarted();
      LockSupport.unpark(thread);
    }
  }

  private static synchronized void ensureStarted() {
    if (thread != null) {
      return;
    }
    try {
      thread =
          Thread.ofPlatform()
              .daemon()
              .name("asyncio4j-watchdog")
              .inheritInheritableThreadLocals(false)
              .start(Watchdog::run);
    } catch (OutOfMemoryError e) {
      // Debug mode goes on without it.
    }
  }

  /// Looks no more. Any thread.
  static void leave(FreezeWatch loop) {
    WATCHED.remove(loop);
  }

  private static void run() {
    while (true) {
      try {
        lookAround();
      } catch (Throwable t) {
        // A full heap, or a text of the program's: there is a next time.
      }
    }
  }

  private static void lookAround() {
    if (WATCHED.isEmpty()) {
      LockSupport.park(WATCHED);
    }
    long wait = LONGEST_NANOS;
    for (FreezeWatch loop : WATCHED) {
      loop.look();
      wait = Math.min(wait, loop.nanos() / 4);
    }
    LockSupport.parkNanos(WATCHED, Math.max(wait, SHORTEST_NANOS));
  }
}
