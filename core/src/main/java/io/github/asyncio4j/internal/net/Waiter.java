// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import org.jspecify.annotations.Nullable;

/// A place where one task waits for something without a value, until it is woken.
///
/// Loop thread only.
final class Waiter {
  private final EventLoop loop;
  private final Future<@Nullable Void> future;

  Waiter(EventLoop loop) {
    this.loop = loop;
    this.future = loop.createFuture();
  }

  /// Suspends the current task until it is woken; returns at once when it was woken before.
  ///
  /// @throws io.github.asyncio4j.CancelledError when the task or this waiter is cancelled
  /// @throws IllegalStateException outside a task of the loop
  void await() {
    try {
      future.await();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError("nobody sets an exception here", e);
    }
  }

  /// Wakes the task; does nothing when it was woken or cancelled before, or the loop is closed.
  void wake() {
    if (!future.done() && !loop.isClosed()) {
      future.setResult(null);
    }
  }

  /// Makes [#await()] throw, unless it was woken before.
  void cancel() {
    if (!loop.isClosed()) {
      future.cancel();
    }
  }
}
