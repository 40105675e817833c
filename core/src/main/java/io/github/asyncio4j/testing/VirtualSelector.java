// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import io.github.asyncio4j.selector.Pollable;
import io.github.asyncio4j.selector.ReadyListener;
import io.github.asyncio4j.selector.Registration;
import io.github.asyncio4j.selector.Selector;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A selector that watches nothing: where another would wait, it asks its loop what to do.
///
/// The loop thread, except [#wakeup()].
final class VirtualSelector implements Selector {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition wokenUp = lock.newCondition();

  // Guarded by the lock.
  private boolean woken;
  private volatile boolean open = true;
  // Set once, before the loop runs.
  private @Nullable WhenIdle whenIdle;

  /// Is called in place of waiting.
  interface WhenIdle {
    /// Called when nothing is ready.
    ///
    /// @param timeoutNanos how long until the first timer is due; negative when there is none
    void idle(long timeoutNanos);
  }

  void whenIdle(WhenIdle whenIdle) {
    this.whenIdle = whenIdle;
  }

  @Override
  public void select(long timeoutNanos) {
    if (!open) {
      throw new IllegalStateException("the selector is closed");
    }
    if (timeoutNanos != 0 && !takeWakeup()) {
      Objects.requireNonNull(whenIdle).idle(timeoutNanos);
    }
  }

  /// Tells whether [#wakeup()] was called since the last look, and forgets it.
  boolean takeWakeup() {
    lock.lock();
    try {
      boolean taken = woken;
      woken = false;
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /// Waits, in real time, until [#wakeup()] is called or the thread is interrupted.
  ///
  /// @return false when the time is over
  boolean awaitWakeup(long nanos) {
    lock.lock();
    try {
      long left = nanos;
      while (!woken && left > 0) {
        left = wokenUp.awaitNanos(left);
      }
      boolean taken = woken;
      woken = false;
      return taken;
    } catch (InterruptedException e) {
      // The loop sees to it.
      Thread.currentThread().interrupt();
      return true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void wakeup() {
    lock.lock();
    try {
      woken = true;
      wokenUp.signal();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Registration register(Pollable pollable, int interest, ReadyListener listener) {
    throw new UnsupportedOperationException(
        "a TestLoop watches no descriptors: " + pollable + "; use a SelectorEventLoop");
  }

  @Override
  public @Nullable Registration registration(Pollable pollable) {
    return null;
  }

  @Override
  public boolean pollsDescriptors() {
    return false;
  }

  @Override
  public boolean waitsWithoutCarrier() {
    return true;
  }

  @Override
  public boolean anyInterest() {
    return false;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() {
    open = false;
  }

  @Override
  public String toString() {
    return "<VirtualSelector open=" + open + ">";
  }
}
