// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.stream;

import java.io.IOException;

/// Thrown when more bytes than the limit come without a separator (ST-05).
///
/// Nothing is lost: all bytes are still in the reader. Either read [#consumed()] of them and go on,
/// or repeat the call with a greater limit. Repeating it as it was fails again.
public final class LimitOverrunException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int consumed;

  /// Makes one.
  ///
  /// @param consumed see [#consumed()]
  public LimitOverrunException(String message, int consumed) {
    super(message);
    this.consumed = consumed;
  }

  /// Returns how many bytes may be read without taking a separator, or the beginning of one.
  public int consumed() {
    return consumed;
  }
}
