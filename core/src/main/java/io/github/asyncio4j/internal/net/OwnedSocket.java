// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.TransportSocket;
import java.io.IOException;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// The socket of a transport and its port: what is known of them, and how they end. Whatever the
/// socket moves, this is the same.
///
/// Loop thread only.
final class OwnedSocket {
  private final NetContext net;
  private final Socket socket;
  private final IoPort port;
  private final @Nullable SocketAddress sockname;
  private final @Nullable SocketAddress peername;

  /// Takes over a socket and its port.
  OwnedSocket(NetContext net, Socket socket, IoPort port) {
    this.net = net;
    this.socket = socket;
    this.port = port;
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

  /// As [TransportLife.Body#stop()], once the output is dropped. The port stays open until the
  /// socket is closed, because it is by the port that a loop which is closed before that finds the
  /// socket.
  void stop() {
    try {
      port.receiving(false);
      port.sending(false);
    } catch (IOException e) {
      // Somebody has closed the descriptor behind our back.
      port.close();
      net.logDebug(() -> "cannot end the calls for " + socket, e);
    } catch (OutOfMemoryError e) {
      return; // What is called meanwhile looks at the state.
    }
  }

  /// As [TransportLife.Body#findEnd()]. The handle of the port is there already. Should its queue
  /// be full, a poll finds it.
  void findEnd() {
    try {
      port.sending(true);
    } catch (IOException | OutOfMemoryError e) {
      // The transport is closed by its loop then, at the latest.
      net.makeRoom(e);
    }
    port.callForRoom();
  }

  /// As [TransportLife.Body#release()].
  void release() {
    try {
      port.close();
    } finally {
      net.close(socket);
    }
  }
}
