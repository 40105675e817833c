// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.stream;

import java.io.IOException;

/// Turns what a connection failed with into what a suspending method may throw.
final class Failures {
  private Failures() {}

  /// Returns an exception to throw: the failure itself if it is an [IOException], else one around
  /// it.
  ///
  /// @throws RuntimeException the failure itself, if it is one
  static IOException toThrow(Exception failure) {
    if (failure instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    return failure instanceof IOException io ? io : new IOException(failure.toString(), failure);
  }
}
