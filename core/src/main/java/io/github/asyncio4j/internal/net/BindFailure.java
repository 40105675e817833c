// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.socket.AddressNotAvailableException;
import io.github.asyncio4j.socket.SystemFailure;
import java.io.IOException;
import java.net.BindException;
import java.net.SocketAddress;

/// Says which address it was that could not be bound.
final class BindFailure {
  private BindFailure() {}

  /// Returns a failure of the same kind whose text names the address (EL-43, EL-70).
  static IOException naming(SocketAddress address, IOException cause) {
    var what = "error while attempting to bind on address " + address;
    // Without the name of the call, which has the address too.
    var reason =
        cause instanceof SystemFailure failure
            ? failure.reason()
            : String.valueOf(cause.getMessage());
    var failure =
        switch (cause) {
          case AddressNotAvailableException _ -> new AddressNotAvailableException(what, reason);
          case BindException _ -> new BindException(what + ": " + reason);
          default -> new IOException(what + ": " + reason);
        };
    failure.initCause(cause);
    return failure;
  }
}
