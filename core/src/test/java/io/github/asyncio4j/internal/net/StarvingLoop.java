// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.BaseEventLoop;
import io.github.asyncio4j.Context;
import io.github.asyncio4j.ExceptionContext;
import io.github.asyncio4j.LoopConnections;
import io.github.asyncio4j.LoopFiles;
import io.github.asyncio4j.LoopPipes;
import io.github.asyncio4j.LoopSockets;
import io.github.asyncio4j.LoopSubprocesses;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.internal.os.Subprocesses;
import io.github.asyncio4j.selector.NioSelector;
import io.github.asyncio4j.socket.SocketTier;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A loop that has no memory for some calls which the network makes to it.
final class StarvingLoop extends BaseEventLoop {
  private final NetContext net = new StarvingNetwork();
  private final Network network = new Network(net, HostLookup.SYSTEM);
  private final Subprocesses children =
      new Subprocesses(Lowlevel.of(this), net, network.pipes(), false);
  private final Map<String, Integer> passing = new HashMap<>();
  private final Map<String, Integer> failing = new HashMap<>();

  StarvingLoop() throws IOException {
    super(NioSelector.open());
  }

  /// Has calls of a method fail.
  ///
  /// @param after how many calls pass before
  /// @param times how many fail
  void starve(String method, int after, int times) {
    passing.put(method, after);
    failing.put(method, times);
  }

  private void before(String method) {
    int passes = passing.getOrDefault(method, 0);
    int left = failing.getOrDefault(method, 0);
    if (passes > 0) {
      passing.put(method, passes - 1);
    } else if (left > 0) {
      failing.put(method, left - 1);
      throw new OutOfMemoryError("injected");
    }
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
    return children;
  }

  @Override
  protected LoopConnections connections() {
    return network;
  }

  @Override
  protected void onClose() {
    children.close();
    network.close();
  }

  /// The network, which calls its loop in two ways, and shares chunks.
  private final class StarvingNetwork extends NetContext {
    StarvingNetwork() {
      super(Lowlevel.of(StarvingLoop.this), Sockets.of(SocketTier.NIO));
    }

    @Override
    void callSoon(Runnable callback, @Nullable Context context) {
      before("callSoon");
      super.callSoon(callback, context);
    }

    @Override
    ChunkPool chunks() {
      before("chunks");
      return super.chunks();
    }

    @Override
    void callExceptionHandler(ExceptionContext context) {
      before("callExceptionHandler");
      super.callExceptionHandler(context);
    }
  }
}
