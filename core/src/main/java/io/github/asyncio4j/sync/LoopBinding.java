// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

import io.github.asyncio4j.EventLoop;
import org.jspecify.annotations.Nullable;

/// The loop that a primitive belongs to: the one in which a task first had to wait for it (SY-01).
///
/// Loop thread only.
final class LoopBinding {
  private @Nullable EventLoop loop;

  /// Returns the running loop, to which the primitive is bound from now on.
  ///
  /// @param owner the primitive, for the exception's text
  /// @throws IllegalStateException when no loop runs, or the primitive is bound to another one
  EventLoop bind(Object owner) {
    EventLoop running = EventLoop.getRunningLoop();
    EventLoop bound = loop;
    if (bound == null) {
      loop = running;
    } else if (bound != running) {
      throw new IllegalStateException(
          owner
              + " is bound to a different event loop: "
              + bound
              + ", not "
              + running
              + "; each loop needs one of its own");
    }
    return running;
  }

  /// Refuses in debug mode, before anything has changed, a call from a thread that does not hold
  /// the running loop of the primitive. There is nothing to refuse while nobody has waited.
  ///
  /// @param owner the primitive, for the exception's text
  void checkThread(Object owner) {
    EventLoop bound = loop;
    if (bound != null && bound.getDebug() && bound.isRunning() && !isHere(bound)) {
      throw new IllegalStateException(
          "Non-thread-safe operation invoked on a primitive of another event loop, "
              + bound
              + ", by "
              + Thread.currentThread()
              + ": "
              + owner
              + "; from another thread use callSoonThreadsafe() of the loop, or"
              + " Asyncio.runCoroutineThreadsafe()");
    }
  }

  private static boolean isHere(EventLoop bound) {
    try {
      return EventLoop.getRunningLoop() == bound;
    } catch (IllegalStateException e) {
      return false;
    }
  }
}
