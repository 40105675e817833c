// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.io.PrintStream;
import java.nio.channels.ClosedByInterruptException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A coroutine that is running, and the future of its result (TK-01 to TK-09).
///
/// Loop thread only, tasks of the loop included. The loop holds every pending task strongly, so a
/// task that nobody refers to runs on.
///
/// A task is one of: not started, waiting for a future, about to make a step, or done. It makes a
/// step when the loop runs its handle, and runs until the next suspending call.
public final class Task<T extends @Nullable Object> extends Future<T> {
  /// What a request to cancel has left here on its way to what the task waits for.
  private enum CancelMark {
    NONE,
    PASSED,
    MET_AGAIN
  }

  private static final AtomicLong NEXT_NUMBER = new AtomicLong(1);

  // How often a task may ignore that its loop is closed before it is left where it is.
  private static final int MAX_REFUSALS = 1000;

  private final Coroutine<T> body;
  private final List<AutoCloseable> owned;
  private final boolean registered;
  private final Strand strand;
  private final Context context;

  // What code in this task runs in: the task's context, or one that it has entered for a while. The
  // task's own thread.
  Context currentContext;

  // What is told when the body of a generator comes to rest. Whoever holds the loop.
  @Nullable Generation<?> generation;

  // The registry's links. Loop thread only.
  @Nullable Task<?> previous;
  @Nullable Task<?> next;

  // All below: whoever holds the loop.
  private @Nullable String name;
  private final long number;
  private @Nullable Future<?> waitingFor;
  private boolean mustCancel;
  private CancelMark mark = CancelMark.NONE;
  private @Nullable String cancelMessage;
  private int cancelRequests;
  // Who starts the task awaits it or drops it on purpose: not worth a report when the loop closes.
  private boolean reportedWhenAbandoned = true;
  private boolean abandoned;
  // Steps that are queued but whose suspension was refused.
  private int ignoredSteps;
  // Made when the first one is sent.
  private @Nullable CancelInterrupt interrupt;
  private int refusals;

  /// Makes a task and queues its first step, or makes it at once (TK-01, TK-10).
  /// [EventLoop#createTask(Coroutine)] is the usual way; this one is for task factories.
  ///
  /// A first step is made at once when the options ask for it and the caller holds the running
  /// loop; else it is queued. What the options own is the task's when this returns.
  ///
  /// @param loop the loop it belongs to
  /// @param body what it runs
  /// @param options name, context, eager start, owned resources
  /// @throws IllegalStateException when the loop is closed
  /// @throws IllegalArgumentException when the loop is not one of this library's
  public Task(EventLoop loop, Coroutine<T> body, TaskOptions options) {
    this(BaseEventLoop.require(loop), body, options, true);
  }

  /// Makes a task; one that is not registered is in no set of all tasks and ends with its owner.
  Task(BaseEventLoop loop, Coroutine<T> body, TaskOptions options, boolean registered) {
    super(loop);
    loop.checkThread();
    loop.stack.ensure();
    this.body = Objects.requireNonNull(body, "body");
    this.name = options.name();
    this.number = name == null ? NEXT_NUMBER.getAndIncrement() : 0;
    this.owned = options.owned();
    this.registered = registered;
    Context given = options.context();
    this.context = given != null ? given : new Context(loop.snapshot());
    this.currentContext = context;
    this.strand = loop.newStrand(this);
    boolean eager = Boolean.TRUE.equals(options.eagerStart()) && loop.isRunning();
    if (!eager) {
      loop.enqueue(strand);
    }
    if (registered) {
      loop.tasks.add(this);
    }
    if (loop.observer != null) {
      loop.observer.taskCreated(this);
    }
    if (eager) {
      loop.eager.start(strand);
    }
  }

  /// Returns the task whose thread this is, or null (TK-09). Any thread. Unlike
  /// [Asyncio#currentTask()] it also returns null where no loop runs.
  public static @Nullable Task<?> currentTask() {
    return ofThisThread();
  }

  /// Returns the task whose thread this is, or null. Any thread.
  static @Nullable Task<?> ofThisThread() {
    Thread thread = Thread.currentThread();
    if (!thread.isVirtual()) {
      return null;
    }
    Task<?> task = LoopThreadStrand.taskOf(thread);
    return task != null ? task : BatonStrand.taskOfThisThread();
  }

  /// Returns the task of the loop that is calling.
  ///
  /// @param call what it wants to do, for the exception's text
  /// @throws IllegalStateException outside a task of that loop
  static Task<?> current(BaseEventLoop loop, String call) {
    loop.stack.ensure();
    Task<?> task = loop.currentTask;
    if (task != null && task.strand.thread == Thread.currentThread()) {
      return task;
    }
    Task<?> other = ofThisThread();
    if (other != null) {
      other.comeBack();
      if (other == loop.currentTask) {
        return other;
      }
    }
    if (other != null && other.loop == loop) {
      // It goes on without its loop, which is closed.
      other.ensureMaySuspend(call);
    }
    if (other != null && other.loop != loop) {
      // Refused in the next iteration.
      other.yieldOnce();
      throw new IllegalStateException(
          call + ": " + other + " got a future attached to a different loop: " + loop);
    }
    throw new IllegalStateException(call + " called outside a task of " + loop);
  }

  /// Asks the task to end: a [CancelledError] is thrown at the point where it is suspended (TK-02).
  @Override
  public boolean cancel(@Nullable String message) {
    loop.checkThread();
    if (done()) {
      return false;
    }
    Future<?> awaited = waitingFor;
    if (awaited instanceof Task<?> || awaited instanceof GatheringFuture<?>) {
      return CancelRequest.send(this, message);
    }
    cancelRequests++;
    if (awaited == null || !awaited.cancel(message)) {
      cancelHere(message);
    }
    return true;
  }

  // For CancelRequest.

  /// Notes that a request to cancel is on its way through this task.
  ///
  /// @return false when it has been here already
  boolean markCancelRequest() {
    if (mark == CancelMark.NONE) {
      mark = CancelMark.PASSED;
      return true;
    }
    mark = CancelMark.MET_AGAIN;
    return false;
  }

  void unmarkCancelRequest() {
    mark = CancelMark.NONE;
  }

  void countCancelRequest() {
    cancelRequests++;
  }

  /// Returns what the task waits for, or null.
  @Nullable Future<?> awaited() {
    return waitingFor;
  }

  /// Has the next step, or the blocking call of the JDK that the task is in, throw.
  void cancelHere(@Nullable String message) {
    if (interrupt != null) {
      interrupt.requestedAgain(Objects.requireNonNull(strand.thread));
    }
    mustCancel = true;
    cancelMessage = message;
    if (strand.isBlockedInJdk()) {
      interrupt = interrupt == null ? new CancelInterrupt() : interrupt;
      interrupt.send(Objects.requireNonNull(strand.thread));
    }
  }

  /// Queues the next step of this task, which waits for a future that will not be done.
  void stopWaiting() {
    Future<?> awaited = waitingFor;
    if (awaited != null && awaited.removeWaiter(strand)) {
      loop.enqueue(strand);
    }
  }

  /// Returns how many requests to cancel the task has got and not been relieved of (TK-05).
  public int cancelling() {
    return cancelRequests;
  }

  /// Takes one request to cancel back (TK-05, R-41).
  ///
  /// When none is left, a cancellation that has not been thrown yet is withdrawn.
  ///
  /// @return how many are left
  public int uncancel() {
    if (cancelRequests > 0) {
      cancelRequests--;
      if (cancelRequests == 0) {
        mustCancel = false;
        if (isThread(Thread.currentThread())) {
          dropInterrupt();
        }
      }
      if (waitingFor instanceof Task<?> body && body.generation != null) {
        // The request went through to the body of a generator.
        body.uncancel();
      }
    }
    return cancelRequests;
  }

  /// A task sets its own result.
  ///
  /// @throws IllegalStateException always (TK-01)
  @Override
  public void setResult(T value) {
    throw new IllegalStateException("Task does not support setResult operation: " + this);
  }

  /// A task sets its own exception.
  ///
  /// @throws IllegalStateException always (TK-01)
  @Override
  public void setException(Throwable exception) {
    throw new IllegalStateException("Task does not support setException operation: " + this);
  }

  /// Returns the body.
  public Coroutine<T> getCoro() {
    return body;
  }

  /// Returns the context that the task runs in.
  public Context getContext() {
    return context;
  }

  /// Returns the name, `Task-N` unless one was given.
  public String getName() {
    String given = name;
    if (given == null) {
      given = "Task-" + number;
      name = given;
    }
    return given;
  }

  /// Returns a name for the task's thread, for logs. One of its own is not made for the purpose.
  String threadName() {
    return Objects.requireNonNullElse(name, "asyncio4j-task");
  }

  /// Sets the name.
  public void setName(String name) {
    this.name = Objects.requireNonNull(name, "name");
  }

  /// Returns where the task is suspended, innermost frame first; empty before its first step and
  /// when it is done (TK-01). Frames of this package and of the JDK's threads are left out; those
  /// of other packages of the library tell what the task waits for.
  public List<StackTraceElement> getStack() {
    Thread thread = strand.thread;
    if (thread == null || done()) {
      return List.of();
    }
    return Descriptions.userFrames(thread.getStackTrace());
  }

  /// Returns where the task is suspended; as [#getStack()], but the innermost frames only.
  ///
  /// @param limit how many frames at most
  /// @throws IllegalArgumentException when it is negative
  public List<StackTraceElement> getStack(int limit) {
    if (limit < 0) {
      throw new IllegalArgumentException("limit < 0: " + limit);
    }
    List<StackTraceElement> frames = getStack();
    return frames.subList(0, Math.min(limit, frames.size()));
  }

  /// Prints the name of the task and where it is suspended to the standard error output (TK-01).
  public void printStack() {
    printStack(System.err);
  }

  /// Prints the name of the task and where it is suspended (TK-01).
  public void printStack(PrintStream out) {
    out.println("Stack for " + this + " (most recent call first):");
    for (StackTraceElement frame : getStack()) {
      out.println("  at " + frame);
    }
  }

  // For the package: the steps.

  /// Makes the first step of another task while this one, which has just created it, waits. The
  /// task's own thread.
  ///
  /// @return false when this thread cannot be suspended here
  boolean letStart(Strand child) {
    return strand.runMeanwhile(child);
  }

  /// Waits for the loop, if the task went on without that after a blocking call of the JDK. Its own
  /// thread.
  void comeBack() {
    strand.comeBack();
  }

  boolean isThread(Thread thread) {
    return strand.thread == thread;
  }

  /// Makes the next step of this task, which rests, while the task that calls waits; where that is
  /// not possible the step is queued. Whoever holds the loop.
  void stepMeanwhile() {
    loop.eager.start(strand);
  }

  /// Suspends this task until somebody makes its next step. Its own thread.
  ///
  /// @throws IllegalStateException when the thread cannot be suspended here
  /// @throws CancelledError when the loop is closed
  void rest() {
    ensureMaySuspend("yield()");
    strand.suspend();
    ensureMaySuspend("yield()");
  }

  /// Takes back requests to cancel that came by way of another task, to which the turn goes now.
  /// Its own thread.
  ///
  /// @return the cancellation, if it has not been thrown here
  @Nullable CancelledError takeBackRequests(int count) {
    noteThrownInterrupt();
    dropInterrupt();
    var unthrown = mustCancel ? new CancelledError(cancelMessage) : null;
    mustCancel = false;
    cancelRequests = Math.max(cancelRequests - count, 0);
    return unthrown;
  }

  /// Has the next suspending call of this task throw. Its own thread, or who makes its steps.
  void cancelNext(CancelledError cancellation) {
    mustCancel = true;
    cancelMessage = cancellation.getMessage();
  }

  /// Keeps the end of this task from queueing the step of one that waits for it. Whoever holds the
  /// loop.
  void dismiss(Task<?> waiter) {
    removeWaiter(waiter.strand);
  }

  /// Makes the next step of this task at once if it waits for another, which stays pending. Whoever
  /// holds the loop, not from inside a body.
  void stepIfWaitingFor(Task<?> other) {
    if (waitingFor == other) {
      other.dismiss(this);
      waitingFor = null;
      loop.eager.stepOrQueue(strand);
    }
  }

  /// Makes one step. Loop thread.
  void step() {
    if (ignoredSteps > 0) {
      ignoredSteps--;
      return;
    }
    if (strand.state == Strand.State.NEW && mustCancel && owned.isEmpty()) {
      mustCancel = false;
      if (leave()) {
        super.cancel(cancelMessage);
        tellDone();
      }
      return;
    }
    try {
      strand.resume();
    } catch (Throwable t) {
      // There was no thread to be had.
      new OwnedResources(owned).closeAfter(t);
      if (!done() && leave()) {
        fail(t);
        tellDone();
      }
    }
  }

  private void tellDone() {
    if (loop.observer != null && done()) {
      loop.observer.taskDone(this);
    }
  }

  /// Suspends this task until a future is done or the task is cancelled. The task's own thread.
  void waitFor(Future<?> future) {
    ensureMaySuspend("await()");
    if (future == this) {
      throw new IllegalStateException("Task cannot await on itself: " + this);
    }
    noteThrownInterrupt();
    future.addCallback(strand);
    waitingFor = future;
    boolean passedOn = mustCancel && passOn(future);
    try {
      strand.suspend();
    } catch (Throwable e) {
      // The thread could not be suspended.
      if (!future.removeWaiter(strand)) {
        ignoredSteps++;
      }
      mustCancel |= passedOn;
      throw e;
    } finally {
      waitingFor = null;
    }
    if (mustCancel && !abandoned) {
      // The cancellation wins over a failure of the same moment, which was for this task (TK-03).
      future.markRetrieved();
      // Of several requests the first one's message counts: it has cancelled the future.
      mustCancel = !future.cancelled();
    }
    throwIfCancelled();
  }

  // What was asked of this task before it began to wait. The request starts here: if it comes back,
  // it is for a task that waits for this one, or for this one if it gathers itself.
  private boolean passOn(Future<?> future) {
    mark = CancelMark.PASSED;
    boolean accepted;
    try {
      accepted = future.cancel(cancelMessage);
      if (!accepted && mark == CancelMark.MET_AGAIN) {
        stopWaiting();
      }
    } finally {
      mark = CancelMark.NONE;
    }
    if (accepted) {
      mustCancel = false;
    }
    return accepted;
  }

  /// Lets one iteration pass. The task's own thread.
  void yieldOnce() {
    ensureMaySuspend("sleep()");
    noteThrownInterrupt();
    loop.enqueue(strand);
    try {
      strand.suspend();
    } catch (Throwable e) {
      ignoredSteps++;
      throw e;
    }
    throwIfCancelled();
  }

  /// Refuses to suspend once the loop is being closed.
  void ensureMaySuspend(String call) {
    if (abandoned) {
      if (++refusals > MAX_REFUSALS) {
        BaseEventLoop.LOGGER.log(
            System.Logger.Level.WARNING, "task ignores that its loop is closed: " + this);
        strand.giveUp();
      }
      throw new CancelledError(call + ": Event loop is closed");
    }
  }

  private void throwIfCancelled() {
    dropInterrupt();
    if (abandoned) {
      throw new CancelledError("Event loop is closed");
    }
    if (mustCancel) {
      mustCancel = false;
      throw new CancelledError(cancelMessage);
    }
  }

  private void noteThrownInterrupt() {
    if (interrupt != null && interrupt.wasThrown()) {
      mustCancel = false;
    }
  }

  /// Notes that an InterruptedException was dealt with: the next one is not a cancellation's. Its
  /// own thread.
  void forgetInterrupt() {
    if (interrupt != null) {
      interrupt.forget();
    }
  }

  private void dropInterrupt() {
    if (interrupt != null) {
      interrupt.drop();
    }
  }

  /// Runs the body to its end and settles the future. The task's own thread, with the loop held.
  void runBody() {
    try {
      T value = owned.isEmpty() ? body.run() : runOwning();
      if (leave()) {
        succeed(value);
      }
    } catch (CancelledError e) {
      if (leave()) {
        cancelled(e);
      }
    } catch (InterruptedException | ClosedByInterruptException e) {
      if (leave()) {
        interrupted(e);
      }
    } catch (Throwable t) {
      if (leave()) {
        fail(t);
        if (BaseEventLoop.endsRun(t)) {
          loop.endRun(t);
        }
      }
    }
    tellDone();
  }

  // A task that owns something and was cancelled before its first step gets here too.
  private T runOwning() throws Exception {
    return new OwnedResources(owned)
        .runAndClose(
            () -> {
              throwIfCancelled();
              return body.run();
            });
  }

  private void succeed(T value) {
    noteThrownInterrupt();
    if (mustCancel) {
      // Cancelled in its last step, with no await left to throw at (TK-06).
      mustCancel = false;
      super.cancel(cancelMessage);
    } else {
      complete(value);
    }
  }

  private void cancelled(CancelledError e) {
    ExceptionGroup failures = TaskGroup.failuresBehind(e);
    if (failures == null) {
      super.cancel(e.getMessage());
    } else {
      // Thrown by the close() of a group, which could not replace this one.
      fail(failures);
    }
  }

  private void interrupted(Exception e) {
    ExceptionGroup failures = TaskGroup.failuresBehind(e);
    if (failures != null) {
      fail(failures);
    } else if (isCancelledByInterrupt()) {
      mustCancel = false;
      super.cancel(cancelMessage);
    } else {
      fail(e);
    }
  }

  private boolean isCancelledByInterrupt() {
    return cancelRequests > 0 || (interrupt != null && interrupt.isBehindInterruptedException());
  }

  /// Tells whether an exception stands for a cancellation of this task. Its own thread.
  boolean isCancelledBy(Exception e) {
    return TaskGroup.endsByCancelling(e) && isCancelledByInterrupt();
  }

  /// Leaves the registry.
  ///
  /// @return whether the outcome matters: the loop is not being closed
  private boolean leave() {
    comeBack();
    if (abandoned) {
      // The registry is of no use any more, and several threads may come here at once.
      return false;
    }
    if (registered) {
      loop.tasks.remove(this);
    }
    return true;
  }

  // For the package: the end of the loop.

  void reportWhenAbandoned(boolean report) {
    reportedWhenAbandoned = report;
  }

  /// Has every suspending call of the task fail from now on: its loop is closing. The closing
  /// thread.
  void refuseToSuspend() {
    abandoned = true;
  }

  /// Ends a task whose loop is closing. The closing thread.
  void abandon() {
    abandoned = true;
    boolean neverRan = strand.state == Strand.State.NEW;
    strand.abandon();
    if (neverRan) {
      new OwnedResources(owned).close();
    }
  }

  /// Tells whether the end of the loop leaves something undone here.
  boolean isReportedWhenAbandoned() {
    return reportedWhenAbandoned;
  }

  @Override
  String describeState() {
    return cancelRequests > 0 && !done() ? "cancelling" : super.describeState();
  }

  @Override
  public String toString() {
    var text = new StringBuilder("<Task ").append(describeState());
    text.append(" name='").append(getName()).append("' coro=<");
    text.append(Descriptions.ofCallback(body)).append('>');
    Future<?> awaited = waitingFor;
    if (awaited != null) {
      text.append(" wait_for=<")
          .append(awaited.getClass().getSimpleName())
          .append(' ')
          .append(awaited.describeState())
          .append('>');
    }
    return text.append(describeDetails()).append('>').toString();
  }
}
