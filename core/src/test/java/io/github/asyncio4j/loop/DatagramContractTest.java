// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketTier;
import io.github.asyncio4j.socket.SocketType;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Sockets of the system.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class DatagramContractTest extends DatagramContract {
  private final LoopKind kind;

  DatagramContractTest(LoopKind kind) {
    this.kind = kind;
  }

  private SocketTier tier() {
    return kind.toString().startsWith("epoll") ? SocketTier.NATIVE : SocketTier.NIO;
  }

  @Override
  protected EventLoop newLoop() {
    return kind.newLoop();
  }

  @Override
  protected Socket newSocket(StandardProtocolFamily family, SocketType type) throws IOException {
    return Socket.open(tier(), family, type);
  }

  @Override
  protected Object openSockets() throws IOException {
    return OpenSockets.now();
  }

  @Override
  protected boolean sendsEmptyWhenConnected() {
    return tier() == SocketTier.NATIVE;
  }
}
