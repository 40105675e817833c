// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.selector.DelegatingSelector;
import io.github.asyncio4j.selector.Pollable;
import io.github.asyncio4j.selector.ReadyListener;
import io.github.asyncio4j.selector.Registration;
import io.github.asyncio4j.selector.Selector;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A selector that counts how often it is asked: a loop that spins shows by the count.
final class CountingSelector extends DelegatingSelector {
  private long selects;
  // What a registration fails with, unless null.
  @Nullable RuntimeException refusal;

  CountingSelector(Selector selector) {
    super(selector);
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
    return super.register(pollable, interest, listener);
  }

  @Override
  public void select(long timeoutNanos) throws IOException {
    selects++;
    super.select(timeoutNanos);
  }
}
