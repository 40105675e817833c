// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.internal.jdk.MemoryPause;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The virtual thread of one task, and the handle that makes its next step when the loop runs it.
///
/// At most one step of a task is queued at any time, so one handle serves for all of them and a
/// step allocates nothing.
abstract class TaskThread extends Handle {
  /// What a task thread is doing. Written with the loop held: by the loop thread, or by the task's
  /// thread while it runs in the loop's stead.
  enum State {
    /// No step has been made; there is no thread.
    NEW,
    /// In the body: running, or suspended by the JDK inside a blocking call.
    RUNNING,
    /// Suspended by us until the next step.
    SUSPENDED,
    /// The body has ended.
    ENDED
  }

  private static final Set<String> TASK_THREADS =
      Set.of(BatonTaskThread.class.getName(), CarriedTaskThread.class.getName());
  private static final Set<String> SUSPENSIONS = Set.of("suspend", "runMeanwhile", "giveUp");

  // How often a task may ignore that its loop is closed before it is left where it is.
  private static final int MAX_REFUSALS = 1000;

  final Task<?> task;
  // The task's own thread.
  private int refusals;
  // The next one in a list of the ready queue. Whoever holds the loop.
  @Nullable TaskThread nextReady;
  // How many times more it is in there.
  int readyAgain;
  // Set once, by the loop thread, when the first step is made; the watchdog reads.
  @Nullable Thread thread;

  TaskThread(Task<?> task) {
    super(Handle::doNothing, ContextMap.EMPTY);
    this.task = task;
  }

  /// Tells what the task thread is doing. Whoever holds the loop.
  abstract State state();

  /// Runs the task until it is suspended or ends. Loop thread.
  abstract void resume();

  /// Suspends the task until [#resume()] is called. Its own thread.
  ///
  /// @throws IllegalStateException when the thread cannot be suspended here
  abstract void suspend();

  /// Suspends the task while the first step of another is made. Its own thread.
  ///
  /// @return false, with the other not started, when the thread cannot be suspended here
  abstract boolean runMeanwhile(TaskThread child);

  /// Has the task wait for the loop, if it went on without that after a blocking call of the JDK.
  /// Its own thread.
  ///
  /// @throws IllegalStateException when the thread cannot be suspended here
  void comeBack() {}

  /// Has the task wait for the loop at the end of its body. Its own thread.
  final void comeBackAtTheEnd() {
    while (true) {
      try {
        comeBack();
        return;
      } catch (IllegalStateException e) {
        // Nothing of a program is on the stack any more that could keep it from being suspended.
      } catch (OutOfMemoryError e) {
        // Until there is memory: who awaits this task has to be told.
        MemoryPause.take();
      }
    }
  }

  /// Ends a task thread whose loop is closing: its body runs on with every suspending call failing.
  /// A platform thread, which closes the loop; tasks that the JDK has suspended are interrupted and
  /// go on when the loop takes what was posted.
  abstract void abandon();

  /// Never returns from here: the body has had its chances to end. Its own thread.
  abstract void giveUp();

  /// Returns what a suspending call throws whose loop is closed; a body that goes on making such
  /// calls is given up. Its own thread.
  final CancelledError refusal(String call) {
    if (++refusals > MAX_REFUSALS) {
      BaseEventLoop.LOGGER.log(
          System.Logger.Level.WARNING,
          "task ignores that its loop is closed: "
              + task
              + "; who catches a CancelledError throws it again");
      giveUp();
    }
    return new CancelledError(call + ": Event loop is closed");
  }

  /// Tells whether a frame is that of a method which suspends a task's thread. None of a program's
  /// is ever called by it in that thread. Any thread.
  static boolean isSuspension(StackTraceElement frame) {
    return TASK_THREADS.contains(frame.getClassName())
        && SUSPENSIONS.contains(frame.getMethodName());
  }

  /// Tells whether the body is inside a blocking call of the JDK, as far as the loop knows. Loop
  /// thread, from outside the body.
  final boolean isBlockedInJdk() {
    return state() == State.RUNNING && task.loop.currentTask != task;
  }

  @Override
  final boolean carriesThread() {
    return true;
  }

  @Override
  final void run(BaseEventLoop loop) {
    task.step();
  }

  /// Called when the thread has been carried as far as it goes for now. Who carried it.
  final void rested() {
    DrivenBody driven = task.driven;
    if (driven != null) {
      driven.bodyRests();
    }
  }

  /// Runs the body. The task thread's own thread.
  final void runBody() {
    try (var _ = Propagation.restore(task.getContext().vars)) {
      task.runBody();
    }
  }

  @Override
  String describeCallback() {
    // Not the task's text: that would have those of all who wait for it in turn, without end if
    // they do so in a circle.
    return "Task.step(name='" + task.getName() + "')";
  }
}
