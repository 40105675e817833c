// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

import io.github.asyncio4j.sync.Waiters.Waiter;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A number of permits that tasks of one loop acquire and release (asyncio's `Semaphore`, SY-05).
///
/// Loop thread only, tasks of the loop included. Nobody owns a permit: any task or callback may
/// release one, also one that was never acquired.
///
/// Fair: permits go to the tasks in the order in which they asked, and nobody overtakes one that
/// waits, even if permits are left.
///
/// The semaphore belongs to the loop in which a task first had to wait for it (SY-01).
public sealed class Semaphore permits BoundedSemaphore {
  private final LoopBinding binding = new LoopBinding();
  private final Waiters waiters = new Waiters(binding);
  private final Held held = this::release;

  // Loop thread. Permits that nobody has: one granted to a task that is woken is not among them.
  private long value;

  /// Makes a semaphore with one permit.
  public Semaphore() {
    this(1);
  }

  /// Makes a semaphore.
  ///
  /// @param value how many permits there are
  /// @throws IllegalArgumentException when it is negative
  public Semaphore(int value) {
    if (value < 0) {
      throw new IllegalArgumentException("Semaphore initial value must be >= 0: " + value);
    }
    this.value = value;
  }

  /// Takes a permit; suspends until it is this task's turn and there is one. A permit that nobody
  /// waits for is taken without suspending, outside a task too.
  ///
  /// A task that is cancelled while it waits takes none; if one was granted to it, the next task
  /// gets it.
  ///
  /// @throws io.github.asyncio4j.CancelledError when the task is cancelled while it waits
  /// @throws IllegalStateException when it would have to wait outside a task, or in a task of
  ///   another loop than the one that the semaphore is bound to
  public void acquire() {
    checkThread();
    if (!locked()) {
      value--;
      return;
    }
    Waiter waiter = waiters.add(this, "acquire()");
    boolean acquired = false;
    try {
      waiter.await();
      acquired = true;
    } finally {
      waiters.remove(waiter);
      if (!acquired && waiter.woken()) {
        value++;
      }
      grant();
    }
  }

  /// Takes a permit, for a limited time; as [#acquire()].
  ///
  /// @param timeout null for no limit; a call that need not wait returns, whatever it is
  /// @throws TimeoutException when the time is over
  /// @throws IllegalStateException outside a task
  public void acquire(@Nullable Duration timeout) throws TimeoutException {
    TimeLimit.on(this, "acquire", timeout, () -> acquire());
  }

  /// Takes a permit as [#acquire()] and returns what releases it, for `try`-with-resources
  /// (asyncio's `async with semaphore`). Allocates nothing.
  public Held hold() {
    acquire();
    return held;
  }

  /// Takes a permit as [#acquire(Duration)] and returns what releases it.
  ///
  /// @param timeout null for no limit; a call that need not wait returns, whatever it is
  /// @throws TimeoutException when the time is over
  /// @throws IllegalStateException outside a task
  public Held hold(@Nullable Duration timeout) throws TimeoutException {
    acquire(timeout);
    return held;
  }

  /// Gives a permit back, or adds one; it is granted to the task that has waited longest, which
  /// goes on in the next iteration. Never suspends.
  public void release() {
    checkThread();
    value++;
    if (waiters.wakeFirstPending()) {
      value--;
    }
  }

  // Permits may be left while tasks wait: they came when a waiter was cancelled that was the first.
  private void grant() {
    while (value > 0 && waiters.wakeFirstPending()) {
      value--;
    }
  }

  /// Tells whether [#acquire()] would have to wait: there is no permit, or others wait for one.
  public boolean locked() {
    return value == 0 || waiters.anyUncancelled();
  }

  /// Returns the number of permits that nobody has. As [LoopBinding#checkThread(Object)].
  final void checkThread() {
    binding.checkThread(this);
  }

  long value() {
    return value;
  }

  @Override
  public String toString() {
    String state = locked() ? "locked" : "unlocked, value:" + value;
    return "<" + getClass().getSimpleName() + " [" + state + waiters.describe() + "]>";
  }
}
