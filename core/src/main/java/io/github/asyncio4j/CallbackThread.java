// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.internal.jdk.VirtualThreads;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// The virtual thread that callbacks run on while a task of the loop is inside a blocking call of
/// the JDK. Loop-thread engine only; it is the thread's scheduler itself. Loop thread, save for
/// [#execute(Runnable)].
final class CallbackThread implements Executor {
  /*
   * A lock that a callback takes may be one that a task waits for already; it need not be the
   * program's: loggers, print streams and the queues of executors have some. If the loop's own thread
   * waited behind the task, nobody could carry the task when its turn comes, and the loop would stand
   * still for ever. A virtual thread is suspended instead, and until the callback is over the loop's
   * thread carries the tasks that the JDK lets go on, and nothing else.
   *
   * Where no task is inside such a call none can be in front of the loop's thread, so callbacks run
   * in that and cost nothing more.
   */
  private enum State {
    /// Waits for something to run.
    IDLE,
    /// Runs a callback, or is suspended by the JDK inside it.
    RUNNING,
    /// Waits until the first step of a task, which a callback has created, is made.
    LENT,
    /// Has ended, or has not begun.
    ENDED
  }

  private final BaseEventLoop loop;
  private State state = State.ENDED;
  private @Nullable Thread thread;
  // Set inside Thread.start(); others see it by way of the thread's own state.
  private @Nullable Runnable continuation;
  private @Nullable Runnable work;
  private @Nullable Strand child;
  private @Nullable Throwable failure;

  CallbackThread(BaseEventLoop loop) {
    this.loop = loop;
  }

  /// Tells whether a thread is this one, in a callback. Any thread.
  boolean is(Thread other) {
    return other == thread;
  }

  /// Runs something, and tasks that the JDK lets go on as long as that is suspended by the JDK.
  void run(Runnable callback, Kernel kernel) {
    work = callback;
    if (state == State.ENDED) {
      continuation = null;
      Thread created = VirtualThreads.newThread(this, "asyncio4j-callback", this::main);
      thread = created;
      created.start();
    }
    carry();
    if (state == State.RUNNING) {
      kernel.carryWhile(() -> state == State.RUNNING);
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

  /// Goes on after a blocking call of the JDK.
  private void goOn() {
    if (state == State.RUNNING) {
      carry();
    }
  }

  private void carry() {
    becomeRunning();
    Runnable carried = Objects.requireNonNull(continuation);
    carried.run();
    for (Strand next = child; next != null; next = child) {
      child = null;
      next.task.step();
      becomeRunning();
      carried.run();
    }
  }

  private void becomeRunning() {
    state = State.RUNNING;
    // As in LoopThreadStrand.
    VarHandle.fullFence();
  }

  /// Makes the first step of a task that a callback has created. The thread itself.
  ///
  /// @return false when this thread cannot be suspended here
  @SuppressWarnings("ThreadPriorityCheck") // the yield is not a hint here: it unmounts the thread
  boolean letStart(Strand created) {
    child = created;
    state = State.LENT;
    try {
      Thread.yield();
    } catch (Throwable t) {
      // The stack or the heap does not allow to suspend it.
      if (state == State.LENT) {
        state = State.RUNNING;
        child = null;
        throw t;
      }
    }
    if (state == State.LENT) {
      // Pinned by a native frame.
      state = State.RUNNING;
      child = null;
      return false;
    }
    return true;
  }

  @SuppressWarnings("ThreadPriorityCheck") // as above
  private void main() {
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
      state = State.IDLE;
      try {
        Thread.yield();
      } catch (Throwable t) {
        // It cannot be suspended for want of memory: it ends, and another one is made.
        break;
      }
    }
    state = State.ENDED;
  }

  /// Ends the thread. The loop is closed.
  void end() {
    if (state == State.IDLE) {
      carry();
    }
  }

  /// Takes a continuation that can run. Any thread.
  @Override
  public void execute(Runnable runnable) {
    if (continuation == null) {
      continuation = runnable;
    } else if (continuation != runnable) {
      // That of a thread which a callback has started.
      VirtualThreads.defaultScheduler().execute(runnable);
    } else if (state == State.RUNNING) {
      // A blocking call of the JDK is over, or the callback has called Thread.yield. The loop is
      // running, and waits for this.
      loop.kernel.post(new Continuation(this));
    }
  }

  /// Runs the continuation.
  private static final class Continuation extends ContinueHandle {
    private final CallbackThread thread;

    Continuation(CallbackThread thread) {
      this.thread = thread;
    }

    @Override
    void goOn() {
      thread.goOn();
    }
  }
}
