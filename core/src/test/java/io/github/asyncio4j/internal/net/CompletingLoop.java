// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.BaseEventLoop;
import io.github.asyncio4j.LoopConnections;
import io.github.asyncio4j.LoopFiles;
import io.github.asyncio4j.LoopPipes;
import io.github.asyncio4j.LoopSockets;
import io.github.asyncio4j.LoopSubprocesses;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.selector.NioSelector;
import io.github.asyncio4j.socket.SocketTier;
import java.io.IOException;

/// A loop whose I/O is told of when it is complete.
final class CompletingLoop extends BaseEventLoop {
  private final Network network = new Network(new Net(), HostLookup.SYSTEM);

  CompletingLoop() throws IOException {
    super(NioSelector.open());
  }

  @Override
  protected LoopFiles files() {
    return network.files();
  }

  @Override
  protected LoopSockets sockets() {
    return network.sockets();
  }

  @Override
  protected LoopPipes pipes() {
    return network.pipes();
  }

  @Override
  protected LoopSubprocesses subprocesses() {
    throw new UnsupportedOperationException();
  }

  @Override
  protected LoopConnections connections() {
    return network;
  }

  @Override
  protected void onClose() {
    network.close();
  }

  private final class Net extends NetContext {
    private final IoBackend backend = new CompletingBackend(lowlevel());

    Net() {
      super(Lowlevel.of(CompletingLoop.this), Sockets.of(SocketTier.NIO));
    }

    @Override
    IoBackend backend() {
      return backend;
    }
  }
}
