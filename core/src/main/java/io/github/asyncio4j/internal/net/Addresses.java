// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.internal.ffi.Sockaddr;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;

/// What socket addresses are good for.
final class Addresses {
  private Addresses() {}

  /// Refuses what a socket of a family cannot send to.
  ///
  /// @throws IllegalArgumentException when the address is unresolved or of another family, or a
  ///   path that is empty or too long
  static SocketAddress ensureFits(SocketAddress address, StandardProtocolFamily family) {
    if (address instanceof InetSocketAddress inet && inet.isUnresolved()) {
      throw new IllegalArgumentException("address is unresolved: " + address);
    }
    var its = family(address);
    // An IPv6 socket sends to IPv4 addresses as well.
    boolean fits =
        its == family
            || (its == StandardProtocolFamily.INET && family == StandardProtocolFamily.INET6);
    if (!fits) {
      throw new IllegalArgumentException("not an address of family " + family + ": " + address);
    }
    if (its == StandardProtocolFamily.UNIX) {
      ensureUnix(address);
    }
    return address;
  }

  private static void ensureUnix(SocketAddress address) {
    UnixEndpoints.ensureAddress(address);
    if (address instanceof UnixDomainSocketAddress unix
        && Sockaddr.pathBytes(unix) > Sockaddr.MAX_PATH_BYTES) {
      throw new IllegalArgumentException(
          "unix socket path longer than " + Sockaddr.MAX_PATH_BYTES + " bytes: " + address);
    }
  }

  /// Returns the family of an address that is resolved.
  static StandardProtocolFamily family(SocketAddress address) {
    return !(address instanceof InetSocketAddress inet)
        ? StandardProtocolFamily.UNIX
        : inet.getAddress() instanceof Inet4Address
            ? StandardProtocolFamily.INET
            : StandardProtocolFamily.INET6;
  }
}
