// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Ctrl-C during one call of `Runner.run`: the first cancels the main task, the next goes to the
/// handler of the JVM, which ends the process (TC-12).
///
/// At most one call at a time holds the signal.
final class SigintHold {
  /*
   * Who is in force when is settled under one lock, which the threads of the signal take too. There
   * is a second handler of ours, the probe: it stands in while we look which handler was there
   * before. A signal that it gets is sent again as soon as the right handler is in its place.
   *
   * Our own handler may be called when no run holds the signal: by a thread that the signal has
   * started a moment ago, or by a user's handler that was set during a run and calls the one before
   * it. Then it stands for the JVM's.
   */
  private static final Object LOCK = new Object();

  private static final @Nullable InterruptSignal SIGNAL = InterruptSignal.get();
  private static final @Nullable Object HANDLER = newHandler(SigintHold::received);
  private static final @Nullable Object PROBE = newHandler(SigintHold::sendAgain);
  private static final long OLDEST_THREAD = oldestThread();

  // Guarded by LOCK.
  private static @Nullable SigintHold holder;
  private static @Nullable Object handlerOfJvm;

  private final Task<?> main;

  // Guarded by LOCK.
  private boolean signalled;

  // Whoever holds the loop.
  private boolean cancelled;

  private SigintHold(Task<?> main) {
    this.main = main;
  }

  /// Takes the signal if it is to be had and the calling thread may have it.
  ///
  /// @param main the task that the first signal cancels
  /// @param wanted whether to take it, or null for only in the main thread of the JVM
  static SigintHold take(Task<?> main, @Nullable Boolean wanted) {
    var hold = new SigintHold(main);
    if (wanted != null ? wanted : isMainThread()) {
      String refusal = hold.take();
      if (refusal != null) {
        BaseEventLoop.LOGGER.log(DEBUG, "Ctrl-C does not cancel " + main + ": " + refusal);
      }
    }
    return hold;
  }

  /// Tells whether the calling thread is the one that has started the JVM.
  static boolean isMainThread() {
    return Thread.currentThread().threadId() == OLDEST_THREAD;
  }

  // Returns why not, or null.
  private @Nullable String take() {
    if (SIGNAL == null || HANDLER == null || PROBE == null) {
      return "the module jdk.unsupported is missing";
    }
    synchronized (LOCK) {
      if (holder != null) {
        return "another run holds the signal";
      }
      Object before;
      try {
        before = SIGNAL.set(PROBE);
      } catch (IllegalArgumentException e) {
        return String.valueOf(e.getMessage());
      }
      if (SIGNAL.isOfJvm(before)) {
        handlerOfJvm = before;
      } else if (before != HANDLER) {
        SIGNAL.set(before);
        return "there is another handler: " + before;
      }
      SIGNAL.set(HANDLER);
      holder = this;
      return null;
    }
  }

  /// Gives the signal back; what has come so far counts for this run.
  ///
  /// @param failure what the run throws by itself, or null
  /// @throws KeyboardInterrupt when the run must throw that instead
  void end(@Nullable Throwable failure) {
    release();
    if (!isSignalled() || (failure != null && BaseEventLoop.endsRun(failure))) {
      return;
    }
    // Not cancelled: the task was done already, or the loop was stopped.
    if (!cancelled || (failure instanceof CancelledError && main.uncancel() == 0)) {
      var interrupt = new KeyboardInterrupt();
      if (failure != null) {
        interrupt.initCause(failure);
      }
      throw interrupt;
    }
    BaseEventLoop.LOGGER.log(
        WARNING, "Ctrl-C was lost: the main task was cancelled and went on: " + main);
  }

  private void release() {
    synchronized (LOCK) {
      if (holder != this || SIGNAL == null || PROBE == null) {
        return;
      }
      holder = null;
      Object before = SIGNAL.set(PROBE);
      // A handler that was set meanwhile stays.
      SIGNAL.set(before == HANDLER ? Objects.requireNonNull(handlerOfJvm) : before);
    }
  }

  /// Tells whether the signal has come. Any thread.
  boolean isSignalled() {
    synchronized (LOCK) {
      return signalled;
    }
  }

  // A thread of the signal.
  private static void received() {
    Object next;
    synchronized (LOCK) {
      if (holder != null && holder.cancelMain()) {
        return;
      }
      next = handlerOfJvm;
    }
    // Without the lock: it ends in System.exit, which waits for shutdown hooks.
    Objects.requireNonNull(SIGNAL).callHandler(Objects.requireNonNull(next));
  }

  // A thread of the signal. The lock is free when the right handler is in force.
  private static void sendAgain() {
    synchronized (LOCK) {
      Objects.requireNonNull(SIGNAL).raise();
    }
  }

  // Returns false when it has done so before.
  private boolean cancelMain() {
    if (signalled) {
      return false;
    }
    try {
      main.loop.callSoonThreadsafe(() -> cancelled = main.cancel());
    } catch (IllegalStateException e) {
      // The loop is closed.
      return false;
    }
    signalled = true;
    return true;
  }

  private static @Nullable Object newHandler(Runnable action) {
    return SIGNAL == null ? null : SIGNAL.newHandler(action);
  }

  // The thread that has started the JVM is older than every other; its number depends on the JDK.
  // Once it has ended, the oldest one is of the JVM and runs no loop.
  private static long oldestThread() {
    ThreadGroup top = Objects.requireNonNull(Thread.currentThread().getThreadGroup());
    for (ThreadGroup up = top.getParent(); up != null; up = up.getParent()) {
      top = up;
    }
    var threads = new Thread[top.activeCount() + 100];
    int count = top.enumerate(threads);
    long oldest = Long.MAX_VALUE;
    for (int i = 0; i < count; i++) {
      oldest = Math.min(oldest, threads[i].threadId());
    }
    return oldest;
  }
}
