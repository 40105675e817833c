// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A result that is not there yet, and the place where a task waits for it (FT-01 to FT-08).
///
/// Loop thread only, tasks of the loop included. Completing a future from another thread is a data
/// race: post it with [EventLoop#callSoonThreadsafe(Runnable)]. Callbacks and waiting tasks never
/// run inside `setResult` but in the next iteration, in the order in which they were added.
///
/// @param <T> what it results in
public sealed class Future<T extends @Nullable Object> permits Task, GatheringFuture {
  private enum State {
    PENDING,
    CANCELLED,
    FINISHED
  }

  /// The loop that the future belongs to.
  final BaseEventLoop loop;

  private State state = State.PENDING;
  // FINISHED: the result or a Failure. CANCELLED: the message of cancel() or null. Else nothing, or
  // what there was no memory to tell.
  private @Nullable Object outcome;
  // Nothing, one Handle, or an ArrayList of them: nearly every future has just one.
  private @Nullable Object callbacks;
  private final @Nullable HandleTrace trace;

  /// Makes a pending future.
  ///
  /// @param loop the loop it belongs to
  Future(BaseEventLoop loop) {
    this.loop = loop;
    this.trace = loop.getDebug() ? new HandleTrace() : null;
  }

  /// Returns a future of the running loop that has its result already.
  ///
  /// @throws IllegalStateException when no loop runs in this thread; there is
  ///   [EventLoop#createFuture()]
  public static <T extends @Nullable Object> Future<T> completed(T result) {
    Future<T> future = EventLoop.getRunningLoop().createFuture();
    future.setResult(result);
    return future;
  }

  /// Returns a future of the running loop that has failed already. Like any other it is reported
  /// when nobody asks for its exception.
  ///
  /// @throws IllegalStateException when no loop runs in this thread; there is
  ///   [EventLoop#createFuture()]
  public static <T extends @Nullable Object> Future<T> failed(Throwable exception) {
    Future<T> future = EventLoop.getRunningLoop().createFuture();
    future.setException(exception);
    return future;
  }

  /// Suspends the current task until the future is done, and returns its result (FT-07).
  ///
  /// A future that is done answers at once, without suspending. Cancelling the task cancels
  /// this future. The stack trace of a failure tells the way that it has taken: its own
  /// frames first, then those of this call, and so on for each task that awaits another.
  ///
  /// @throws CancelledError when the task or the future is cancelled
  /// @throws IllegalStateException outside a task of this future's loop, or in the task that this
  ///   is
  /// @throws Exception the exception of the future, as it is
  public final T await() throws Exception {
    if (state == State.PENDING) {
      Task.current(loop, "await()").waitFor(this);
    }
    return result();
  }

  /// Suspends the current task until the future is done, and returns its result; as [#await()], for
  /// callers that may not throw checked exceptions.
  ///
  /// @throws java.io.UncheckedIOException in place of an IOException
  /// @throws java.util.concurrent.CompletionException in place of another checked exception
  public final T join() {
    try {
      return await();
    } catch (Exception e) {
      throw Failure.unchecked(e);
    }
  }

  /// Waits for a stage of any kind in the current task and returns its result.
  ///
  /// Cancelling the task cancels the stage's [CompletableFuture].
  ///
  /// @throws CancelledError when the task is cancelled, or the stage was
  /// @throws IllegalStateException outside a task
  /// @throws Exception the exception of the stage, taken out of its `CompletionException`
  public static <T extends @Nullable Object> T await(CompletionStage<T> stage) throws Exception {
    Objects.requireNonNull(stage, "stage");
    Task<?> task = Task.ofThisThread();
    if (task == null) {
      throw OutsideTask.refusal("await()", stage);
    }
    return CompletionStages.wrap(stage, task.loop).await();
  }

  /// Returns the result (FT-02).
  ///
  /// @throws InvalidStateException when the future is pending
  /// @throws CancelledError when it is cancelled
  /// @throws Exception the exception of the future, as it is, its stack trace followed by the
  ///   caller's frames
  public final T result() throws Exception {
    if (state == State.FINISHED && outcome instanceof Failure failure) {
      failure.joinFrames(loop.stack);
    }
    return take();
  }

  /// Returns the result; what it throws has the frames that it had.
  // Only complete(T) stores a result, and where T is not nullable it is none that is null.
  @SuppressWarnings({"unchecked", "NullAway"})
  final T take() throws Exception {
    if (state == State.FINISHED) {
      if (outcome instanceof Failure failure) {
        failure.retrieved();
        throw failure.rethrow();
      }
      return (T) outcome;
    }
    if (state == State.CANCELLED) {
      throw cancelledError();
    }
    throw Refusals.notSet("Result", this);
  }

  /// Returns the exception, or null when there is a result (FT-02). Marks it as retrieved.
  ///
  /// @throws InvalidStateException when the future is pending
  /// @throws CancelledError when it is cancelled
  public final @Nullable Throwable exception() {
    return switch (state) {
      case PENDING -> throw Refusals.notSet("Exception", this);
      case CANCELLED -> throw cancelledError();
      case FINISHED -> {
        if (outcome instanceof Failure failure) {
          failure.retrieved();
          yield failure.exception;
        }
        yield null;
      }
    };
  }

  /// Tells whether there is a result, an exception or a cancellation.
  public final boolean done() {
    return state != State.PENDING;
  }

  /// Tells whether the future was cancelled.
  public final boolean cancelled() {
    return state == State.CANCELLED;
  }

  /// Sets the result and queues the callbacks (FT-03).
  ///
  /// @throws InvalidStateException when the future is done
  /// @throws IllegalStateException when this is a task, or callbacks wait and the loop is closed
  public void setResult(T value) {
    complete(value);
  }

  /// Sets the exception and queues the callbacks (FT-03).
  ///
  /// If nobody ever asks for it, it is reported to the exception handler (FT-06).
  ///
  /// @throws InvalidStateException when the future is done
  /// @throws IllegalStateException when this is a task, or callbacks wait and the loop is closed
  public void setException(Throwable exception) {
    fail(exception);
  }

  /// Sets the result as [#setResult], if there may be somebody who wants it: not when the future is
  /// done, as by a cancellation, or the loop is closed.
  ///
  /// @return false when it was not set
  /// @throws IllegalStateException when this is a task
  public final boolean trySetResult(T value) {
    if (state != State.PENDING || loop.isClosed()) {
      return false;
    }
    setResult(value);
    return true;
  }

  /// Cancels the future: tasks that wait for it get a [CancelledError] (FT-04).
  ///
  /// @return false when it was done already
  public final boolean cancel() {
    return cancel(null);
  }

  /// Cancels the future with a message for the [CancelledError] (FT-04).
  ///
  /// @return false when it was done already
  public boolean cancel(@Nullable String message) {
    loop.checkThread();
    if (state != State.PENDING) {
      return false;
    }
    ensureRoom();
    state = State.CANCELLED;
    outcome = message;
    queueCallbacks();
    return true;
  }

  /// Adds a callback, to be queued when the future is done, or now if it is (FT-05).
  ///
  /// It runs in a copy of the context that is current now. What it throws goes to the exception
  /// handler and stops no other callback.
  public final void addDoneCallback(Consumer<? super Future<T>> callback) {
    addDoneCallback(callback, null);
  }

  /// Adds a callback that runs in the given context; null stands for a copy of the current one.
  public final void addDoneCallback(
      Consumer<? super Future<T>> callback, @Nullable Context context) {
    Objects.requireNonNull(callback, "callback");
    loop.checkThread();
    addCallback(new DoneCallback<>(this, callback, context != null ? context : loop.snapshot()));
  }

  /// Removes every callback that equals the given one (FT-05).
  ///
  /// @return how many were removed
  public final int removeDoneCallback(Consumer<? super Future<T>> callback) {
    loop.checkThread();
    return removeCallbacks(h -> h instanceof DoneCallback<?> done && done.calls(callback));
  }

  /// Returns the loop that the future belongs to.
  public final EventLoop getLoop() {
    return loop;
  }

  /// Returns a future of the JDK that is completed with this one's outcome. Loop thread only; what
  /// it returns may be used by any thread.
  ///
  /// Cancelling it cancels this future, a [CancelledError] of this one cancels it. It is completed
  /// on the loop thread, so stages that depend on it without an executor run there.
  ///
  /// Its `get()` and `join()` throw an IllegalStateException where they would stop the loop that is
  /// to complete it: in a callback, and in a task that the loop's own thread does not carry.
  public final CompletableFuture<T> toCompletableFuture() {
    return CompletionStages.unwrap(this);
  }

  // For the package: completing, waiting, reporting.

  final void complete(T value) {
    ensurePending();
    outcome = value;
    state = State.FINISHED;
    queueCallbacks();
  }

  final void fail(Throwable exception) {
    Objects.requireNonNull(exception, "exception");
    ensurePending();
    outcome = Failure.of(exception, this);
    state = State.FINISHED;
    queueCallbacks();
  }

  private void ensurePending() {
    // Before anything has changed: a waiter that is not woken could not be cancelled any more.
    loop.checkThread();
    if (state != State.PENDING) {
      throw Refusals.alreadyDone(this);
    }
    ensureRoom();
  }

  // Whoever waits must not be left waiting because the stack or the heap ends while they are
  // queued.
  private void ensureRoom() {
    if (callbacks == null) {
      return;
    }
    ensureStack();
    if (callbacks instanceof TaskThread) {
      loop.kernel.reserveStep();
    } else {
      loop.kernel.reserve(callbacks instanceof Handle ? 1 : callbackList().size());
    }
  }

  /// Looks for the stack that it takes to be done.
  void ensureStack() {
    loop.stack.ensure();
  }

  /// Keeps what it is to result in, while there is no memory to tell it.
  final void keepUntold(@Nullable Object untold) {
    outcome = untold;
  }

  /// Returns what was kept, and keeps it no more.
  final @Nullable Object takeUntold() {
    Object untold = outcome;
    outcome = null;
    return untold;
  }

  /// Tells whether the exception is one that ends the run of the loop. Does not mark it as
  /// retrieved.
  final boolean endsRun() {
    return state == State.FINISHED
        && outcome instanceof Failure failure
        && BaseEventLoop.endsRun(failure.exception);
  }

  /// Keeps a failure that nobody retrieves from being reported.
  final void markRetrieved() {
    if (outcome instanceof Failure failure && state == State.FINISHED) {
      failure.retrieved();
    }
  }

  /// Adds a handle that is queued when the future is done, or now if it is.
  final void addCallback(Handle handle) {
    if (state != State.PENDING) {
      loop.enqueue(traced(handle));
    } else if (callbacks == null) {
      callbacks = handle;
    } else {
      if (callbacks instanceof Handle first) {
        var list = new ArrayList<Handle>(4);
        list.add(first);
        callbacks = list;
      }
      callbackList().add(handle);
    }
  }

  /// Tells who waits for this future: tasks, and the futures of `gather` and the like (TC-14).
  ///
  /// Nothing is kept for the purpose. Who waits has left a callback, which knows for whom.
  final void forEachAwaiter(Consumer<? super Future<?>> action) {
    switch (callbacks) {
      case null -> {}
      case Handle only -> tellAwaiter(only, action);
      default -> callbackList().forEach(handle -> tellAwaiter(handle, action));
    }
  }

  /// Returns who is told of the end, for who looks on from another thread while that changes: some
  /// places may be null. Any thread.
  final @Nullable Object[] peekCallbacks() {
    Object now = callbacks;
    // To copy a list looks at no count of its changes.
    return now instanceof List<?> list ? list.toArray() : new @Nullable Object[] {now};
  }

  private static void tellAwaiter(Handle handle, Consumer<? super Future<?>> action) {
    Future<?> awaiter =
        switch (handle) {
          case TaskThread taskThread -> taskThread.task;
          case DoneCallback<?> callback -> callback.awaiter();
          default -> null;
        };
    if (awaiter != null) {
      action.accept(awaiter);
    }
  }

  /// Tells whether somebody waits for the future, which is about to be done.
  final boolean isAwaited() {
    return callbacks != null;
  }

  /// Removes the handle of a task that waits no more.
  ///
  /// @return false when it is queued already
  final boolean removeWaiter(Handle handle) {
    if (callbacks == handle) {
      callbacks = null;
      return true;
    }
    // No lambda: this is also called where the stack has just ended, and one that cannot be linked
    // for that reason could never be linked again.
    return callbacks != null && !(callbacks instanceof Handle) && callbackList().remove(handle);
  }

  private int removeCallbacks(Predicate<Handle> which) {
    if (callbacks == null) {
      return 0;
    }
    if (callbacks instanceof Handle only) {
      if (!which.test(only)) {
        return 0;
      }
      callbacks = null;
      return 1;
    }
    List<Handle> list = callbackList();
    int before = list.size();
    list.removeIf(which);
    return before - list.size();
  }

  private void queueCallbacks() {
    Object queued = callbacks;
    if (queued == null) {
      return;
    }
    if (queued instanceof Handle only) {
      queue(only);
    } else {
      // No lambda, no iterator: the future is done, so nobody tries again when there is no memory.
      List<Handle> list = callbackList();
      for (int i = 0; i < list.size(); i++) {
        queue(list.get(i));
      }
    }
    callbacks = null;
  }

  private void queue(Handle handle) {
    loop.enqueueReserved(traced(handle));
  }

  // A callback was made when it became ready, as in asyncio. A task's step tells where it is.
  private Handle traced(Handle handle) {
    return handle instanceof DoneCallback<?> ? loop.traced(handle) : handle;
  }

  @SuppressWarnings("unchecked") // it holds nothing, a Handle, or a list of them
  private List<Handle> callbackList() {
    return (List<Handle>) Objects.requireNonNull(callbacks);
  }

  private CancelledError cancelledError() {
    return new CancelledError(cancelMessage());
  }

  /// Returns the message of the cancellation; null when there is none, or no cancellation.
  final @Nullable String cancelMessage() {
    return state == State.CANCELLED ? (String) outcome : null;
  }

  @Nullable HandleTrace trace() {
    return trace;
  }

  /// Returns what a text says between the class and the state's details.
  String describeState() {
    return switch (state) {
      case PENDING -> "pending";
      case CANCELLED -> "cancelled";
      case FINISHED -> "finished";
    };
  }

  String describeDetails() {
    var text = new StringBuilder();
    if (state == State.FINISHED) {
      if (outcome instanceof Failure failure) {
        text.append(" exception=").append(Descriptions.ofValue(failure.exception));
      } else {
        text.append(" result=").append(Descriptions.ofValue(outcome));
      }
    }
    text.append(describeCallbacks());
    if (trace != null) {
      text.append(trace.createdAt());
    }
    return text.toString();
  }

  private String describeCallbacks() {
    if (callbacks == null) {
      return "";
    }
    if (callbacks instanceof Handle only) {
      return " cb=[" + only.describeCallback() + "]";
    }
    List<Handle> list = callbackList();
    return switch (list.size()) {
      case 0 -> "";
      case 1 -> " cb=[" + list.getFirst().describeCallback() + "]";
      case 2 ->
          " cb=["
              + list.getFirst().describeCallback()
              + ", "
              + list.getLast().describeCallback()
              + "]";
      default ->
          " cb=["
              + list.getFirst().describeCallback()
              + ", <"
              + (list.size() - 2)
              + " more>, "
              + list.getLast().describeCallback()
              + "]";
    };
  }

  @Override
  public String toString() {
    return "<Future " + describeState() + describeDetails() + ">";
  }
}
