// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.internal.jdk.VirtualThreads;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A task's virtual thread, carried by the thread of its loop.
final class CarriedTaskThread extends TaskThread {
  private static final int MAX_SUSPENSIONS = 20;
  private static final VarHandle PLACE;

  static {
    try {
      PLACE = MethodHandles.lookup().findVarHandle(CarriedTaskThread.class, "place", Place.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final Executor LATER =
      CompletableFuture.delayedExecutor(10, TimeUnit.MILLISECONDS);

  private enum Place {
    /// The loop's thread carries it.
    LOOP,
    /// The JDK's scheduler does: the loop did not run when a blocking call of the JDK was over.
    ELSEWHERE,
    /// It waits for its turn in a loop that runs.
    RETURNING,
    /// The loop has reached its turn, and carries it as soon as it is suspended.
    CALLED
  }

  private final Carried carried = new Carried();

  // What is known of the stack since this step could not be suspended for want of it. It ends when
  // the thread is carried on, as its frames then lie elsewhere. Whoever holds the loop.
  private @Nullable StackShortage shortage;

  // The JDK had no memory to schedule the end of a timed wait. Whoever holds the loop.
  private boolean isYieldUnfinished;

  // Where it goes on. Whoever makes it go on; the task's own thread while it runs elsewhere. Others
  // see it by way of the thread's own state, save for a turn that comes while the thread runs. Not
  // volatile: a fence for each new task would be dear.
  private Place place = Place.LOOP;

  CarriedTaskThread(Task<?> task) {
    super(task);
  }

  /// Returns the task whose thread this is, or null.
  static @Nullable Task<?> taskOf(Thread virtualThread) {
    return VirtualThreads.schedulerOf(virtualThread) instanceof Carried carried
            && carried.taskThread().thread == virtualThread
        ? carried.taskThread().task
        : null;
  }

  @Override
  State state() {
    return carried.state();
  }

  @Override
  void resume() {
    if (isYieldUnfinished) {
      finishYield();
      return;
    }
    if (carried.state() == State.NEW) {
      Thread created = carried.newThread(task.getName());
      thread = created;
      created.start();
    }
    carried.carry();
    rested();
  }

  private void finishYield() {
    isYieldUnfinished = false;
    if (!carried.tryFinishYield()) {
      finishYieldLater();
    }
  }

  // In the next iteration: others of the loop may set memory free meanwhile. A step that is queued
  // never lacks memory.
  private void finishYieldLater() {
    isYieldUnfinished = true;
    task.loop.kernel.queue(this);
  }

  @Override
  void suspend() {
    if (!trySuspend(null)) {
      throw new IllegalStateException(
          "cannot suspend inside a native frame or a class initialiser: " + task);
    }
  }

  @Override
  boolean runMeanwhile(TaskThread child) {
    return trySuspend(child);
  }

  private boolean trySuspend(@Nullable TaskThread child) {
    if (shortage != null) {
      shortage.refuseIfNoBetter();
    }
    try {
      return carried.suspend(child);
    } catch (StackOverflowError e) {
      lacksStack(e);
      throw e;
    }
  }

  private void lacksStack(StackOverflowError met) {
    if (shortage == null) {
      shortage = new StackShortage(task.loop.stack, met);
    } else {
      shortage.again();
    }
  }

  // A blocking call of the JDK is over, or the body has called Thread.yield. Posted also by who
  // holds the loop, as a callback that waits looks for it there.
  private void canGoOn() {
    TaskCarrier carrier = task.loop.kernel.carrier;
    CallbackRunner callbacks = task.loop.kernel.callbacks;
    if (place == Place.ELSEWHERE && (!carrier.isCarrying() || callbacks.mayWait())) {
      carried.carryElsewhere();
      return;
    }
    if (place == Place.ELSEWHERE) {
      // The loop can carry it again; should it stop before, the task goes on elsewhere as before.
      place = Place.LOOP;
      carrier.countElsewhere(-1);
    }
    var handle = new Continuation(this);
    if (!task.loop.kernel.post(handle)) {
      handle.dropped();
    } else if (!carrier.isCarrying()) {
      // In this order, as a loop that stops looks the other way round.
      handle.goOnElsewhere();
    } else if (callbacks.mayWait()) {
      lookLater(handle);
    }
  }

  private static void lookLater(Continuation handle) {
    try {
      LATER.execute(handle::goOnIfCallbackWaits);
    } catch (OutOfMemoryError e) {
      // The JDK has no thread that would look: at once, whether a callback waits or not.
      handle.goOnElsewhere();
    }
  }

  @Override
  void comeBack() {
    if (place != Place.ELSEWHERE || task.loop.isClosed()) {
      return;
    }
    // First, as there may be no memory for it.
    var turn = new Turn(this);
    place = Place.RETURNING;
    TaskCarrier carrier = task.loop.kernel.carrier;
    carrier.countElsewhere(-1);
    if (!task.loop.kernel.post(turn)) {
      place = Place.ELSEWHERE;
      return;
    }
    waitForTurn();
    if (place == Place.CALLED) {
      place = Place.ELSEWHERE;
      if (!task.loop.isClosed()) {
        carrier.countElsewhere(1);
        throw new IllegalStateException(
            "cannot wait for the loop inside a native frame or a class initialiser: " + task);
      }
    }
  }

  private void waitForTurn() {
    boolean interrupted = false;
    // Not by Thread.yield: on a carrier of the JDK that does not ask the thread's own scheduler.
    while (PLACE.getAcquire(this) == Place.RETURNING) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    // Its turn may have come before it was suspended; but only from a suspension the loop can carry
    // it on. The first of these tries may find the permit of that wake-up, and one that is over
    // before it has begun is none; a thread that cannot be suspended at all waits a second.
    for (int i = 0; i < MAX_SUSPENSIONS && place == Place.CALLED; i++) {
      if (i > MAX_SUSPENSIONS / 2) {
        // As in CarriedThread.suspend.
        VirtualThreads.unpin();
      }
      LockSupport.parkNanos(this, 1000L << i);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// Goes on after a blocking call of the JDK. Loop thread.
  private void goOn() {
    if (carried.isRunning()) {
      BaseEventLoop loop = task.loop;
      if (place == Place.ELSEWHERE) {
        loop.kernel.carrier.countElsewhere(-1);
      }
      place = Place.LOOP;
      loop.awaitedThreads--;
      loop.kernel.callbacks.blockedTasks--;
      carried.carry();
      rested();
    }
  }

  private void noteBlocked() {
    BaseEventLoop loop = task.loop;
    loop.awaitedThreads++;
    loop.kernel.callbacks.blockedTasks++;
    if (loop.isWatched()) {
      reportBlocked(loop);
    }
  }

  private void reportBlocked(BaseEventLoop loop) {
    if (loop.observer != null) {
      loop.observer.suspendedInJdk(task);
    }
    if (loop.getDebug()) {
      String text = loop.hiddenSuspensions.toTell(task, TaskStack.ofBlocked(thread));
      if (text != null) {
        // As a callback: the task may be in front of us for the very lock of the logger.
        loop.enqueue(
            new Handle(
                () -> BaseEventLoop.LOGGER.log(System.Logger.Level.INFO, text), ContextMap.EMPTY));
      }
    }
  }

  @Override
  void abandon() {
    switch (carried.state()) {
      case NEW -> carried.neverStart();
      case SUSPENDED -> {
        carried.carry();
        rested();
      }
      case RUNNING -> Objects.requireNonNull(thread).interrupt();
      case ENDED -> {}
    }
  }

  @Override
  void giveUp() {
    carried.suspend(null);
  }

  private final class Carried extends CarriedThread {
    CarriedTaskThread taskThread() {
      return CarriedTaskThread.this;
    }

    @Override
    void runBody() {
      CarriedTaskThread.this.runBody();
    }

    @Override
    void carryOnce() {
      shortage = null;
      BaseEventLoop loop = task.loop;
      Task<?> before = loop.currentTask;
      loop.currentTask = task;
      try {
        super.carryOnce();
      } finally {
        loop.currentTask = before;
      }
      if (isRunning()) {
        noteBlocked();
      }
    }

    @Override
    Thread carriedThread() {
      return Objects.requireNonNull(thread);
    }

    @Override
    void yieldUnfinished() {
      if (task.loop.isClosed()) {
        super.yieldUnfinished();
      } else {
        finishYieldLater();
      }
    }

    @Override
    void canGoOn() {
      CarriedTaskThread.this.canGoOn();
    }
  }

  /// Wakes up a task that has waited for the loop to run; then the loop carries it.
  private static final class Turn extends PostedHandle {
    private final CarriedTaskThread taskThread;

    Turn(CarriedTaskThread taskThread) {
      super(Handle::doNothing, ContextMap.EMPTY);
      this.taskThread = taskThread;
    }

    @Override
    void run(BaseEventLoop loop) {
      dropped();
    }

    @Override
    void dropped() {
      // One that came back by a wake-up of another kind is there already.
      if (taskThread.place == Place.RETURNING) {
        PLACE.setRelease(taskThread, Place.CALLED);
      }
      LockSupport.unpark(taskThread.thread);
    }

    @Override
    String describeCallback() {
      return taskThread.describeCallback();
    }
  }

  /// Runs the continuation in its turn among the loop's handles.
  private static final class Continuation extends ContinueHandle {
    private final CarriedTaskThread taskThread;

    Continuation(CarriedTaskThread taskThread) {
      this.taskThread = taskThread;
    }

    @Override
    void goOn() {
      taskThread.goOn();
    }

    @Override
    void goOnElsewhere() {
      // The other places are for the loop only: a task that has come back waits for it.
      if (taskThread.place == Place.LOOP && !taskThread.task.loop.isClosed() && start()) {
        taskThread.place = Place.ELSEWHERE;
        taskThread.task.loop.kernel.carrier.countElsewhere(1);
        taskThread.carried.carryElsewhere();
      }
    }

    // A callback that has taken this long since the task could go on may well wait for it. It
    // happens once to a loop: after that its callbacks have a thread of their own.
    void goOnIfCallbackWaits() {
      if (taskThread.task.loop.kernel.callbacks.mayWait()) {
        goOnElsewhere();
      }
    }

    @Override
    void dropped() {
      // The loop is closed. The thread must go on all the same: others may wait for it.
      taskThread.place = Place.ELSEWHERE;
      taskThread.carried.carryElsewhere();
    }

    @Override
    String describeCallback() {
      return taskThread.describeCallback();
    }
  }
}
