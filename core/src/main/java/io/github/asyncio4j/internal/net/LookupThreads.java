// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.Future;
import io.github.asyncio4j.Lowlevel;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The few threads on which one loop asks the system for names: the work of users cannot stall them
///
///
/// They are made on demand and end when idle or when the loop is closed. A look-up blocks in native
/// code, and nothing can end it: so they are daemons, which keep neither the loop nor the JVM from
/// ending. Loop thread only.
final class LookupThreads implements AutoCloseable {
  /// Look-ups at the same time. A thread is held for as long as a name server is silent.
  private static final int MAX_THREADS = 8;

  private static final long IDLE_SECONDS = 5;

  private final Lowlevel lowlevel;
  private @Nullable ThreadPoolExecutor pool;

  LookupThreads(Lowlevel lowlevel) {
    this.lowlevel = lowlevel;
  }

  /// Makes a call on one of the threads. Suspends; when the task is cancelled a call that waits for
  /// a thread is taken back, and the answer of one that runs is dropped.
  ///
  /// @throws IOException what the call throws
  <T extends @Nullable Object> T call(Callable<T> call) throws IOException {
    var threads = pool();
    var queued = new Runnable[1];
    Future<T> answer =
        lowlevel
            .loop()
            .runInExecutor(
                work -> {
                  queued[0] = work;
                  threads.execute(work);
                },
                call);
    boolean answered = false;
    try {
      T value = answer.await();
      answered = true;
      return value;
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    } finally {
      if (!answered) {
        threads.remove(queued[0]);
      }
    }
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
              Thread.ofPlatform().daemon().name("asyncio4j-resolver-", 0).factory());
      made.allowCoreThreadTimeOut(true);
      pool = made;
    }
    return made;
  }

  /// Returns how many calls wait for a thread.
  int waiting() {
    return pool == null ? 0 : pool.getQueue().size();
  }

  /// Ends the threads; one that is inside a call ends when that does.
  @Override
  public void close() {
    if (pool != null) {
      pool.shutdownNow();
    }
  }
}
