// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.DatagramOptions;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.socket.UnixNameAddress;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import org.jspecify.annotations.Nullable;

/// Opens the sockets of unix datagram endpoints (EL-61). Nothing is resolved, and there is only one
/// thing to try. Loop thread only.
final class UnixDatagrams {
  private final NetContext net;

  UnixDatagrams(NetContext net) {
    this.net = net;
  }

  /// A socket, and the file that binding it has made; null when it has made none.
  ///
  /// The file is removed when the endpoint fails before its program has it, and stays when the
  /// endpoint is closed.
  record Opened(Socket socket, @Nullable SocketFile file) {}

  /// Tells whether an endpoint is to be one of unix sockets.
  static boolean areMeant(
      @Nullable SocketAddress localAddr,
      @Nullable SocketAddress remoteAddr,
      DatagramOptions options) {
    return options.family() == null
        ? isUnix(localAddr) || isUnix(remoteAddr)
        : options.family() == StandardProtocolFamily.UNIX;
  }

  private static boolean isUnix(@Nullable SocketAddress address) {
    return address instanceof UnixDomainSocketAddress || address instanceof UnixNameAddress;
  }

  /// Opens a socket, binds it and connects it. When it fails nothing is left, also no file.
  ///
  /// @throws UnsupportedOperationException when the loop's sockets cannot do that; nothing was
  ///   removed then
  Opened open(
      @Nullable SocketAddress localAddr,
      @Nullable SocketAddress remoteAddr,
      DatagramOptions options)
      throws IOException {
    ensureFit(localAddr, remoteAddr, options);
    var socket = net.sockets().open(StandardProtocolFamily.UNIX, SocketType.DATAGRAM);
    SocketFile file = null;
    boolean complete = false;
    try {
      if (options.allowBroadcast()) {
        socket.setOption(StandardSocketOptions.SO_BROADCAST, true);
      }
      if (localAddr != null) {
        file = bind(socket, localAddr);
      }
      if (remoteAddr != null && !options.allowBroadcast()) {
        net.backend().connect(socket, remoteAddr);
      }
      complete = true;
      return new Opened(socket, file);
    } finally {
      if (!complete) {
        if (file != null) {
          file.remove();
        }
        net.close(socket);
      }
    }
  }

  private @Nullable SocketFile bind(Socket socket, SocketAddress local) throws IOException {
    var files = net.sockets().files();
    if (local instanceof UnixDomainSocketAddress unix) {
      SocketFile.removeStale(files, unix.getPath());
    }
    socket.bind(local);
    return SocketFile.of(files, socket);
  }

  private static void ensureFit(
      @Nullable SocketAddress localAddr,
      @Nullable SocketAddress remoteAddr,
      DatagramOptions options) {
    if (localAddr != null) {
      UnixEndpoints.ensureAddress(localAddr);
    }
    if (remoteAddr != null) {
      UnixEndpoints.ensureAddress(remoteAddr);
      if (options.allowBroadcast()) {
        // No connect will look at it.
        Addresses.ensureFits(remoteAddr, StandardProtocolFamily.UNIX);
      }
    }
    if (options.reusePort()) {
      throw new IllegalArgumentException("reusePort is not for unix sockets: " + options);
    }
  }
}
