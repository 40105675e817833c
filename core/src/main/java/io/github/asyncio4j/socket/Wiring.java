// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// What lies between the sockets of a [MemoryNetwork]: wires, and hosts if there is more than one.
/// The loop's thread.
///
/// Unix sockets and pairs have no host at either end: their addresses are null.
public interface Wiring {
  /// Returns what carries one message of a handshake.
  Wire handshake(@Nullable InetAddress from, @Nullable InetAddress to);

  /// Returns what carries one direction of a connection.
  Wire stream(@Nullable InetAddress from, @Nullable InetAddress to);

  /// Returns what carries one datagram: once, several times, or not at all.
  Wire datagram(@Nullable InetAddress from, @Nullable InetAddress to);

  /// Returns the address of the host on which a socket is being opened; null where there is only
  /// one host, which has all addresses.
  default @Nullable InetAddress host() {
    return null;
  }
}
