// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

import io.github.asyncio4j.sync.Waiters.Waiter;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A point at which a number of tasks of one loop wait for each other, as often as they like
/// (asyncio's `Barrier`, SY-06).
///
/// Loop thread only, tasks of the loop included. Asyncio's `wait()` is [#await()], as in
/// [java.util.concurrent.CyclicBarrier]; `async with barrier` is a call of it. The `wait()` that
/// every Java object has is a monitor method of the JVM and throws [IllegalMonitorStateException].
///
/// The barrier belongs to the loop in which a task first had to wait for it (SY-01).
public final class Barrier {
  private enum State {
    /// Tasks come and wait.
    FILLING,
    /// All have come. Those woken leave, those that come wait outside.
    DRAINING,
    /// Those inside leave with an exception, those that come wait outside.
    RESETTING,
    /// Nobody waits here any more.
    BROKEN
  }

  private final int parties;
  private final LoopBinding binding = new LoopBinding();
  private final Waiters inside = new Waiters(binding);
  private final Waiters outside = new Waiters(binding);

  // Loop thread.
  private State state = State.FILLING;

  /// Makes a barrier.
  ///
  /// @param parties how many tasks it takes
  /// @throws IllegalArgumentException when it is less than 1
  public Barrier(int parties) {
    if (parties < 1) {
      throw new IllegalArgumentException("parties must be >= 1: " + parties);
    }
    this.parties = parties;
  }

  /// Suspends until as many tasks have called this as the barrier takes (asyncio's `wait()`). The
  /// last one does not suspend; the others go on in the next iteration in the order in which they
  /// came.
  ///
  /// A task that comes while others still leave waits until all of those are gone. A task that is
  /// cancelled leaves; the barrier stays as it is and waits for one more.
  ///
  /// @return how many of the tasks that pass came before this one: 0 to `parties() - 1`, each once
  /// @throws BrokenBarrierError when the barrier is broken, or is reset or aborted before this task
  ///   has left
  /// @throws io.github.asyncio4j.CancelledError when the task is cancelled while it waits
  /// @throws IllegalStateException when it would have to wait outside a task, or in a task of
  ///   another loop than the one that the barrier is bound to
  public int await() {
    binding.checkThread(this);
    while (isEmptying()) {
      awaitOutside();
    }
    if (state == State.BROKEN) {
      throw new BrokenBarrierError("Barrier aborted: " + this);
    }
    if (inside.size() < parties - 1) {
      return awaitInside();
    }
    if (!inside.isEmpty()) {
      state = State.DRAINING;
      inside.wakeAll();
    }
    return parties - 1;
  }

  /// Waits for the others for a limited time; as [#await()]. At the limit the task leaves and the
  /// barrier waits for one more: it does not break, unlike the JDK's.
  ///
  /// @param timeout null for no limit; a call that need not wait returns, whatever it is
  /// @throws TimeoutException when the time is over
  /// @throws IllegalStateException outside a task
  public int await(@Nullable Duration timeout) throws TimeoutException {
    return TimeLimit.on(this, "await", timeout, () -> await());
  }

  private void awaitOutside() {
    Waiter waiter = outside.add(this, "await()");
    try {
      waiter.await();
    } finally {
      outside.remove(waiter);
    }
  }

  private int awaitInside() {
    Waiter waiter = inside.add(this, "await()");
    try {
      waiter.await();
      if (state != State.DRAINING) {
        throw new BrokenBarrierError("Abort or reset of barrier: " + this);
      }
      return waiter.place();
    } finally {
      inside.remove(waiter);
      if (inside.isEmpty() && isEmptying()) {
        state = State.FILLING;
        outside.wakeAll();
      }
    }
  }

  private boolean isEmptying() {
    return state == State.DRAINING || state == State.RESETTING;
  }

  /// Makes the barrier as new. Tasks that wait get a [BrokenBarrierError], also those that were
  /// woken and have not run yet. A broken barrier can be used again. Never suspends, unlike
  /// asyncio's in form.
  public void reset() {
    binding.checkThread(this);
    state = inside.isEmpty() ? State.FILLING : State.RESETTING;
    wakeEverybody();
  }

  /// Breaks the barrier until [#reset()]. Tasks that wait, that were woken and have not run yet, or
  /// that come later get a [BrokenBarrierError]. Never suspends, unlike asyncio's in form.
  public void abort() {
    binding.checkThread(this);
    state = State.BROKEN;
    wakeEverybody();
  }

  private void wakeEverybody() {
    inside.wakeAll();
    outside.wakeAll();
  }

  /// Returns how many tasks the barrier takes.
  public int parties() {
    return parties;
  }

  /// Returns how many tasks wait for the others now (asyncio's `n_waiting`).
  public int nWaiting() {
    return state == State.FILLING ? inside.size() : 0;
  }

  /// Tells whether the barrier was aborted.
  public boolean broken() {
    return state == State.BROKEN;
  }

  @Override
  public String toString() {
    String waiting = broken() ? "" : ", waiters:" + nWaiting() + "/" + parties;
    return "<Barrier [" + state.name().toLowerCase(Locale.ROOT) + waiting + "]>";
  }
}
