// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tasks;

import io.github.asyncio4j.Awaiter;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Handle;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.Task;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Futures in the order in which they are done (TC-06). Loop thread only; several tasks may share
/// one.
///
/// @param <T> what they result in
public final class AsCompleted<T extends @Nullable Object>
    implements Iterator<Future<T>>, Consumer<Future<?>>, Awaiter {
  private final @Nullable EventLoop loop;
  private final @Nullable Duration timeout;
  private final Set<Future<T>> todo;
  // Those that are done and not taken. After the time-out, one that has failed for each of the
  // rest.
  private final ArrayDeque<Future<T>> completed = new ArrayDeque<>();
  // Tasks in next(), in their order.
  private final ArrayDeque<Getter> getters = new ArrayDeque<>();
  // How many next() may still return, less those that tasks are waiting for.
  private int left;
  private @Nullable Handle timer;

  private record Getter(Task<?> task, Future<@Nullable Void> woken) {}

  private AsCompleted(Set<Future<T>> futures, @Nullable Duration timeout) {
    this.todo = futures;
    this.left = futures.size();
    this.loop = futures.isEmpty() ? null : futures.iterator().next().getLoop();
    this.timeout = timeout;
  }

  /// Returns the futures in the order in which they are done.
  ///
  /// @param timeout after which those that are left have failed, or null for none
  // Only futures that are done are handed out, and those take no result any more.
  @SuppressWarnings("unchecked")
  public static <T extends @Nullable Object> Iterable<Future<T>> of(
      Collection<? extends Future<? extends T>> futures, @Nullable Duration timeout) {
    var todo = new LinkedHashSet<Future<T>>();
    futures.forEach(future -> todo.add((Future<T>) future));
    var iterator = new AsCompleted<>(todo, timeout);
    iterator.start();
    return () -> iterator;
  }

  private void start() {
    if (loop == null) {
      return;
    }
    Futures.requireLoop(loop, todo);
    todo.forEach(future -> future.addDoneCallback(this));
    if (timeout != null) {
      timer = loop.callLater(timeout, (Runnable & Lowlevel.Repeatable) this::timeOver);
    }
  }

  @Override
  public boolean hasNext() {
    return left > 0;
  }

  /// Returns the next future that is done; suspends until there is one.
  @Override
  public Future<T> next() {
    Task<?> task = Task.currentTask();
    if (task == null) {
      throw Lowlevel.outsideTask("next() of asCompleted()", todo);
    }
    if (loop != null && task.getLoop() != loop) {
      throw new IllegalStateException("asCompleted() iterated outside a task of its loop: " + todo);
    }
    if (left == 0) {
      throw new NoSuchElementException("all futures have been returned");
    }
    left--;
    try {
      while (completed.isEmpty()) {
        waitForOne(task);
      }
    } catch (Throwable t) {
      // A task that is cancelled here takes nothing away from the others, or from itself later.
      left++;
      throw t;
    }
    return completed.remove();
  }

  private void waitForOne(Task<?> task) {
    var getter = new Getter(task, task.getLoop().createFuture());
    getters.add(getter);
    try {
      getter.woken.join();
    } catch (Throwable t) {
      getters.remove(getter);
      if (!completed.isEmpty() && !getter.woken.cancelled()) {
        wakeOne();
      }
      throw t;
    }
  }

  /// A future is done.
  @Override
  public void accept(Future<?> future) {
    if (!todo.contains(future)) {
      // The time was over in the iteration in which it was done.
      return;
    }
    hand(future);
    todo.remove(future);
    if (todo.isEmpty() && timer != null) {
      timer.cancel();
    }
  }

  @SuppressWarnings("unchecked") // it was in todo
  private void hand(Future<?> future) {
    // In this order: who is woken for nothing waits again.
    wakeOne();
    completed.add((Future<T>) future);
  }

  private void timeOver() {
    for (var left = todo.iterator(); left.hasNext(); left.remove()) {
      Future<T> future = left.next();
      future.removeDoneCallback(this);
      Future<T> late = future.getLoop().createFuture();
      late.setException(new TimeoutException("not done within " + timeout + ": " + future));
      // Who breaks off the iteration at the first of them need not look at the others.
      Futures.markRetrieved(late);
      hand(late);
    }
  }

  private void wakeOne() {
    boolean woken = false;
    for (Getter getter = getters.peek(); getter != null && !woken; getter = getters.peek()) {
      woken = getter.woken.trySetResult(null);
      getters.remove();
    }
  }

  @Override
  public @Nullable Future<?> awaiter() {
    Getter first = getters.peek();
    return first == null ? null : first.task;
  }
}
