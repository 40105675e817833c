// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.selector.Readiness;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.SelectableChannel;
import org.jspecify.annotations.Nullable;

/// What a [Socket] owns, whatever its role: that which is closed. The meaning of each method, and
/// which thread may call it, is that of its namesake there.
interface SocketCalls {
  SocketTier tier();

  int fileno();

  @Nullable SelectableChannel channel();

  default @Nullable Readiness readiness() {
    return null;
  }

  <T> void setOption(SocketOption<T> option, T value) throws IOException;

  <T> T getOption(SocketOption<T> option) throws IOException;

  @Nullable SocketAddress getsockname();

  boolean isOpen();

  void close() throws IOException;
}
