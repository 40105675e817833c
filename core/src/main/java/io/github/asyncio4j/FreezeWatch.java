// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static java.lang.System.Logger.Level.WARNING;

import io.github.asyncio4j.internal.jdk.LibraryLogger;
import io.github.asyncio4j.internal.jdk.VirtualThreads;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Says in debug mode that a task or a callback keeps its loop from going on, while it still does:
/// [EventLoop#setSlowCallbackDuration] tells of it only when it is over, and what never ends would
/// never be told.
final class FreezeWatch {
  // How many times the duration of a slow callback it takes, and at least: a busy machine makes
  // short callbacks slow.
  private static final int TIMES_SLOW = 10;
  private static final long SHORTEST_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private static final System.Logger LOGGER = LibraryLogger.get();

  /// The loop, as far as it matters here. Any thread. Its text names it.
  interface Watched {
    /// Returns how long a callback may take before it is slow.
    long slowCallbackNanos();

    /// Tells whether a blocking call of the JDK suspends its task only.
    boolean carriesTasks();
  }

  /// A step of a task.
  interface Step {
    /// Returns the thread that it is made in, or null before the first one has begun. Any thread.
    @Nullable Thread thread();
  }

  /// What runs.
  private static final class Running {
    final Object what;
    final @Nullable Step step;
    final long since = System.nanoTime();
    // Written by the thread that runs it, read by the watchdog.
    volatile @Nullable Thread thread;
    // Watchdog.
    boolean told;

    Running(Object what, @Nullable Step step) {
      this.what = what;
      this.step = step;
    }
  }

  private final Watched loop;
  // Written by the loop's thread, read by the watchdog.
  private volatile @Nullable Running running;

  FreezeWatch(Watched loop) {
    this.loop = loop;
  }

  /// A task makes a step, or a callback begins. Loop thread.
  ///
  /// @param what the task or the callback, for its text
  /// @param step the task's, or null
  void started(Object what, @Nullable Step step) {
    running = new Running(what, step);
    Watchdog.watch(this);
  }

  /// The callback that has begun runs in this thread.
  void runsHere() {
    Running now = running;
    if (now != null) {
      now.thread = Thread.currentThread();
    }
  }

  /// It is over. Loop thread.
  void ended() {
    running = null;
  }

  /// The loop does not run any more.
  void stopped() {
    running = null;
    Watchdog.leave(this);
  }

  /// Returns after how many nanoseconds something is told.
  long nanos() {
    long slow = loop.slowCallbackNanos();
    return slow > Long.MAX_VALUE / TIMES_SLOW
        ? Long.MAX_VALUE
        : Math.max(slow * TIMES_SLOW, SHORTEST_NANOS);
  }

  /// Tells what has run for too long, once. Watchdog.
  void look() {
    Running now = running;
    if (now == null || now.told) {
      return;
    }
    long lasts = System.nanoTime() - now.since;
    if (lasts < nanos()) {
      return;
    }
    now.told = true;
    Thread thread = threadOf(now);
    // What runs may end at any moment: then this is the stack of something else, or none.
    StackTraceElement[] frames = thread == null ? new StackTraceElement[0] : thread.getStackTrace();
    if (running != now) {
      return;
    }
    LOGGER.log(WARNING, text(now, lasts, frames));
  }

  private static @Nullable Thread threadOf(Running now) {
    Thread thread = now.thread;
    return thread == null && now.step != null ? now.step.thread() : thread;
  }

  private String text(Running now, long nanos, StackTraceElement[] frames) {
    var text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s has kept %s from going on for %.3f seconds, and still does",
            Descriptions.textOf(now.what),
            Descriptions.textOf(loop),
            nanos / 1e9));
    if (now.step != null && !loop.carriesTasks()) {
      text.append(
          ". Blocking calls belong into Asyncio.toThread(); with "
              + VirtualThreads.flag()
              + " they only suspend their task");
    }
    for (StackTraceElement frame : JdkCalls.from(List.of(ProgramFrames.withoutMachinery(frames)))) {
      text.append("\n  at ").append(frame);
    }
    return text.toString();
  }
}
