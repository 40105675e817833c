// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Tasks of a loop, oldest first, held strongly: the pending ones, and those whose end could
/// not be told yet. A task is in one of the two. Whoever holds the loop.
///
/// A list threaded through the tasks themselves, so that neither adding nor removing allocates.
final class TaskRegistry {
  // For who looks on: how often it begins anew, and how far it goes.
  private static final int MAX_PEEKS = 100;
  private static final int MAX_STEPS = 10_000_000;

  private @Nullable Task<?> first;
  private @Nullable Task<?> last;

  void add(Task<?> task) {
    task.previous = last;
    if (last == null) {
      first = task;
    } else {
      last.next = task;
    }
    last = task;
  }

  void remove(Task<?> task) {
    Task<?> before = task.previous;
    Task<?> after = task.next;
    if (before != null) {
      before.next = after;
    } else if (first == task) {
      first = after;
    }
    if (after != null) {
      after.previous = before;
    } else if (last == task) {
      last = before;
    }
    task.previous = null;
    task.next = null;
  }

  boolean isEmpty() {
    return first == null;
  }

  /// Settles tasks for which there was no memory, until there is none again. The loop's thread.
  void settleAll() {
    for (Task<?> task = first; task != null; task = first) {
      remove(task);
      task.settleAgain();
      if (!task.done()) {
        return;
      }
    }
  }

  /// Reports each task whose end is not awaited by who runs the loop (TK-08). The loop is closed.
  void reportAll(BaseEventLoop loop) {
    for (Task<?> task : toSet()) {
      if (task.reportedWhenAbandoned) {
        var report = ExceptionContext.of("Task was destroyed but it is pending!").task(task);
        HandleTrace trace = task.trace();
        loop.callExceptionHandler(
            trace == null ? report : report.with("source_traceback", trace.source()));
      }
    }
  }

  /// Refuses to suspend any of them from now on. The loop is closed.
  void refuseAll() {
    for (Task<?> task = first; task != null; task = task.next) {
      task.abandoned = true;
    }
  }

  /// Ends the tasks, one at a time, so that they do not race each other. The loop is closed.
  void abandonAll() {
    var closing = new FailureCollector();
    for (Task<?> task : toSet()) {
      closing.step(task::abandon);
    }
    closing.rethrow();
  }

  /// Adds the tasks to a set, oldest first, for who looks on from another thread while the list
  /// changes: what was in it all the time is found. Any thread.
  ///
  /// @param most how many are added at most
  /// @return how many more there are, about
  int peekInto(Set<Task<?>> found, int most) {
    int more = 0;
    for (int i = 0; i < MAX_PEEKS; i++) {
      more = 0;
      Task<?> reached = null;
      int steps = 0;
      for (Task<?> task = first; task != null && steps < MAX_STEPS; task = task.next) {
        steps++;
        if (found.size() < most) {
          found.add(task);
        } else if (!found.contains(task)) {
          more++;
        }
        reached = task;
      }
      if (reached == last) {
        break;
      }
      // The one that was reached has been removed, and leads nowhere.
    }
    return more;
  }

  /// Returns the pending tasks, oldest first.
  Set<Task<?>> toSet() {
    var tasks = new LinkedHashSet<Task<?>>();
    for (Task<?> task = first; task != null; task = task.next) {
      tasks.add(task);
    }
    return tasks;
  }
}
