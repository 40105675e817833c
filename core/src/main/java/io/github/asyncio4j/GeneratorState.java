// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The state of one [AsyncGenerator]: its body, and who waits for its next value. Whoever holds the
/// loop.
final class GeneratorState<T extends @Nullable Object> extends DrivenBody
    implements AsyncGenerator.Yielder<T>, Coroutine<@Nullable Void> {
  /*
   * How the turn goes from one to the other.
   *
   * The body has a virtual thread, hence a task, of its own. When a consumer asks for a value the
   * body makes its step at once, while the consumer waits; a body that suspends nowhere costs no
   * iteration of the loop, as in asyncio, where it runs in the consumer's own task. If it does
   * suspend, the consumer waits for the body's task, so the call graph knows who waits for whom. When
   * the loop has resumed the body and it yields, the consumer makes its step right after, in the same
   * handle.
   *
   * What the two have in common stands in DrivenBody.
   */

  enum State {
    /// The body has not started.
    NEW,
    /// The body has the turn: it runs, or is suspended in an await of its own.
    RUNNING,
    /// The body stands at a yield whose value nobody has taken yet.
    READY,
    /// The body stands at a yield whose value has been taken.
    IDLE,
    /// The body has ended, or never will start.
    ENDED
  }

  final AsyncGenerator<T> generator;
  private final @Nullable HandleTrace trace;
  private AsyncGenerator.@Nullable Body<T> body;

  // All below: whoever holds the loop of the body's task; before there is one, who has the object.
  private State state = State.NEW;
  private @Nullable Task<?> task;
  // READY: the value.
  private @Nullable T value;
  // ENDED: what the body threw, until somebody has got it.
  private @Nullable Throwable failure;
  // The next yield that returns is to throw GeneratorExit.
  private boolean exiting;
  // The body has been given the turn at a yield, and has not taken it yet.
  private boolean called;
  // Who waits for the close that is under way; null while there is none.
  private @Nullable List<Future<@Nullable Void>> awaitClose;
  // The one for whose close the body waits.
  private @Nullable GeneratorState<?> waitsFor;
  // What propagators have found in the first consumer's thread.
  private ContextMap captured = ContextMap.EMPTY;
  // The context that the body was lent last.
  private @Nullable Context lent;

  GeneratorState(AsyncGenerator<T> generator, AsyncGenerator.Body<T> body) {
    this.generator = generator;
    this.body = Objects.requireNonNull(body, "body");
    BaseEventLoop running = RunningLoop.get();
    this.trace = running != null && running.getDebug() ? new HandleTrace() : null;
  }

  // The consumer's side. The thread of a task, save where there is nothing to wait for.

  /// Makes the next value ready.
  ///
  /// @return false at the end
  boolean advance(String call) throws Exception {
    if (state == State.READY) {
      return true;
    }
    if (state != State.ENDED) {
      drive(call);
    }
    if (state == State.READY) {
      return true;
    }
    throwFailure();
    return false;
  }

  /// Takes the value that is ready.
  @SuppressWarnings("NullAway") // there is one, and it is null only if T is nullable
  T take() {
    T taken = value;
    value = null;
    state = State.IDLE;
    return taken;
  }

  @Override
  void close() throws Exception {
    close("aclose()");
  }

  @Override
  Object owner() {
    return generator;
  }

  @Override
  @Nullable HandleTrace trace() {
    return trace;
  }

  /// Returns the state of a generator whose body a task runs, or null when it is any other task.
  static @Nullable GeneratorState<?> of(Task<?> task) {
    return task.driven instanceof GeneratorState<?> generation ? generation : null;
  }

  /// Ends the body by a [GeneratorExit] at the yield where it stands.
  void close(String call) throws Exception {
    if (state == State.NEW) {
      state = State.ENDED;
      body = null;
    }
    if (state != State.ENDED) {
      awaitOtherCloses(call);
    }
    if (state == State.ENDED || requireTask().loop.isClosed()) {
      return;
    }
    if (consumer != null) {
      // Refused.
      drive(call);
    }
    List<Future<@Nullable Void>> others = new ArrayList<>();
    awaitClose = others;
    try {
      end(call);
    } finally {
      awaitClose = null;
      // On a closed loop they have been ended too.
      others.removeIf(other -> other.done() || other.loop.isClosed());
      for (Future<@Nullable Void> other : others) {
        other.complete(null);
      }
    }
  }

  private void end(String call) throws Exception {
    if (state == State.RUNNING) {
      // Its consumer had to leave it alone.
      drive(call);
    }
    if (state != State.ENDED) {
      exiting = true;
      value = null;
      state = State.IDLE;
      drive(call);
    }
    if (state == State.READY) {
      take();
      throw new IllegalStateException("async generator ignored GeneratorExit: " + generator);
    }
    if (failure instanceof GeneratorExit) {
      failure = null;
    }
    throwFailure();
  }

  /// Waits, once the generators of the loop are being shut down, for a close that is under way: of
  /// this one, or of one whose body drives this one. The shutdown closes each of them, and so do
  /// their bodies one another.
  private void awaitOtherCloses(String call) {
    BaseEventLoop loop = requireTask().loop;
    for (GeneratorState<?> other = beingClosed();
        other != null && loop.drivenBodies.isShutDown() && !loop.isClosed();
        other = beingClosed()) {
      Task<?> current = Task.current(loop, call);
      for (GeneratorState<?> next = other; next != null; next = next.waitsFor) {
        if (next.task == current || isDriver(next.task, current)) {
          // It would wait for itself.
          return;
        }
      }
      Future<@Nullable Void> over = loop.createFuture();
      Objects.requireNonNull(other.awaitClose).add(over);
      noteWaits(current, other);
      try {
        over.join();
      } finally {
        noteWaits(current, null);
      }
    }
  }

  private @Nullable GeneratorState<?> beingClosed() {
    GeneratorState<?> at = this;
    while (at != null && at.awaitClose == null) {
      at = at.consumer == null ? null : of(at.consumer);
    }
    return at;
  }

  private static boolean isDriver(@Nullable Task<?> driver, Task<?> driven) {
    return driver != null && driven.driven != null && driven.driven.isDrivenBy(driver);
  }

  private static void noteWaits(Task<?> waiter, @Nullable GeneratorState<?> waitsFor) {
    for (GeneratorState<?> at = of(waiter);
        at != null;
        at = at.consumer == null ? null : of(at.consumer)) {
      at.waitsFor = waitsFor;
    }
  }

  /// Gives the turn to the body and waits until it comes back.
  private void drive(String call) throws Exception {
    Task<?> body = task;
    Task<?> current = body != null ? Task.current(body.loop, call) : Task.ofThisThread();
    if (current == null) {
      throw OutsideTask.refusal(call, generator);
    }
    current.ensureMaySuspend(call);
    if (consumer != null) {
      throw new IllegalStateException(
          call + ": asynchronous generator is already running: " + generator);
    }
    settleInterrupt(current, null);
    consumer = current;
    try {
      if (body != null) {
        takeOverRequests(current.driver(), body);
      }
      step(current);
      while (state == State.RUNNING) {
        await(current);
      }
    } finally {
      consumer = null;
    }
  }

  private void step(Task<?> current) {
    if (state == State.NEW) {
      state = State.RUNNING;
      lent = current.currentContext;
      try {
        captured = Propagation.capture(lent.vars);
        task = new Task<>(current.loop, this, optionsFor(lent), this);
      } catch (Throwable t) {
        // For want of stack or memory. The body notes its task before anything else.
        if (task == null) {
          state = State.NEW;
        }
        throw t;
      }
    } else if (state == State.IDLE) {
      state = State.RUNNING;
      called = true;
      lendContext(current.currentContext);
      try {
        requireTask().stepMeanwhile();
      } catch (Throwable t) {
        if (called) {
          // It stands where it stood.
          called = false;
          exiting = false;
          state = State.IDLE;
        }
        throw t;
      }
    }
  }

  private static TaskOptions optionsFor(Context context) {
    // A name of its own, so that it takes no number from the tasks that the program makes.
    return TaskOptions.DEFAULT.name("AsyncGenerator").context(context).eagerStart(true);
  }

  // The consumer waits meanwhile, so the two never run in it at once. A body that is inside
  // Context.call keeps the context that it has entered.
  private void lendContext(Context context) {
    Task<?> body = requireTask();
    if (body.currentContext == lent) {
      body.currentContext = context;
      lent = context;
    }
  }

  private void await(Task<?> current) {
    Task<?> body = requireTask();
    if (!body.done()) {
      current.waitForBody(body);
    }
    if (body.done() && state == State.RUNNING) {
      // It could not start, for want of a thread, or was cancelled before it did.
      end(body.cancelled() ? new CancelledError() : body.exception());
    }
  }

  private void throwFailure() throws Exception {
    Throwable thrown = failure;
    failure = null;
    switch (thrown) {
      case null -> {}
      case NoSuchElementException e ->
          // It would look like the end.
          throw new IllegalStateException("async generator threw NoSuchElementException", e);
      case Exception e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(thrown);
    }
  }

  // The body's side. The body's own thread.

  @Override
  public @Nullable Void run() {
    Task<?> own = Objects.requireNonNull(Task.ofThisThread());
    task = own;
    own.loop.drivenBodies.add(own);
    Throwable thrown = null;
    try {
      runBody();
    } catch (Throwable t) {
      // Whatever it is, the consumer gets it.
      thrown = t;
    }
    own.taskThread.comeBackAtTheEnd();
    settleInterrupt(own, thrown);
    end(thrown);
    if (!own.loop.isClosed()) {
      own.loop.drivenBodies.remove(own);
      Task<?> waiter = consumer;
      if (waiter != null) {
        own.removeWaiter(waiter.taskThread);
      }
    }
    return null;
  }

  private void runBody() throws Exception {
    AsyncGenerator.Body<T> run = Objects.requireNonNull(body);
    try (var _ = Propagation.restore(captured)) {
      run.run(this);
    }
  }

  private void end(@Nullable Throwable thrown) {
    state = State.ENDED;
    failure = thrown;
    body = null;
    lent = null;
    captured = ContextMap.EMPTY;
  }

  @Override
  public void yield(T value) {
    Task<?> own = task;
    if (own == null || state != State.RUNNING || !own.isThread(Thread.currentThread())) {
      throw new IllegalStateException("yield() called outside the body of " + generator);
    }
    own.taskThread.comeBack();
    settleInterrupt(own, null);
    this.value = value;
    state = State.READY;
    try {
      do {
        own.rest();
      } while (state != State.RUNNING);
    } finally {
      // Also when it could not be suspended, or goes on because the loop is closed.
      state = State.RUNNING;
      called = false;
    }
    if (exiting) {
      exiting = false;
      throw new GeneratorExit();
    }
  }

  /// Passes the turn on to the consumer if it waits for what is ready now.
  @Override
  void bodyRests() {
    Task<?> waiter = consumer;
    if (waiter != null && state != State.RUNNING) {
      Task<?> body = requireTask();
      if (!body.loop.isClosed()) {
        waiter.stepIfWaitingFor(body);
      }
    }
  }

  private Task<?> requireTask() {
    return Objects.requireNonNull(task);
  }

  String describe() {
    AsyncGenerator.Body<T> shown = body;
    String text = state.name().toLowerCase(java.util.Locale.ROOT);
    text = shown == null ? text : text + " body=<" + Descriptions.ofCallback(shown) + ">";
    return trace == null ? text : text + trace.createdAt();
  }

  @Override
  public String toString() {
    return generator.toString();
  }
}
