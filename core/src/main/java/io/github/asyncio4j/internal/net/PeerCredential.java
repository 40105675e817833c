// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketOptions;
import io.github.asyncio4j.socket.SocketTier;
import io.github.asyncio4j.socket.SocketType;
import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.nio.channels.NetworkChannel;
import org.jspecify.annotations.Nullable;

/// Who is at the other end of a unix socket, as its tier tells it. Loop thread only.
final class PeerCredential {
  private PeerCredential() {}

  /// Returns what the system knows, or null: another kind of socket, or a closed one.
  static @Nullable Object of(Socket socket) {
    if (socket.family() != StandardProtocolFamily.UNIX || socket.type() != SocketType.STREAM) {
      return null;
    }
    try {
      return socket.tier() == SocketTier.NATIVE
          ? socket.getOption(SocketOptions.SO_PEERCRED)
          : ofChannel(socket);
    } catch (IOException e) {
      return null;
    }
  }

  /// The JDK's option is in a module that a program may be without, so it is found by its name.
  private static @Nullable Object ofChannel(Socket socket) throws IOException {
    if (!(socket.channel() instanceof NetworkChannel channel)) {
      return null;
    }
    for (SocketOption<?> option : channel.supportedOptions()) {
      if (option.name().equals(SocketOptions.SO_PEERCRED.name())) {
        return socket.getOption(option);
      }
    }
    return null;
  }
}
