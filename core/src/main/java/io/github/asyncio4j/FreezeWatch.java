// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static java.lang.System.Logger.Level.WARNING;

import io.github.asyncio4j.internal.jdk.LibraryLogger;
import io.github.asyncio4j.internal.jdk.VirtualThreads;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Says that a task or a callback keeps its loop from going on, while it still does, and once more
/// when the loop goes on.
///
/// It costs a loop nothing while that runs: from outside it is seen where the loop is in its queue,
/// and whether it waits in its selector. A loop that is at the same place each time and never waits
/// stands still.
final class FreezeWatch {
  // In debug mode: how many times the duration of a slow callback it takes, and at least. A busy
  // machine makes short callbacks slow.
  private static final int TIMES_SLOW = 10;
  private static final long SHORTEST_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final int LOOKS = 10;
  // How exactly it is known when a loop goes on.
  private static final long TOLD_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long NEVER = Long.MAX_VALUE;

  private static final System.Logger LOGGER = LibraryLogger.get();

  /// The loop, as far as it matters here. Any thread; what it tells may be a moment old. Its text
  /// names it.
  interface Watched {
    /// Tells whether debug mode is on.
    boolean getDebug();

    /// Tells whether the loop waits for something to be ready.
    boolean isAsleep();

    /// Returns where it is in its queue: another place with each handle that it takes.
    int place();

    /// Returns what has the loop.
    Running running();

    /// Tells whether a blocking call of the JDK suspends its task only.
    boolean carriesTasks();
  }

  /// What has a loop.
  ///
  /// @param what the task or the callback, for its text; null for a callback that is only known by
  ///   its frames
  /// @param thread where it runs, or null before that has begun
  /// @param isTask whether it is the step of a task
  record Running(@Nullable Object what, @Nullable Thread thread, boolean isTask) {}

  private final Watched loop;
  private final SlowDurations durations;

  // Guarded by this.
  private boolean running;

  // Set at the start of a run, cleared by the watchdog.
  private volatile boolean fresh;
  // Since when the loop has stood still, if that was told. Set by the watchdog; whoever sees the
  // freeze end takes it.
  private final AtomicReference<@Nullable Long> told = new AtomicReference<>();

  // Watchdog.
  private int place;
  private long since;

  FreezeWatch(Watched loop, SlowDurations durations) {
    this.loop = loop;
    this.durations = durations;
  }

  /// The loop runs from now on. Loop thread.
  synchronized void started() {
    running = true;
    fresh = true;
    changed();
  }

  /// After how long it is told has changed. Any thread.
  synchronized void changed() {
    if (running && frozenNanos() != NEVER) {
      Watchdog.watch(this);
    }
  }

  /// The loop does not run any more. Loop thread.
  void stopped() {
    synchronized (this) {
      running = false;
      Watchdog.leave(this);
    }
    goesOn(System.nanoTime());
  }

  private long frozenNanos() {
    long frozen = Durations.nanosOf(durations.frozenLoop());
    long nanos = frozen == 0 ? NEVER : frozen;
    if (!loop.getDebug()) {
      return nanos;
    }
    long slow = durations.callbackNanos();
    return slow > NEVER / TIMES_SLOW
        ? nanos
        : Math.min(nanos, Math.max(slow * TIMES_SLOW, SHORTEST_NANOS));
  }

  /// Returns how often it wants to look. Any thread.
  long pauseNanos() {
    long pause = frozenNanos() / LOOKS;
    return told.get() == null ? pause : Math.min(pause, TOLD_PAUSE_NANOS);
  }

  /// Looks at the loop, and tells what has kept it for too long, once. Watchdog.
  ///
  /// @param now the time
  /// @param lost for how long the watchdog itself could not look when it should have
  void look(long now, long lost) {
    int seen = loop.place();
    if (fresh) {
      // In this order: the run that begins meanwhile is looked at anew.
      fresh = false;
      told.set(null);
    } else if (seen == place && !loop.isAsleep()) {
      since += lost;
      if (told.get() == null && now - since >= frozenNanos()) {
        tell(now - since);
      }
      return;
    }
    place = seen;
    since = now;
    goesOn(now);
  }

  private void tell(long lasts) {
    Running now = loop.running();
    Thread thread = now.thread();
    // What runs may end at any moment: then this is the stack of something else, or none.
    StackTraceElement[] frames = thread == null ? new StackTraceElement[0] : thread.getStackTrace();
    if (loop.place() != place || loop.isAsleep() || fresh) {
      return;
    }
    // First: the loop may go on, and its run end, as soon as this is said.
    told.set(since);
    LOGGER.log(WARNING, text(now, lasts, frames));
  }

  private void goesOn(long now) {
    Long frozenSince = told.getAndSet(null);
    if (frozenSince != null) {
      LOGGER.log(
          WARNING,
          String.format(
              Locale.ROOT,
              "%s goes on: it stood still for %.3f seconds",
              Descriptions.textOf(loop),
              (now - frozenSince) / 1e9));
    }
  }

  private String text(Running now, long nanos, StackTraceElement[] frames) {
    var text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s has kept %s from going on for %.3f seconds, and still does",
            textOf(now, frames),
            Descriptions.textOf(loop),
            nanos / 1e9));
    if (now.isTask() && !loop.carriesTasks()) {
      text.append(
          ". Blocking calls belong into Asyncio.toThread(); with "
              + VirtualThreads.flag()
              + " they only suspend their task");
    }
    for (StackTraceElement frame : callsOf(frames)) {
      text.append("\n  at ").append(frame);
    }
    return text.toString();
  }

  // In this order: the classes of the JDK that are left out as machinery may be what was called.
  private static StackTraceElement[] callsOf(StackTraceElement[] frames) {
    return ProgramFrames.withoutMachinery(
        JdkCalls.from(List.of(frames)).toArray(StackTraceElement[]::new));
  }

  private static String textOf(Running now, StackTraceElement[] frames) {
    if (now.what() != null) {
      return Descriptions.textOf(now.what());
    }
    StackTraceElement outermost = ProgramFrames.outermost(frames);
    if (outermost == null) {
      return "something outside of the program";
    }
    return "the callback " + Descriptions.placeOf(outermost);
  }
}
