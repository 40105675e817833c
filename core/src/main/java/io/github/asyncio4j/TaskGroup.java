// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Tasks that live no longer than a piece of the task that starts them (TC-01, R-42 to R-44).
///
/// The piece ends when all of them have ended. The first of them that fails cancels the others and
/// the piece; what went wrong leaves the piece as one [ExceptionGroup]. A task that is cancelled
/// just ends. There are two shapes:
///
/// ```java
/// new TaskGroup().run(group -> {
///   group.createTask(() -> fetch(first));
///   group.createTask(() -> fetch(second));
/// });
///
/// try (var group = TaskGroup.open()) {
///   var a = group.createTask(() -> fetch(first));
///   var b = group.createTask(() -> fetch(second));
///   group.join();
///   return a.result() + b.result();
/// }
/// ```
///
/// The second is that of the JDK's `StructuredTaskScope`. `join` throws; a block that is left
/// without it cancels its tasks. When a task fails while the block waits for something other than
/// `join`, a [CancelledError] leaves the block, for Java does not let `close` replace an exception
/// that is on its way; the [ExceptionGroup] is suppressed in it, and is what the task fails with.
/// In the first shape the [ExceptionGroup] itself is thrown, so prefer it where the body waits for
/// more than its tasks.
///
/// Loop thread only; the piece is part of one task, and tasks may be created by it, by the tasks of
/// the group and by callbacks. A [KeyboardInterrupt] or [SystemExit] is thrown bare.
public final class TaskGroup implements AutoCloseable {
  private enum State {
    CREATED,
    OPEN,
    EXITING,
    FINISHED
  }

  /// A piece of a task that has a group of tasks.
  @FunctionalInterface
  public interface Body<T extends @Nullable Object> extends VoidBody {
    /// Runs the piece, in the task that has called `run`.
    ///
    /// @param group its group
    /// @throws Exception whatever goes wrong; it becomes a member of the [ExceptionGroup]
    T run(TaskGroup group) throws Exception;

    /// Runs the piece and drops its result.
    @Override
    default void runVoid(TaskGroup group) throws Exception {
      run(group);
    }
  }

  /// A piece of a task that has a group of tasks, and no result. Every [Body] is one, so that the
  /// overload for a [Body] is taken where both fit.
  @FunctionalInterface
  public interface VoidBody {
    /// Runs the piece; as [Body#run(TaskGroup)].
    void runVoid(TaskGroup group) throws Exception;
  }

  private final Set<Task<?>> tasks = new LinkedHashSet<>();
  private final ArrayList<Throwable> errors = new ArrayList<>();
  private final ChildDone childDone = new ChildDone();

  // All below: whoever holds the loop.
  private State state = State.CREATED;
  // Whether the tasks are cancelled; before, during or after the body.
  private boolean aborting;
  // Whether a task was ever started.
  private boolean hasTasks;
  // Whether the parent was cancelled by us, which the end of the piece takes back.
  private boolean parentCancelRequested;
  private @Nullable Task<?> parent;
  private @Nullable Throwable baseError;
  private @Nullable Future<@Nullable Void> allDone;

  /// Makes a group. It takes no tasks until its piece runs. Any thread.
  public TaskGroup() {}

  /// Makes a group and begins its piece, for try-with-resources.
  ///
  /// @throws IllegalStateException outside a task
  public static TaskGroup open() {
    var group = new TaskGroup();
    group.enter();
    return group;
  }

  /// Runs a piece of the current task and waits for the tasks of the group. Suspending.
  ///
  /// When the task is cancelled from elsewhere the tasks of the group are cancelled too and waited
  /// for; if one of them fails meanwhile that is thrown, and the next suspending call of the task
  /// throws the [CancelledError].
  ///
  /// @return what the body returns, or null when [#cancel()] has ended it
  /// @throws ExceptionGroup when tasks of the group or the body have failed, also if there is just
  ///   one failure
  /// @throws CancelledError when the task is cancelled from elsewhere
  /// @throws IllegalStateException outside a task, or when the group was used before
  /// @throws Exception the cancellation of a task that a call of the JDK blocks is what that makes
  ///   of an interrupt, an [InterruptedException] mostly
  public <T extends @Nullable Object> @Nullable T run(Body<T> body) throws Exception {
    Objects.requireNonNull(body, "body");
    enter();
    T value = null;
    Throwable failure = null;
    try {
      value = body.run(this);
    } catch (Throwable t) {
      failure = t;
    }
    return switch (leave(failure)) {
      case null -> value;
      case Error e -> throw e;
      case Exception e -> throw e;
      case Throwable t -> throw new IllegalStateException(t);
    };
  }

  /// Runs a piece that has no result; as [#run(Body)].
  // A block tells the two apart by its result; where both fit, a Body is the more specific.
  @SuppressWarnings("overloads")
  public void run(VoidBody body) throws Exception {
    Objects.requireNonNull(body, "body");
    run(
        group -> {
          body.runVoid(group);
          return null;
        });
  }

  /// Starts a task in the group.
  ///
  /// @throws IllegalStateException when the piece has not begun, has ended, or is being ended by a
  ///   failure or [#cancel()]; the body is not run
  public <T extends @Nullable Object> Task<T> createTask(Coroutine<T> body) {
    return createTask(body, TaskOptions.DEFAULT);
  }

  /// Starts a task with a name in the group; as [#createTask(Coroutine)].
  public <T extends @Nullable Object> Task<T> createTask(Coroutine<T> body, @Nullable String name) {
    return createTask(body, TaskOptions.named(name));
  }

  /// Starts a task with options in the group; as [#createTask(Coroutine)].
  ///
  /// What the options own is closed when the call is refused, so that a body that was to serve a
  /// connection does not leak it.
  public <T extends @Nullable Object> Task<T> createTask(Coroutine<T> body, TaskOptions options) {
    options.requireBody(body);
    if (parent != null) {
      checkThread(parent, options);
    }
    String refusal = refusal();
    if (refusal != null) {
      var refused = new IllegalStateException(refusal);
      options.closeOwned(refused);
      throw refused;
    }
    hasTasks = true;
    Task<T> task = Objects.requireNonNull(parent).loop.createTask(body, options);
    if (task.done()) {
      // It was eager and never suspended. Then all that its end does is done here.
      tasks.add(task);
      childDone(task);
    } else {
      tasks.add(task);
      task.addDoneCallback(childDone);
      if (aborting) {
        // The group was cancelled while the task, an eager one, made its first step.
        task.cancel();
      }
    }
    return task;
  }

  /// Starts a task that returns nothing in the group; as [#createTask(Coroutine)].
  public Task<@Nullable Void> createTask(TaskBody body) {
    return createTask(body, TaskOptions.DEFAULT);
  }

  /// Starts a task that returns nothing, with a name, in the group; as [#createTask(Coroutine)].
  public Task<@Nullable Void> createTask(TaskBody body, @Nullable String name) {
    return createTask(body, TaskOptions.named(name));
  }

  /// Starts a task that returns nothing, with options, in the group; as [#createTask(Coroutine,
  /// TaskOptions)].
  public Task<@Nullable Void> createTask(TaskBody body, TaskOptions options) {
    return createTask(options.coroutine(body), options);
  }

  private static void checkThread(Task<?> parent, TaskOptions options) {
    try {
      parent.loop.checkThread();
    } catch (IllegalStateException e) {
      options.closeOwned(e);
      throw e;
    }
  }

  private @Nullable String refusal() {
    return switch (state) {
      case CREATED ->
          "TaskGroup has not been entered: "
              + this
              + "; begin it by run(group -> ...), or as TaskGroup.open() in try-with-resources";
      case FINISHED -> finished();
      case EXITING -> tasks.isEmpty() ? finished() : aborting ? shuttingDown() : null;
      case OPEN -> aborting ? shuttingDown() : null;
    };
  }

  private String finished() {
    return "TaskGroup is finished: " + this + "; it takes tasks while its body or one of them runs";
  }

  private String shuttingDown() {
    return "TaskGroup is shutting down: " + this + "; a task has failed, or cancel() was called";
  }

  /// Ends the piece early: its tasks and its body are cancelled, and `run` or `join` returns
  /// without an exception unless one of them fails (as in asyncio 3.15). Idempotent.
  ///
  /// A block of try that waits for something other than `join` is left with a [CancelledError],
  /// which `close` cannot keep. Before the piece has begun it makes the body's first suspending
  /// call its last one; after its end it has no effect. A body that does not suspend runs to its
  /// end.
  public void cancel() {
    Task<?> current = parent;
    if (current != null) {
      current.loop.checkThread();
    }
    if (state == State.FINISHED || aborting) {
      return;
    }
    abort();
    if (current != null) {
      cancelParent(current);
    }
  }

  /// Waits for the tasks of the group and ends the piece. Suspending; for groups made by [#open()].
  ///
  /// @throws ExceptionGroup when tasks of the group have failed, also if there is just one failure
  /// @throws CancelledError when the task is cancelled from elsewhere
  /// @throws IllegalStateException outside the task that has opened the group, or when the piece
  ///   has not begun or has ended
  public void join() {
    if (state != State.OPEN) {
      throw new IllegalStateException(
          "TaskGroup is not open: " + this + "; join() ends what TaskGroup.open() has begun, once");
    }
    ensureInParent("join()");
    leaveUnchecked();
  }

  /// Ends the piece: cancels the tasks that were not waited for and waits for them. Suspending; for
  /// groups made by [#open()]. No effect after [#join()].
  ///
  /// When the task is cancelled from elsewhere meanwhile the next suspending call throws the
  /// [CancelledError]: thrown here it would be lost behind an exception that is on its way.
  ///
  /// @throws ExceptionGroup when tasks of the group have failed, also if there is just one failure
  /// @throws IllegalStateException when the block has started tasks and is left without [#join()],
  ///   unless its task was cancelled; behind an exception that leaves the block it is a suppressed
  ///   one. Also outside the task that has opened the group
  @Override
  public void close() {
    if (state != State.OPEN) {
      return;
    }
    ensureInParent("close()");
    boolean forgotten = hasTasks && !aborting;
    if (!aborting) {
      abort();
    }
    Task<?> task = Objects.requireNonNull(parent);
    switch (leave(null)) {
      case null -> {
        if (forgotten && task.cancelling() == 0) {
          throw new IllegalStateException(
              "the block was left without join(), its tasks were cancelled: " + this);
        }
      }
      case CancelledError e -> cancelAgain(task, e.getMessage());
      case Error e -> throw e;
      case RuntimeException e -> throw e;
      case Throwable t -> throw new IllegalStateException(t);
    }
  }

  private void ensureInParent(String call) {
    if (Task.ofThisThread() != parent) {
      throw new IllegalStateException(
          call + " called outside the task of the group: " + this + "; that is " + parent);
    }
  }

  private void enter() {
    if (state != State.CREATED) {
      throw new IllegalStateException(
          "TaskGroup has been already entered: "
              + this
              + "; a group is used once, make another one");
    }
    Task<?> task = Task.ofThisThread();
    if (task == null) {
      throw OutsideTask.refusal("TaskGroup.run() or open()", this);
    }
    parent = task;
    state = State.OPEN;
    if (aborting) {
      cancelParent(task);
    }
  }

  // For join() and close(): no failure of the body is known, so nothing checked can come out.
  private void leaveUnchecked() {
    switch (leave(null)) {
      case null -> {}
      case Error e -> throw e;
      case RuntimeException e -> throw e;
      case Throwable t -> throw new IllegalStateException(t);
    }
  }

  /// Ends the piece: waits for the tasks.
  ///
  /// @param failure what has ended the body, or null
  /// @return what is to be thrown, or null
  private @Nullable Throwable leave(@Nullable Throwable failure) {
    Task<?> task = Objects.requireNonNull(parent);
    noteBaseError(failure);
    boolean interrupted =
        failure != null && (CancelInterrupt.isSign(failure) || task.isCancelledBy(failure));
    List<ExceptionGroup> inner =
        failure != null && interrupted ? ExceptionGroup.suppressedIn(failure) : List.of();
    // cancel() ends a blocking call of the JDK by an interrupt.
    boolean cancelled =
        interrupted
            && inner.isEmpty()
            && (failure instanceof CancelledError || task.cancelling() > 0);
    if (failure != null && !aborting) {
      abort();
    }
    state = State.EXITING;
    Throwable cancellation = waitForTasks(task, cancelled ? failure : null);
    state = State.FINISHED;
    boolean cancelIsOurs = takeBackCancel(task);
    if (cancelIsOurs && cancelled) {
      CancelInterrupt.forgetFor(task.driver());
    }
    if (baseError != null) {
      return baseError;
    }
    errors.addAll(inner);
    if (failure != null && !cancelled && inner.isEmpty()) {
      errors.add(failure);
    }
    if (errors.isEmpty()) {
      return cancelIsOurs ? null : cancellation;
    }
    if (task.cancelling() > 0) {
      // Cancelled from elsewhere too: not lost, but thrown by the next suspending call.
      cancelAgain(task, null);
    }
    return new ExceptionGroup("unhandled errors in a TaskGroup", errors);
  }

  /// Waits for all tasks, however often it is cancelled.
  ///
  /// @return the cancellation that is to leave the piece: the given one, or one that ended the wait
  private @Nullable Throwable waitForTasks(Task<?> task, @Nullable Throwable cancellation) {
    Throwable leaving = cancellation;
    while (!tasks.isEmpty()) {
      Future<@Nullable Void> done = task.loop.createFuture();
      allDone = done;
      try {
        done.join();
      } catch (CancelledError e) {
        task.ensureMaySuspend("TaskGroup");
        // An interrupt in the body and this are the same cancellation: this is what a task ends by.
        if (!(leaving instanceof CancelledError)) {
          leaving = e;
        }
        if (!aborting) {
          abort();
        }
      } finally {
        allDone = null;
      }
    }
    return leaving;
  }

  /// Takes our own cancellation of the parent back.
  ///
  /// @return whether there was one, and nobody else has cancelled the parent
  private boolean takeBackCancel(Task<?> task) {
    return parentCancelRequested && task.uncancel() == 0;
  }

  // The next suspending call throws it; the count of requests stays what it is.
  private static void cancelAgain(Task<?> task, @Nullable String message) {
    task.uncancel();
    task.cancel(message);
  }

  private void noteBaseError(@Nullable Throwable t) {
    if (t != null && baseError == null && BaseEventLoop.endsRun(t)) {
      baseError = t;
    }
  }

  private void abort() {
    // A task that is cancelled leaves the set later, by its callback.
    for (Task<?> task : tasks) {
      if (!task.done()) {
        task.cancel();
      }
    }
    // Last: where there is no memory it is done again.
    aborting = true;
  }

  private void cancelParent(Task<?> task) {
    if (!parentCancelRequested) {
      task.cancel();
      parentCancelRequested = true;
    }
  }

  private void childDone(Task<?> task) {
    Throwable failure = task.cancelled() ? null : task.exception();
    if (tasks.contains(task)) {
      // What needs memory comes first, as it is done again where there is none.
      if (failure != null) {
        errors.ensureCapacity(errors.size() + 1);
      }
      Future<@Nullable Void> done = allDone;
      if (done != null && tasks.size() == 1 && !done.done()) {
        done.complete(null);
      }
      noteFailure(failure);
      tasks.remove(task);
    }
    if (failure != null) {
      childFailed(task, failure);
    }
  }

  private void noteFailure(@Nullable Throwable failure) {
    if (failure != null) {
      errors.add(failure);
      noteBaseError(failure);
    }
  }

  private void childFailed(Task<?> task, Throwable failure) {
    Task<?> owner = Objects.requireNonNull(parent);
    if (owner.done()) {
      // A group that was opened and never closed.
      owner.loop.callExceptionHandler(
          ExceptionContext.of(
                  "Task " + task + " has failed but its parent task " + owner + " is completed")
              .exception(failure)
              .task(task));
      return;
    }
    if (!aborting && !parentCancelRequested) {
      abort();
      cancelParent(owner);
    }
  }

  @Override
  public String toString() {
    var text = new StringBuilder("<TaskGroup");
    if (!tasks.isEmpty()) {
      text.append(" tasks=").append(tasks.size());
    }
    if (!errors.isEmpty()) {
      text.append(" errors=").append(errors.size());
    }
    if (state == State.FINISHED || (state == State.EXITING && tasks.isEmpty())) {
      text.append(" finished");
    } else if (aborting) {
      text.append(" cancelling");
    } else if (state != State.CREATED) {
      text.append(" entered");
    }
    return text.append('>').toString();
  }

  /// What each task of the group calls at its end; also tells that the parent waits for it (TC-14).
  private final class ChildDone implements Consumer<Future<?>>, Awaiter {
    @Override
    public void accept(Future<?> task) {
      childDone((Task<?>) task);
    }

    @Override
    public @Nullable Future<?> awaiter() {
      return parent;
    }
  }
}
