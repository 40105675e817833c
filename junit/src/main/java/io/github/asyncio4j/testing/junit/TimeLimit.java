// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing.junit;

import static java.lang.System.Logger.Level.ERROR;

import io.github.asyncio4j.Task;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Watches over one run of a test, in a thread of its own that ends with the run.
///
/// A loop keeps interrupts for later, so what else ends a test cannot end one that waits in a loop.
/// When the time is over the loop is asked to end the run by itself: it says what is pending and
/// cancels the test's task, then it is stopped. Only where it does not answer, since something
/// holds its thread, that thread is interrupted.
final class TimeLimit implements AutoCloseable {
  private static final System.Logger LOGGER = System.getLogger("io.github.asyncio4j");

  // How long each way of ending the run has, before the next one is tried.
  private static final long GRACE_MILLIS = 1000;

  private enum State {
    RUNNING,
    OVERDUE,
    ENDED
  }

  private final LoopFixture fixture;
  private final Thread tester = Thread.currentThread();
  private final @Nullable Thread watcher;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicReference<State> state = new AtomicReference<>(State.RUNNING);

  // Written by the test's main task, read by any thread.
  private volatile @Nullable Thread mainThread;
  private volatile @Nullable Task<?> mainTask;
  // Written by the watcher or, the report, by the loop thread; read by any.
  private volatile @Nullable String report;
  private volatile boolean hasInterrupted;

  /// What is watched.
  ///
  /// @param <T> what it returns
  /// @param <X> what it may throw
  @FunctionalInterface
  interface Run<T extends @Nullable Object, X extends Throwable> {
    /// Runs the test. The test's thread.
    T run(TimeLimit limit) throws X;
  }

  private TimeLimit(LoopFixture fixture) {
    this.fixture = fixture;
    this.watcher =
        fixture.limitSeconds() == 0
            ? null
            : Thread.ofPlatform().daemon().name("asyncio4j-test-limit").unstarted(this::watch);
  }

  /// Runs something on the calling thread, which may run the loop.
  ///
  /// @throws AssertionError when the limit was over before its end; else what it throws
  static <T extends @Nullable Object, X extends Throwable> T watch(
      LoopFixture fixture, Run<T, X> run) throws X {
    var limit = new TimeLimit(fixture);
    if (limit.watcher != null) {
      limit.watcher.start();
    }
    T value;
    try (limit) {
      value = run.run(limit);
    } catch (Throwable t) {
      AssertionError overdue = limit.error();
      if (overdue == null) {
        throw t;
      }
      overdue.addSuppressed(t);
      throw overdue;
    }
    AssertionError overdue = limit.error();
    if (overdue != null) {
      throw overdue;
    }
    return value;
  }

  /// Names the calling task as the one to cancel. The task.
  void isMain() {
    mainThread = Thread.currentThread();
    mainTask = Task.currentTask();
  }

  /// Ends the watch: when it returns the watcher has ended. The test's thread.
  @Override
  public void close() {
    state.compareAndSet(State.RUNNING, State.ENDED);
    ended.countDown();
    boolean interrupted = watcher != null && join(watcher);
    if (hasInterrupted) {
      // Ours; it must not reach the next test.
      Thread.interrupted();
    } else if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean join(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        return interrupted;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
  }

  private @Nullable AssertionError error() {
    if (state.get() != State.OVERDUE) {
      return null;
    }
    String text = report;
    return new AssertionError(text != null ? text : headline());
  }

  private String headline() {
    return "the test has run for more than "
        + fixture.limitSeconds()
        + " s, the limit of @AsyncioOptions(limitSeconds), on "
        + fixture.loop();
  }

  // The watcher.

  private void watch() {
    if (endsWithin(TimeUnit.SECONDS.toMillis(fixture.limitSeconds()))
        || !state.compareAndSet(State.RUNNING, State.OVERDUE)) {
      return;
    }
    post(this::reportAndCancel);
    boolean over = endsWithin(GRACE_MILLIS);
    while (!over) {
      if (report == null) {
        reportBlocked();
      }
      post(fixture.loop()::stop);
      over = endsWithin(GRACE_MILLIS / 2);
      if (!over) {
        interruptAll();
        over = endsWithin(GRACE_MILLIS / 2);
      }
    }
  }

  private boolean endsWithin(long millis) {
    try {
      return ended.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      // Nobody interrupts this thread but the JVM's end.
      return true;
    }
  }

  private void post(Runnable action) {
    try {
      fixture
          .loop()
          .callSoonThreadsafe(
              () -> {
                if (ended.getCount() > 0) {
                  action.run();
                }
              });
    } catch (IllegalStateException e) {
      // The test has closed the loop and does something else: an interrupt must do.
    }
  }

  // The loop thread.
  private void reportAndCancel() {
    if (report == null) {
      report = headline() + tasks();
    }
    Task<?> task = mainTask;
    if (task != null) {
      task.cancel(headline());
    }
  }

  // The loop does not answer: it may never do, so the log gets the report as well.
  private void reportBlocked() {
    var text = new StringBuilder(headline()).append("\n  the loop does not answer");
    for (Thread thread : threads()) {
      append(text.append("\n  "), thread);
    }
    report = text.append(tasks()).toString();
    LOGGER.log(ERROR, report);
  }

  private static void append(StringBuilder text, Thread thread) {
    text.append(thread).append(' ').append(thread.getState());
    for (StackTraceElement frame : thread.getStackTrace()) {
      if (frame.getClassName().equals(TimeLimit.class.getName())) {
        // Below here are only the frames of JUnit, a hundred of them.
        break;
      }
      text.append("\n    at ").append(frame);
    }
  }

  private String tasks() {
    Set<Task<?>> pending = fixture.watch().pendingTasks();
    var text = new StringBuilder("\n  pending tasks: ").append(pending.size());
    pending.forEach(task -> text.append("\n  ").append(LeakReport.describe(task)));
    return text.toString();
  }

  private void interruptAll() {
    hasInterrupted = true;
    threads().forEach(Thread::interrupt);
  }

  // Those that may hold up the run: the test's, the loop's, the main task's.
  private Set<Thread> threads() {
    var threads = new LinkedHashSet<Thread>();
    threads.add(tester);
    Thread loopThread = fixture.watch().loopThread();
    if (loopThread != null) {
      threads.add(loopThread);
    }
    Thread ofTask = mainThread;
    if (ofTask != null) {
      threads.add(ofTask);
    }
    return threads;
  }
}
