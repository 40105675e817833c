// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketTier;
import io.github.asyncio4j.socket.SocketType;
import java.io.IOException;
import java.net.StandardProtocolFamily;

/// Where a loop gets its sockets from, and what it has to know of them.
public interface Sockets {
  /// Opens a socket that the loop can watch.
  ///
  /// @throws UnsupportedOperationException when there is no such socket
  Socket open(StandardProtocolFamily family, SocketType type) throws IOException;

  /// Tells whether an IPv6 socket takes IPv4 as well, whatever it is told.
  boolean areDualStack();

  /// Tells whether a connection has the `SO_KEEPALIVE` that its listening socket was given.
  boolean passKeepAliveOn();

  /// Tells whether the kernel is a real one, which may keep much and be short of memory with us.
  boolean areOfSystem();

  /// Returns the files of its unix sockets.
  default SocketFiles files() {
    return SocketFiles.SYSTEM;
  }

  /// Returns the sockets of a tier of the system.
  static Sockets of(SocketTier tier) {
    return new Sockets() {
      @Override
      public Socket open(StandardProtocolFamily family, SocketType type) throws IOException {
        return Socket.open(tier, family, type);
      }

      @Override
      public boolean areDualStack() {
        return tier == SocketTier.NIO;
      }

      @Override
      public boolean passKeepAliveOn() {
        // A listening channel of the JDK cannot have it.
        return tier != SocketTier.NIO;
      }

      @Override
      public boolean areOfSystem() {
        return true;
      }
    };
  }
}
