// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.internal.jdk.MemoryPause;
import io.github.asyncio4j.internal.jdk.VirtualThreads;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// A virtual thread that the loop's thread carries: it is the thread's scheduler, and what it runs.
///
/// Loop thread, which is the carrier, unless a method says otherwise.
abstract class CarriedThread implements Executor, Runnable {
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
   * A virtual thread that is started inside this one without a scheduler of its own inherits this
   * one's, JDK-internal pollers included. Such a continuation is told apart by identity and goes to
   * the JDK's scheduler; else the whole JVM would stop reading sockets when the loop stops.
   */

  // Written with the loop held: by the carrier, or by the thread itself while it is carried. A
  // thread that hands the continuation over sees it by way of the thread's own state.
  private TaskThread.State state = TaskThread.State.NEW;

  // Set by the carrier inside Thread.start(); others see it as they see the state.
  private @Nullable Runnable continuation;

  // A task that this thread has created and that is to make its first step while this one waits: a
  // virtual thread cannot carry another one. Whoever holds the loop.
  private @Nullable TaskThread created;

  /// What the thread does. The thread itself.
  abstract void runBody();

  /// Called when a blocking call of the JDK is over, or Thread.yield was called by what the thread
  /// runs: somebody has to carry it on. Any thread.
  abstract void canGoOn();

  /// Tells what the thread is doing.
  final TaskThread.State state() {
    return state;
  }

  /// Tells whether the thread is in its body, running or suspended by the JDK.
  final boolean isRunning() {
    return state == TaskThread.State.RUNNING;
  }

  /// Returns the thread, to be started.
  final Thread newThread(String name) {
    return VirtualThreads.newThread(this, name, this);
  }

  /// Ends what has not been started.
  final void neverStart() {
    state = TaskThread.State.ENDED;
  }

  /// Carries the thread as far as it goes, and makes the first steps of tasks for which it waits.
  final void carry() {
    becomeRunning();
    carryOnce();
    for (TaskThread child = created; child != null; child = created) {
      created = null;
      child.task.step();
      becomeRunning();
      carryOnce();
    }
  }

  private void becomeRunning() {
    state = TaskThread.State.RUNNING;
    // Who takes the thread's stack trace keeps the continuation from running for a moment and then
    // hands it over again. That execute() must see the state, or this step would be lost.
    VarHandle.fullFence();
  }

  /// Carries the thread until it is suspended, by us or by the JDK, or ends.
  void carryOnce() {
    try {
      Objects.requireNonNull(continuation).run();
    } catch (OutOfMemoryError e) {
      if (!VirtualThreads.canFinishYield()) {
        throw e;
      }
      if (!tryFinishYield()) {
        yieldUnfinished();
      }
    }
  }

  /// Returns the thread, which was started.
  abstract Thread carriedThread();

  /// Has the JDK schedule the end of a timed wait of the thread, for which there was no memory.
  ///
  /// @return false when there still is none
  final boolean tryFinishYield() {
    try {
      VirtualThreads.finishYield(carriedThread());
      return true;
    } catch (OutOfMemoryError e) {
      return false;
    }
  }

  /// Called when the end of a timed wait could not be scheduled: nothing would ever wake the
  /// thread.
  void yieldUnfinished() {
    do {
      MemoryPause.take();
    } while (!tryFinishYield());
  }

  /// Gives the thread, which the JDK lets go on, to the JDK's scheduler. Any thread.
  final void carryElsewhere() {
    VirtualThreads.defaultScheduler().execute(Objects.requireNonNull(continuation));
  }

  /// Suspends the thread until it is carried again. The thread itself.
  ///
  /// @param child a task that makes its first step meanwhile, or null
  /// @return false when the thread cannot be suspended here: it is pinned
  /// @throws Error when the stack or the heap does not allow it
  final boolean suspend(@Nullable TaskThread child) {
    while (!trySuspend(child)) {
      // None of the JDK's critical sections calls what may suspend: one that still lasts was left
      // where the stack ended.
      if (!VirtualThreads.unpin()) {
        return false;
      }
    }
    return true;
  }

  @SuppressWarnings("ThreadPriorityCheck") // the yield is not a hint here: it unmounts the thread
  private boolean trySuspend(@Nullable TaskThread child) {
    created = child;
    state = TaskThread.State.SUSPENDED;
    try {
      Thread.yield();
    } catch (Throwable t) {
      // Not enough stack, perhaps not even for a call from here, or the heap is full.
      if (state == TaskThread.State.SUSPENDED) {
        state = TaskThread.State.RUNNING;
        created = null;
        throw t;
      }
    }
    // Who carries a thread on sets its state first.
    if (state == TaskThread.State.SUSPENDED) {
      state = TaskThread.State.RUNNING;
      created = null;
      return false;
    }
    return true;
  }

  /// Runs the body to its end. The thread itself.
  @Override
  public final void run() {
    try {
      runBody();
    } finally {
      state = TaskThread.State.ENDED;
    }
  }

  /// Takes a continuation that can run. Any thread.
  @Override
  public final void execute(Runnable runnable) {
    if (continuation == null) {
      continuation = runnable;
    } else if (continuation != runnable) {
      VirtualThreads.defaultScheduler().execute(runnable);
    } else if (state == TaskThread.State.RUNNING) {
      canGoOn();
    }
  }
}
