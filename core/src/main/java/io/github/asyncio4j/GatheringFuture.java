// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import org.jspecify.annotations.Nullable;

/// A future that stands for several others, as that of a `gather`: to cancel it is to cancel those
/// . Made by [Lowlevel#newGatheringFuture].
final class GatheringFuture<R extends @Nullable Object> extends Future<R> {
  private final Lowlevel.Gathered gathered;

  GatheringFuture(BaseEventLoop loop, Lowlevel.Gathered gathered) {
    super(loop);
    this.gathered = gathered;
  }

  @Override
  public boolean cancel(@Nullable String message) {
    loop.checkThread();
    return CancelRequest.send(this, message);
  }

  Lowlevel.Gathered gathered() {
    return gathered;
  }
}
