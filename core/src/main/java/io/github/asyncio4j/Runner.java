// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A loop and its life: made when first needed, left with nothing running (TC-11).
///
/// Several calls of `run` share the loop and one context. The thread that makes it only.
public final class Runner implements AutoCloseable {
  private static final Duration EXECUTOR_SHUTDOWN = Duration.ofMinutes(5);

  private enum State {
    CREATED,
    INITIALIZED,
    CLOSED
  }

  private final RunnerOptions options;
  private final Context context = Context.copyContext();
  private State state = State.CREATED;
  private @Nullable EventLoop loop;
  private boolean setsEventLoop;

  /// Makes a runner with default options. It makes no loop yet.
  public Runner() {
    this(RunnerOptions.DEFAULT);
  }

  /// Makes a runner. It makes no loop yet.
  public Runner(RunnerOptions options) {
    this.options = Objects.requireNonNull(options, "options");
  }

  /// Returns the loop, made now if it was not yet.
  ///
  /// @throws IllegalStateException when the runner is closed
  public EventLoop getLoop() {
    if (state == State.CLOSED) {
      throw new IllegalStateException("Runner is closed");
    }
    EventLoop current = loop;
    if (current == null) {
      current = newLoop();
      loop = current;
      state = State.INITIALIZED;
    }
    return current;
  }

  private EventLoop newLoop() {
    Supplier<? extends EventLoop> factory = options.loopFactory();
    EventLoop made;
    if (factory != null) {
      made = factory.get();
    } else {
      made = Policies.get().newEventLoop();
      Policies.get().setEventLoop(made);
      setsEventLoop = true;
    }
    Boolean debug = options.debug();
    if (debug != null) {
      made.setDebug(debug);
    }
    return made;
  }

  /// Runs a coroutine to its end and returns its result.
  ///
  /// @throws IllegalStateException when the runner is closed, or a loop runs in this thread
  /// @throws Exception the exception of the coroutine, as it is
  public <T extends @Nullable Object> T run(Coroutine<T> main) throws Exception {
    return run(main, null);
  }

  /// Runs a coroutine to its end; as [#run(Coroutine)].
  public void run(VoidCoroutine main) throws Exception {
    run(main.asCoroutine(), null);
  }

  /// Runs a coroutine to its end in the given context, or the runner's own for null.
  ///
  /// @throws IllegalStateException when the runner is closed, or a loop runs in this thread
  /// @throws Exception the exception of the coroutine, as it is
  public <T extends @Nullable Object> T run(Coroutine<T> main, @Nullable Context context)
      throws Exception {
    Objects.requireNonNull(main, "main");
    ensureNoRunningLoop();
    EventLoop current = getLoop();
    Task<T> task =
        current.createTask(
            main, TaskOptions.DEFAULT.context(context != null ? context : this.context));
    task.reportWhenAbandoned(false);
    try {
      return current.runUntilComplete(task);
    } catch (Throwable t) {
      task.markRetrieved();
      throw t;
    }
  }

  private static void ensureNoRunningLoop() {
    EventLoop running = RunningLoop.get();
    if (running != null) {
      throw new IllegalStateException(
          "Runner.run() cannot be called from a running event loop: " + running);
    }
  }

  /// Cancels the tasks that are left, waits for them and for the default executor, and closes the
  /// loop. Idempotent.
  ///
  /// @throws IllegalStateException when the loop is running
  @Override
  public void close() {
    if (state != State.INITIALIZED) {
      state = State.CLOSED;
      return;
    }
    EventLoop current = Objects.requireNonNull(loop);
    if (current.isRunning()) {
      throw new IllegalStateException("Cannot close a Runner whose loop is running: " + current);
    }
    state = State.CLOSED;
    try {
      if (!current.isClosed()) {
        runQuietly(current, () -> shutDown(current));
      }
    } finally {
      if (setsEventLoop) {
        Policies.get().setEventLoop(null);
      }
      current.close();
    }
  }

  private static void runQuietly(EventLoop loop, VoidCoroutine body) {
    try {
      loop.runUntilComplete(body);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("shutting the loop down failed: " + loop, e);
    }
  }

  private static void shutDown(EventLoop loop) {
    cancelAllTasks(BaseEventLoop.require(loop));
    loop.shutdownDefaultExecutor(EXECUTOR_SHUTDOWN);
  }

  private static void cancelAllTasks(BaseEventLoop loop) {
    List<Task<?>> left = new ArrayList<>(loop.tasks.toSet());
    left.remove(Task.ofThisThread());
    left.forEach(Task::cancel);
    for (Task<?> task : left) {
      waitForEnd(task);
    }
    for (Task<?> task : left) {
      Throwable exception = task.cancelled() ? null : task.exception();
      if (exception != null) {
        loop.callExceptionHandler(
            ExceptionContext.of("unhandled exception during Asyncio.run() shutdown")
                .exception(exception)
                .task(task));
      }
    }
  }

  private static void waitForEnd(Task<?> task) {
    Future<@Nullable Void> ended = task.loop.createFuture();
    task.addDoneCallback(f -> ended.complete(null));
    Asyncs.awaitUnchecked(ended);
  }
}
