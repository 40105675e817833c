// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

import io.github.asyncio4j.sync.Waiters.Waiter;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A flag that tasks of one loop wait for (asyncio's `Event`, SY-03).
///
/// Loop thread only, tasks of the loop included. Asyncio's `wait()` is [#await()]: the `wait()` and
/// `notify()` that every Java object has are monitor methods of the JVM and throw
/// [IllegalMonitorStateException].
///
/// The event belongs to the loop in which a task first had to wait for it (SY-01).
public final class Event {
  private final LoopBinding binding = new LoopBinding();
  private final Waiters waiters = new Waiters(binding);

  // Loop thread.
  private boolean set;

  /// Makes an event that is not set.
  public Event() {}

  /// Suspends the current task until the event is set (asyncio's `wait()`). When it is set already
  /// this returns at once, outside a task too.
  ///
  /// Returns also if the event is cleared again before the task runs: each [#set()] releases all
  /// who wait at that moment.
  ///
  /// @throws io.github.asyncio4j.CancelledError when the task is cancelled while it waits
  /// @throws IllegalStateException when it would have to wait outside a task, or in a task of
  ///   another loop than the one that the event is bound to
  public void await() {
    await(this, "await()");
  }

  /// Waits for a limited time; as [#await()] (asyncio's `wait_for(event.wait(), timeout)`).
  ///
  /// @param timeout null for no limit; a call that need not wait returns, whatever it is
  /// @throws TimeoutException when the time is over
  /// @throws IllegalStateException outside a task
  public void await(@Nullable Duration timeout) throws TimeoutException {
    TimeLimit.on(this, "await", timeout, () -> await());
  }

  /// Waits on behalf of a primitive that is made with this event.
  ///
  /// @param owner the primitive and `call` its method, for the text of an exception
  void await(Object owner, String call) {
    if (set) {
      return;
    }
    Waiter waiter = waiters.add(owner, call);
    try {
      waiter.await();
    } finally {
      waiters.remove(waiter);
    }
  }

  /// Sets the event and wakes every task that waits, in the order in which they came; they run in
  /// the next iteration. Idempotent; never suspends.
  public void set() {
    checkThread();
    if (!set) {
      set = true;
      waiters.wakeAll();
    }
  }

  /// Clears the event: tasks that call [#await()] from now on wait. Idempotent; never suspends.
  public void clear() {
    checkThread();
    set = false;
  }

  /// As [LoopBinding#checkThread(Object)].
  void checkThread() {
    binding.checkThread(this);
  }

  /// Tells whether the event is set.
  public boolean isSet() {
    return set;
  }

  @Override
  public String toString() {
    return "<Event [" + (set ? "set" : "unset") + waiters.describe() + "]>";
  }
}
