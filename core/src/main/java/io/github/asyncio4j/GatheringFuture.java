// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The future of a `gather`: to cancel it is to cancel what it waits for.
final class GatheringFuture<R extends @Nullable Object> extends Future<List<R>> {
  private final Gathering<?, R> gathering;

  GatheringFuture(BaseEventLoop loop, Gathering<?, R> gathering) {
    super(loop);
    this.gathering = gathering;
  }

  @Override
  public boolean cancel(@Nullable String message) {
    loop.checkThread();
    return CancelRequest.send(this, message);
  }

  Gathering<?, R> gathering() {
    return gathering;
  }
}
