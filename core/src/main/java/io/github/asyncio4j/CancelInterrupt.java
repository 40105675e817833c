// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;

/// The interrupt by which `cancel()` ends a blocking call of the JDK that a task is in. The JDK
/// throws it as an [InterruptedException] or one of its kind, which then stands for the
/// [CancelledError]. Whoever holds the loop.
final class CancelInterrupt {
  // What java.net says when it has closed the socket of a virtual thread that was interrupted.
  private static final String CLOSED_BY_INTERRUPT = "Closed by interrupt";

  // Longer rows of causes than this are made by mistake, or are circles.
  private static final int MAX_CAUSES = 50;

  // It has been sent, and nobody has met it as far as is known.
  private boolean sent;
  // It was thrown, and may still be on its way out of the body.
  private boolean thrown;

  /// Notes whether a call of the JDK has thrown what was sent to the task or to whom it drives. The
  /// thread of the one that runs.
  static void noteThrown(Task<?> driver) {
    if (driver.interrupt != null && driver.interrupt.wasThrown()) {
      driver.mustCancel = false;
    }
  }

  /// Notes that the exception of an interrupted call was dealt with: the next one is not a
  /// cancellation's. The thread of the one that runs.
  static void forgetFor(Task<?> driver) {
    if (driver.interrupt != null && driver.interrupt.forget()) {
      driver.mustCancel = false;
    }
  }

  /// Takes back what no call of the JDK was left to end. The thread of the one that runs.
  static void dropFor(Task<?> driver) {
    if (driver.interrupt != null) {
      driver.interrupt.drop();
    }
  }

  /// Interrupts a task's thread.
  void send(Thread thread) {
    sent = true;
    thread.interrupt();
  }

  /// Notes that the task is cancelled once more: one that was thrown before is not this request's.
  void requestedAgain(Thread thread) {
    if (sent && !thread.isInterrupted()) {
      sent = false;
    }
  }

  /// Looks whether a call of the JDK has thrown it. The task's own thread.
  ///
  /// @return true once: that was the cancellation, and cleanup may suspend now
  private boolean wasThrown() {
    if (sent && !Thread.currentThread().isInterrupted()) {
      sent = false;
      thrown = true;
      return true;
    }
    return false;
  }

  /// Notes that an exception which leaves for another thread is what it was thrown as. The task's
  /// own thread.
  ///
  /// @return true once, as [#wasThrown()]
  boolean leavesAs(Throwable t, boolean requested) {
    if (sent && isBehind(t, requested)) {
      // Sockets leave the thread interrupted.
      Thread.interrupted();
      return wasThrown();
    }
    return false;
  }

  /// Takes it back if no call of the JDK was left for it to end. The task's own thread.
  private void drop() {
    if (sent) {
      sent = false;
      thrown |= !Thread.interrupted();
    }
  }

  /// Notes that what it was thrown as has been dealt with: the next [InterruptedException] is
  /// another's. The task's own thread.
  ///
  /// @return whether it had been sent and not been noted as thrown or dropped
  private boolean forget() {
    boolean outstanding = sent;
    drop();
    thrown = false;
    return outstanding;
  }

  /// Tells whether an exception is to be taken for it.
  ///
  /// One that only an interrupted call throws is, also when the request was taken back since: a
  /// [CancelledError] that leaves the body counts then too. One that may have another reason is
  /// while the request stands, or when the task has not looked for the interrupt yet.
  ///
  /// @param requested whether the task has requests to cancel that were not taken back
  boolean isBehind(Throwable t, boolean requested) {
    return isSign(t)
        ? requested || sent || thrown
        : (sent || (thrown && requested)) && isPossibleSign(t);
  }

  /// Tells whether an exception is one that calls of the JDK throw in a thread that is interrupted,
  /// and nothing else does.
  static boolean isSign(Throwable t) {
    return t instanceof InterruptedException
        || t instanceof ClosedByInterruptException
        || t instanceof FileLockInterruptionException
        || (t.getClass() == SocketException.class && CLOSED_BY_INTERRUPT.equals(t.getMessage()));
  }

  /// Tells whether an exception may come from an interrupt: as [#isSign(Throwable)], or what
  /// streams throw, who also say so of their time limits, or what has one of those as a cause.
  private static boolean isPossibleSign(Throwable t) {
    Throwable at = t;
    for (int i = 0; at != null && i < MAX_CAUSES; i++) {
      if (isSign(at)
          || (at instanceof InterruptedIOException && !(at instanceof SocketTimeoutException))) {
        return true;
      }
      at = Descriptions.causeOf(at);
    }
    return false;
  }
}
