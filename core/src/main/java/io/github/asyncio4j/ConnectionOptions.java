// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.socket.Socket;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import org.jspecify.annotations.Nullable;

/// The keyword arguments of `createConnection` (EL-41 to EL-50). Immutable; each keyword has a
/// method of its name that returns a changed copy.
///
/// @param family only addresses of this family are tried; null for any (EL-41)
/// @param sock a connected stream socket to use instead of host and port; the transport owns it
///   from the call on (EL-42)
/// @param localAddr the address to bind to before connecting; may be unresolved (EL-43)
/// @param allErrors whether a total failure is reported as an [ExceptionGroup] of the failure of
///   each address (EL-50)
public record ConnectionOptions(
    @Nullable StandardProtocolFamily family,
    @Nullable Socket sock,
    @Nullable InetSocketAddress localAddr,
    boolean allErrors) {
  /// Every keyword at its default.
  public static final ConnectionOptions DEFAULT = new ConnectionOptions(null, null, null, false);

  /// Returns a copy that tries only addresses of one family.
  public ConnectionOptions family(@Nullable StandardProtocolFamily family) {
    return new ConnectionOptions(family, sock, localAddr, allErrors);
  }

  /// Returns a copy that uses a connected socket.
  public ConnectionOptions sock(@Nullable Socket sock) {
    return new ConnectionOptions(family, sock, localAddr, allErrors);
  }

  /// Returns a copy that binds to a local address first.
  public ConnectionOptions localAddr(@Nullable InetSocketAddress localAddr) {
    return new ConnectionOptions(family, sock, localAddr, allErrors);
  }

  /// Returns a copy that reports the failures of all addresses, or not.
  public ConnectionOptions allErrors(boolean allErrors) {
    return new ConnectionOptions(family, sock, localAddr, allErrors);
  }
}
