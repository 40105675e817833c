// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import io.github.asyncio4j.Handle;
import io.github.asyncio4j.LoopObserver;
import io.github.asyncio4j.Task;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What a [TestLoop] hears of itself: it keeps the pending tasks, chooses among timers, and passes
/// everything on. Whoever holds the loop.
final class LoopEvents implements LoopObserver {
  private final @Nullable RandomGenerator timerChoice;
  private final List<LoopObserver> others = new CopyOnWriteArrayList<>();
  private final Set<Task<?>> pending = new LinkedHashSet<>();

  LoopEvents(long seed) {
    this.timerChoice = seed == 0 ? null : Seeds.generator(seed, "timers");
  }

  void add(LoopObserver observer) {
    others.add(observer);
  }

  Set<Task<?>> pendingTasks() {
    return new LinkedHashSet<>(pending);
  }

  @Override
  public void iterationStarted(long time) {
    others.forEach(other -> other.iterationStarted(time));
  }

  @Override
  public void handleStarted(Handle handle, @Nullable Task<?> task) {
    others.forEach(other -> other.handleStarted(handle, task));
  }

  @Override
  public void handleDone(Handle handle, @Nullable Task<?> task) {
    others.forEach(other -> other.handleDone(handle, task));
  }

  @Override
  public void taskCreated(Task<?> task) {
    pending.add(task);
    others.forEach(other -> other.taskCreated(task));
  }

  @Override
  public void taskDone(Task<?> task) {
    pending.remove(task);
    others.forEach(other -> other.taskDone(task));
  }

  @Override
  public void suspendedInJdk(Task<?> task) {
    others.forEach(other -> other.suspendedInJdk(task));
  }

  /// Chooses by the seed; the other observers are not asked.
  @Override
  public int chooseTimer(int candidates) {
    return timerChoice == null ? 0 : timerChoice.nextInt(candidates);
  }
}
