// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import org.jspecify.annotations.Nullable;

/// A callback, or the body of a task, by which a layer above the loop calls what a program has
/// given to it: reports and log lines name that. For those who write such layers, as [Lowlevel] is.
public interface OnBehalf {
  /// Returns what the program has given. Any thread.
  Object original();

  /// Returns what texts say of a callback; null, unless overridden, for the class of the original.
  /// Any thread.
  default @Nullable String describe() {
    return null;
  }
}
