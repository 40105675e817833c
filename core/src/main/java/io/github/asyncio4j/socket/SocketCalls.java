// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.selector.Readiness;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import org.jspecify.annotations.Nullable;

/// What a [Socket] needs from its tier. The meaning of each method is that of its namesake there.
interface SocketCalls {
  SocketTier tier();

  int fileno();

  @Nullable SelectableChannel channel();

  default @Nullable Readiness readiness() {
    return null;
  }

  void bind(@Nullable SocketAddress address) throws IOException;

  void listen(int backlog) throws IOException;

  boolean connect(SocketAddress address) throws IOException;

  boolean finishConnect(SocketAddress address) throws IOException;

  @Nullable SocketCalls accept() throws IOException;

  int recv(ByteBuffer dst) throws IOException;

  int send(ByteBuffer src) throws IOException;

  long send(ByteBuffer[] srcs, int offset, int length) throws IOException;

  void shutdownInput() throws IOException;

  void shutdownOutput() throws IOException;

  <T> void setOption(SocketOption<T> option, T value) throws IOException;

  <T> T getOption(SocketOption<T> option) throws IOException;

  @Nullable SocketAddress getsockname();

  @Nullable SocketAddress getpeername();

  boolean isOpen();

  void close() throws IOException;

  int detach();
}
