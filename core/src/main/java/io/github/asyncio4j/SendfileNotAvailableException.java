// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// Thrown when the system cannot send a file by itself, and nothing else was to be tried: EL-90,
/// EL-109, R-127. Nothing has been sent.
public final class SendfileNotAvailableException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /// Makes one.
  ///
  /// @param cause why it cannot
  public SendfileNotAvailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
