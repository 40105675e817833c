// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import org.jspecify.annotations.Nullable;

/// Decides which loop a thread has when none runs in it, and how loops are made (EL-05).
///
/// Any thread.
public interface EventLoopPolicy {
  /// Returns the current thread's loop.
  ///
  /// @throws IllegalStateException when the thread has none
  EventLoop getEventLoop();

  /// Sets the current thread's loop, or clears it with null (EL-03).
  void setEventLoop(@Nullable EventLoop loop);

  /// Returns a new loop and sets it nowhere (EL-04).
  EventLoop newEventLoop();
}
