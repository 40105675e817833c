// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// A callback that can be queued again and again, once at a time. Made by [Lowlevel#newHandle].
///
/// Loop thread only.
public final class ReusableHandle extends Handle {
  private final BaseEventLoop loop;
  private boolean queued;

  ReusableHandle(BaseEventLoop loop, Runnable callback, Context context) {
    super(callback, context);
    this.loop = loop;
  }

  /// Queues the callback for the next iteration, unless it is queued already.
  ///
  /// Nothing is allocated, save when the loop has never had as many callbacks at a time.
  ///
  /// @return false when it was queued already or is cancelled
  /// @throws IllegalStateException when the loop is closed
  public boolean callSoon() {
    if (queued || cancelled()) {
      return false;
    }
    loop.enqueue(this);
    queued = true;
    return true;
  }

  @Override
  void run(BaseEventLoop loop) {
    queued = false;
    super.run(loop);
  }
}
