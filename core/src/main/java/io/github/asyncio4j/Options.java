// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import org.jspecify.annotations.Nullable;

/// What the keyword arguments of all calls have in common: they are equal and print by their
/// values.
abstract class Options {
  abstract Keywords keywords();

  @Override
  public final boolean equals(@Nullable Object other) {
    return other instanceof Options options && keywords().equals(options.keywords());
  }

  @Override
  public final int hashCode() {
    return keywords().hashCode();
  }

  /// Returns the keywords with their values.
  @Override
  public final String toString() {
    return keywords().toString();
  }
}
