// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A loop and its life: made when first needed, left with nothing running (TC-11).
///
/// Several calls of `run` share the loop and one context, a copy of the one that is current when
/// the loop is made. The thread that makes it only.
///
/// ```java
/// try (var runner = new Runner()) {
///   String token = runner.run(() -> logIn());
///   runner.run(() -> work(token));
/// }
/// ```
///
/// **Ctrl-C** (TC-12). While `run` runs in the main thread of the JVM, and only if nobody else
/// handles the signal, the first SIGINT cancels the task of the main coroutine, which can clean up
/// and await meanwhile; when it ends by that, `run` throws [KeyboardInterrupt]. The next SIGINT
/// ends the process at once, with shutdown hooks and status 130, whatever the tasks do. A main
/// coroutine that does not end by its cancellation keeps its own outcome, and a warning is logged.
/// Before and after a run, and in `close()`, the signal is the JVM's. While a loop has a handler of
/// its own for SIGINT ([LoopSignals]), Ctrl-C goes to that. [RunnerOptions#handleSigint()] says
/// otherwise; without the module `jdk.unsupported`, under `-Xrs`, and where the process ignores the
/// signal all this does not happen.
///
/// A [KeyboardInterrupt] that leaves `run` and that the thread does not catch ends the process with
/// status 130 and without a stack trace; so does, in the main thread, a [SystemExit] with its
/// status. A thread that has an uncaught exception handler, or a program that has a default one,
/// decides itself.
public final class Runner implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private enum State {
    CREATED,
    INITIALIZED,
    CLOSED
  }

  private final RunnerOptions options;
  private final Duration patience;
  // What a program has called that closes this, for the log.
  private final String closedBy;
  private State state = State.CREATED;
  private @Nullable EventLoop loop;
  // Copied when the loop is made, as asyncio does.
  private @Nullable Context context;
  private boolean setsEventLoop;

  /// Makes a runner with default options. It makes no loop yet.
  public Runner() {
    this(RunnerOptions.DEFAULT);
  }

  /// Makes a runner. It makes no loop yet.
  public Runner(RunnerOptions options) {
    this(options, PATIENCE);
  }

  /// Makes the runner of `Asyncio.run`.
  static Runner ofRun(RunnerOptions options) {
    return new Runner(options, PATIENCE, "Asyncio.run()");
  }

  /// Makes a runner.
  ///
  /// @param patience after which `close()` reports what it still waits for
  Runner(RunnerOptions options, Duration patience) {
    this(options, patience, "Runner.close()");
  }

  private Runner(RunnerOptions options, Duration patience, String closedBy) {
    this.options = Objects.requireNonNull(options, "options");
    this.patience = patience;
    this.closedBy = closedBy;
  }

  /// Returns the loop, made now if it was not yet.
  ///
  /// @throws IllegalStateException when the runner is closed
  public EventLoop getLoop() {
    if (state == State.CLOSED) {
      throw new IllegalStateException("Runner is closed: a runner has one loop, make another one");
    }
    EventLoop current = loop;
    if (current == null) {
      current = newLoop();
      loop = current;
      context = Context.copyContext();
      state = State.INITIALIZED;
    }
    return current;
  }

  private EventLoop newLoop() {
    Supplier<? extends EventLoop> factory = options.loopFactory();
    EventLoop made;
    if (factory != null) {
      made = Objects.requireNonNull(factory.get(), "loopFactory returned null");
    } else {
      made = Policies.get().newEventLoop();
      Policies.get().setEventLoop(made);
      setsEventLoop = true;
    }
    Boolean debug = options.debug();
    if (debug != null) {
      made.setDebug(debug);
    }
    Duration frozen = options.frozenLoopDuration();
    if (frozen != null) {
      made.setFrozenLoopDuration(frozen);
    }
    return made;
  }

  /// Runs a coroutine to its end and returns its result.
  ///
  /// An interrupt of this thread does not end the run: it is kept, and set again when the run is
  /// over. To end a run from another thread, cancel its task where that is allowed, on the loop:
  /// `loop.callSoonThreadsafe(() -> task.cancel())`.
  ///
  /// @throws IllegalStateException when the runner is closed, or a loop runs in this thread
  /// @throws CancelledError when the coroutine was cancelled by something else
  /// @throws KeyboardInterrupt when Ctrl-C has cancelled the coroutine, or a callback throws one
  /// @throws SystemExit when the coroutine or a callback throws it
  /// @throws Exception the exception of the coroutine, as it is
  public <T extends @Nullable Object> T run(Coroutine<T> main) throws Exception {
    return run(main, null);
  }

  /// Runs a coroutine to its end; as [#run(Coroutine)].
  public void run(TaskBody main) throws Exception {
    run(main, null);
  }

  /// Runs a coroutine to its end in the given context; as [#run(Coroutine, Context)].
  public void run(TaskBody main, @Nullable Context context) throws Exception {
    run(Objects.requireNonNull(main, "main").asCoroutine(), context);
  }

  /// Runs a coroutine to its end in the given context, or the runner's own for null.
  ///
  /// @throws IllegalStateException when the runner is closed, or a loop runs in this thread
  /// @throws CancelledError when the coroutine was cancelled by something else
  /// @throws KeyboardInterrupt when Ctrl-C has cancelled the coroutine, or a callback throws one
  /// @throws SystemExit when the coroutine or a callback throws it
  /// @throws Exception the exception of the coroutine, as it is
  public <T extends @Nullable Object> T run(Coroutine<T> main, @Nullable Context context)
      throws Exception {
    Objects.requireNonNull(main, "main");
    ensureNoRunningLoop("Runner.run()");
    EventLoop current = getLoop();
    Task<T> task =
        current.createTask(
            main,
            TaskOptions.DEFAULT.context(
                context != null ? context : Objects.requireNonNull(this.context)));
    task.reportedWhenAbandoned = false;
    SigintHold sigint = SigintHold.take(task, options.handleSigint());
    try {
      return runUntilEnd(current, task, sigint);
    } catch (KeyboardInterrupt | SystemExit e) {
      ExitOnUncaught.inThisThread(e);
      throw e;
    }
  }

  private static <T extends @Nullable Object> T runUntilEnd(
      EventLoop loop, Task<T> task, SigintHold sigint) throws Exception {
    T value;
    try {
      value = loop.runUntilComplete(task);
    } catch (Throwable t) {
      task.markRetrieved();
      sigint.end(t);
      throw t;
    }
    sigint.end(null);
    return value;
  }

  /// Refuses a run inside of another one.
  ///
  /// @param call the public method, for the exception's text
  static void ensureNoRunningLoop(String call) {
    BaseEventLoop running = RunningLoop.get();
    if (running != null) {
      throw Refusals.inside(running, call);
    }
  }

  /// Cancels the tasks that are left and waits for them, closes async generators, waits for the
  /// default executor, and closes the loop. Idempotent.
  ///
  /// What a cancelled task throws goes to the exception handler. Tasks are waited for without end
  /// and the executor for five minutes, unless [RunnerOptions#shutdownTimeout()] is shorter; after
  /// ten seconds a warning tells what is still waited for, with stack traces. A task that does not
  /// let the loop run is waited for all the same.
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
        new LoopShutdown(
                BaseEventLoop.require(current), options.shutdownTimeout(), patience, closedBy)
            .run();
      }
    } finally {
      if (setsEventLoop) {
        Policies.get().setEventLoop(null);
      }
      current.close();
    }
  }
}
