// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.os;

import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Context;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.ReusablePost;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
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

  /// How long the end of a loop waits for a child to become its program. A file system may hold it.
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final Lowlevel lowlevel;
  private @Nullable ThreadPoolExecutor pool;
  private final Set<Running> starting = new LinkedHashSet<>();
  private boolean isEnding;
  // Once it is.
  private long patienceUntil;

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
    starting.add(running);
    try {
      return lowlevel.loop().runInExecutor(threads, running::run).await();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    } catch (Error e) {
      // A CancelledError, mostly. One of the start itself leaves nothing to do.
      running.abandon();
      throw e;
    } finally {
      // The end of the loop looks at them once more.
      if (!lowlevel.loop().isClosed()) {
        starting.remove(running);
      }
    }
  }

  /// One start, between the thread that makes it and the task that wants it.
  private final class Running {
    private final Start start;
    // Made while there is memory, as the task waits for it.
    private final ReusablePost gone = lowlevel.newPost(this::wake, Context.copyContext());
    // Over when the thread has nothing more to do.
    private final CountDownLatch over = new CountDownLatch(1);

    // Guarded by this object's lock, which is never held during a call of the system.
    private State state = State.WAITING;
    // Whether there is a child to be put away, or about to be.
    private boolean isLeft;
    // Written by the thread before the state says so.
    private Start.@Nullable Started started;

    // Loop thread only.
    private boolean isGone;
    private @Nullable Future<@Nullable Void> waiter;

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
        end();
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

    /// Puts away what was started. Any thread, which stands still for a moment.
    private void end() {
      try {
        Objects.requireNonNull(started).abandon();
      } finally {
        tellGone();
      }
    }

    private void tellGone() {
      over.countDown();
      gone.post();
    }

    private void wake() {
      isGone = true;
      if (waiter != null) {
        boolean _ = waiter.trySetResult(null);
      }
    }

    private synchronized State leave() {
      State before = state;
      state = State.ABANDONED;
      isLeft |= before == State.STARTING || before == State.STARTED;
      return before;
    }

    private synchronized boolean isLeft() {
      return isLeft;
    }

    /// Suspends until the child is gone, also when the task is cancelled once more.
    void abandon() {
      State before = leave();
      if (before == State.STARTED) {
        if (lowlevel.loop().isClosed()) {
          end();
        } else {
          Orphans.inThread("asyncio4j-reaper", this::end);
        }
      }
      awaitGone();
    }

    private void awaitGone() {
      while (isLeft() && !isGone && !lowlevel.loop().isClosed()) {
        Future<@Nullable Void> next = lowlevel.loop().createFuture();
        waiter = next;
        try {
          next.join();
        } catch (CancelledError e) {
          // Its task is being cancelled already.
        }
      }
    }

    /// Waits until the child is put away. The loop is closed, and the program may be about to end:
    /// what is left to a daemon thread then may never be done.
    void loopClosed() {
      if (leave() == State.STARTED) {
        end();
      } else if (isLeft()) {
        awaitOver();
      }
    }

    private void awaitOver() {
      try {
        boolean _ = over.await(patienceNanos(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// Returns how long the end of the loop may still wait, for all starts together.
  private long patienceNanos() {
    long now = System.nanoTime();
    if (!isEnding) {
      isEnding = true;
      patienceUntil = now + PATIENCE_NANOS;
    }
    return patienceUntil - now;
  }

  private enum State {
    /// No thread has begun with it.
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

  /// Ends the threads, and puts away what they have started and nobody has taken; waits for those
  /// that start one just then, though not for ever.
  @Override
  public void close() {
    if (pool != null) {
      pool.shutdown();
    }
    starting.forEach(Running::loopClosed);
  }
}
