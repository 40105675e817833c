// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.TimerHandle;
import io.github.asyncio4j.socket.Wire;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// One direction of a connection, or a message of its handshake. Loop thread only.
final class StreamWire implements Wire {
  /*
   * As TCP does it: nothing is lost, since what is not acknowledged is sent again, and so a link that
   * is down costs time only. What is under way when it goes down is sent again when it is up, in the
   * old order, with a new latency. After a long time the sender gives up (tcp(7): tcp_retries2,
   * tcp_syn_retries).
   */

  /// How long a connection waits for what it has sent: Linux says 924.6 s, at least.
  static final Duration PATIENCE = Duration.ofSeconds(924);

  /// How long a connect waits for its answer: six more tries, 127 s.
  static final Duration CONNECT_PATIENCE = Duration.ofSeconds(127);

  private enum State {
    CARRYING,
    /// The link is down, and what was to arrive waits for it.
    HELD,
    /// The link was down for too long. What is sent until it is up again is lost.
    GIVEN_UP
  }

  private final EventLoop loop;
  private final Link link;
  private final Duration patience;
  private final Deque<Runnable> underWay = new ArrayDeque<>();
  private State state = State.CARRYING;
  // How many of those under way are held.
  private int held;
  private long lastArrival;
  private @Nullable TimerHandle timeout;
  private Runnable givenUp = () -> {};

  StreamWire(EventLoop loop, Link link, Duration patience) {
    this.loop = loop;
    this.link = link;
    this.patience = patience;
  }

  @Override
  public void whenGivenUp(Runnable givenUp) {
    this.givenUp = givenUp;
  }

  @Override
  public void carry(Runnable arrival) {
    link.sending();
    boolean down = link.isDown();
    if (state == State.GIVEN_UP) {
      if (down) {
        return;
      }
      state = State.CARRYING;
    }
    if (!down && underWay.isEmpty() && link.conditions().maxLatency().isZero()) {
      arrival.run();
    } else if (!loop.isClosed()) {
      underWay.add(arrival);
      if (down || state == State.HELD) {
        hold();
      } else {
        send();
      }
    }
  }

  private void send() {
    lastArrival = Math.max(lastArrival, loop.time() + link.latency());
    // Whichever timer of one instant fires first takes the oldest: a stream has one order.
    loop.callAt(lastArrival, this::arrive, new Context());
  }

  private void arrive() {
    if (state == State.GIVEN_UP || underWay.isEmpty()) {
      return;
    }
    if (state == State.HELD || link.isDown()) {
      hold();
    } else {
      underWay.remove().run();
    }
  }

  private void hold() {
    held++;
    if (state == State.CARRYING) {
      state = State.HELD;
      link.whenUp(this::resume);
      timeout = loop.callLater(patience, this::giveUp, new Context());
    }
  }

  private void resume() {
    if (state != State.HELD) {
      return;
    }
    state = State.CARRYING;
    if (timeout != null) {
      timeout.cancel();
    }
    int again = held;
    held = 0;
    for (int i = 0; i < again && !loop.isClosed(); i++) {
      send();
    }
  }

  private void giveUp() {
    state = State.GIVEN_UP;
    underWay.clear();
    held = 0;
    givenUp.run();
  }

  @Override
  public int pieceOf(int count) {
    return link.pieceOf(count);
  }

  @Override
  public int capacity() {
    return link.conditions().capacity();
  }
}
