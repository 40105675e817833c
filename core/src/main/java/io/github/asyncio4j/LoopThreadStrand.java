// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.internal.jdk.VirtualThreads;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A task's virtual thread, carried by the thread of its loop. It is the thread's scheduler itself.
final class LoopThreadStrand extends Strand implements Executor {
  /*
   * Some facts about virtual threads with a scheduler of their own (JDK 21 to 26).
   *
   * The thread hands its continuation to the scheduler, always the same Runnable, whenever it can
   * run: in start(), after unpark, at the end of a timed wait, when a monitor is free, and right
   * after Thread.yield has unmounted it. Any platform thread may run it; from a virtual one it
   * throws WrongThreadException. Running it when the thread is not runnable does nothing.
   *
   * A suspension of ours is therefore a Thread.yield whose hand-over is ignored: the thread stays
   * runnable, and the next step runs the continuation. Compared with park and unpark this costs the
   * same, no permit and no interrupt can wake it by mistake, and yield returns at once when the
   * thread is pinned, where park would block the loop for ever.
   *
   * A virtual thread that is started inside a task without a scheduler of its own inherits the
   * task's, JDK-internal pollers included. Such a continuation is told apart by identity and goes to
   * the JDK's scheduler; else the whole JVM would stop reading sockets when the loop stops.
   */

  private static final int MAX_SUSPENSIONS = 20;

  private static final Executor LATER =
      CompletableFuture.delayedExecutor(10, TimeUnit.MILLISECONDS);

  private enum Place {
    /// The loop's thread carries it.
    LOOP,
    /// The JDK's scheduler does: the loop did not run when a blocking call of the JDK was over.
    ELSEWHERE,
    /// Suspended until the loop runs.
    RETURNING
  }

  // Set by the loop thread inside Thread.start(); others see it by way of the thread's own state.
  private @Nullable Runnable continuation;

  // A task that this one has created and that is to make its first step while this one waits.
  // Whoever holds the loop.
  private @Nullable Strand nested;

  // What is known of the stack since this step could not be suspended for want of it. It ends when
  // the thread is carried on, as its frames then lie elsewhere. Whoever holds the loop.
  private @Nullable StackShortage shortage;

  // Where it goes on. Whoever makes it go on; the task's own thread while it runs elsewhere. Others
  // see it by way of the thread's own state.
  private Place place = Place.LOOP;

  LoopThreadStrand(Task<?> task) {
    super(task);
  }

  /// Returns the task whose thread this is, or null.
  static @Nullable Task<?> taskOf(Thread virtualThread) {
    return VirtualThreads.schedulerOf(virtualThread) instanceof LoopThreadStrand strand
            && strand.thread == virtualThread
        ? strand.task
        : null;
  }

  @Override
  void resume() {
    if (state == State.NEW) {
      Thread created = VirtualThreads.newThread(this, task.threadName(), this::runBody);
      thread = created;
      created.start();
    }
    becomeRunning();
    runContinuation();
  }

  private void becomeRunning() {
    state = State.RUNNING;
    // Who takes the thread's stack trace keeps the continuation from running for a moment and then
    // hands it over again. That execute() must see the state, or this step would be lost.
    VarHandle.fullFence();
  }

  @Override
  @SuppressWarnings("ThreadPriorityCheck") // the yield is not a hint here: it unmounts the thread
  void suspend() {
    if (shortage != null) {
      shortage.refuseIfNoBetter();
    }
    state = State.SUSPENDED;
    try {
      Thread.yield();
    } catch (Throwable t) {
      // Not enough stack, or the heap is full.
      if (state == State.SUSPENDED) {
        state = State.RUNNING;
        if (t instanceof StackOverflowError e) {
          lacksStack(e);
        }
        throw t;
      }
    }
    if (state == State.SUSPENDED) {
      state = State.RUNNING;
      throw new IllegalStateException(
          "cannot suspend inside a native frame or a class initialiser: " + task);
    }
  }

  private void lacksStack(StackOverflowError met) {
    if (shortage == null) {
      shortage = new StackShortage(task.loop.stack, met);
    } else {
      shortage.again();
    }
  }

  @Override
  boolean runMeanwhile(Strand child) {
    // A virtual thread cannot carry another one, so the loop's thread has to do it.
    nested = child;
    try {
      suspend();
      return true;
    } catch (IllegalStateException e) {
      nested = null;
      return false;
    } catch (Throwable t) {
      nested = null;
      throw t;
    }
  }

  /// Takes a continuation that can run. Any thread.
  @Override
  public void execute(Runnable runnable) {
    if (continuation == null) {
      continuation = runnable;
    } else if (continuation != runnable) {
      VirtualThreads.defaultScheduler().execute(runnable);
    } else if (state == State.RUNNING) {
      // A blocking call of the JDK is over, or the body has called Thread.yield. Posted also by who
      // holds the loop, as a callback that waits looks for it there.
      Kernel kernel = task.loop.kernel;
      if (place == Place.ELSEWHERE && (!kernel.isCarrying() || kernel.isCallbackThatMayWait())) {
        VirtualThreads.defaultScheduler().execute(runnable);
        return;
      }
      if (place == Place.ELSEWHERE) {
        // The loop can carry it again; should it stop before, the task goes on elsewhere as before.
        place = Place.LOOP;
        kernel.countElsewhere(-1);
      }
      var handle = new Continuation(this);
      if (!kernel.post(handle)) {
        handle.dropped();
      } else if (!kernel.isCarrying()) {
        // In this order, as a loop that stops looks the other way round.
        handle.goOnElsewhere();
      } else if (kernel.isCallbackThatMayWait()) {
        LATER.execute(handle::goOnIfCallbackWaits);
      }
    }
  }

  private void returning() {
    place = Place.RETURNING;
    task.loop.kernel.countElsewhere(-1);
  }

  @Override
  void comeBack() {
    if (place != Place.ELSEWHERE || task.loop.isClosed()) {
      return;
    }
    // First, as there may be no memory for it.
    var turn = new Turn(this);
    returning();
    if (!task.loop.kernel.post(turn)) {
      place = Place.ELSEWHERE;
      return;
    }
    boolean interrupted = false;
    // Not by Thread.yield: on a carrier of the JDK that does not ask the thread's own scheduler.
    while (!turn.hasCome) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    // Its turn may have come before it was suspended; but only from a suspension the loop can carry
    // it on. The first of these tries may find the permit of that wake-up, and one that is over
    // before it has begun is none; a thread that cannot be suspended at all waits a second.
    for (int i = 0; i < MAX_SUSPENSIONS && place == Place.RETURNING; i++) {
      LockSupport.parkNanos(this, 1000L << i);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (place == Place.RETURNING) {
      place = Place.ELSEWHERE;
      if (!task.loop.isClosed()) {
        task.loop.kernel.countElsewhere(1);
        throw new IllegalStateException(
            "cannot wait for the loop inside a native frame or a class initialiser: " + task);
      }
    }
  }

  /// Goes on after a blocking call of the JDK. Loop thread.
  private void goOn() {
    if (state == State.RUNNING) {
      if (place == Place.ELSEWHERE) {
        task.loop.kernel.countElsewhere(-1);
      }
      place = Place.LOOP;
      task.loop.awaitedThreads--;
      task.loop.kernel.blockedTasks--;
      runContinuation();
    }
  }

  private void runContinuation() {
    carry();
    for (Strand child = nested; child != null; child = nested) {
      nested = null;
      child.task.step();
      becomeRunning();
      carry();
    }
    rested();
  }

  private void carry() {
    shortage = null;
    BaseEventLoop loop = task.loop;
    Task<?> before = loop.currentTask;
    loop.currentTask = task;
    try {
      Objects.requireNonNull(continuation).run();
    } finally {
      loop.currentTask = before;
    }
    if (state == State.RUNNING) {
      loop.awaitedThreads++;
      loop.kernel.blockedTasks++;
      if (loop.isWatched()) {
        reportBlocked(loop);
      }
    }
  }

  private void reportBlocked(BaseEventLoop loop) {
    if (loop.observer != null) {
      loop.observer.suspendedInJdk(task);
    }
    if (loop.getDebug()) {
      String text =
          "Hidden suspension, in a blocking call of the JDK: " + task + " " + task.getStack();
      // As a callback: the task may be in front of us for the very lock of the logger.
      loop.enqueue(
          new Handle(
              () -> BaseEventLoop.LOGGER.log(System.Logger.Level.INFO, text), ContextMap.EMPTY));
    }
  }

  @Override
  void abandon() {
    switch (state) {
      case NEW -> state = State.ENDED;
      case SUSPENDED -> {
        state = State.RUNNING;
        runContinuation();
      }
      case RUNNING -> Objects.requireNonNull(thread).interrupt();
      case ENDED -> {}
    }
  }

  @Override
  @SuppressWarnings("ThreadPriorityCheck") // as in suspend()
  void giveUp() {
    state = State.SUSPENDED;
    Thread.yield();
  }

  private void continueElsewhere() {
    VirtualThreads.defaultScheduler().execute(Objects.requireNonNull(continuation));
  }

  /// Wakes up a task that has waited for the loop to run; then the loop carries it.
  private static final class Turn extends PostedHandle {
    private final LoopThreadStrand strand;
    // Written by the loop's thread or the one that closes it.
    private volatile boolean hasCome;

    Turn(LoopThreadStrand strand) {
      super(Handle::doNothing, ContextMap.EMPTY);
      this.strand = strand;
    }

    @Override
    void run(BaseEventLoop loop) {
      dropped();
    }

    @Override
    void dropped() {
      hasCome = true;
      LockSupport.unpark(strand.thread);
    }

    @Override
    String describeCallback() {
      return strand.describeCallback();
    }
  }

  /// Runs the continuation in its turn among the loop's handles.
  private static final class Continuation extends ContinueHandle {
    private final LoopThreadStrand strand;

    Continuation(LoopThreadStrand strand) {
      this.strand = strand;
    }

    @Override
    void goOn() {
      strand.goOn();
    }

    @Override
    void goOnElsewhere() {
      // The other places are for the loop only: a task that has come back waits for it.
      if (strand.place == Place.LOOP && !strand.task.loop.isClosed() && start()) {
        strand.place = Place.ELSEWHERE;
        strand.task.loop.kernel.countElsewhere(1);
        strand.continueElsewhere();
      }
    }

    // A callback that has taken this long since the task could go on may well wait for it. It
    // happens once to a loop: after that its callbacks have a thread of their own.
    void goOnIfCallbackWaits() {
      if (strand.task.loop.kernel.isCallbackThatMayWait()) {
        goOnElsewhere();
      }
    }

    @Override
    void dropped() {
      // The loop is closed. The thread must go on all the same: others may wait for it.
      strand.place = Place.ELSEWHERE;
      strand.continueElsewhere();
    }

    @Override
    String describeCallback() {
      return strand.describeCallback();
    }
  }
}
