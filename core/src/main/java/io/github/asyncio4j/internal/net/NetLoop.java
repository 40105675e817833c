// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.ExceptionContext;
import io.github.asyncio4j.Handle;
import io.github.asyncio4j.IoWatch;
import io.github.asyncio4j.selector.Pollable;
import io.github.asyncio4j.socket.SocketTier;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// What this package needs of a loop: the port that a selector loop implements.
///
/// Loop thread only.
public interface NetLoop {
  /// Returns the loop itself: timers, futures, debug mode.
  EventLoop loop();

  /// Queues a callback for the next iteration, as the loop does.
  Handle callSoon(Runnable callback, @Nullable Context context);

  /// Reports a failure, as the loop does.
  void callExceptionHandler(ExceptionContext context);

  /// Returns which sockets the loop's selector can watch.
  SocketTier tier();

  /// Watches a descriptor, at first for nothing.
  ///
  /// @param owner told when the loop is closed; its text names it in the error of who watches too
  /// @param onReadable called in each iteration in which it is readable or broken, while reading is
  ///   on
  /// @param onWritable called in each iteration in which it is writable or broken, while writing is
  ///   on
  /// @throws IllegalStateException when the descriptor is watched by a transport already
  /// @throws IOException when the selector refuses it
  IoWatch watch(Pollable pollable, IoWatch.Owner owner, Runnable onReadable, Runnable onWritable)
      throws IOException;

  /// Refuses a call that would suspend outside a task of the loop, before it has done anything.
  ///
  /// @param call the public method, for the exception's text
  /// @throws IllegalStateException outside a task of the loop
  void ensureInTask(String call);

  /// Suspends the current task for exactly one iteration: asyncio's `sleep(0)`.
  ///
  /// @throws IllegalStateException outside a task of the loop
  void yieldOnce();
}
