// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.selector.Pollable;
import io.github.asyncio4j.selector.ReadyListener;
import io.github.asyncio4j.selector.Registration;
import io.github.asyncio4j.selector.Selector;
import io.github.asyncio4j.selector.SelfPolling;
import org.jspecify.annotations.Nullable;

/// A selector of sockets in memory; to wait for what cannot come is an error.
final class MemorySelector implements Selector {
  private final SelfPolling polling = new SelfPolling();
  private boolean open = true;

  @Override
  public Registration register(Pollable pollable, int interest, ReadyListener listener) {
    return polling.register(pollable, interest, listener);
  }

  @Override
  public @Nullable Registration registration(Pollable pollable) {
    return polling.registration(pollable);
  }

  @Override
  public void select(long timeoutNanos) {
    if (timeoutNanos < 0 && !polling.anyReady()) {
      throw new AssertionError("nothing will ever be ready");
    }
    polling.poll();
  }

  @Override
  public void wakeup() {}

  @Override
  public boolean pollsDescriptors() {
    return false;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() {
    open = false;
  }
}
