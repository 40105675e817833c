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
    boolean isFirst;
    try {
      isFirst = start();
    } catch (OutOfMemoryError e) {
      // The first call of all is linked, for which there may be no memory. The thread must go on
      // all the same.
      loop.kernel.putBack(this);
      return;
    }
    // It may have been carried on before its turn in the queue.
    if (isFirst) {
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
