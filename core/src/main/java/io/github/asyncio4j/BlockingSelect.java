// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.selector.Selector;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Lets a loop that runs in a virtual thread poll without holding a carrier thread.
///
/// A blocking native call pins its carrier, and there are only as many of them as processors: two
/// idle loops would stop every virtual thread of a two-core JVM. The JDK's own selector makes up
/// for that with a spare carrier; for any other one the wait is done by a platform thread.
final class BlockingSelect {
  // Threads are kept for a minute, so a loop that waits now and then finds its one again.
  private static final ExecutorService WAITERS =
      Executors.newCachedThreadPool(
          Thread.ofPlatform().daemon(true).name("asyncio4j-select-", 0).factory());

  private final Thread loopThread = Thread.currentThread();
  // Written by the waiter.
  private volatile boolean done;
  private @Nullable Throwable failure;

  private BlockingSelect() {}

  /// Waits in the calling virtual thread for what another thread polls.
  static void waitElsewhere(Selector selector, long timeoutNanos) throws IOException {
    new BlockingSelect().run(selector, timeoutNanos);
  }

  private void run(Selector selector, long timeoutNanos) throws IOException {
    WAITERS.execute(
        () -> {
          try {
            selector.select(timeoutNanos);
          } catch (Throwable t) {
            failure = t;
          }
          done = true;
          LockSupport.unpark(loopThread);
        });
    boolean interrupted = false;
    while (!done) {
      LockSupport.park(this);
      if (Thread.interrupted()) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    switch (failure) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IOException(failure);
    }
  }
}
