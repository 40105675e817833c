// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.selector;

import java.nio.channels.SelectableChannel;
import org.jspecify.annotations.Nullable;

/// A descriptor number that somebody else opened and will close.
record BareDescriptor(int fileno) implements Pollable {
  @Override
  public @Nullable SelectableChannel channel() {
    return null;
  }

  @Override
  public String toString() {
    return "fd " + fileno;
  }
}
