// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One `wait`, and what its futures call when they are done (TC-05). Loop thread only.
final class Wait implements Consumer<Future<?>>, Awaiter {
  private final Task<?> task;
  private final ReturnWhen returnWhen;
  private final Future<@Nullable Void> enough;
  private int unfinished;

  private Wait(Task<?> task, int unfinished, ReturnWhen returnWhen) {
    this.task = task;
    this.unfinished = unfinished;
    this.returnWhen = returnWhen;
    this.enough = task.loop.createFuture();
  }

  static <T extends @Nullable Object> DoneAndPending<T> wait(
      Collection<? extends Future<? extends T>> futures,
      @Nullable Duration timeout,
      ReturnWhen returnWhen) {
    Objects.requireNonNull(returnWhen, "returnWhen");
    Asyncs.requireElements(futures, "futures");
    var all = new LinkedHashSet<Future<? extends T>>(futures);
    if (all.isEmpty()) {
      throw new IllegalArgumentException("no futures to wait for: " + futures);
    }
    Task<?> task = Task.ofThisThread();
    if (task == null) {
      throw new IllegalStateException("wait() called outside a task: " + futures);
    }
    task.ensureMaySuspend("wait()");
    requireLoop(task.loop, all);
    new Wait(task, all.size(), returnWhen).await(all, timeout);
    var done = new LinkedHashSet<Future<? extends T>>();
    var pending = new LinkedHashSet<Future<? extends T>>();
    all.forEach(future -> (future.done() ? done : pending).add(future));
    return new DoneAndPending<>(done, pending);
  }

  /// Refuses futures of another loop: their callbacks would run in its thread.
  static void requireLoop(BaseEventLoop loop, Collection<? extends Future<?>> futures) {
    for (Future<?> future : futures) {
      if (future.loop != loop) {
        throw new IllegalArgumentException("futures are tied to different event loops: " + future);
      }
    }
  }

  private void await(Set<? extends Future<?>> futures, @Nullable Duration timeout) {
    Handle timer = timeout == null ? null : task.loop.callLater(timeout, this::release);
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
    unfinished--;
    if (unfinished <= 0
        || returnWhen == ReturnWhen.FIRST_COMPLETED
        || (returnWhen == ReturnWhen.FIRST_EXCEPTION
            && !future.cancelled()
            && future.exception() != null)) {
      release();
    }
  }

  private void release() {
    if (!enough.done()) {
      enough.complete(null);
    }
  }

  @Override
  public @Nullable Future<?> awaiter() {
    return enough.done() ? null : task;
  }
}
