// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.transport;

import org.jspecify.annotations.Nullable;

/// One end of a communication channel, as its protocol sees it (TP-01).
///
/// Created by the loop, never by users. Loop thread only, tasks of the loop included.
public interface BaseTransport {
  /// Closes the transport: reads no more, sends what is buffered, then calls
  /// `connectionLost(null)`.
  ///
  /// Returns at once and never throws; idempotent. What is written after it is dropped.
  void close();

  /// Tells whether the transport is closing or closed.
  boolean isClosing();

  /// Returns what is known of the channel under a name: `"socket"`, `"sockname"`, `"peername"`.
  ///
  /// The name of a unix socket that has none is a [java.net.UnixDomainSocketAddress] with the empty
  /// path, where asyncio has the empty string.
  ///
  /// `"peercred"`, while a unix stream socket is open: whose process is at the other end, as a
  /// [io.github.asyncio4j.socket.PeerCredentials]; on the portable tier a
  /// `jdk.net.UnixDomainPrincipal`, which names user and group. Sockets in memory have none.
  ///
  /// Under TLS also `"ssl_object"`, the [javax.net.ssl.SSLEngine]; `"sslcontext"`, what has made
  /// it, if that is an [javax.net.ssl.SSLContext]; and once the handshake is done `"peercert"`, the
  /// peer's [java.security.cert.Certificate] if it has shown one, and `"cipher"`, the name of the
  /// cipher suite. There is no `"compression"`.
  ///
  /// @return the value, or null when this transport does not know that name
  @Nullable Object getExtraInfo(String name);

  /// Returns what is known of the channel under a name, or another value when nothing is.
  ///
  /// @throws ClassCastException when the value is of another class than the one given
  default <T> @Nullable T getExtraInfo(String name, Class<T> type) {
    return type.cast(getExtraInfo(name));
  }

  /// Returns the protocol that this transport reports to.
  BaseProtocol getProtocol();

  /// Replaces the protocol that this transport reports to.
  ///
  /// The old one hears nothing more and the new one is not told `connectionMade`.
  ///
  /// @throws IllegalArgumentException when the transport cannot serve a protocol of this kind
  void setProtocol(BaseProtocol protocol);
}
