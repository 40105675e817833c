// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.TransportSocket;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// The socket of a transport and its port: what is known of them, and how they end. Whatever the
/// socket moves, this is the same.
///
/// Loop thread only.
final class OwnedSocket extends OwnedPort {
  private final Socket socket;
  private final @Nullable SocketAddress sockname;
  private final @Nullable SocketAddress peername;

  /// Takes over a socket and its port.
  OwnedSocket(NetContext net, Socket socket, IoPort port) {
    super(net, port, socket, socket::close);
    this.socket = socket;
    // Asked for now: a peer that has gone has no address any more.
    this.sockname = net.shared(socket.getsockname());
    this.peername = socket.getpeername();
  }

  int fileno() {
    return socket.fileno();
  }

  @Nullable SocketAddress peername() {
    return peername;
  }

  /// Returns what every transport of a socket knows: `socket`, `sockname`, `peername`, `peercred`.
  @Nullable Object extraInfo(String name) {
    return switch (name) {
      case "socket" -> new TransportSocket(socket);
      case "sockname" -> sockname;
      case "peername" -> peername;
      case "peercred" -> PeerCredential.of(socket);
      default -> null;
    };
  }
}
