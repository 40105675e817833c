// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import java.net.SocketOption;

/// Socket options that the JDK does not have. Native tier only.
public final class SocketOptions {
  /// Whether an IPv6 socket takes IPv6 only (ipv6(7)). Set it before the bind.
  public static final SocketOption<Boolean> IPV6_V6ONLY = new Named<>("IPV6_V6ONLY", Boolean.class);

  /// The pending error of the socket as an errno, 0 for none; reading clears it (socket(7)).
  public static final SocketOption<Integer> SO_ERROR = new Named<>("SO_ERROR", Integer.class);

  /// Who is at the other end of a unix stream socket (unix(7)); cannot be set. The portable tier
  /// has the option of this name in `jdk.net.ExtendedSocketOptions`, which tells user and group.
  public static final SocketOption<PeerCredentials> SO_PEERCRED =
      new Named<>("SO_PEERCRED", PeerCredentials.class);

  private SocketOptions() {}

  private record Named<T>(String name, Class<T> type) implements SocketOption<T> {
    @Override
    public String toString() {
      return name;
    }
  }
}
