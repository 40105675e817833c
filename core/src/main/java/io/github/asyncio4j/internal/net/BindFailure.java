// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.socket.AddressNotAvailableException;
import io.github.asyncio4j.socket.SystemFailure;
import java.io.IOException;
import java.net.BindException;
import java.net.SocketAddress;
import java.util.List;
import java.util.stream.Collectors;

/// Says which address it was that could not be bound.
final class BindFailure {
  private BindFailure() {}

  /// Returns a failure of the same kind whose text names the address (EL-43, EL-70).
  static IOException naming(SocketAddress address, IOException cause) {
    var what = "error while attempting to bind on address " + address;
    // Without the name of the call, which has the address too.
    var reason = reasonOf(cause);
    var failure =
        switch (cause) {
          case AddressNotAvailableException _ -> new AddressNotAvailableException(what, reason);
          case BindException _ -> new BindException(what + ": " + reason);
          default -> new IOException(what + ": " + reason);
        };
    failure.initCause(cause);
    return failure;
  }

  /// Returns a failure of a server that has no address left (EL-70).
  ///
  /// @param addresses those that it was to have
  /// @param passedOver why it has none of them
  static IOException ofAll(List<? extends SocketAddress> addresses, List<Exception> passedOver) {
    var text = new StringBuilder("could not bind on any address out of ").append(addresses);
    if (!passedOver.isEmpty()) {
      text.append(": ")
          .append(
              passedOver.stream()
                  .map(BindFailure::reasonOf)
                  .distinct()
                  .collect(Collectors.joining(", ")))
          .append("; give an address of this machine, or none to have all");
    }
    var failure = new IOException(text.toString());
    passedOver.forEach(failure::addSuppressed);
    return failure;
  }

  private static String reasonOf(Exception cause) {
    return cause instanceof SystemFailure failure
        ? failure.reason()
        : String.valueOf(cause.getMessage());
  }
}
