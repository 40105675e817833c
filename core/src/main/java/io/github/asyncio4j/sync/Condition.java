// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.sync.Waiters.Waiter;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A condition that tasks of one loop wait for while they let go of a lock (asyncio's `Condition`,
/// SY-04).
///
/// Loop thread only, tasks of the loop included.
///
/// ```java
/// try (var _ = notEmpty.hold()) { // the consumer
///   notEmpty.waitFor(() -> !items.isEmpty());
///   use(items.remove());
/// }
///
/// try (var _ = notEmpty.hold()) { // the producer
///   items.add(item);
///   notEmpty.signal();
/// }
/// ```
///
/// The names are those of [java.util.concurrent.locks.Condition]: asyncio's `wait()` is [#await()],
/// `notify(n)` is [#signal(int)], `notify_all()` is [#signalAll()]. The `wait()` and `notify()`
/// that every Java object has are monitor methods of the JVM and throw
/// [IllegalMonitorStateException].
///
/// The condition belongs to the loop in which a task first waited for it (SY-01), its lock to the
/// one in which a task first had to wait for the lock.
public final class Condition {
  private final LoopBinding binding = new LoopBinding();
  private final Waiters waiters = new Waiters(binding);
  private final Lock lock;

  /// Makes a condition with a lock of its own.
  public Condition() {
    this(new Lock());
  }

  /// Makes a condition of a lock, which several conditions may share.
  public Condition(Lock lock) {
    this.lock = Objects.requireNonNull(lock, "lock");
  }

  /// Locks the lock; as [Lock#acquire()]. Suspending.
  ///
  /// @throws CancelledError when the task is cancelled while it waits
  /// @throws IllegalStateException when it would have to wait outside a task, or in a task of
  ///   another loop than the one that the lock is bound to
  public void acquire() {
    lock.acquire();
  }

  /// Locks the lock, for a limited time; as [Lock#acquire(Duration)].
  ///
  /// @param timeout null for no limit; a call that need not wait returns, whatever it is
  /// @throws TimeoutException when the time is over
  /// @throws IllegalStateException outside a task
  public void acquire(@Nullable Duration timeout) throws TimeoutException {
    lock.acquire(timeout);
  }

  /// Locks the lock and returns what releases it; as [Lock#hold()] (asyncio's `async with cond`).
  public Held hold() {
    return lock.hold();
  }

  /// Locks the lock for a limited time and returns what releases it; as [Lock#hold(Duration)].
  ///
  /// @param timeout null for no limit; a call that need not wait returns, whatever it is
  /// @throws TimeoutException when the time is over
  /// @throws IllegalStateException outside a task
  public Held hold(@Nullable Duration timeout) throws TimeoutException {
    return lock.hold(timeout);
  }

  /// Unlocks the lock; as [Lock#release()]. Never suspends.
  ///
  /// @throws IllegalStateException when it is not locked
  public void release() {
    lock.release();
  }

  /// Tells whether the lock is locked; as [Lock#locked()].
  public boolean locked() {
    return lock.locked();
  }

  /// Releases the lock, suspends until a signal comes, and locks the lock again (asyncio's
  /// `wait()`).
  ///
  /// The lock is locked again however this ends, also when the task is cancelled, once or several
  /// times, while it waits for that: then the last [CancelledError] is thrown, with the earlier
  /// ones suppressed. A task that is cancelled after it got its signal passes it on to the next
  /// one. The lock is not locked again when the loop is closed.
  ///
  /// Others may have locked the lock between the signal and the return, so test what was waited for
  /// once more; [#waitFor(BooleanSupplier)] does.
  ///
  /// @throws CancelledError when the task is cancelled while it waits
  /// @throws IllegalStateException when the lock is not locked; outside a task; or in a task of
  ///   another loop than the one that the condition is bound to
  public void await() {
    ensureLocked("wait on");
    // Refused outside a task; found out later, the lock would be lost.
    Waiter waiter = waiters.add(this, "await()");
    boolean received = false;
    try {
      lock.release();
      letGoAndWait(waiter);
      received = true;
    } finally {
      if (!received && waiter.woken()) {
        waiters.wakeFirstPending();
      }
    }
  }

  /// Waits for a signal for a limited time; as [#await()].
  ///
  /// The limit is on the wait for the signal and for the lock, but the lock is locked again however
  /// this ends: it lasts as long as that takes.
  ///
  /// @param timeout null for no limit
  /// @throws TimeoutException when the time is over
  /// @throws IllegalStateException when the lock is not locked, or outside a task
  public void await(@Nullable Duration timeout) throws TimeoutException {
    TimeLimit.on(this, "await", timeout, () -> await());
  }

  // Without the lock; returns or throws with it.
  private void letGoAndWait(Waiter waiter) {
    CancelledError cancelled = null;
    try {
      waiter.await();
    } catch (CancelledError e) {
      cancelled = e;
    } finally {
      waiters.remove(waiter);
      cancelled = acquireAgain(waiter, cancelled);
    }
    if (cancelled != null) {
      throw cancelled;
    }
  }

  /// Locks the lock, whatever cancels the task meanwhile.
  ///
  /// @return what to throw then: the last cancellation, with those before it suppressed, or null
  private @Nullable CancelledError acquireAgain(Waiter waiter, @Nullable CancelledError before) {
    CancelledError last = before;
    while (true) {
      try {
        lock.acquire();
        return last;
      } catch (CancelledError e) {
        if (last != null) {
          e.addSuppressed(last);
        }
        if (waiter.isLoopClosed()) {
          throw e;
        }
        last = e;
      }
    }
  }

  /// Waits until a predicate holds (asyncio's `wait_for`): returns at once if it does, else calls
  /// [#await()] and tests it again after each signal. It is called with the lock held.
  ///
  /// @throws CancelledError when the task is cancelled while it waits; the lock is held
  /// @throws IllegalStateException when it has to wait, as [#await()]
  public void waitFor(BooleanSupplier predicate) {
    while (!predicate.getAsBoolean()) {
      await();
    }
  }

  /// Waits until a predicate holds, for a limited time; as [#waitFor(BooleanSupplier)] and
  /// [#await(Duration)].
  ///
  /// @param timeout null for no limit; a call that need not wait returns, whatever it is
  /// @throws TimeoutException when the time is over
  /// @throws IllegalStateException outside a task
  public void waitFor(BooleanSupplier predicate, @Nullable Duration timeout)
      throws TimeoutException {
    TimeLimit.on(this, "waitFor", timeout, () -> waitFor(predicate));
  }

  /// Wakes the task that has waited longest, if any; it goes on once it has the lock again
  /// (asyncio's `notify()`). Does not release the lock; never suspends.
  ///
  /// @throws IllegalStateException when the lock is not locked
  public void signal() {
    signal(1);
  }

  /// Wakes so many of the tasks that wait, those first that came first (asyncio's `notify(n)`).
  ///
  /// @param n how many; all if there are fewer, none if it is not positive
  /// @throws IllegalStateException when the lock is not locked
  public void signal(int n) {
    ensureLocked("notify on");
    int left = n;
    while (left > 0 && waiters.wakeFirstPending()) {
      left--;
    }
  }

  /// Wakes every task that waits (asyncio's `notify_all()`).
  ///
  /// @throws IllegalStateException when the lock is not locked
  public void signalAll() {
    ensureLocked("notify on");
    waiters.wakeAll();
  }

  private void ensureLocked(String call) {
    binding.checkThread(this);
    if (!lock.locked()) {
      throw new IllegalStateException("cannot " + call + " un-acquired lock: " + this);
    }
  }

  @Override
  public String toString() {
    return "<Condition [" + (locked() ? "locked" : "unlocked") + waiters.describe() + "]>";
  }
}
