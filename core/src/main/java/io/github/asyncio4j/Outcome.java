// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import org.jspecify.annotations.Nullable;

/// How a future ended (TC-04, `return_exceptions`).
public sealed interface Outcome<T extends @Nullable Object> {
  /// It has a result.
  ///
  /// @param value the result
  record Value<T extends @Nullable Object>(T value) implements Outcome<T> {}

  /// It has an exception.
  ///
  /// @param exception what was thrown; a [CancelledError] when the future was cancelled
  record Failed<T extends @Nullable Object>(Throwable exception) implements Outcome<T> {}
}
