// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.time.Duration;
import java.util.Objects;

/// Durations on a loop's clock.
final class Durations {
  private Durations() {}

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
