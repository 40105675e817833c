// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.ServerShutdown;
import io.github.asyncio4j.TimerHandle;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One shutdown of a server, step by step: accept no more, tell the protocols, wait, abort, wait
/// for what that takes. Each step is logged. Loop thread only, in a task.
final class GracefulShutdown {
  private final NetContext net;
  private final StreamServer server;

  GracefulShutdown(NetContext net, StreamServer server) {
    this.net = net;
    this.server = server;
  }

  ServerShutdown run(Duration grace) {
    long start = net.loop().time();
    int clients = server.clientCount();
    server.close();
    log(clients + " connections to end within " + grace);
    int aborted = 0;
    int cancelled = 0;
    try {
      server.tellShutdown();
      if (!awaitEnd(grace)) {
        List<Future<?>> handlers = server.handlers();
        aborted = server.clientCount();
        cancelled = handlers.size();
        log(
            "the time is over: aborts "
                + aborted
                + " connections, cancels "
                + cancelled
                + " handlers");
        abort(handlers);
        awaitEnd(null);
      }
    } catch (CancelledError e) {
      // A loop that is closed has ended its connections itself.
      if (!net.loop().isClosed()) {
        log("cancelled: aborts " + server.clientCount() + " connections");
        abort(server.handlers());
      }
      throw e;
    }
    var took = Duration.ofNanos(net.loop().time() - start);
    log("done after " + took);
    return new ServerShutdown(clients, aborted, cancelled, took);
  }

  private void abort(List<Future<?>> handlers) {
    handlers.forEach(Future::cancel);
    server.abortClients();
  }

  /// Suspends until nothing is left, or time is over.
  ///
  /// @param limit null for none
  /// @return whether nothing is left
  private boolean awaitEnd(@Nullable Duration limit) {
    long start = net.loop().time();
    while (!server.isIdle()) {
      Future<@Nullable Void> waiter = net.loop().createFuture();
      TimerHandle timer = null;
      if (limit != null) {
        var left = limit.minusNanos(net.loop().time() - start);
        if (!left.isPositive()) {
          return false;
        }
        timer = net.loop().callLater(left, () -> waiter.trySetResult(null));
      }
      try {
        server.awaitIdle(waiter);
      } finally {
        if (timer != null) {
          timer.cancel();
        }
      }
    }
    return true;
  }

  private void log(String step) {
    NetContext.log(Level.INFO, () -> "shutdown of " + server + ": " + step, null);
  }
}
