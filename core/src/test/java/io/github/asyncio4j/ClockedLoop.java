// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.selector.DelegatingSelector;
import io.github.asyncio4j.selector.Selector;
import java.io.IOException;

/// A kernel whose clock stands still until a test moves it, or until there is nothing left to do
/// but to wait for a timer: then it jumps to it. It has no network.
final class ClockedLoop extends BaseEventLoop {
  private final Clock clock;

  private ClockedLoop(Clock clock, Selector selector) {
    super(new JumpingSelector(clock, selector));
    this.clock = clock;
  }

  /// Returns a new loop with the selector and the engine of a kind.
  static ClockedLoop of(LoopKind kind) {
    Selector selector = kind.newSelector();
    return kind.withEngine(() -> new ClockedLoop(new Clock(), selector));
  }

  @Override
  public long time() {
    return clock.now;
  }

  /// Moves the clock forward. Loop thread.
  void advanceTo(long instant) {
    clock.now = Math.max(clock.now, instant);
  }

  /// Runs until the given step, which is called in the loop, or something after it stops the loop.
  void runFrom(Runnable first) {
    callSoon(first);
    runForever();
  }

  /// The time, in nanoseconds. The loop thread writes, or who polls in its stead.
  private static final class Clock {
    private volatile long now;
  }

  /// Polls; instead of waiting for a time it moves the clock.
  private static final class JumpingSelector extends DelegatingSelector {
    private final Clock clock;

    JumpingSelector(Clock clock, Selector selector) {
      super(selector);
      this.clock = clock;
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // only one thread polls at a time
    public void select(long timeoutNanos) throws IOException {
      if (timeoutNanos > 0) {
        clock.now += timeoutNanos;
      }
      super.select(Math.min(timeoutNanos, 0));
    }
  }

  @Override
  protected LoopFiles files() {
    throw new UnsupportedOperationException("this loop has no network");
  }

  @Override
  protected LoopSockets sockets() {
    throw new UnsupportedOperationException("this loop has no network");
  }

  @Override
  protected LoopPipes pipes() {
    throw new UnsupportedOperationException("this loop has no network");
  }

  @Override
  protected LoopSubprocesses subprocesses() {
    throw new UnsupportedOperationException();
  }

  @Override
  protected LoopConnections connections() {
    throw new UnsupportedOperationException("this loop has no network");
  }
}
