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
      waiter.join();
    } finally {
      waiters.remove(waiter);
    }
  }

  /// Makes every task that waits now go on in the next iteration.
  void wakeAll() {
    for (Future<@Nullable Void> waiter : waiters) {
      waiter.trySetResult(null);
    }
  }
}
