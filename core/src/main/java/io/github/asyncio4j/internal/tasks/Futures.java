// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tasks;

import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import java.util.Collection;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What the functions of this package ask of futures. Loop thread only.
public final class Futures {
  private Futures() {}

  /// Refuses null, and null among the elements.
  ///
  /// @param name of the parameter, for the exception's text
  public static void requireElements(Collection<?> elements, String name) {
    int index = 0;
    for (Object element : Objects.requireNonNull(elements, name)) {
      if (element == null) {
        throw new NullPointerException(name + "[" + index + "]");
      }
      index++;
    }
  }

  /// Refuses futures of another loop: their callbacks would run in its thread.
  static void requireLoop(EventLoop loop, Collection<? extends Future<?>> futures) {
    for (Future<?> future : futures) {
      if (future.getLoop() != loop) {
        throw new IllegalArgumentException("futures are tied to different event loops: " + future);
      }
    }
  }

  /// Keeps a failure that nobody retrieves from being reported. The future is done.
  static void markRetrieved(Future<?> future) {
    if (!future.cancelled()) {
      var _ = future.exception();
    }
  }

  /// Returns the message of a cancellation; null when there is none, or no cancellation. The future
  /// is done.
  static @Nullable String cancelMessage(Future<?> future) {
    try {
      var _ = future.exception();
      return null;
    } catch (CancelledError e) {
      return e.getMessage();
    }
  }
}
