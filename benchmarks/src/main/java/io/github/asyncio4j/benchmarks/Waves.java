// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.benchmarks;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import java.time.Duration;

/// A batch of callbacks in waves: each wave schedules some, and all of them run before the next.
///
/// So the ready queue stays as short as a busy server's, and one poll is shared by a wave.
final class Waves {
  /// Callbacks that a burst schedules.
  static final int SIZE = 1_000;

  private static final int COUNT = 100;

  /// Callbacks of the whole batch.
  static final int OPERATIONS = SIZE * COUNT;

  private final EventLoop loop;
  private final Runnable burst;
  private final boolean byTimer;
  private final Future<Boolean> done;
  private final Runnable next = this::run;
  private int left = COUNT;

  private Waves(EventLoop loop, Runnable burst, boolean byTimer) {
    this.loop = loop;
    this.burst = burst;
    this.byTimer = byTimer;
    done = loop.createFuture();
  }

  /// Runs all waves of a burst that schedules with callSoon. Any task.
  static void ofCallbacks(EventLoop loop, Runnable burst) throws Exception {
    var waves = new Waves(loop, burst, false);
    waves.run();
    waves.done.await();
  }

  /// Runs all waves of a burst that schedules timers which are due at once. Any task.
  static void ofTimers(EventLoop loop, Runnable burst) throws Exception {
    var waves = new Waves(loop, burst, true);
    waves.run();
    waves.done.await();
  }

  private void run() {
    if (left-- == 0) {
      done.setResult(true);
      return;
    }
    burst.run();
    // The next wave queues up behind this one, in the same queue.
    if (byTimer) {
      loop.callLater(Duration.ZERO, next);
    } else {
      loop.callSoon(next);
    }
  }
}
