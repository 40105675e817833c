// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.TimerHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// How late a loop is: a timer that is due every ten milliseconds. Loop thread only.
final class LagMeter implements AutoCloseable {
  private static final Duration TICK = Duration.ofMillis(10);

  private final EventLoop loop;
  private final List<Long> late = new ArrayList<>();
  private long due;
  private TimerHandle timer;

  LagMeter(EventLoop loop) {
    this.loop = loop;
    next();
  }

  private void next() {
    due = loop.time() + TICK.toNanos();
    timer = loop.callAt(due, this::tick);
  }

  private void tick() {
    late.add(loop.time() - due);
    next();
  }

  int ticks() {
    return late.size();
  }

  /// Returns what 99 of 100 ticks were no later than, in milliseconds.
  long p99Millis() {
    if (late.isEmpty()) {
      return 0;
    }
    var sorted = new ArrayList<>(late);
    Collections.sort(sorted);
    return TimeUnit.NANOSECONDS.toMillis(sorted.get((int) (0.99 * (sorted.size() - 1))));
  }

  @Override
  public void close() {
    timer.cancel();
  }
}
