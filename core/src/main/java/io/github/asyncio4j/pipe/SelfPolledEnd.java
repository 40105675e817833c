// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import io.github.asyncio4j.selector.Readiness;
import java.nio.channels.SelectableChannel;
import org.jspecify.annotations.Nullable;

/// An end that no system knows of: it says itself when it is ready.
interface SelfPolledEnd extends PipeEnd, Readiness {
  @Override
  default int fileno() {
    return -1;
  }

  @Override
  default @Nullable SelectableChannel channel() {
    return null;
  }

  @Override
  default Readiness readiness() {
    return this;
  }
}
