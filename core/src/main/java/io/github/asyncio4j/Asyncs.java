// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.time.Duration;
import java.util.Collection;
import java.util.Objects;

/// What the package's suspending methods share.
final class Asyncs {
  private Asyncs() {}

  /// Refuses null, and null among the elements.
  ///
  /// @param name of the parameter, for the exception's text
  static void requireElements(Collection<?> elements, String name) {
    int index = 0;
    for (Object element : Objects.requireNonNull(elements, name)) {
      if (element == null) {
        throw new NullPointerException(name + "[" + index + "]");
      }
      index++;
    }
  }

  /// Returns a duration in nanoseconds; one of more than 292 years counts as that much.
  static long nanosOf(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException e) {
      return duration.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }

  /// Returns the instant that lies a duration after another; past the end of time counts as its
  /// end.
  static long instantAfter(long now, Duration delay) {
    long nanos = nanosOf(Objects.requireNonNull(delay, "delay"));
    long instant = now + nanos;
    if (((now ^ instant) & (nanos ^ instant)) < 0) {
      return nanos < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
    return instant;
  }
}
