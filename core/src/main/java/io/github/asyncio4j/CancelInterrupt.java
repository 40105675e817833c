// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// The interrupt by which `cancel()` ends a blocking call of the JDK that a task is in. The JDK
/// throws it as an [InterruptedException], which then stands for the [CancelledError]. Whoever
/// holds the loop.
final class CancelInterrupt {
  // It has been sent, and nobody has met it as far as is known.
  private boolean sent;
  // It was thrown, and may still be on its way out of the body.
  private boolean thrown;

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
  boolean wasThrown() {
    if (sent && !Thread.currentThread().isInterrupted()) {
      sent = false;
      thrown = true;
      return true;
    }
    return false;
  }

  /// Takes it back if no call of the JDK was left for it to end. The task's own thread.
  void drop() {
    if (sent) {
      sent = false;
      thrown |= !Thread.interrupted();
    }
  }

  /// Notes that what it was thrown as has been dealt with: the next [InterruptedException] is
  /// another's.
  void forget() {
    thrown = false;
  }

  /// Tells whether an [InterruptedException] is to be taken for it, also when the request was taken
  /// back since: a [CancelledError] that leaves the body counts then too.
  boolean isBehindInterruptedException() {
    return sent || thrown;
  }
}
