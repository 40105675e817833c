// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.TimerHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Keeps a unix datagram socket from being told of room that is none.
///
/// The queue that is full is that of the receiver. A connected socket is writable when the peer has
/// room; one that is not connected always is, since the kernel does not know where it sends next
/// (unix(7)). To ask it again and again would cost a processor for as long as one receiver is slow,
/// so after a call for room that has led to nothing the next one comes after a pause.
///
/// Loop thread only.
final class FruitlessRoom {
  private static final int LONGEST_MILLIS = 32;
  private static final int DOUBLINGS = Integer.numberOfTrailingZeros(LONGEST_MILLIS);

  private final EventLoop loop;
  private final Runnable onRoom;

  // Loop thread only.
  // Calls for room since something has gone.
  private int fruitless;
  private @Nullable TimerHandle pause;

  FruitlessRoom(EventLoop loop, Runnable onRoom) {
    this.loop = loop;
    this.onRoom = onRoom;
  }

  /// Notes that the owner is about to be called for room.
  void called() {
    fruitless++;
  }

  /// Notes that something has gone, or was dropped.
  void moved() {
    fruitless = 0;
  }

  /// Tells whether to pause now in place of asking the system.
  boolean isDue() {
    return fruitless > 0;
  }

  /// Tells whether a pause is on.
  boolean isOn() {
    return pause != null;
  }

  /// Calls for room after a pause; does nothing while one is on.
  void begin(@Nullable Context context) {
    if (pause == null) {
      long millis = 1L << Math.min(fruitless - 1, DOUBLINGS);
      pause = loop.callLater(Duration.ofMillis(millis), this::end, context);
    }
  }

  private void end() {
    pause = null;
    onRoom.run();
  }

  /// Ends a pause without a call.
  void cancel() {
    fruitless = 0;
    if (pause != null) {
      pause.cancel();
      pause = null;
    }
  }
}
