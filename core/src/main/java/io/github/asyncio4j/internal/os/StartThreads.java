// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.os;

import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Lowlevel;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The threads in which one loop starts children.
///
/// Whoever starts one stands still until the child has become its program, which takes longer than
/// everything else about it: so several are started at a time, and the loop goes on. The threads
/// are made on demand, and end when idle or when the loop is closed. Loop thread only.
final class StartThreads implements AutoCloseable {
  // While one thread waits for its child the processor is free for the next.
  private static final int MAX_THREADS =
      Math.clamp(2L * Runtime.getRuntime().availableProcessors(), 2, 8);

  private static final long IDLE_SECONDS = 5;

  private final Lowlevel lowlevel;
  private @Nullable ThreadPoolExecutor pool;

  StartThreads(Lowlevel lowlevel) {
    this.lowlevel = lowlevel;
  }

  /// Starts a child on one of the threads. Suspends; when the task is cancelled it waits until the
  /// child is gone, if it is started already.
  ///
  /// @throws IOException as [Start#run()]
  Start.Started run(Start start) throws IOException {
    ThreadPoolExecutor threads = pool();
    var running = new Running(start);
    try {
      return lowlevel.loop().runInExecutor(threads, running::run).await();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (CancelledError e) {
      running.abandon(threads);
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  /// One start, between the thread that makes it and the task that wants it.
  private final class Running {
    private final Start start;
    private final Future<@Nullable Void> gone = lowlevel.loop().createFuture();

    // Guarded by this object's lock, which is never held during a call of the system.
    private State state = State.WAITING;
    // Written by the thread before the state says so.
    private Start.@Nullable Started started;

    Running(Start start) {
      this.start = start;
    }

    // A thread of the pool.
    Start.Started run() throws IOException {
      if (!isWanted(State.STARTING)) {
        throw new IOException("abandoned before it was started");
      }
      Start.Started child;
      try {
        child = start.run();
      } catch (Throwable t) {
        if (!isWanted(State.FAILED)) {
          tellGone();
        }
        throw t;
      }
      started = child;
      if (!isWanted(State.STARTED)) {
        end(child);
      }
      return child;
    }

    private synchronized boolean isWanted(State next) {
      if (state == State.ABANDONED) {
        return false;
      }
      state = next;
      return true;
    }

    private void end(Start.Started child) {
      try {
        child.abandon();
      } finally {
        tellGone();
      }
    }

    private void tellGone() {
      boolean _ = lowlevel.post(() -> gone.trySetResult(null), () -> {});
    }

    /// Suspends until the child is gone, unless the task is cancelled once more.
    void abandon(ThreadPoolExecutor threads) {
      State before;
      synchronized (this) {
        before = state;
        state = State.ABANDONED;
      }
      if (before == State.WAITING || before == State.FAILED) {
        return;
      }
      if (before == State.STARTED) {
        threads.execute(() -> end(Objects.requireNonNull(started)));
      }
      if (!lowlevel.loop().isClosed()) {
        gone.join();
      }
    }
  }

  private enum State {
    WAITING,
    STARTING,
    STARTED,
    FAILED,
    /// The thread puts away what it has started, or is about to.
    ABANDONED
  }

  private ThreadPoolExecutor pool() {
    var made = pool;
    if (made == null) {
      made =
          new ThreadPoolExecutor(
              MAX_THREADS,
              MAX_THREADS,
              IDLE_SECONDS,
              TimeUnit.SECONDS,
              new LinkedBlockingQueue<>(),
              Thread.ofPlatform()
                  .daemon()
                  .name("asyncio4j-start-", 0)
                  .inheritInheritableThreadLocals(false)
                  .factory());
      made.allowCoreThreadTimeOut(true);
      pool = made;
    }
    return made;
  }

  /// Ends the threads; one that starts a child just then has been told to abandon it.
  @Override
  public void close() {
    if (pool != null) {
      pool.shutdown();
    }
  }
}
