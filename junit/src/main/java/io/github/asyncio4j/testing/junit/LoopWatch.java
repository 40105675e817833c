// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing.junit;

import io.github.asyncio4j.LoopObserver;
import io.github.asyncio4j.Task;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Keeps the tasks that are not done, and where tasks were suspended by the JDK. Whoever holds the
/// loop.
final class LoopWatch implements LoopObserver {
  // Enough to see what is wrong; a loop around a blocking call must not fill the memory.
  private static final int MAX_SUSPENSIONS = 20;

  private final Set<Task<?>> pending = new LinkedHashSet<>();
  private final List<String> suspensions = new ArrayList<>();

  Set<Task<?>> pendingTasks() {
    return new LinkedHashSet<>(pending);
  }

  /// Returns each task with its stack, in lines.
  List<String> suspensions() {
    return suspensions;
  }

  @Override
  public void taskCreated(Task<?> task) {
    pending.add(task);
  }

  @Override
  public void taskDone(Task<?> task) {
    pending.remove(task);
  }

  @Override
  public void suspendedInJdk(Task<?> task) {
    if (suspensions.size() < MAX_SUSPENSIONS) {
      suspensions.add(LeakReport.describe(task));
    }
  }
}
