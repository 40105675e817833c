// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What the time-outs of TLS have to be.
final class SslTimeouts {
  private SslTimeouts() {}

  /// Returns a time-out, or refuses it; null stands for the default.
  static @Nullable Duration ensurePositive(String keyword, @Nullable Duration timeout) {
    if (timeout != null && (timeout.isNegative() || timeout.isZero())) {
      throw new IllegalArgumentException(keyword + " is not positive: " + timeout);
    }
    return timeout;
  }
}
