// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// Carries on, once, a virtual thread that the JDK lets go on after a blocking call. Posted by any
/// thread, run by the loop's own.
abstract class ContinueHandle extends PostedHandle {
  // Loop thread. It may have been carried on before its turn in the queue.
  private boolean over;

  ContinueHandle() {
    super(Handle::doNothing, ContextMap.EMPTY);
  }

  /// Carries the thread as far as it goes. Loop thread.
  abstract void goOn();

  @Override
  final boolean carriesThread() {
    return true;
  }

  @Override
  final void run(BaseEventLoop loop) {
    if (!over) {
      over = true;
      goOn();
    }
  }
}
