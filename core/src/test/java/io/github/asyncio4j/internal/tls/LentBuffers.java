// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tls;

import io.github.asyncio4j.EventLoop;

/// Counts the buffers of TLS that some connection of a loop has at present.
public final class LentBuffers {
  private LentBuffers() {}

  /// Returns how many; loop thread only.
  public static int of(EventLoop loop) {
    return TlsBuffers.of(loop, false).lent() + TlsBuffers.of(loop, true).lent();
  }
}
