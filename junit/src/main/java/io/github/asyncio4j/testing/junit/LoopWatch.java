// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing.junit;

import io.github.asyncio4j.Handle;
import io.github.asyncio4j.LoopObserver;
import io.github.asyncio4j.Task;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Keeps the tasks that are not done, and where tasks were suspended by the JDK. Whoever holds the
/// loop; [#pendingTasks()] and [#loopThread()] any thread.
final class LoopWatch implements LoopObserver {
  // Enough to see what is wrong; a loop around a blocking call must not fill the memory.
  private static final int MAX_SUSPENSIONS = 20;

  // Guarded by this.
  private final Set<Task<?>> pending = new LinkedHashSet<>();
  private final List<String> suspensions = new ArrayList<>();
  // Written by the loop thread, read by any.
  private volatile @Nullable Thread loopThread;

  synchronized Set<Task<?>> pendingTasks() {
    return new LinkedHashSet<>(pending);
  }

  /// Returns the thread that ran the loop last, or null when none has.
  @Nullable Thread loopThread() {
    return loopThread;
  }

  /// Returns each task with its stack, in lines.
  List<String> suspensions() {
    return suspensions;
  }

  @Override
  public void handleStarted(Handle handle, @Nullable Task<?> task) {
    loopThread = Thread.currentThread();
  }

  @Override
  public synchronized void taskCreated(Task<?> task) {
    pending.add(task);
  }

  @Override
  public synchronized void taskDone(Task<?> task) {
    pending.remove(task);
  }

  @Override
  public void suspendedInJdk(Task<?> task) {
    if (suspensions.size() < MAX_SUSPENSIONS) {
      suspensions.add(LeakReport.describe(task));
    }
  }
}
