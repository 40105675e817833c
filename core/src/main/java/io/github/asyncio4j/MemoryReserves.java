// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/// What others keep of memory and give up when there is none for an iteration. Loop thread.
///
/// Each step of an iteration can be made again: nothing is taken out of one queue before it is in
/// the next, and descriptors that are ready are told again. For that there must be memory.
final class MemoryReserves {
  private static final long COMPLAINT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final CallbackRunner callbacks;
  private Runnable[] reserves = {};
  // When it is said again that there is no memory.
  private long nextComplaint = System.nanoTime();

  MemoryReserves(CallbackRunner callbacks) {
    this.callbacks = callbacks;
  }

  /// Has something called when there is no memory for an iteration.
  void add(Runnable giveUp) {
    reserves = Arrays.copyOf(reserves, reserves.length + 1);
    reserves[reserves.length - 1] = giveUp;
  }

  /// Has all of them given up. Throws nothing.
  void giveUp() {
    for (Runnable giveUp : reserves) {
      try {
        giveUp.run();
      } catch (Throwable t) {
        // The others may have more to give.
      }
    }
  }

  /// Has all of them given up, and tells of the shortage now and then. Throws nothing.
  void giveUp(OutOfMemoryError e) {
    giveUp();
    try {
      long now = System.nanoTime();
      if (now - nextComplaint < 0) {
        return;
      }
      nextComplaint = now + COMPLAINT_NANOS;
      callbacks.run(
          () ->
              BaseEventLoop.LOGGER.log(
                  System.Logger.Level.ERROR, "Out of memory in an iteration of the loop", e));
    } catch (Throwable t) {
      // Not even enough to say so.
    }
  }
}
