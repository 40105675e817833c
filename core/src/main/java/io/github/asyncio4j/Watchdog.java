// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The thread that looks at the running loops from outside. One for the JVM, while there are loops
/// and for a minute longer; it keeps nothing alive.
final class Watchdog {
  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long SHORTEST_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  // How late a busy machine may have it look.
  private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long KEPT_NANOS = TimeUnit.MINUTES.toNanos(1);
  // The JVM prints two lines each time that it is refused a thread.
  private static final long NEXT_TRY_NANOS = TimeUnit.MINUTES.toNanos(1);

  private static final Set<FreezeWatch> WATCHED = ConcurrentHashMap.newKeySet();

  // Guarded by the class; the thread is published by it.
  private static volatile @Nullable Thread thread;
  private static long nextTry = System.nanoTime();

  // Written by the watchdog: how long it waits, unless somebody wants it to look sooner.
  private static volatile long pause = LONGEST_NANOS;

  private Watchdog() {}

  /// Looks at a loop until it leaves, and as often as it wants by now. Where no thread can be had
  /// for it, it does not look until the run of a loop finds one. Any thread.
  static void watch(FreezeWatch loop) {
    WATCHED.add(loop);
    if (thread == null) {
      ensureStarted();
    }
    // The order matters: add, then look. The watchdog looks the other way round.
    if (loop.pauseNanos() < pause) {
      LockSupport.unpark(thread);
    }
  }

  private static synchronized void ensureStarted() {
    if (thread != null || System.nanoTime() - nextTry < 0) {
      return;
    }
    try {
      Thread created =
          Thread.ofPlatform()
              .daemon()
              .name("asyncio4j-watchdog")
              .inheritInheritableThreadLocals(false)
              .unstarted(Watchdog::run);
      // Else it would keep the class loader of whoever runs the first loop.
      created.setContextClassLoader(Watchdog.class.getClassLoader());
      created.start();
      thread = created;
    } catch (OutOfMemoryError e) {
      // Loops run without it.
      nextTry = System.nanoTime() + NEXT_TRY_NANOS;
    }
  }

  /// Looks no more. Any thread.
  static void leave(FreezeWatch loop) {
    WATCHED.remove(loop);
  }

  private static void run() {
    long last = System.nanoTime();
    long lastUse = last;
    while (true) {
      long wait = nextPause();
      LockSupport.parkNanos(WATCHED, wait);
      long now = System.nanoTime();
      if (!WATCHED.isEmpty()) {
        lastUse = now;
        lookAround(now, lost(now - last, wait));
      } else if (now - lastUse > KEPT_NANOS && mayEnd()) {
        return;
      }
      last = now;
    }
  }

  private static long nextPause() {
    long wait = shortestPause();
    pause = wait;
    // Who has come meanwhile may have seen another pause.
    return Math.min(wait, shortestPause());
  }

  private static long shortestPause() {
    long shortest = LONGEST_NANOS;
    for (FreezeWatch loop : WATCHED) {
      shortest = Math.min(shortest, loop.pauseNanos());
    }
    return Math.max(shortest, SHORTEST_NANOS);
  }

  // In a process that was stopped, a machine that slept or a long collection of garbage the loops
  // stood still too, and nothing kept them from going on.
  private static long lost(long elapsed, long wait) {
    return elapsed > 2 * wait + LATE_NANOS ? elapsed - wait : 0;
  }

  private static void lookAround(long now, long lost) {
    for (FreezeWatch loop : WATCHED) {
      try {
        loop.look(now, lost);
      } catch (Throwable t) {
        // A full heap, or a text of the program's: there is a next time.
      }
    }
  }

  private static synchronized boolean mayEnd() {
    // The order matters: who watches adds, then looks for the thread.
    thread = null;
    if (WATCHED.isEmpty()) {
      return true;
    }
    thread = Thread.currentThread();
    return false;
  }
}
