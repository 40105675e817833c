// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The virtual thread that callbacks run on while a task of the loop is inside a blocking call of
/// the JDK. Loop-thread engine only. Loop thread, unless a method says otherwise.
final class CallbackThread {
  /*
   * A lock that a callback takes may be one that a task waits for already; it need not be the
   * program's: loggers, print streams and the queues of executors have some. If the loop's own thread
   * waited behind the task, nobody could carry the task when its turn comes, and the loop would stand
   * still for ever. A virtual thread is suspended instead, and until the callback is over the loop's
   * thread carries the tasks that the JDK lets go on, and nothing else.
   */
  private final BaseEventLoop loop;
  // The first is never started.
  private Carried carried = new Carried();
  // Others compare it with themselves, or take its stack.
  private @Nullable Thread thread;
  private @Nullable Runnable work;
  private @Nullable Throwable failure;

  CallbackThread(BaseEventLoop loop) {
    this.loop = loop;
    carried.neverStart();
  }

  /// Tells whether a thread is this one, in a callback. Any thread.
  boolean is(Thread other) {
    return other == thread;
  }

  /// Returns this thread while a callback is under way in it, else null. Any thread; it may be a
  /// moment old.
  @Nullable Thread busyThread() {
    return carried.isRunning() ? thread : null;
  }

  /// Runs something, and tasks that the JDK lets go on as long as that is suspended by the JDK.
  void run(Runnable callback, TaskCarrier carrier) {
    work = callback;
    if (carried.state() == TaskThread.State.ENDED) {
      var next = new Carried();
      Thread created = next.newThread("asyncio4j-callback");
      thread = created;
      created.start();
      carried = next;
    }
    carried.carry();
    if (carried.isRunning()) {
      carrier.carryWhile(carried::isRunning);
    }
    Throwable thrown = failure;
    failure = null;
    switch (thrown) {
      case null -> {}
      case Error e -> throw e;
      case RuntimeException e -> throw e;
      default -> throw new IllegalStateException(thrown);
    }
  }

  /// Makes the first step of a task that a callback has created. The thread itself.
  ///
  /// @return false when this thread cannot be suspended here
  boolean letStart(TaskThread created) {
    return carried.suspend(created);
  }

  /// Ends the thread. The loop is closed.
  void end() {
    if (carried.state() == TaskThread.State.SUSPENDED) {
      carried.carry();
    }
  }

  /// One thread; there is another one after it when it had to end.
  private final class Carried extends CarriedThread {
    @Override
    void runBody() {
      for (Runnable current = work; current != null; current = work) {
        work = null;
        try {
          // None runs when the loop reports what it leaves behind.
          RunningLoop.set(loop.isRunning() ? loop : null);
          current.run();
        } catch (Throwable t) {
          failure = t;
        }
        // As in an iteration of the loop: an interrupt is not for the next callback.
        Thread.interrupted();
        try {
          suspend(null);
        } catch (Throwable t) {
          // It cannot be suspended for want of memory: it ends, and another one is made.
          break;
        }
      }
    }

    @Override
    Thread carriedThread() {
      return Objects.requireNonNull(thread);
    }

    @Override
    void canGoOn() {
      // The loop is running, and waits for this.
      loop.kernel.post(new Continuation(this));
    }
  }

  /// Runs the continuation.
  private static final class Continuation extends ContinueHandle {
    private final Carried thread;

    Continuation(Carried thread) {
      this.thread = thread;
    }

    @Override
    void goOn() {
      if (thread.isRunning()) {
        thread.carry();
      }
    }
  }
}
