// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.io.PrintStream;
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
  private static final AtomicLong NEXT_NUMBER = new AtomicLong(1);

  // Null once the task is done, so that what it has captured can be collected; its class is left
  // for texts. Whoever holds the loop.
  private @Nullable Coroutine<T> body;
  private @Nullable Class<?> bodyClass;
  private List<AutoCloseable> owned;
  final TaskThread taskThread;
  private final Context context;

  // What code in this task runs in: the task's context, or one that it has entered for a while. The
  // task's own thread.
  Context currentContext;

  // What this task runs in another one's stead, or null. Such a task is in no registry.
  final @Nullable DrivenBody driven;

  // The registry's links. Loop thread only.
  @Nullable Task<?> previous;
  @Nullable Task<?> next;

  // All below: whoever holds the loop.
  private @Nullable String name;
  private final long number;
  @Nullable Future<?> waitingFor;
  boolean mustCancel;
  @Nullable String cancelMessage;
  int cancelRequests;
  // Who starts the task awaits it or drops it on purpose: not worth a report when the loop closes.
  boolean reportedWhenAbandoned = true;
  // Its loop is closing: every suspending call fails.
  boolean abandoned;
  // Steps that are queued but whose suspension was refused.
  private int ignoredSteps;
  // Made when the first one is sent.
  @Nullable CancelInterrupt interrupt;
  // Whether what is kept untold was thrown; else the body has returned it.
  private boolean untoldFailure;

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
    this(BaseEventLoop.require(loop), body, options, null);
  }

  /// Makes a task.
  ///
  /// @param driven what the body is if it runs in another task's stead, else null
  Task(BaseEventLoop loop, Coroutine<T> body, TaskOptions options, @Nullable DrivenBody driven) {
    super(loop);
    loop.checkThread();
    loop.stack.ensure();
    this.body = Objects.requireNonNull(body, "body");
    this.name = options.name();
    this.number = name == null ? NEXT_NUMBER.getAndIncrement() : 0;
    this.owned = options.owned();
    this.driven = driven;
    Context given = options.context();
    this.context = given != null ? given : new Context(loop.snapshot());
    this.currentContext = context;
    this.taskThread = loop.newTaskThread(this);
    boolean eager = Boolean.TRUE.equals(options.eagerStart()) && loop.isRunning();
    if (!eager) {
      loop.enqueue(taskThread);
    }
    if (driven == null) {
      loop.tasks.add(this);
    }
    if (loop.observer != null) {
      loop.observer.taskCreated(this);
    }
    if (eager) {
      loop.eager.startNew(this);
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
    Task<?> task = CarriedTaskThread.taskOf(thread);
    return task != null ? task : BatonTaskThread.taskOfThisThread();
  }

  /// Returns the task of the loop that is calling.
  ///
  /// @param call what it wants to do, for the exception's text
  /// @throws IllegalStateException outside a task of that loop
  static Task<?> current(BaseEventLoop loop, String call) {
    loop.stack.ensure();
    Task<?> task = loop.currentTask;
    if (task != null && task.taskThread.thread == Thread.currentThread()) {
      return task;
    }
    return OutsideTask.bringBack(loop, ofThisThread(), call);
  }

  /// Asks the task to end: a [CancelledError] is thrown at the point where it is suspended (TK-02).
  @Override
  public boolean cancel(@Nullable String message) {
    loop.checkThread();
    if (done()) {
      return false;
    }
    Task<?> driver = driver();
    if (driver != this) {
      return driver.cancel(message);
    }
    Future<?> awaited = DrivenBody.innermost(this).waitingFor;
    if (awaited instanceof Task<?> || awaited instanceof GatheringFuture<?>) {
      return CancelRequest.send(this, message);
    }
    boolean accepted = awaited != null && awaited.cancel(message);
    cancelRequests++; // Not before: where there is no memory for that, nothing was requested.
    if (!accepted) {
      cancelHere(message);
    }
    return true;
  }

  /// Has the next step, or the blocking call of the JDK that the task is in, throw.
  void cancelHere(@Nullable String message) {
    TaskThread inner = DrivenBody.innermost(this).taskThread;
    if (interrupt != null && inner.thread != null) {
      interrupt.requestedAgain(inner.thread);
    }
    mustCancel = true;
    cancelMessage = message;
    if (inner.isBlockedInJdk()) {
      interrupt = interrupt == null ? new CancelInterrupt() : interrupt;
      interrupt.send(Objects.requireNonNull(inner.thread));
    }
  }

  /// Returns how many requests to cancel the task has got and not been relieved of (TK-05).
  public int cancelling() {
    return driver().cancelRequests;
  }

  /// Takes one request to cancel back (TK-05, R-41).
  ///
  /// When none is left, a cancellation that has not been thrown yet is withdrawn.
  ///
  /// @return how many are left
  public int uncancel() {
    loop.checkThread();
    Task<?> driver = driver();
    if (driver != this) {
      return driver.uncancel();
    }
    if (cancelRequests > 0) {
      cancelRequests--;
      if (cancelRequests == 0) {
        mustCancel = false;
        if (DrivenBody.innermost(this).isThread(Thread.currentThread())) {
          CancelInterrupt.dropFor(driver());
        }
      }
    }
    return cancelRequests;
  }

  /// Returns the task in whose stead this one runs, as the body of a generator runs in that of its
  /// consumer: a cancellation is that one's, wherever it meets it. Else the task itself.
  Task<?> driver() {
    return driven == null ? this : driven.driverOf(this);
  }

  /// A task sets its own result.
  ///
  /// @throws IllegalStateException always (TK-01)
  @Override
  public void setResult(T value) {
    throw Refusals.outcomeOfTask("setResult", this);
  }

  /// A task sets its own exception.
  ///
  /// @throws IllegalStateException always (TK-01)
  @Override
  public void setException(Throwable exception) {
    throw Refusals.outcomeOfTask("setException", this);
  }

  /// Returns the body; of a task that is done a stand-in, which refuses to be run, so that the task
  /// does not keep what the body has captured.
  public Coroutine<T> getCoro() {
    Coroutine<T> pending = body;
    return pending != null ? pending : new EndedCoroutine<>(describeBody());
  }

  /// Returns the context that the task runs in.
  public Context getContext() {
    return context;
  }

  /// Returns the name, `Task-N` unless one was given. The task's thread has it too, for
  /// dumps and logs.
  public String getName() {
    String given = name;
    if (given == null) {
      given = "Task-" + number;
      name = given;
    }
    return given;
  }

  /// Sets the name, and that of the task's thread.
  public void setName(String name) {
    this.name = Objects.requireNonNull(name, "name");
    Thread thread = taskThread.thread;
    if (thread != null) {
      thread.setName(name);
    }
  }

  /// Returns where the task is suspended, innermost frame first; empty before its first step and
  /// when it is done (TK-01). Frames of this package and of the JDK's threads are left out; those
  /// of other packages of the library tell what the task waits for.
  public List<StackTraceElement> getStack() {
    Thread thread = taskThread.thread;
    return thread == null || done() ? List.of() : TaskStack.of(thread);
  }

  /// Returns where the task is suspended; as [#getStack()], but the innermost frames only.
  ///
  /// @param limit how many frames at most
  /// @throws IllegalArgumentException when it is negative
  public List<StackTraceElement> getStack(int limit) {
    return TaskStack.limited(getStack(), limit);
  }

  /// Prints the name of the task and where it is suspended to the standard error output (TK-01).
  public void printStack() {
    printStack(System.err);
  }

  /// Prints the name of the task and where it is suspended (TK-01).
  public void printStack(PrintStream out) {
    TaskStack.print(this, out);
  }

  // For the package: the steps.

  /// Makes the first step of another task while this one, which has just created it, waits. The
  /// task's own thread.
  ///
  /// @return false when this thread cannot be suspended here
  boolean letStart(TaskThread child) {
    // Who makes a task or asks a generator for a value has looked for the stack.
    return taskThread.runMeanwhile(child);
  }

  boolean isThread(Thread thread) {
    return taskThread.thread == thread;
  }

  /// Makes the next step of this task, which rests, while the task that calls waits; where that is
  /// not possible the step is queued. Whoever holds the loop.
  void stepMeanwhile() {
    loop.eager.start(taskThread);
  }

  /// Suspends this task until somebody makes its next step. Its own thread.
  ///
  /// @throws IllegalStateException when the thread cannot be suspended here
  /// @throws CancelledError when the loop is closed
  void rest() {
    loop.stack.ensure();
    ensureMaySuspend("yield()");
    taskThread.suspend();
    ensureMaySuspend("yield()");
  }

  /// Suspends this task while the body of a generator, which runs in its stead, is suspended. A
  /// cancellation is thrown in there or by this task's next suspending call. Its own thread.
  void waitForBody(Task<?> body) {
    ensureMaySuspend("await()");
    suspendUntilDone(body);
    if (abandoned) {
      throw new CancelledError("Event loop is closed");
    }
  }

  /// Makes the next step of this task at once if it waits for another, which stays pending. Whoever
  /// holds the loop, not from inside a body.
  void stepIfWaitingFor(Task<?> other) {
    if (waitingFor == other) {
      other.removeWaiter(taskThread);
      waitingFor = null;
      loop.eager.stepOrQueue(taskThread);
    }
  }

  /// Makes one step. Loop thread.
  void step() {
    if (ignoredSteps > 0) {
      ignoredSteps--;
      return;
    }
    if (taskThread.state() == TaskThread.State.NEW && mustCancel && owned.isEmpty()) {
      settle(null, null);
      return;
    }
    try {
      taskThread.resume();
    } catch (Throwable t) {
      // There was no thread to be had.
      if (!owned.isEmpty()) {
        loop.kernel.callbacks.run(() -> new OwnedResources(owned).closeAfter(t));
      }
      // A body that has ended is told of later, if it is not yet.
      if (!done() && taskThread.state() != TaskThread.State.ENDED) {
        settle(null, t);
      }
    }
  }

  /// Suspends this task until a future is done or the task is cancelled. The task's own thread.
  void waitFor(Future<?> future) {
    ensureMaySuspend("await()");
    if (future == this || (driven != null && driven.isDrivenBy(future))) {
      throw new IllegalStateException("Task cannot await on itself: " + this);
    }
    CancelInterrupt.noteThrown(driver());
    Task<?> driver = driver();
    boolean passedOn = driver.mustCancel && driver.passOn(future);
    try {
      suspendUntilDone(future);
    } catch (Throwable e) {
      driver.mustCancel |= passedOn;
      throw e;
    }
    driver = driver();
    if (driver.mustCancel && !abandoned) {
      // The cancellation wins over a failure of the same moment, which was for this task (TK-03).
      future.markRetrieved();
      // Of several requests the first one's message counts: it has cancelled the future.
      driver.mustCancel = !future.cancelled();
    }
    throwIfCancelled();
  }

  private void suspendUntilDone(Future<?> future) {
    future.addCallback(taskThread);
    waitingFor = future;
    try {
      taskThread.suspend();
    } catch (Throwable e) { // The thread could not be suspended.
      if (!future.removeWaiter(taskThread)) {
        ignoredSteps++;
      }
      throw e;
    } finally {
      waitingFor = null;
    }
  }

  // What was asked of this task before it began to wait.
  private boolean passOn(Future<?> future) {
    switch (CancelRequest.passOn(this, future, cancelMessage)) {
      case ACCEPTED -> {
        mustCancel = false;
        return true;
      }
      case REFUSED -> {}
      // It waits for itself by way of others that gather it.
      case CIRCLE -> throwIfCancelled();
    }
    return false;
  }

  /// Lets one iteration pass. The task's own thread.
  void yieldOnce() {
    ensureMaySuspend("sleep()");
    CancelInterrupt.noteThrown(driver());
    loop.enqueue(taskThread);
    try {
      taskThread.suspend();
    } catch (Throwable e) {
      ignoredSteps++;
      throw e;
    }
    throwIfCancelled();
  }

  /// Refuses to suspend once the loop is being closed.
  void ensureMaySuspend(String call) {
    if (abandoned) {
      throw taskThread.refusal(call);
    }
  }

  private void throwIfCancelled() {
    CancelInterrupt.dropFor(driver());
    if (abandoned) {
      throw new CancelledError("Event loop is closed");
    }
    Task<?> driver = driver();
    if (driver.mustCancel) {
      driver.mustCancel = false;
      throw new CancelledError(driver.cancelMessage);
    }
  }

  /// Runs the body to its end and settles the future. The task's own thread, with the loop held.
  void runBody() {
    @Nullable T value = null;
    Throwable thrown = null;
    try {
      value = owned.isEmpty() ? Objects.requireNonNull(body).run() : runOwning();
    } catch (Throwable t) {
      thrown = t;
    }
    taskThread.comeBackAtTheEnd();
    settle(value, thrown);
  }

  // Where the heap is full and nobody could be told, the loop tries again.
  private void settle(@Nullable T value, @Nullable Throwable thrown) {
    try {
      if (thrown != null && !abandoned) {
        thrown(thrown);
      } else if (!abandoned) {
        succeed(value);
      }
    } catch (OutOfMemoryError e) {
      if (!done()) {
        leave();
        untoldFailure = thrown != null;
        keepUntold(thrown != null ? thrown : value);
        loop.unsettled.add(this);
        return;
      }
    }
    leave();
    end();
  }

  /// Settles the future, for which there was no memory. Loop thread.
  @SuppressWarnings("unchecked") // it was kept as one
  void settleAgain() {
    Object outcome = takeUntold();
    if (untoldFailure) {
      settle(null, (Throwable) outcome);
    } else {
      settle((T) outcome, null);
    }
  }

  // What the body has captured may be large, and a task that is done may be kept for its result.
  private void end() {
    bodyClass = Descriptions.classOf(Objects.requireNonNull(body));
    body = null;
    owned = List.of();
    currentContext = context;
    if (loop.observer != null && done()) {
      loop.observer.taskDone(this);
    }
  }

  private String describeBody() {
    return Descriptions.ofClass(
        body != null ? Descriptions.classOf(body) : Objects.requireNonNull(bodyClass));
  }

  // A task that owns something and was cancelled before its first step gets here too.
  private T runOwning() throws Exception {
    return new OwnedResources(owned)
        .runAndClose(
            () -> {
              throwIfCancelled();
              return Objects.requireNonNull(body).run();
            });
  }

  // As in Future.result(): where T is not nullable there is a value.
  @SuppressWarnings("NullAway")
  private void succeed(@Nullable T value) {
    CancelInterrupt.noteThrown(driver());
    if (mustCancel) {
      // Cancelled in its last step, with no await left to throw at (TK-06), or before its first.
      super.cancel(cancelMessage);
      mustCancel = false;
    } else {
      complete(value);
    }
  }

  private void thrown(Throwable t) {
    boolean cancelled = isCancelledBy(t);
    ExceptionGroup failures =
        cancelled || CancelInterrupt.isSign(t) ? ExceptionGroup.failuresBehind(t) : null;
    if (failures != null) {
      // Thrown by the close() of a group, which could not replace this one.
      fail(failures);
    } else if (cancelled) {
      super.cancel(t instanceof CancelledError ? t.getMessage() : cancelMessage);
      mustCancel = false;
    } else {
      MonitorHint.addTo(t);
      fail(t);
      if (BaseEventLoop.endsRun(t)) {
        loop.endRun(t);
      }
    }
  }

  /// Tells whether an exception stands for a cancellation of this task: a [CancelledError], or what
  /// a blocking call of the JDK made of the interrupt. Its own thread.
  boolean isCancelledBy(Throwable t) {
    if (t instanceof CancelledError) {
      return true;
    }
    Task<?> driver = driver();
    boolean requested = driver.cancelRequests > 0;
    return driver.interrupt == null
        ? requested && CancelInterrupt.isSign(t)
        : driver.interrupt.isBehind(t, requested);
  }

  // It is done where the stack of its thread begins, or before it has one.
  @Override
  void ensureStack() {}

  // Of no use any more when the loop is being closed, where several threads may come here at once.
  private void leave() {
    if (driven == null && !abandoned) {
      loop.tasks.remove(this);
    }
  }

  // For the package: the end of the loop.

  /// Ends a task whose loop is closing. The closing thread.
  void abandon() {
    abandoned = true;
    boolean neverRan = taskThread.state() == TaskThread.State.NEW;
    taskThread.abandon();
    if (neverRan) {
      try {
        // A program's code, which may wait for a lock behind another task.
        loop.kernel.callbacks.run(new OwnedResources(owned)::close);
      } finally {
        end();
      }
    }
  }

  @Override
  String describeState() {
    return !done() && cancelling() > 0 ? "cancelling" : super.describeState();
  }

  @Override
  public String toString() {
    String state = describeState() + " name='" + getName() + "' coro=<" + describeBody() + ">";
    Future<?> awaited = waitingFor;
    String waits =
        awaited == null
            ? ""
            : " wait_for=<%s %s>"
                .formatted(awaited.getClass().getSimpleName(), awaited.describeState());
    return "<Task " + state + waits + describeDetails() + ">";
  }
}
