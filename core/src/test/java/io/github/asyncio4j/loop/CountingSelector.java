// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.selector.Pollable;
import io.github.asyncio4j.selector.ReadyListener;
import io.github.asyncio4j.selector.Registration;
import io.github.asyncio4j.selector.Selector;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A selector that counts how often it is asked: a loop that spins shows by the count.
final class CountingSelector implements Selector {
  private final Selector selector;
  private long selects;
  // What a registration fails with, unless null.
  @Nullable RuntimeException refusal;

  CountingSelector(Selector selector) {
    this.selector = selector;
  }

  long selects() {
    return selects;
  }

  @Override
  public Registration register(Pollable pollable, int interest, ReadyListener listener)
      throws IOException {
    if (refusal != null) {
      throw refusal;
    }
    return selector.register(pollable, interest, listener);
  }

  @Override
  public @Nullable Registration registration(Pollable pollable) {
    return selector.registration(pollable);
  }

  @Override
  public void select(long timeoutNanos) throws IOException {
    selects++;
    selector.select(timeoutNanos);
  }

  @Override
  public void wakeup() {
    selector.wakeup();
  }

  @Override
  public boolean pollsDescriptors() {
    return selector.pollsDescriptors();
  }

  @Override
  public boolean isOpen() {
    return selector.isOpen();
  }

  @Override
  public void close() throws IOException {
    selector.close();
  }
}
