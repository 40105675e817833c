// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.socket.Wire;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.random.RandomGenerator;

/// One direction of a connection under [LinkConditions]. Loop thread only.
final class LinkWire implements Wire {
  private final EventLoop loop;
  private final LinkConditions conditions;
  private final RandomGenerator random;
  private final Deque<Runnable> underWay = new ArrayDeque<>();
  private long lastArrival;

  LinkWire(EventLoop loop, LinkConditions conditions, RandomGenerator random) {
    this.loop = loop;
    this.conditions = conditions;
    this.random = random;
  }

  @Override
  public void carry(Runnable arrival) {
    if (conditions.maxLatency().isZero()) {
      arrival.run();
    } else if (!loop.isClosed()) {
      underWay.add(arrival);
      lastArrival = Math.max(lastArrival, loop.time() + latency());
      // Whichever timer of one instant fires first takes the oldest: a stream has one order.
      loop.callAt(lastArrival, () -> underWay.remove().run(), new Context());
    }
  }

  private long latency() {
    long min = conditions.minLatency().toNanos();
    long max = conditions.maxLatency().toNanos();
    return min == max ? min : random.nextLong(min, max + 1);
  }

  @Override
  public int pieceOf(int count) {
    return !conditions.fragments() || random.nextInt(4) == 0 ? count : 1 + random.nextInt(count);
  }

  @Override
  public int capacity() {
    return conditions.capacity();
  }
}
