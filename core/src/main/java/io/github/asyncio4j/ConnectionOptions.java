// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.socket.Socket;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import org.jspecify.annotations.Nullable;

/// The keyword arguments of `createConnection` and `createUnixConnection`. Immutable; each keyword
/// has a method of its name that returns a changed copy.
public final class ConnectionOptions extends Options {
  /// Every keyword at its default.
  public static final ConnectionOptions DEFAULT = new ConnectionOptions();

  // Written before the object is returned to anybody, never after.
  private @Nullable StandardProtocolFamily family;
  private @Nullable Socket sock;
  private @Nullable InetSocketAddress localAddr;
  private boolean allErrors;

  private ConnectionOptions() {}

  private ConnectionOptions(ConnectionOptions other) {
    this.family = other.family;
    this.sock = other.sock;
    this.localAddr = other.localAddr;
    this.allErrors = other.allErrors;
  }

  /// Returns the only family whose addresses are tried; null for any.
  public @Nullable StandardProtocolFamily family() {
    return family;
  }

  /// Returns a copy that tries only addresses of one family.
  public ConnectionOptions family(@Nullable StandardProtocolFamily family) {
    var copy = new ConnectionOptions(this);
    copy.family = family;
    return copy;
  }

  /// Returns the connected stream socket to use instead of host and port, or null.
  public @Nullable Socket sock() {
    return sock;
  }

  /// Returns a copy that uses a connected stream socket instead of host and port. The transport
  /// owns it from the call on.
  public ConnectionOptions sock(@Nullable Socket sock) {
    var copy = new ConnectionOptions(this);
    copy.sock = sock;
    return copy;
  }

  /// Returns the address to bind to before connecting, or null.
  public @Nullable InetSocketAddress localAddr() {
    return localAddr;
  }

  /// Returns a copy that binds to a local address first, which may be unresolved.
  public ConnectionOptions localAddr(@Nullable InetSocketAddress localAddr) {
    var copy = new ConnectionOptions(this);
    copy.localAddr = localAddr;
    return copy;
  }

  /// Tells whether a total failure is an [ExceptionGroup] of the failure of each address.
  public boolean allErrors() {
    return allErrors;
  }

  /// Returns a copy that reports a total failure as an [ExceptionGroup] of the failure of each
  /// address, or not.
  public ConnectionOptions allErrors(boolean allErrors) {
    var copy = new ConnectionOptions(this);
    copy.allErrors = allErrors;
    return copy;
  }

  @Override
  Keywords keywords() {
    return new Keywords("ConnectionOptions")
        .with("family", family)
        .with("sock", sock)
        .with("localAddr", localAddr)
        .with("allErrors", allErrors);
  }
}
