// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// A callback that any thread can have called again and again, without memory. Made by
/// [Lowlevel#newPost].
public final class ReusablePost extends PostedHandle {
  /*
   * A handle that has started is as good as one that was never posted: nobody refers to it. Where
   * the ready queue cannot grow, what is posted by the loop's own thread waits among what others
   * have posted, which is a list of the handles themselves; and since the loop takes those before it
   * queues another handle, the order is kept.
   */
  private final BaseEventLoop loop;
  // Loop thread only. Whether its turn has come to the callback.
  private boolean invoked;

  ReusablePost(BaseEventLoop loop, Runnable callback, Object scope) {
    super(callback, scope);
    this.loop = loop;
    // Both ways once: what the JVM links at the first call needs memory.
    boolean _ = start();
    boolean _ = startedBefore();
    boolean _ = start();
  }

  /// Queues the callback for the next iteration and wakes the loop, unless it is queued already.
  /// Any thread. Nothing is allocated. When the loop is closed nothing is ever called.
  public void post() {
    if (startedBefore() && !isQueuedByLoop() && !loop.isClosed()) {
      boolean _ = loop.kernel.post(this);
    }
  }

  private boolean isQueuedByLoop() {
    try {
      if (!loop.isClosed() && loop.holdsLoop()) {
        loop.kernel.queue(this);
        return true;
      }
    } catch (OutOfMemoryError e) {
      return false;
    }
    return false;
  }

  /// Calls it; when there is no memory for that, or for what it does, it is called once more.
  @Override
  void run(BaseEventLoop loop) {
    invoked = false;
    try {
      super.run(loop);
    } finally {
      if (!invoked) {
        post();
      }
    }
  }

  @Override
  void invoke() {
    invoked = true;
    try {
      super.invoke();
    } catch (OutOfMemoryError e) {
      loop.kernel.reserves.giveUp();
      post();
    }
  }
}
