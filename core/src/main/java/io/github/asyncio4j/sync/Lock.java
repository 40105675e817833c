// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

import io.github.asyncio4j.sync.Waiters.Waiter;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A mutual exclusion lock for the tasks of one loop (asyncio's `Lock`, SY-02).
///
/// Loop thread only, tasks of the loop included. Not reentrant: a task that acquires a lock that it
/// has locked waits for ever. Nobody owns a lock: any task or callback may release it.
///
/// Fair: tasks get the lock in the order in which they asked for it, and nobody overtakes them, not
/// even between a [#release()] and the moment at which the next task runs.
///
/// ```java
/// try (var _ = lock.hold()) {
///   int balance = load(); // suspends
///   store(balance + amount);
/// }
/// ```
///
/// The lock belongs to the loop in which a task first had to wait for it (SY-01).
public final class Lock {
  private final LoopBinding binding = new LoopBinding();
  private final Waiters waiters = new Waiters(binding);
  private final Held held = this::release;

  // Loop thread. False also while the task that is next has been woken and has not run yet.
  private boolean locked;

  /// Makes an unlocked lock.
  public Lock() {}

  /// Locks the lock; suspends until it is this task's turn. A lock that is free and that nobody
  /// waits for is locked without suspending, outside a task too.
  ///
  /// A task that is cancelled while it waits does not get the lock; if it had been woken for it,
  /// the next task is woken instead.
  ///
  /// @throws io.github.asyncio4j.CancelledError when the task is cancelled while it waits
  /// @throws IllegalStateException when it would have to wait outside a task, or in a task of
  ///   another loop than the one that the lock is bound to
  public void acquire() {
    binding.checkThread(this);
    if (!locked && !waiters.anyUncancelled()) {
      locked = true;
      return;
    }
    Waiter waiter = waiters.add(this, "acquire()");
    boolean acquired = false;
    try {
      waiter.await();
      acquired = true;
    } finally {
      waiters.remove(waiter);
      if (acquired) {
        locked = true;
      } else if (!locked) {
        // Perhaps the turn was this task's.
        waiters.wakeFirst();
      }
    }
  }

  /// Locks the lock, for a limited time; as [#acquire()].
  ///
  /// @param timeout null for no limit; a call that need not wait returns, whatever it is
  /// @throws TimeoutException when the time is over
  /// @throws IllegalStateException outside a task
  public void acquire(@Nullable Duration timeout) throws TimeoutException {
    TimeLimit.on(this, "acquire", timeout, () -> acquire());
  }

  /// Locks the lock as [#acquire()] and returns what releases it, for `try`-with-resources
  /// (asyncio's `async with lock`). Allocates nothing.
  public Held hold() {
    acquire();
    return held;
  }

  /// Locks the lock as [#acquire(Duration)] and returns what releases it.
  ///
  /// @param timeout null for no limit; a call that need not wait returns, whatever it is
  /// @throws TimeoutException when the time is over
  /// @throws IllegalStateException outside a task
  public Held hold(@Nullable Duration timeout) throws TimeoutException {
    acquire(timeout);
    return held;
  }

  /// Unlocks the lock; the task that has waited longest is woken and locks it in the next
  /// iteration. Never suspends.
  ///
  /// @throws IllegalStateException when it is not locked
  public void release() {
    binding.checkThread(this);
    if (!locked) {
      throw new IllegalStateException("Lock is not acquired: " + this);
    }
    locked = false;
    waiters.wakeFirst();
  }

  /// Tells whether the lock is locked. False does not mean that [#acquire()] returns at once:
  /// others may wait for it.
  public boolean locked() {
    return locked;
  }

  @Override
  public String toString() {
    return "<Lock [" + (locked ? "locked" : "unlocked") + waiters.describe() + "]>";
  }
}
