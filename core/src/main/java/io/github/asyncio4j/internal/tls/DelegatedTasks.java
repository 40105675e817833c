// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tls;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.internal.jdk.LibraryLogger;
import io.github.asyncio4j.ssl.SslEngineFactory;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/// Has what an engine has to compute run in other threads, never on the loop's, and gives the
/// engine back to its factory when nobody is inside it.
///
/// While a task waits or runs nobody else calls the engine.
final class DelegatedTasks {
  private enum State {
    IDLE,
    /// For its turn.
    WAITING,
    RUNNING,
    /// To be released by the thread that runs the task.
    ABANDONED,
    RELEASED
  }

  private final EventLoop loop;
  private final SslEngineFactory factory;
  private final SSLEngine engine;
  private final TaskTurns turns;
  // The loop's thread and that of the task.
  private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);

  // Loop thread only: of the tasks that wait or run, set before they do.
  private @Nullable Context context;
  private @Nullable Work work;
  private @Nullable Consumer<@Nullable Throwable> done;
  // Loop thread only.
  private boolean begun;
  // Whether `done` is still to be called, which is after the thread has left the engine.
  private boolean outstanding;

  DelegatedTasks(EventLoop loop, SslEngineFactory factory, SSLEngine engine) {
    this.loop = loop;
    this.factory = factory;
    this.engine = engine;
    this.turns = TaskTurns.OF_LOOP.get(loop);
  }

  /// Tells whether the engine is to be left alone. Loop thread.
  boolean areRunning() {
    return outstanding || state.get() != State.IDLE;
  }

  /// Tells whether some of the engine's tasks were run before. Loop thread.
  boolean hasBegun() {
    return begun;
  }

  /// Something that the engine is called for.
  interface Work {
    void run() throws Exception;
  }

  /// Runs the tasks that there are, in their turn. Loop thread.
  ///
  /// @param done called in the context when they have ended, on the loop's thread, with what one of
  ///   them has thrown or null; not when the loop is closed before
  void start(Context context, Consumer<@Nullable Throwable> done) {
    start(context, this::runTasks, done);
  }

  /// Does something else with the engine that may take its time; as the other one.
  void start(Context context, Work work, Consumer<@Nullable Throwable> done) {
    this.context = context;
    this.work = work;
    this.done = done;
    outstanding = true;
    state.set(State.WAITING);
    turns.ask(this);
  }

  /// It is their turn. Loop thread.
  void submit() {
    begun = true;
    var whenDone = Objects.requireNonNull(done);
    var ownContext = Objects.requireNonNull(context);
    var ownWork = Objects.requireNonNull(work);
    state.set(State.RUNNING);
    Future<@Nullable Void> ended = null;
    try {
      ended = loop.runInExecutor(TaskTurns.THREADS, () -> run(ownWork));
      ended.addDoneCallback(
          future -> {
            outstanding = false;
            turns.ended();
            whenDone.accept(future.cancelled() ? null : future.exception());
          },
          ownContext);
    } catch (Throwable t) {
      // Such as no memory for a thread. It may be another one's end that has brought their turn.
      if (ended == null) {
        state.set(State.IDLE);
      }
      outstanding = false;
      turns.notTaken();
      ownContext.run(() -> whenDone.accept(t));
    }
  }

  /// The thread of a task.
  private @Nullable Void run(Work work) throws Exception {
    try {
      // Not for a connection that has ended meanwhile: others wait for this thread.
      if (state.get() == State.RUNNING) {
        work.run();
      }
      return null;
    } finally {
      if (!state.compareAndSet(State.RUNNING, State.IDLE)) {
        state.set(State.RELEASED);
        releaseNow();
      }
    }
  }

  private void runTasks() {
    while (state.get() == State.RUNNING) {
      var task = engine.getDelegatedTask();
      if (task == null) {
        break;
      }
      task.run();
    }
  }

  /// Gives the engine back, now or when its task has ended. Idempotent; loop thread.
  void release() {
    // Again when the task ends between the two.
    while (!state.compareAndSet(State.RUNNING, State.ABANDONED)) {
      State now = state.get();
      if (now == State.ABANDONED || now == State.RELEASED) {
        return;
      }
      if (now != State.RUNNING && state.compareAndSet(now, State.RELEASED)) {
        turns.forget(this);
        releaseNow();
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
