// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.selector.Selector;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Lets a loop that runs in a virtual thread poll without holding a carrier thread. One for a loop.
///
/// A blocking native call pins its carrier, and there are only as many of them as processors: two
/// idle loops would stop every virtual thread of a two-core JVM. The JDK's own selector makes up
/// for that with a spare carrier; for any other one the wait is done by a platform thread, which is
/// the loop's own: one of a pool would be handed over to another loop, and no other might be had.
///
/// Where no thread can be had at all the loop goes on without waiting. It could do so neither with
/// the JDK's selector, nor by a timed park: both need threads that may not be there yet.
final class BlockingSelect {
  private enum Turn {
    LOOP,
    /// It is to poll.
    WAITER,
    /// It has ended, or there was none yet.
    NO_WAITER
  }

  // A loop that waits now and then finds its thread again.
  private static final long KEPT_NANOS = TimeUnit.MINUTES.toNanos(1);
  // The JVM prints two lines each time that it is refused a thread.
  private static final long NEXT_TRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final AtomicInteger COUNT = new AtomicInteger();

  private final AtomicReference<Turn> turn = new AtomicReference<>(Turn.NO_WAITER);

  // What follows is written by the loop's thread, before it gives the turn away.
  private @Nullable Thread waiter;
  private long nextTry = System.nanoTime();
  private long timeoutNanos;
  private @Nullable Thread loopThread;
  // Only during a wait: a thread that is kept keeps no loop.
  private @Nullable Selector selector;

  // Written by the waiter, before it gives the turn back.
  private @Nullable Throwable failure;

  /// Waits in the calling virtual thread for what another thread polls. The loop's thread.
  ///
  /// It returns early, with nothing polled, where there is no thread to be had.
  ///
  /// @throws IOException when the selector does
  @SuppressWarnings("ThreadPriorityCheck") // There is nothing to wait with.
  void waitElsewhere(Selector selector, long timeoutNanos) throws IOException {
    this.selector = selector;
    this.timeoutNanos = timeoutNanos;
    this.loopThread = Thread.currentThread();
    try {
      if (turn.compareAndSet(Turn.LOOP, Turn.WAITER)) {
        LockSupport.unpark(waiter);
      } else if (!startWaiter()) {
        // Others that wait for a carrier may have it.
        Thread.yield();
        return;
      }
      parkUntilPolled();
    } finally {
      this.selector = null;
      this.loopThread = null;
    }
    Throwable thrown = failure;
    failure = null;
    switch (thrown) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IOException(thrown);
    }
  }

  /// Ends the thread. The loop is closed; a thread that waits still, as its loop was not closed by
  /// itself, ends when it returns.
  void close() {
    if (turn.compareAndSet(Turn.LOOP, Turn.NO_WAITER)) {
      LockSupport.unpark(waiter);
    }
  }

  private boolean startWaiter() {
    if (System.nanoTime() - nextTry < 0) {
      return false;
    }
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name("asyncio4j-select-" + COUNT.getAndIncrement())
            .inheritInheritableThreadLocals(false)
            .unstarted(this::run);
    turn.set(Turn.WAITER);
    try {
      thread.start();
    } catch (OutOfMemoryError e) {
      turn.set(Turn.NO_WAITER);
      nextTry = System.nanoTime() + NEXT_TRY_NANOS;
      return false;
    }
    waiter = thread;
    return true;
  }

  private void parkUntilPolled() {
    boolean interrupted = false;
    while (turn.get() == Turn.WAITER) {
      LockSupport.park(this);
      if (Thread.interrupted()) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  // The waiter.
  private void run() {
    while (hasTurn()) {
      Thread asked = loopThread;
      try {
        Objects.requireNonNull(selector).select(timeoutNanos);
      } catch (Throwable t) {
        failure = t;
      }
      turn.set(Turn.LOOP);
      LockSupport.unpark(asked);
    }
  }

  // Waits for the turn, and gives up when it has not come for long or never will.
  private boolean hasTurn() {
    long since = System.nanoTime();
    while (turn.get() == Turn.LOOP) {
      long rest = KEPT_NANOS - (System.nanoTime() - since);
      if (rest > 0) {
        LockSupport.parkNanos(this, rest);
      } else if (turn.compareAndSet(Turn.LOOP, Turn.NO_WAITER)) {
        // The turn may be another thread's from here on.
        return false;
      }
    }
    return turn.get() == Turn.WAITER;
  }
}
