// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// One thread that runs callbacks, tasks and I/O, a piece at a time (asyncio's
/// `AbstractEventLoop`).
///
/// Unless a method says otherwise it may be called on the loop thread only: from a callback, from a
/// protocol, from a task of this loop, or from any thread while the loop is not running.
/// *Suspending* methods suspend the task that calls them and nothing else. They throw
/// [CancelledError] when that task is cancelled, and close what they have opened by then; called
/// outside a task of this loop they throw [IllegalStateException].
///
/// After [#close()] every method that would schedule or open something throws
/// [IllegalStateException] with a text that begins with `Event loop is closed` (EL-15).
///
/// The methods are declared in one interface for each heading of asyncio's page. All loops are
/// subclasses of [BaseEventLoop], since nobody else can make its tasks; more methods may come.
public sealed interface EventLoop
    extends LoopRunning,
        LoopScheduling,
        LoopTasks,
        LoopConnections,
        LoopFiles,
        LoopSockets,
        LoopPipes,
        LoopDescriptors,
        LoopSignals,
        LoopSubprocesses,
        LoopExecutors,
        LoopDiagnostics
    permits DelegatingLoop {

  /// Returns the loop that runs in this thread or whose task this is (EL-01). Any thread.
  ///
  /// @throws IllegalStateException when there is none
  static EventLoop getRunningLoop() {
    EventLoop loop = RunningLoop.get();
    if (loop == null) {
      throw new IllegalStateException(
          "no running event loop in thread '"
              + Thread.currentThread().getName()
              + "': start one by Asyncio.run(() -> ...), reach one from another thread by its"
              + " callSoonThreadsafe() or by Asyncio.runCoroutineThreadsafe()");
    }
    return loop;
  }
}
