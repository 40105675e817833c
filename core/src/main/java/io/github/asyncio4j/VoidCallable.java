// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/// A call for a thread that returns nothing: a [Callable] whose body is a lambda without a result.
@FunctionalInterface
public interface VoidCallable {
  /// Makes the call, in a thread that may block.
  ///
  /// @throws Exception whatever goes wrong
  void call() throws Exception;

  /// Returns this call as one whose result is null.
  default Callable<@Nullable Void> asCallable() {
    return () -> {
      call();
      return null;
    };
  }
}
