// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import org.jspecify.annotations.Nullable;

/// A callback of a future by way of which another future, or a task, waits for it (TC-14).
interface Awaiter {
  /// Returns who waits, or null once it waits no more. Loop thread.
  @Nullable Future<?> awaiter();
}
