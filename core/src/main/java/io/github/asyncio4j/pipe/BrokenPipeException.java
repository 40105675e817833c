// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import java.io.IOException;

/// Nobody reads any more what is written: EPIPE (Python's `BrokenPipeError`).
public final class BrokenPipeException extends IOException {
  private static final long serialVersionUID = 1L;

  /// Makes one.
  ///
  /// @param message names the pipe
  public BrokenPipeException(String message) {
    super(message);
  }

  /// Makes one of an exception of the JDK.
  BrokenPipeException(String message, IOException cause) {
    super(message, cause);
  }
}
