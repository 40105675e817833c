// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance.stage;

import io.github.asyncio4j.Server;
import io.github.asyncio4j.transport.Transport;
import java.net.InetSocketAddress;
import java.util.Objects;

/// What scenarios about connections have in common: the counterpart of
/// `conformance/python/support.py`, as far as it is about sockets.
public final class Connections {
  public static final String LOCALHOST = "127.0.0.1";

  /// More bytes than the kernel takes of a connection whose peer does not read.
  public static final int HUGE = 16 * 1024 * 1024;

  private Connections() {}

  /// A transport of the loop and the peer that it is connected with.
  public record Link(Peer peer, Transport transport) {}

  public static InetSocketAddress addressOf(Server server) {
    return (InetSocketAddress) Objects.requireNonNull(server.sockets().getFirst().getsockname());
  }

  public static int portOf(Server server) {
    return addressOf(server).getPort();
  }

  /// Returns an address of this machine with a free port.
  public static InetSocketAddress free(String host) {
    return new InetSocketAddress(host, 0);
  }
}
