// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

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
  <T extends @Nullable Object> ExecutorCall<T> start(@Nullable Executor chosen, Callable<T> call) {
    Objects.requireNonNull(call, "call");
    Executor target = chosen != null ? chosen : get();
    var started = new ExecutorCall<T>(loop, call);
    target.execute(started);
    loop.awaitedThreads++;
    return started;
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
    Thread.ofPlatform()
        .daemon(true)
        .name("asyncio4j-executor-shutdown")
        .start(() -> awaitTermination(current, timeout, ended));
    loop.awaitedThreads++;
    boolean inTime = ended.join();
    if (!inTime) {
      BaseEventLoop.LOGGER.log(
          System.Logger.Level.WARNING,
          "The executor did not finish joining its threads within " + timeout + ": " + current);
    }
  }

  private void awaitTermination(
      ExecutorService current, @Nullable Duration timeout, Future<Boolean> ended) {
    boolean inTime = false;
    try {
      long nanos = timeout == null ? Long.MAX_VALUE : Durations.nanosOf(timeout);
      inTime = current.awaitTermination(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      // Nobody interrupts this thread but the JVM's end.
      Thread.currentThread().interrupt();
    }
    boolean result = inTime;
    loop.tryPost(
        new PostedHandle(
            () -> {
              loop.awaitedThreads--;
              if (!ended.done()) {
                ended.complete(result);
              }
            },
            ContextMap.EMPTY));
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
      throw new IllegalStateException("Executor shutdown has been called");
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
