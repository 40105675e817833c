// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.socket.Socket;
import java.net.StandardProtocolFamily;
import org.jspecify.annotations.Nullable;

/// The keyword arguments of `createServer` (EL-70 to EL-78). Immutable; each keyword has a method
/// of its name that returns a changed copy.
///
/// @param family only addresses of this family are bound; null for any
/// @param sock a bound stream socket to listen on instead of host and port; the server owns it from
///   the call on (EL-71)
/// @param backlog length of the kernel's queue of connections not yet accepted, and the most that
///   are accepted in one iteration (EL-72)
/// @param reuseAddress whether to set `SO_REUSEADDR`; null for the platform's custom, true on POSIX
///   (EL-74)
/// @param reusePort whether to set `SO_REUSEPORT` (EL-75)
/// @param keepAlive whether to set `SO_KEEPALIVE` on the listener, inherited by connections (EL-76)
/// @param startServing whether the server listens at once, or only after `startServing()` (EL-78)
public record ServerOptions(
    @Nullable StandardProtocolFamily family,
    @Nullable Socket sock,
    int backlog,
    @Nullable Boolean reuseAddress,
    boolean reusePort,
    boolean keepAlive,
    boolean startServing) {
  /// Every keyword at its default: a backlog of 100, serving at once.
  public static final ServerOptions DEFAULT =
      new ServerOptions(null, null, 100, null, false, false, true);

  /// Checks the values.
  ///
  /// @throws IllegalArgumentException when the backlog is below 1
  public ServerOptions {
    if (backlog < 1) {
      throw new IllegalArgumentException("backlog < 1: " + backlog);
    }
  }

  /// Returns a copy that binds only addresses of one family.
  public ServerOptions family(@Nullable StandardProtocolFamily family) {
    return new ServerOptions(
        family, sock, backlog, reuseAddress, reusePort, keepAlive, startServing);
  }

  /// Returns a copy that listens on a bound socket.
  public ServerOptions sock(@Nullable Socket sock) {
    return new ServerOptions(
        family, sock, backlog, reuseAddress, reusePort, keepAlive, startServing);
  }

  /// Returns a copy with another backlog.
  ///
  /// @throws IllegalArgumentException when it is below 1
  public ServerOptions backlog(int backlog) {
    return new ServerOptions(
        family, sock, backlog, reuseAddress, reusePort, keepAlive, startServing);
  }

  /// Returns a copy that sets `SO_REUSEADDR` or not; null for the platform's custom.
  public ServerOptions reuseAddress(@Nullable Boolean reuseAddress) {
    return new ServerOptions(
        family, sock, backlog, reuseAddress, reusePort, keepAlive, startServing);
  }

  /// Returns a copy that sets `SO_REUSEPORT` or not.
  public ServerOptions reusePort(boolean reusePort) {
    return new ServerOptions(
        family, sock, backlog, reuseAddress, reusePort, keepAlive, startServing);
  }

  /// Returns a copy that sets `SO_KEEPALIVE` or not.
  public ServerOptions keepAlive(boolean keepAlive) {
    return new ServerOptions(
        family, sock, backlog, reuseAddress, reusePort, keepAlive, startServing);
  }

  /// Returns a copy that listens at once, or only after `startServing()`.
  public ServerOptions startServing(boolean startServing) {
    return new ServerOptions(
        family, sock, backlog, reuseAddress, reusePort, keepAlive, startServing);
  }
}
