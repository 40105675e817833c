// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

/// Thrown when a future is not in the state that a call needs (FT-02, FT-03).
public final class InvalidStateException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /// Makes one.
  public InvalidStateException(String message) {
    super(message);
  }
}
