// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.stream;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The tasks that wait for one thing to happen.
///
/// Loop thread only. Each task waits on a future of its own, so cancelling one leaves the others
/// waiting.
final class Wakeups {
  private final EventLoop loop;
  private final List<Future<@Nullable Void>> waiters = new ArrayList<>();

  Wakeups(EventLoop loop) {
    this.loop = loop;
  }

  /// Suspends the current task until [#wakeAll()].
  void await() {
    Future<@Nullable Void> waiter = loop.createFuture();
    waiters.add(waiter);
    try {
      await(waiter);
    } finally {
      waiters.remove(waiter);
    }
  }

  /// Makes every task that waits now go on in the next iteration.
  void wakeAll() {
    waiters.forEach(Wakeups::wake);
  }

  /// Completes a future unless its task has been cancelled.
  static void wake(Future<@Nullable Void> waiter) {
    if (!waiter.done()) {
      waiter.setResult(null);
    }
  }

  /// Suspends the current task until a future is done that carries neither result nor exception.
  ///
  /// @throws IllegalStateException outside a task of the loop
  static void await(Future<@Nullable Void> waiter) {
    try {
      waiter.await();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("a wake-up failed: " + waiter, e);
    }
  }
}
