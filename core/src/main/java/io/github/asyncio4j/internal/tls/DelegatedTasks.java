// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tls;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.internal.jdk.LibraryLogger;
import io.github.asyncio4j.ssl.SslEngineFactory;
import java.lang.System.Logger.Level;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/// Runs what an engine has to compute in other threads, never on the loop's, and gives the engine
/// back to its factory when nobody is inside it.
///
/// While a task runs nobody else calls the engine.
final class DelegatedTasks {
  private enum State {
    IDLE,
    RUNNING,
    /// To be released by the thread that runs the task.
    ABANDONED,
    RELEASED
  }

  // A signature keeps a processor busy: more threads than those would only wait for each other.
  // They
  // are apart from the loop's executor, in which calls of the program may block.
  private static final ExecutorService THREADS = newPool();

  private static ExecutorService newPool() {
    int threads = Runtime.getRuntime().availableProcessors();
    var pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon(true).name("asyncio4j-tls-", 0).factory());
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  private final EventLoop loop;
  private final SslEngineFactory factory;
  private final SSLEngine engine;
  // The loop's thread and that of the task.
  private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);

  DelegatedTasks(EventLoop loop, SslEngineFactory factory, SSLEngine engine) {
    this.loop = loop;
    this.factory = factory;
    this.engine = engine;
  }

  /// Tells whether the engine is to be left alone. Loop thread.
  boolean areRunning() {
    return state.get() != State.IDLE;
  }

  /// Runs the tasks that there are. Loop thread.
  ///
  /// @param done called in the context when they have ended, on the loop's thread, with what one of
  ///   them has thrown or null; not when the loop is closed before
  void start(Context context, Consumer<@Nullable Throwable> done) {
    state.set(State.RUNNING);
    Future<@Nullable Void> ended;
    try {
      ended = loop.runInExecutor(THREADS, this::run);
    } catch (Throwable t) {
      state.set(State.IDLE);
      throw t;
    }
    ended.addDoneCallback(
        future -> done.accept(future.cancelled() ? null : future.exception()), context);
  }

  /// The thread of a task.
  private void run() {
    try {
      // Not for a connection that has ended meanwhile: others wait for this thread.
      while (state.get() == State.RUNNING) {
        var task = engine.getDelegatedTask();
        if (task == null) {
          break;
        }
        task.run();
      }
    } finally {
      if (!state.compareAndSet(State.RUNNING, State.IDLE)) {
        state.set(State.RELEASED);
        releaseNow();
      }
    }
  }

  /// Gives the engine back, now or when its task has ended. Idempotent; loop thread.
  void release() {
    // Again when the task ends between the two.
    while (!state.compareAndSet(State.RUNNING, State.ABANDONED)) {
      if (state.compareAndSet(State.IDLE, State.RELEASED)) {
        releaseNow();
      } else if (state.get() != State.RUNNING) {
        return;
      }
    }
  }

  private void releaseNow() {
    try {
      factory.release(engine);
    } catch (RuntimeException | Error e) {
      LibraryLogger.get().log(Level.ERROR, "release of an SSLEngine failed: " + engine, e);
    }
  }
}
