// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static java.lang.System.Logger.Level.WARNING;

import io.github.asyncio4j.internal.jdk.InterruptibleCall;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A loop's default executor: made on demand, shut down with the loop (EL-17, EL-115, EL-116). Loop
/// thread only.
final class DefaultExecutor {
  private static final int THREADS = Math.min(32, Runtime.getRuntime().availableProcessors() + 4);
  private static final long IDLE_SECONDS = 10;

  private final BaseEventLoop loop;

  /// What it has to do for this loop. Any thread.
  final PendingCalls calls = new PendingCalls();

  private @Nullable ExecutorService executor;
  private boolean shutdownCalled;

  DefaultExecutor(BaseEventLoop loop) {
    this.loop = loop;
  }

  void set(ExecutorService executor) {
    this.executor = Objects.requireNonNull(executor, "executor");
  }

  /// Starts a call in an executor, the default one if none is given. It is not started any more
  /// once its future is done.
  <T extends @Nullable Object> Future<T> start(
      @Nullable Executor chosen, Callable<T> call, ExecutorOptions options) {
    Objects.requireNonNull(call, "call");
    Executor target = chosen != null ? chosen : get();
    if (!options.interruptOnCancel()) {
      return start(target, new ExecutorCall<>(loop, call, chosen == null ? calls : null));
    }
    var interruptible = new InterruptibleCall<>(call);
    var started = new ExecutorCall<>(loop, interruptible, chosen == null ? calls : null);
    started
        .future()
        .addDoneCallback(
            done -> {
              if (done.cancelled()) {
                interruptible.interrupt();
              }
            });
    return start(target, started);
  }

  private <T extends @Nullable Object> Future<T> start(Executor target, ExecutorCall<T> call) {
    try {
      target.execute(call);
    } catch (Throwable t) {
      call.refused();
      throw t;
    }
    loop.awaitedThreads++;
    return call.future();
  }

  /// Shuts the executor down and suspends until its threads have ended.
  void shutdown(@Nullable Duration timeout) {
    shutdownCalled = true;
    ExecutorService current = executor;
    if (current == null) {
      return;
    }
    current.shutdown();
    Future<Boolean> ended = loop.createFuture();
    var inTimeAtLast = new boolean[1];
    // Made while there is memory for it.
    var told =
        new ReusablePost(
            loop,
            () -> {
              if (!ended.done()) {
                ended.complete(inTimeAtLast[0]);
              }
              loop.awaitedThreads--;
            },
            ContextMap.EMPTY);
    Thread.ofPlatform()
        .daemon(true)
        .name("asyncio4j-executor-shutdown")
        .start(
            () -> {
              inTimeAtLast[0] = hasEnded(current, timeout);
              told.post();
            });
    loop.awaitedThreads++;
    boolean inTime = ended.join();
    if (!inTime) {
      BaseEventLoop.LOGGER.log(
          WARNING,
          "The default executor did not end within " + timeout + calls.describe() + "\n" + current);
    }
  }

  /// Waits for the end of the threads.
  ///
  /// @return whether it came in time
  private static boolean hasEnded(ExecutorService current, @Nullable Duration timeout) {
    try {
      long nanos = timeout == null ? Long.MAX_VALUE : Durations.nanosOf(timeout);
      long start = System.nanoTime();
      // An executor that cannot be shut down, as the common pool, may return before the time is
      // over: when it has nothing more to do.
      return current.awaitTermination(nanos, TimeUnit.NANOSECONDS)
          || System.nanoTime() - start < nanos;
    } catch (InterruptedException e) {
      // Nobody interrupts this thread but the JVM's end.
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// Shuts the executor down without waiting. The loop is closing.
  void close() {
    shutdownCalled = true;
    if (executor != null) {
      executor.shutdown();
    }
  }

  private ExecutorService get() {
    if (shutdownCalled) {
      throw new IllegalStateException(
          "Executor shutdown has been called; give runInExecutor() an executor of your own");
    }
    ExecutorService current = executor;
    if (current == null) {
      current = newPool();
      executor = current;
    }
    return current;
  }

  private static ExecutorService newPool() {
    // Daemon threads: a program that forgets to close its loop must still be able to end.
    var pool =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon(true).name("asyncio_", 0).factory());
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }
}
