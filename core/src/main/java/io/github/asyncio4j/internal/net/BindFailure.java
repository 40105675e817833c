// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import java.io.IOException;
import java.net.BindException;
import java.net.SocketAddress;

/// Says which address it was that could not be bound.
final class BindFailure {
  private BindFailure() {}

  /// Returns a failure of the same kind whose text names the address (EL-43, EL-70).
  static IOException naming(SocketAddress address, IOException cause) {
    var text = "error while attempting to bind on address " + address + ": " + reason(cause);
    var failure = cause instanceof BindException ? new BindException(text) : new IOException(text);
    failure.initCause(cause);
    return failure;
  }

  /// Returns what is said of the failure behind the name of the call, which has the address too.
  private static String reason(IOException cause) {
    var text = String.valueOf(cause.getMessage());
    return text.startsWith("bind(") ? text.substring(text.lastIndexOf("): ") + 3) : text;
  }

  /// Tells whether the failure is that this system has no such address (EADDRNOTAVAIL).
  ///
  /// The JDK has one exception for all failures of a bind and tells them apart by the text only.
  static boolean isNotAvailable(IOException failure) {
    return String.valueOf(failure.getMessage()).contains("EADDRNOTAVAIL");
  }
}
