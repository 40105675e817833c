// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.transport;

/// The marks of a transport's write flow control, in bytes (TP-03).
///
/// @param low the protocol may write again when this much or less is buffered
/// @param high the protocol is asked to pause when more than this is buffered
public record WriteBufferLimits(int low, int high) {
  /// The marks a plain transport starts with: 16 KiB and 64 KiB.
  public static final WriteBufferLimits DEFAULT = new WriteBufferLimits(16 * 1024, 64 * 1024);

  /// Checks the marks.
  ///
  /// @throws IllegalArgumentException unless `high >= low >= 0`
  public WriteBufferLimits {
    if (low < 0 || high < low) {
      throw new IllegalArgumentException(
          "high >= low >= 0 does not hold: high " + high + ", low " + low);
    }
  }
}
