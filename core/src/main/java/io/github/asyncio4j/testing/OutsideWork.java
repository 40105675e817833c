// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import java.util.concurrent.atomic.AtomicBoolean;

/// Work in another thread that a [TestLoop] waits for, until it is closed. Any thread.
public final class OutsideWork implements AutoCloseable {
  private final TestLoop loop;
  private final AtomicBoolean closed = new AtomicBoolean();

  OutsideWork(TestLoop loop) {
    this.loop = loop;
    loop.outsideWork(1);
  }

  /// Ends the announcement; post to the loop before. Idempotent.
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      loop.outsideWork(-1);
    }
  }
}
