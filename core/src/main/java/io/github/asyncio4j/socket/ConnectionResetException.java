// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import java.net.SocketException;

/// The peer is gone: ECONNRESET, ECONNABORTED, EPIPE or ESHUTDOWN.
///
/// asyncio's `ConnectionResetError`, `ConnectionAbortedError` and `BrokenPipeError` in one. These
/// are the errors of a connection that are no fault of the program, so transports do not report
/// them to the exception handler.
public final class ConnectionResetException extends SocketException {
  private static final long serialVersionUID = 1L;

  /// Makes an exception with the text that names call, descriptor and errno.
  public ConnectionResetException(String message) {
    super(message);
  }
}
