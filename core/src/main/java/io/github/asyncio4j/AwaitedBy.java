// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.function.Consumer;

/// A callback of a future that does nothing but tell who waits for it (TC-14).
///
/// @param awaiter who waits
record AwaitedBy(Future<?> awaiter) implements Consumer<Future<?>>, Awaiter {
  @Override
  public void accept(Future<?> future) {}
}
