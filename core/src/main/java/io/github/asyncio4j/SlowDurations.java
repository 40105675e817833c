// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// From which durations on it is told what keeps a loop. Any thread.
final class SlowDurations {
  /// The system property for new loops: seconds, or `off`.
  static final String PROPERTY = "io.github.asyncio4j.frozenLoopDuration";

  private static final Duration FROZEN_LOOP = Duration.ofSeconds(10);

  private volatile long callbackNanos = TimeUnit.MILLISECONDS.toNanos(100);
  private volatile Duration frozenLoop = ofProperty();

  long callbackNanos() {
    return callbackNanos;
  }

  /// As [LoopDiagnostics#setSlowCallbackDuration(Duration)].
  void setCallback(Duration duration) {
    callbackNanos = Durations.nanosOf(notNegative("slowCallbackDuration", duration));
  }

  /// Returns when a loop counts as frozen, zero for never.
  Duration frozenLoop() {
    return frozenLoop;
  }

  /// As [LoopDiagnostics#setFrozenLoopDuration(Duration)].
  void setFrozenLoop(Duration duration) {
    frozenLoop = notNegative("frozenLoopDuration", duration);
  }

  /// Returns a duration.
  ///
  /// @throws IllegalArgumentException when it is negative
  static Duration notNegative(String name, Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException(name + " < 0: " + duration);
    }
    return duration;
  }

  private static Duration ofProperty() {
    String text = System.getProperty(PROPERTY);
    if (text == null) {
      return FROZEN_LOOP;
    }
    if (text.equals("off")) {
      return Duration.ZERO;
    }
    try {
      BigDecimal nanos = new BigDecimal(text).movePointRight(9);
      if (nanos.compareTo(BigDecimal.ONE) >= 0) {
        return Duration.ofNanos(nanos.min(BigDecimal.valueOf(Long.MAX_VALUE)).longValue());
      }
    } catch (ArithmeticException | NumberFormatException e) {
      // Refused below.
    }
    throw new IllegalArgumentException(
        PROPERTY + " is neither off nor a number of seconds above 0: " + text);
  }
}
