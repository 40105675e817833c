// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tasks;

import io.github.asyncio4j.Awaiter;
import io.github.asyncio4j.DoneAndPending;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Handle;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.ReturnWhen;
import io.github.asyncio4j.Task;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One `wait`, and what its futures call when they are done (TC-05). Loop thread only.
public final class Wait implements Consumer<Future<?>>, Awaiter {
  private final Task<?> task;
  private final ReturnWhen returnWhen;
  private final Future<@Nullable Void> enough;
  private int unfinished;

  private Wait(Task<?> task, int unfinished, ReturnWhen returnWhen) {
    this.task = task;
    this.unfinished = unfinished;
    this.returnWhen = returnWhen;
    this.enough = task.getLoop().createFuture();
  }

  /// Waits, in a task, until enough of the futures are done.
  ///
  /// @param timeout after which it waits no more, or null for none
  public static <T extends @Nullable Object> DoneAndPending<T> wait(
      Collection<? extends Future<? extends T>> futures,
      @Nullable Duration timeout,
      ReturnWhen returnWhen) {
    Objects.requireNonNull(returnWhen, "returnWhen");
    Futures.requireElements(futures, "futures");
    var all = new LinkedHashSet<Future<? extends T>>(futures);
    if (all.isEmpty()) {
      throw new IllegalArgumentException("no futures to wait for: " + futures);
    }
    Task<?> task = CallingTask.suspendingIn("wait", futures);
    Futures.requireLoop(task.getLoop(), all);
    new Wait(task, all.size(), returnWhen).await(all, timeout);
    var done = new LinkedHashSet<Future<? extends T>>();
    var pending = new LinkedHashSet<Future<? extends T>>();
    all.forEach(future -> (future.done() ? done : pending).add(future));
    return new DoneAndPending<>(done, pending);
  }

  private void await(Set<? extends Future<?>> futures, @Nullable Duration timeout) {
    Handle timer =
        timeout == null
            ? null
            : task.getLoop().callLater(timeout, (Runnable & Lowlevel.Repeatable) this::release);
    // Also those that are done: they call back in the next iteration, as in asyncio.
    futures.forEach(future -> future.addDoneCallback(this));
    try {
      enough.join();
    } finally {
      if (timer != null) {
        timer.cancel();
      }
      futures.forEach(future -> future.removeDoneCallback(this));
    }
  }

  @Override
  public void accept(Future<?> future) {
    if (unfinished <= 1
        || returnWhen == ReturnWhen.FIRST_COMPLETED
        || (returnWhen == ReturnWhen.FIRST_EXCEPTION
            && !future.cancelled()
            && future.exception() != null)) {
      release();
    }
    unfinished--;
  }

  private void release() {
    enough.trySetResult(null);
  }

  @Override
  public @Nullable Future<?> awaiter() {
    return enough.done() ? null : task;
  }
}
