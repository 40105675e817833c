// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Carries on the threads of a loop that the JDK lets go on after blocking calls: for as long as
/// the loop runs, after which they go on elsewhere (ADR 13). Loop-thread engine only.
///
/// Loop thread, unless a method says otherwise.
final class TaskCarrier {
  // How often a loop that closes carries tasks on before it leaves them to themselves.
  private static final int MAX_CONTINUED = 100_000;
  private static final VarHandle ELSEWHERE;

  static {
    try {
      ELSEWHERE = MethodHandles.lookup().findVarHandle(TaskCarrier.class, "elsewhere", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final BaseEventLoop loop;
  private final ReadyQueue ready;
  private final PostedQueue posted;

  // Written by the loop's thread; any thread reads before it posts or runs a continuation.
  private volatile boolean carrying;
  // How many tasks go on elsewhere until they use the loop again. Any thread.
  private volatile int elsewhere;
  // The loop's thread while it waits for threads that the JDK lets go on, and for nothing else. Any
  // thread that posts wakes it up.
  private volatile @Nullable Thread waiting;

  TaskCarrier(BaseEventLoop loop, ReadyQueue ready, PostedQueue posted) {
    this.loop = loop;
    this.ready = ready;
    this.posted = posted;
  }

  /// The loop runs from now on.
  void start() {
    carrying = true;
  }

  /// The loop does not run any more. From now on tasks that the JDK lets go on go on elsewhere:
  /// others may stand behind them in the queue of a lock, and nobody knows when the loop runs
  /// again.
  void stop() {
    carrying = false;
    posted.drainTo(ready, Integer.MAX_VALUE);
    for (int i = 0; i < ready.size(); i++) {
      if (ready.get(i) instanceof ContinueHandle handle) {
        handle.goOnElsewhere();
      }
    }
  }

  /// Tells whether threads that the JDK lets go on are carried by this loop: it runs. Any thread.
  boolean isCarrying() {
    return carrying;
  }

  /// Returns how many tasks go on elsewhere until they use the loop again. Any thread.
  int elsewhere() {
    return elsewhere;
  }

  /// Counts a task that goes on elsewhere, or one that comes back. Any thread.
  void countElsewhere(int change) {
    ELSEWHERE.getAndAdd(this, change);
  }

  /// Carries threads on before their turn; what else there is waits in the ready queue.
  void carryWhile(BooleanSupplier condition) {
    // Nothing is taken out of the queue meanwhile.
    int next = 0;
    while (condition.getAsBoolean()) {
      if (next == ready.size()) {
        waitForPosted();
      } else if (ready.get(next++) instanceof ContinueHandle handle) {
        handle.run(loop);
      }
    }
  }

  private void waitForPosted() {
    boolean interrupted = false;
    waiting = Thread.currentThread();
    // The order matters: announce the wait, then look. Who posts looks the other way round.
    while (posted.isEmpty()) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    waiting = null;
    if (interrupted) {
      // For the end of the iteration.
      Thread.currentThread().interrupt();
    }
    posted.drainTo(ready, Integer.MAX_VALUE);
  }

  /// Wakes the loop's thread, if it waits here, for what was posted. Any thread.
  void wakeUp() {
    Thread waits = waiting;
    if (waits != null) {
      LockSupport.unpark(waits);
    }
  }

  /// Drops what is queued, save for threads that can go on after a blocking call of the JDK: those
  /// run. The loop is closed.
  ///
  /// @param callbacks where it is told of: a program that is told may wait for a lock behind a task
  void carryTheLast(CallbackRunner callbacks) {
    int continued = 0;
    for (posted.drainTo(ready, Integer.MAX_VALUE);
        !ready.isEmpty();
        posted.drainTo(ready, Integer.MAX_VALUE)) {
      switch (ready.take()) {
        case ContinueHandle handle -> {
          if (++continued == MAX_CONTINUED) {
            // One that blocks and goes on again and again must not keep the loop from its end.
            posted.close();
          }
          handle.runAfterClose();
        }
        case PostedHandle handle -> callbacks.run(handle::dropped);
        case Handle _ -> {}
      }
    }
  }
}
