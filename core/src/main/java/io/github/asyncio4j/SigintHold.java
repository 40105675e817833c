// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import io.github.asyncio4j.internal.jdk.MainThread;
import io.github.asyncio4j.internal.jdk.SignalOwner;
import org.jspecify.annotations.Nullable;

/// Ctrl-C during one call of `Runner.run`: the first cancels the main task, the next goes to the
/// handler of the JVM, which ends the process (TC-12).
final class SigintHold implements SignalOwner.Receiver {
  private static final SignalOwner OWNER = SignalOwner.of("INT");

  private final Task<?> main;

  // Written by a thread of the signal.
  private volatile boolean signalled;

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
    main.loop.signals.interrupted = false;
    if (wanted != null ? wanted : MainThread.isCurrent()) {
      String refusal = OWNER.take(hold);
      if (refusal != null) {
        BaseEventLoop.LOGGER.log(DEBUG, "Ctrl-C does not cancel " + main + ": " + refusal);
      }
    }
    return hold;
  }

  /// Gives the signal back; what has come so far counts for this run.
  ///
  /// @param failure what the run throws by itself, or null
  /// @throws KeyboardInterrupt when the run must throw that instead
  void end(@Nullable Throwable failure) {
    OWNER.giveBack(this);
    if (!signalled || (failure != null && BaseEventLoop.endsRun(failure))) {
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

  private void cancelMain() {
    main.loop.signals.interrupted = true;
    cancelled = main.cancel();
  }

  /// Tells whether the signal has come. Any thread.
  boolean isSignalled() {
    return signalled;
  }

  // A second signal is for the JVM.
  @Override
  public boolean receive() {
    if (signalled) {
      return false;
    }
    try {
      main.loop.callSoonThreadsafe(this::cancelMain);
    } catch (IllegalStateException e) {
      // The loop is closed.
      return false;
    }
    signalled = true;
    return true;
  }

  @Override
  public String toString() {
    return "the run of " + main;
  }
}
