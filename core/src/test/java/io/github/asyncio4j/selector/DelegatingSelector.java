// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.selector;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Hands everything on to another selector: for tests that change or watch a part of it.
public abstract class DelegatingSelector implements Selector {
  private final Selector selector;

  /// Takes the selector over and closes it.
  protected DelegatingSelector(Selector selector) {
    this.selector = selector;
  }

  @Override
  public Registration register(Pollable pollable, int interest, ReadyListener listener)
      throws IOException {
    return selector.register(pollable, interest, listener);
  }

  @Override
  public @Nullable Registration registration(Pollable pollable) {
    return selector.registration(pollable);
  }

  @Override
  public void select(long timeoutNanos) throws IOException {
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
  public boolean waitsWithoutCarrier() {
    return selector.waitsWithoutCarrier();
  }

  @Override
  public boolean anyInterest() {
    return selector.anyInterest();
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
