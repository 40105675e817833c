// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.internal.jdk.LibraryLogger;
import io.github.asyncio4j.selector.Pollable;
import io.github.asyncio4j.selector.Selector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The kernel of a loop: running and stopping, callbacks and timers, tasks, failures (EL-06).
///
/// What a loop can connect to or serve is left to a subclass in another package; programs use
/// [EventLoop]. The loop owns the selector that it is given and closes it.
public abstract non-sealed class BaseEventLoop extends DelegatingLoop {
  /// Logs under the one name of the library.
  static final System.Logger LOGGER = LibraryLogger.get();

  /// Those that are not closed, for who looks on from outside.
  static final LiveObjects<BaseEventLoop> ALL = new LiveObjects<>(loop -> !loop.isClosed());

  private static final long CLOCK_ORIGIN = System.nanoTime();
  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(BaseEventLoop.class, "state", State.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private enum State {
    IDLE,
    RUNNING,
    CLOSED
  }

  private final Selector selector;
  final Kernel kernel;
  private final ExceptionReporter exceptions;
  final DefaultExecutor executor;

  // Any thread reads.
  private volatile State state = State.IDLE;
  private volatile boolean debug = DebugMode.isDefault();
  // In debug mode or with an observer: one look tells whether an iteration takes the short way.
  private volatile boolean watched = debug;

  // Whoever holds the loop: its thread, or a task that runs in its stead.
  final TaskRegistry tasks = new TaskRegistry();
  // Tasks whose bodies have ended, with no memory left to tell anybody.
  final TaskRegistry unsettled = new TaskRegistry();
  final DrivenBodies drivenBodies = new DrivenBodies(this);
  final UnretrievedFailures failures = new UnretrievedFailures(this);
  final EagerStart eager = new EagerStart(this);
  final SignalHandlers signals = new SignalHandlers(this);
  final HiddenSuspensions hiddenSuspensions = new HiddenSuspensions();
  final StackRoom stack = new StackRoom();
  final Lowlevel lowlevel = new Lowlevel(this);
  // What layers keep with the loop, by their LoopLocal.
  final Map<Object, Object> locals = new HashMap<>();
  private final Confinement confinement = new Confinement(this);
  @Nullable LoopObserver observer;
  // Futures of the JDK that follow one of this loop and would never end without it.
  final Set<CompletableFuture<?>> followers = new LinkedHashSet<>();
  @Nullable Task<?> currentTask;
  // What other threads have to post: calls in executors, tasks inside a blocking call of the JDK.
  int awaitedThreads;
  Context callbackContext = new Context();
  private Context scratch = callbackContext;
  private @Nullable CoroutineEngine engine = CoroutineEngine.forced();
  private @Nullable TaskFactory taskFactory;

  /// Makes a loop.
  ///
  /// @param selector what it polls; owned by the loop from now on
  @SuppressWarnings("this-escape") // they only keep the reference
  protected BaseEventLoop(Selector selector) {
    this.selector = Objects.requireNonNull(selector, "selector");
    this.kernel = new Kernel(this, selector);
    this.exceptions = new ExceptionReporter(this);
    this.executor = new DefaultExecutor(this);
    ALL.add(this);
  }

  static BaseEventLoop require(EventLoop loop) {
    if (loop instanceof BaseEventLoop base) {
      return base;
    }
    throw new IllegalArgumentException("not a loop of this library: " + loop);
  }

  /// Returns the selector that the loop polls.
  protected final Selector selector() {
    return selector;
  }

  // Running and stopping.

  @Override
  public final void runForever() {
    ensureMayRun();
    engine().runLoop(this::runHere);
  }

  private void runHere() {
    if (!STATE.compareAndSet(this, State.IDLE, State.RUNNING)) {
      throw Refusals.alreadyRunning(this);
    }
    confinement.enter();
    RunningLoop.set(this);
    try {
      if (engine() == CoroutineEngine.LOOP_THREAD) {
        stack.measure();
      }
      kernel.run(engine());
    } catch (IOException e) {
      throw new UncheckedIOException("the selector failed: " + selector, e);
    } finally {
      RunningLoop.set(null);
      confinement.leave();
      state = State.IDLE;
    }
  }

  /// Tells whether a failure ends the run of the loop and reaches who runs it.
  static boolean endsRun(Throwable t) {
    return t instanceof KeyboardInterrupt || t instanceof SystemExit;
  }

  /// Ends the run as soon as the current handle returns.
  void endRun(Throwable t) {
    kernel.endRun(t);
  }

  @Override
  public final <T extends @Nullable Object> T runUntilComplete(Future<T> future) throws Exception {
    ensureMayRun();
    if (future.loop != this) {
      throw Refusals.ofAnotherLoop(future, future.loop);
    }
    return runUntil(future);
  }

  @Override
  public final <T extends @Nullable Object> T runUntilComplete(Coroutine<T> body) throws Exception {
    ensureMayRun();
    Task<T> task = createTask(body);
    task.reportedWhenAbandoned = false;
    try {
      return runUntil(task);
    } catch (Throwable t) {
      task.markRetrieved();
      throw t;
    }
  }

  private <T extends @Nullable Object> T runUntil(Future<T> future) throws Exception {
    Consumer<Future<T>> stopper =
        f -> {
          if (!f.endsRun()) {
            stop();
          }
        };
    future.addDoneCallback(stopper);
    try {
      runForever();
    } finally {
      future.removeDoneCallback(stopper);
    }
    if (!future.done()) {
      throw Refusals.stoppedBefore(future);
    }
    try {
      return future.take();
    } catch (Exception | Error e) {
      AwaitTrace.addRunner(e);
      throw e;
    }
  }

  @Override
  public final void stop() {
    kernel.stop();
  }

  @Override
  public final boolean isRunning() {
    return state == State.RUNNING;
  }

  @Override
  public final boolean isClosed() {
    return state == State.CLOSED;
  }

  @Override
  public final void close() {
    if (state == State.CLOSED) {
      return;
    }
    if (!STATE.compareAndSet(this, State.IDLE, State.CLOSED)) {
      throw Refusals.closedWhileRunning(this);
    }
    new LoopEnd(this, selector, engine()).run();
  }

  /// Called once when the loop begins to close, while everything is still there. The closing
  /// thread.
  protected void onClosing() {}

  /// Called once while the loop closes, for what a subclass has opened. The closing thread.
  protected void onClose() {}

  @Override
  public final void shutdownAsyncgens() {
    drivenBodies.shutdown();
  }

  @Override
  public final void shutdownDefaultExecutor(@Nullable Duration timeout) {
    Task.current(this, "shutdownDefaultExecutor()");
    executor.shutdown(timeout);
  }

  private void ensureMayRun() {
    ensureOpen();
    if (isRunning()) {
      throw Refusals.alreadyRunning(this);
    }
    BaseEventLoop other = RunningLoop.get();
    if (other != null) {
      throw Refusals.inside(other);
    }
  }

  void ensureOpen() {
    if (state == State.CLOSED) {
      throw new IllegalStateException(Refusals.closed(this));
    }
  }

  // Callbacks, timers, clock.

  @Override
  public final Handle callSoon(Runnable callback, @Nullable Context context) {
    Objects.requireNonNull(callback, "callback");
    Object scope = context != null ? context : snapshot();
    return enqueue(traced(new Handle(callback, scope)));
  }

  /// Queues a handle for the next iteration. Whoever holds the loop.
  Handle enqueue(Handle handle) {
    if (state != State.RUNNING) {
      ensureOpen();
    }
    checkThread();
    kernel.queue(handle);
    return handle;
  }

  /// As [#enqueue(Handle)], after [Kernel#reserve(int)].
  void enqueueReserved(Handle handle) {
    if (state != State.RUNNING) {
      ensureOpen();
    }
    kernel.queueReserved(handle);
  }

  @Override
  public final Handle callSoonThreadsafe(Runnable callback, @Nullable Context context) {
    Objects.requireNonNull(callback, "callback");
    Object scope = context != null ? context : CurrentContext.snapshot();
    var handle = traced(new PostedHandle(callback, scope));
    if (!tryPost(handle)) {
      throw new IllegalStateException(Refusals.closed(this));
    }
    return handle;
  }

  @Override
  public final void execute(Runnable command) {
    Objects.requireNonNull(command, "command");
    if (!tryPost(traced(new PostedHandle(command, CurrentContext.snapshot())))) {
      throw new RejectedExecutionException(Refusals.closed(this));
    }
  }

  /// Queues a handle from any thread and wakes the loop.
  ///
  /// @return false when the loop is closed and the handle was not queued
  boolean tryPost(PostedHandle handle) {
    if (state == State.CLOSED) {
      // Not to the queue, which is open a little longer for tasks that come back from the JDK: it
      // would never run empty as long as others go on posting.
      return false;
    }
    if (holdsLoop()) {
      kernel.queue(handle);
      return true;
    }
    return kernel.post(handle);
  }

  @Override
  public final TimerHandle callLater(Duration delay, Runnable callback, @Nullable Context context) {
    return callAt(Durations.instantAfter(time(), delay), callback, context);
  }

  @Override
  public final TimerHandle callAt(long when, Runnable callback, @Nullable Context context) {
    Objects.requireNonNull(callback, "callback");
    ensureOpen();
    checkThread();
    return traced(kernel.timers.add(when, callback, context != null ? context : snapshot()));
  }

  /// {@inheritDoc}
  ///
  /// A subclass may have another clock, for tests.
  @Override
  public long time() {
    return System.nanoTime() - CLOCK_ORIGIN;
  }

  /// Has a handle remember in debug mode where it was made, which is here; not where there is no
  /// memory for that, as the handle may be queued already and is to be queued in any case.
  <H extends Handle> H traced(H handle) {
    if (debug) {
      try {
        handle.trace(new HandleTrace());
      } catch (OutOfMemoryError e) {
        return handle;
      }
    }
    return handle;
  }

  // Contexts.

  /// Returns the values of the current context, for a handle to run in.
  ContextMap snapshot() {
    confinement.comeBack();
    if (state != State.RUNNING) {
      return CurrentContext.snapshot();
    }
    Task<?> task = currentTask;
    return Propagation.capture(task != null ? task.currentContext.vars : callbackContext.vars);
  }

  /// Makes a handle's context the current one of the loop thread.
  void enterContext(Object scope) {
    if (scope instanceof ContextMap vars) {
      if (scratch.referenced) {
        scratch = new Context();
      }
      scratch.vars = vars;
      callbackContext = scratch;
    } else {
      callbackContext = (Context) scope;
    }
  }

  // Futures and tasks.

  @Override
  public final <T extends @Nullable Object> Future<T> createFuture() {
    return new Future<>(this);
  }

  @Override
  public final <T extends @Nullable Object> Task<T> createTask(
      Coroutine<T> body, TaskOptions options) {
    try {
      ensureOpen();
      TaskFactory factory = taskFactory;
      return factory == null
          ? new Task<>(this, body, options)
          : factory.create(this, body, options);
    } catch (Throwable t) {
      options.closeOwned(t);
      throw t;
    }
  }

  void observe(@Nullable LoopObserver observer) {
    this.observer = observer;
    watched = debug || observer != null;
  }

  /// Tells whether each handle is looked at: in debug mode and when there is an observer. Tells
  /// whether a blocking call of the JDK suspends its task only. Any thread.
  boolean carriesTasks() {
    return engine == CoroutineEngine.LOOP_THREAD;
  }

  boolean isWatched() {
    return watched;
  }

  TaskThread newTaskThread(Task<?> task) {
    return engine().newTaskThread(task);
  }

  private CoroutineEngine engine() {
    CoroutineEngine chosen = engine;
    if (chosen == null) {
      chosen = CoroutineEngine.choose(Thread.currentThread());
      engine = chosen;
    }
    return chosen;
  }

  @Override
  public final void setTaskFactory(@Nullable TaskFactory factory) {
    taskFactory = factory;
  }

  @Override
  public final @Nullable TaskFactory getTaskFactory() {
    return taskFactory;
  }

  // Watching descriptors.

  IoWatch watch(Pollable pollable, IoWatch.Owner owner, Runnable onReadable, Runnable onWritable)
      throws IOException {
    ensureOpen();
    return kernel.watches.open(pollable, owner, onReadable, onWritable, snapshot());
  }

  @Override
  public final void addReader(Pollable fd, Runnable callback) {
    Objects.requireNonNull(callback, "callback");
    ensureOpen();
    kernel.watches.addReader(fd, callback, snapshot());
  }

  @Override
  public final boolean removeReader(Pollable fd) {
    return !isClosed() && kernel.watches.removeReader(fd);
  }

  @Override
  public final void addWriter(Pollable fd, Runnable callback) {
    Objects.requireNonNull(callback, "callback");
    ensureOpen();
    kernel.watches.addWriter(fd, callback, snapshot());
  }

  @Override
  public final boolean removeWriter(Pollable fd) {
    return !isClosed() && kernel.watches.removeWriter(fd);
  }

  // Signals.

  /// Tells whether the handlers of signals are called for those of the process. A subclass for
  /// tests may leave those alone; its signals come by [Lowlevel#signalArrived(String)] only.
  protected boolean hasSignalsOfProcess() {
    return true;
  }

  @Override
  public final void addSignalHandler(String signal, Runnable callback) {
    signals.add(signal, callback);
  }

  @Override
  public final boolean removeSignalHandler(String signal) {
    return signals.remove(signal);
  }

  // Threads.

  @Override
  public final <T extends @Nullable Object> Future<T> runInExecutor(
      @Nullable Executor executor, Callable<T> call, ExecutorOptions options) {
    ensureOpen();
    return this.executor.start(executor, call, options);
  }

  @Override
  public final void setDefaultExecutor(ExecutorService executor) {
    this.executor.set(executor);
  }

  /// Tells whether the calling thread is the one that runs the loop now: its own or a task's.
  boolean holdsLoop() {
    return confinement.holdsLoop();
  }

  /// Returns the thread that runs the loop, or null while none does. Any thread.
  @Nullable Thread thread() {
    return confinement.thread();
  }

  /// Throws in debug mode when a thread that does not hold the running loop uses it.
  void checkThread() {
    confinement.comeBack();
    if (debug) {
      confinement.check();
    }
  }

  // Failures and debugging.

  /// A callback has thrown. Loop thread.
  void callbackFailed(Handle handle, Throwable t) {
    if (endsRun(t)) {
      endRun(t);
      return;
    }
    MonitorHint.addTo(t);
    try {
      ExceptionContext failure =
          ExceptionContext.of("Exception in callback " + handle.describeCall())
              .exception(t)
              .handle(handle);
      HandleTrace trace = handle.trace();
      callExceptionHandler(
          trace == null ? failure : failure.with("source_traceback", trace.source()));
    } catch (KeyboardInterrupt | SystemExit e) {
      endRun(e);
    } catch (Throwable e) {
      // The heap or the stack does not suffice to report it.
      LOGGER.log(System.Logger.Level.ERROR, "Exception in callback, which cannot be reported", t);
    }
  }

  @Override
  public final void setExceptionHandler(@Nullable ExceptionHandler handler) {
    exceptions.setHandler(handler);
  }

  @Override
  public final @Nullable ExceptionHandler getExceptionHandler() {
    return exceptions.handler();
  }

  /// {@inheritDoc}
  ///
  /// A subclass may log elsewhere.
  @Override
  public void defaultExceptionHandler(ExceptionContext context) {
    exceptions.log(context);
  }

  @Override
  public final void callExceptionHandler(ExceptionContext context) {
    exceptions.report(context);
  }

  @Override
  public final boolean getDebug() {
    return debug;
  }

  @Override
  public final void setDebug(boolean enabled) {
    debug = enabled;
    watched = enabled || observer != null;
    durationsChanged();
  }

  @Override
  final void durationsChanged() {
    kernel.freezes.changed();
  }

  @Override
  public String toString() {
    State now = state;
    CoroutineEngine chosen = engine;
    return String.format(
        "<%s running=%s closed=%s debug=%s engine=%s selector=%s>",
        getClass().getSimpleName(),
        now == State.RUNNING,
        now == State.CLOSED,
        debug,
        chosen == null ? "not chosen yet" : chosen,
        selector.getClass().getSimpleName());
  }
}
