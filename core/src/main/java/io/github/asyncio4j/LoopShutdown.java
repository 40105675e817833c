// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static java.lang.System.Logger.Level.WARNING;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The end of a runner's loop, up to its close: tasks are cancelled and waited for, then generators
/// and the default executor (TC-11).
///
/// What takes long is reported with stack traces, also when it keeps the loop itself from running.
final class LoopShutdown {
  private static final Duration EXECUTOR_SHUTDOWN = Duration.ofMinutes(5);
  private static final int MOST_TASKS_SHOWN = 10;

  private final BaseEventLoop loop;
  private final @Nullable Duration timeout;
  private final Duration patience;
  private final String closedBy;

  // Written by the loop, read by the thread that reports.
  private volatile List<Task<?>> left = List.of();
  private volatile String waitingFor = "tasks";
  private volatile boolean executorIsAwaited;

  // Loop thread.
  private boolean expired;

  /// Makes one.
  ///
  /// @param timeout after which the rest is given up, or null for never
  /// @param patience after which a report is made of what is still waited for
  /// @param closedBy what the program has called that waits now
  LoopShutdown(BaseEventLoop loop, @Nullable Duration timeout, Duration patience, String closedBy) {
    this.loop = loop;
    this.timeout = timeout;
    this.patience = patience;
    this.closedBy = closedBy;
  }

  /// Runs the loop until it can be closed, or the time is over. The loop is not running.
  void run() {
    @Nullable TimerHandle deadline = timeout == null ? null : loop.callLater(timeout, this::giveUp);
    TimerHandle report = loop.callLater(patience, this::report);
    TaskBody body = this::shutDown;
    try {
      // Not by a task, as that would be one more for a clean-up that looks at all of them.
      cancelAllTasks();
      loop.runUntilComplete(body);
    } catch (IllegalStateException e) {
      if (!expired) {
        throw e;
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("shutting the loop down failed: " + loop, e);
    } finally {
      report.cancel();
      if (deadline != null) {
        deadline.cancel();
      }
    }
  }

  private void giveUp() {
    expired = true;
    log("waits no longer, after " + timeout + ", for");
    loop.stop();
  }

  private void shutDown() {
    waitingFor = "async generators";
    loop.shutdownAsyncgens();
    waitingFor = "threads of the default executor";
    executorIsAwaited = true;
    loop.shutdownDefaultExecutor(EXECUTOR_SHUTDOWN);
  }

  private void cancelAllTasks() throws Exception {
    List<Task<?>> tasks = List.copyOf(loop.tasks.toSet());
    if (tasks.isEmpty()) {
      return;
    }
    left = tasks;
    @Nullable ScheduledFuture<?> report = reportTasksLater();
    try {
      tasks.forEach(Task::cancel);
      loop.runUntilComplete(AllDone.of(loop, tasks));
    } finally {
      if (report != null) {
        report.cancel(false);
      }
    }
    for (Task<?> task : tasks) {
      Throwable exception = task.cancelled() ? null : task.exception();
      if (exception != null) {
        loop.callExceptionHandler(
            ExceptionContext.of("unhandled exception during Asyncio.run() shutdown")
                .exception(exception)
                .task(task));
      }
    }
    left = List.of();
  }

  // Not by a timer of the loop: a task may keep it from running any.
  private @Nullable ScheduledFuture<?> reportTasksLater() {
    try {
      return ForkJoinPool.commonPool()
          .schedule(this::reportTasks, patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (OutOfMemoryError e) {
      // No thread for it: nothing is said.
      return null;
    }
  }

  // Loop thread: tasks are reported by the other one.
  private void report() {
    if (left.isEmpty()) {
      log("still waits, after " + patience + ", for");
    }
  }

  // A thread of the pool.
  private void reportTasks() {
    log("still waits, after " + patience + ", for");
  }

  // What it reads of tasks may be a moment old when the thread is not the loop's.
  private void log(String what) {
    List<Task<?>> pending = left.stream().filter(task -> !task.done()).toList();
    var text = new StringBuilder(closedBy).append(' ').append(what).append(' ');
    if (pending.isEmpty()) {
      text.append(waitingFor);
    } else {
      text.append(pending.size()).append(" cancelled task").append(pending.size() == 1 ? "" : "s");
    }
    for (Task<?> task : pending.subList(0, Math.min(pending.size(), MOST_TASKS_SHOWN))) {
      text.append("\n").append(task.getName());
      JdkCalls.from(task.getStack()).forEach(frame -> text.append("\n  at ").append(frame));
    }
    if (pending.size() > MOST_TASKS_SHOWN) {
      text.append("\nand ").append(pending.size() - MOST_TASKS_SHOWN).append(" more");
    }
    if (executorIsAwaited) {
      text.append(loop.executor.calls.describe());
    }
    BaseEventLoop.LOGGER.log(WARNING, text.toString());
  }
}
