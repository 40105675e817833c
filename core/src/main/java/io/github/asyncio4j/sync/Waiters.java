// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

import io.github.asyncio4j.Future;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.Task;
import org.jspecify.annotations.Nullable;

/// The tasks that wait at one primitive, in the order in which they came.
///
/// Loop thread only. Each task waits on a future of its own, so that cancelling one leaves the
/// others waiting. A waiter stays in the list until its task goes on (or [#wakeNext()] takes it
/// out), so the list also holds waiters that are woken or cancelled and whose turn to run has not
/// come yet.
final class Waiters {
  private final LoopBinding binding;
  private @Nullable Waiter first;
  private @Nullable Waiter last;
  // No waiter before this one is pending; null: none is. Without it, waking many in one iteration
  // would each time pass those already woken.
  private @Nullable Waiter pending;
  private int size;

  Waiters(LoopBinding binding) {
    this.binding = binding;
  }

  /// Adds a waiter for the current task at the end.
  ///
  /// @param owner the primitive and `call` its method, for the exception's text
  /// @throws IllegalStateException outside a task, and as [LoopBinding#bind(Object)]
  Waiter add(Object owner, String call) {
    if (Task.currentTask() == null) {
      throw Lowlevel.outsideTask(call, owner);
    }
    Waiter waiter = new Waiter(binding.bind(owner).createFuture());
    Waiter before = last;
    waiter.previous = before;
    if (before == null) {
      first = waiter;
    } else {
      before.next = waiter;
    }
    last = waiter;
    if (pending == null) {
      pending = waiter;
    }
    size++;
    return waiter;
  }

  /// Takes a waiter out, unless it is out.
  void remove(Waiter waiter) {
    if (waiter.out) {
      return;
    }
    waiter.out = true;
    Waiter before = waiter.previous;
    Waiter after = waiter.next;
    if (before == null) {
      first = after;
    } else {
      before.next = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.previous = before;
    }
    if (pending == waiter) {
      pending = after;
    }
    size--;
  }

  int size() {
    return size;
  }

  boolean isEmpty() {
    return first == null;
  }

  /// Tells whether there is a waiter that has not been cancelled: it is pending or woken.
  boolean anyUncancelled() {
    for (Waiter waiter = first; waiter != null; waiter = waiter.next) {
      if (!waiter.future.cancelled()) {
        return true;
      }
    }
    return false;
  }

  /// Wakes the first waiter, whatever it is. If it is woken already nothing is left to do; if it is
  /// cancelled its task will go on soon and see to the next one.
  void wakeFirst() {
    if (first != null) {
      first.wake();
    }
  }

  /// Wakes the first waiter that is pending and leaves it in the list.
  ///
  /// @return whether there was one
  boolean wakeFirstPending() {
    for (Waiter waiter = pending; waiter != null; waiter = waiter.next) {
      pending = waiter.next;
      if (waiter.wake()) {
        return true;
      }
    }
    return false;
  }

  /// Takes waiters out from the first on until it has woken one.
  void wakeNext() {
    for (Waiter waiter = first; waiter != null; waiter = first) {
      remove(waiter);
      if (waiter.wake()) {
        return;
      }
    }
  }

  /// Wakes every waiter and tells each its place in the list.
  void wakeAll() {
    int place = 0;
    for (Waiter waiter = first; waiter != null; waiter = waiter.next) {
      waiter.place = place++;
      waiter.wake();
    }
    pending = null;
  }

  /// Takes every waiter out and wakes it.
  void wakeAndRemoveAll() {
    for (Waiter waiter = first; waiter != null; waiter = first) {
      remove(waiter);
      waiter.wake();
    }
  }

  /// Returns what `toString` says of the waiters: nothing when there are none.
  String describe() {
    return size == 0 ? "" : ", waiters:" + size;
  }

  /// One task that waits.
  static final class Waiter {
    private final Future<@Nullable Void> future;
    private @Nullable Waiter previous;
    private @Nullable Waiter next;
    private boolean out;
    private int place;

    private Waiter(Future<@Nullable Void> future) {
      this.future = future;
    }

    /// Suspends the current task until it is woken.
    ///
    /// @throws io.github.asyncio4j.CancelledError when the task is cancelled, woken before or not
    /// @throws IllegalStateException outside a task of the loop
    void await() {
      future.join();
    }

    /// Tells whether the waiter was woken, also when its task was cancelled afterwards.
    boolean woken() {
      return future.done() && !future.cancelled();
    }

    /// Tells whether the loop of the waiter is closed: then no task of it can wait any more.
    boolean isLoopClosed() {
      return future.getLoop().isClosed();
    }

    /// Returns how many waiters stood before this one when all were woken.
    int place() {
      return place;
    }

    // A loop that is closed has ended its tasks, or is about to: there is nobody to wake.
    private boolean wake() {
      return future.trySetResult(null);
    }
  }
}
