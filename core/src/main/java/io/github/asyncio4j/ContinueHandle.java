// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// Carries on, once, a virtual thread that the JDK lets go on after a blocking call. Posted by any
/// thread, run by the loop's own.
abstract class ContinueHandle extends PostedHandle {
  ContinueHandle() {
    super(Handle::doNothing, ContextMap.EMPTY);
  }

  /// Carries the thread as far as it goes. Loop thread.
  abstract void goOn();

  /// Has the thread go on without the loop, which has stopped, unless it may wait for the loop. Any
  /// thread.
  void goOnElsewhere() {}

  @Override
  final boolean carriesThread() {
    return true;
  }

  @Override
  final void run(BaseEventLoop loop) {
    // It may have been carried on before its turn in the queue.
    if (start()) {
      goOn();
    }
  }

  /// Carries the thread on while the loop closes. The closing thread.
  final void runAfterClose() {
    if (start()) {
      goOn();
    }
  }
}
