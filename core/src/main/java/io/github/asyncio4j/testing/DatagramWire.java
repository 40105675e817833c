// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.socket.Wire;

/// The way of one datagram. Loop thread only.
final class DatagramWire implements Wire {
  private final EventLoop loop;
  private final Link link;

  DatagramWire(EventLoop loop, Link link) {
    this.loop = loop;
    this.link = link;
  }

  @Override
  public void carry(Runnable arrival) {
    link.sending();
    var conditions = link.conditions();
    if (link.isDown() || link.happens(conditions.loss())) {
      return;
    }
    int copies = link.happens(conditions.duplication()) ? 2 : 1;
    for (int i = 0; i < copies; i++) {
      if (conditions.maxLatency().isZero()) {
        arrival.run();
      } else if (!loop.isClosed()) {
        loop.callAt(when(conditions), () -> arrive(arrival), new Context());
      }
    }
  }

  private long when(LinkConditions conditions) {
    long arrival = loop.time() + link.latency();
    boolean free = conditions.reordering() == 1 || link.happens(conditions.reordering());
    return free ? arrival : link.inOrder(arrival);
  }

  private void arrive(Runnable arrival) {
    if (!link.isDown()) {
      arrival.run();
    }
  }
}
