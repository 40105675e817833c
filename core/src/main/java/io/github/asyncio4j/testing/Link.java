// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One direction between two hosts under [LinkConditions]: whether it is up, and what waits for
/// that. Loop thread only.
final class Link {
  private final EventLoop loop;
  private final RandomGenerator random;
  private final List<Runnable> waiting = new ArrayList<>();
  private LinkConditions conditions;
  // The other direction; null for a link that cannot break.
  private @Nullable Link back;

  // Reasons to be down: a partition, and outages that overlap.
  private boolean cut;
  private int outages;

  // When the last datagram arrives that nothing may overtake.
  private long lastInOrder = -1;

  Link(EventLoop loop, LinkConditions conditions, RandomGenerator random) {
    this.loop = loop;
    this.conditions = conditions;
    this.random = random;
  }

  /// Sets the other direction, which may be this one.
  void backBy(Link back) {
    this.back = back;
  }

  LinkConditions conditions() {
    return conditions;
  }

  void conditions(LinkConditions conditions) {
    this.conditions = conditions;
  }

  // Chance.

  /// Tells whether something of a certain chance happens. What never does takes nothing from the
  /// generator, so a knob that is not turned changes no run.
  boolean happens(double chance) {
    return chance > 0 && random.nextDouble() < chance;
  }

  /// Returns how long something is under way, in nanoseconds.
  long latency() {
    return between(conditions.minLatency(), conditions.maxLatency());
  }

  private long between(Duration min, Duration max) {
    long from = min.toNanos();
    long to = max.toNanos();
    return from == to ? from : random.nextLong(from, to + 1);
  }

  /// Returns how many bytes go, or are received, in one piece.
  int pieceOf(int count) {
    return !conditions.fragments() || random.nextInt(4) == 0 ? count : 1 + random.nextInt(count);
  }

  /// Returns when something arrives behind what was sent before it.
  long inOrder(long arrival) {
    // Timers of one instant have no order.
    lastInOrder = Math.max(lastInOrder + 1, arrival);
    return lastInOrder;
  }

  // Up and down.

  boolean isDown() {
    return cut || outages > 0;
  }

  void cut(boolean cut) {
    this.cut = cut;
    wakeIfUp();
  }

  /// Is told that something is about to be sent: goes down, in both directions, if the seed wants
  /// that.
  void sending() {
    Link other = back;
    if (other == null || isDown() || !happens(conditions.outageChance()) || loop.isClosed()) {
      return;
    }
    outages++;
    other.outages++;
    long end = loop.time() + between(conditions.minOutage(), conditions.maxOutage());
    loop.callAt(
        end,
        () -> {
          outages--;
          other.outages--;
          wakeIfUp();
          other.wakeIfUp();
        },
        new Context());
  }

  /// Has something done once when the link is up again.
  void whenUp(Runnable action) {
    waiting.add(action);
  }

  private void wakeIfUp() {
    if (!isDown() && !waiting.isEmpty()) {
      var woken = List.copyOf(waiting);
      waiting.clear();
      woken.forEach(Runnable::run);
    }
  }
}
