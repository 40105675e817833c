// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A task's virtual thread on the JDK's scheduler: loop and task hand a baton to each other so that
/// exactly one of them runs.
final class BatonTaskThread extends TaskThread {
  private static final ThreadLocal<@Nullable BatonTaskThread> OF_THREAD = new ThreadLocal<>();

  /*
   * Whose turn it is. Each side waits for its own; the volatile write publishes everything that was
   * done meanwhile, so all other state can be plain.
   */
  private enum Turn {
    LOOP,
    /// The task has suspended itself, and the loop has not noticed yet.
    OFFERED,
    TASK
  }

  private static final VarHandle TURN;

  static {
    try {
      TURN = MethodHandles.lookup().findVarHandle(BatonTaskThread.class, "turn", Turn.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile Turn turn = Turn.LOOP;

  // Written with the loop held: by its thread, or by the task's while it runs in the loop's stead.
  private State state = State.NEW;

  // How many sides wait in the monitor of this object, since their stacks cannot be put aside. Read
  // without it; written in it.
  private volatile int waitingInMonitor;

  // The thread that waits in resume(). Written by it before it hands over.
  private @Nullable Thread resumer;

  BatonTaskThread(Task<?> task) {
    super(task);
  }

  static @Nullable Task<?> taskOfThisThread() {
    BatonTaskThread taskThread = OF_THREAD.get();
    return taskThread == null ? null : taskThread.task;
  }

  @Override
  State state() {
    return state;
  }

  @Override
  void resume() {
    BaseEventLoop loop = task.loop;
    Task<?> before = loop.currentTask;
    loop.currentTask = task;
    resumer = Thread.currentThread();
    boolean first = state == State.NEW;
    state = State.RUNNING;
    turn = Turn.TASK;
    try {
      if (first) {
        Thread created = Thread.ofVirtual().name(task.getName()).unstarted(this::main);
        thread = created;
        created.start();
      } else {
        wakeUp(thread);
      }
      waitForLoopsTurn();
    } finally {
      loop.currentTask = before;
    }
    rested();
  }

  private void main() {
    OF_THREAD.set(this);
    try {
      runBody();
    } finally {
      state = State.ENDED;
      giveBatonBack();
    }
  }

  @Override
  void suspend() {
    task.loop.stack.ensureForHandOver();
    state = State.SUSPENDED;
    giveBatonBack();
    waitForTasksTurn();
  }

  @Override
  boolean runMeanwhile(TaskThread child) {
    // This thread hands the baton to the other one itself.
    task.loop.stack.ensureForHandOver();
    state = State.SUSPENDED;
    try {
      child.task.step();
    } finally {
      state = State.RUNNING;
    }
    return true;
  }

  private void giveBatonBack() {
    Thread other = Objects.requireNonNull(resumer);
    turn = Turn.OFFERED;
    wakeUp(other);
  }

  private void wakeUp(@Nullable Thread other) {
    if (waitingInMonitor > 0) {
      synchronized (this) {
        notifyAll();
      }
    }
    LockSupport.unpark(other);
  }

  private boolean isLoopsTurn() {
    return turn == Turn.OFFERED && TURN.compareAndSet(this, Turn.OFFERED, Turn.LOOP);
  }

  /*
   * An interrupt does not end a wait; it is kept for the next call that heeds it. park returns at
   * once while the thread is interrupted: if it were not taken back meanwhile the wait would spin.
   *
   * park throws a StackOverflowError when the stack holds many frames of the interpreter: to put
   * those aside takes as much stack again.
   */

  private void waitForLoopsTurn() {
    boolean interrupted = false;
    while (!isLoopsTurn()) {
      try {
        LockSupport.park(this);
      } catch (StackOverflowError e) {
        // A task waits here for the first step of one that it has created.
        wakeACarrier();
        interrupted |= waitInMonitor(Turn.LOOP);
        break;
      }
      interrupted |= Thread.interrupted();
    }
    keepInterrupt(interrupted);
  }

  private void waitForTasksTurn() {
    boolean interrupted = false;
    while (turn != Turn.TASK) {
      try {
        LockSupport.park(this);
      } catch (StackOverflowError e) {
        if (TURN.compareAndSet(this, Turn.OFFERED, Turn.TASK)) {
          state = State.RUNNING;
          keepInterrupt(interrupted);
          throw e;
        }
        interrupted |= waitInMonitor(Turn.TASK);
      }
      interrupted |= Thread.interrupted();
    }
    keepInterrupt(interrupted);
  }

  private static void keepInterrupt(boolean interrupted) {
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  // Waits together with the carrier thread.
  @SuppressWarnings("NonAtomicVolatileUpdate") // in the monitor
  private synchronized boolean waitInMonitor(Turn mine) {
    boolean interrupted = false;
    waitingInMonitor++;
    // In this order: who gives the turn away looks at the count after that.
    while (!(mine == Turn.TASK ? turn == mine : isLoopsTurn())) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    waitingInMonitor--;
    return interrupted;
  }

  // The other thread may be in the queue of the carrier that is about to wait, and a sleeping
  // carrier does not look there: what a platform thread submits wakes one up.
  private static void wakeACarrier() {
    try {
      Thread.ofPlatform().daemon().start(() -> Thread.startVirtualThread(() -> {}));
    } catch (OutOfMemoryError e) {
      // No thread: a carrier finds it when it looks for work again.
    }
  }

  @Override
  void giveUp() {
    giveBatonBack();
    while (true) {
      LockSupport.park(this);
    }
  }

  @Override
  void abandon() {
    switch (state) {
      case NEW -> state = State.ENDED;
      case SUSPENDED -> resume();
      case RUNNING, ENDED -> {}
    }
  }
}
