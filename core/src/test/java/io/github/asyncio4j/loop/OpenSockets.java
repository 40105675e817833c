// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/// A census of the descriptors of this process that a network program opens.
final class OpenSockets {
  private static final Path DIRECTORY = Path.of("/proc/self/fd");

  static {
    // The first socket that the JDK closes makes it open one that it keeps.
    try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var socket = new Socket(listener.getInetAddress(), listener.getLocalPort());
        var accepted = SocketChannel.open()) {
      assert socket.isConnected() && !accepted.isConnected();
    } catch (IOException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private OpenSockets() {}

  /// Returns the open sockets, by number. Files are left out: class loading opens those.
  static Map<String, String> now() throws IOException {
    return open("socket:");
  }

  /// Returns the open ends of pipes, by number.
  static Map<String, String> pipes() throws IOException {
    return open("pipe:");
  }

  private static Map<String, String> open(String kind) throws IOException {
    var sockets = new TreeMap<String, String>();
    try (var entries = Files.newDirectoryStream(DIRECTORY)) {
      for (var entry : entries) {
        try {
          var target = Files.readSymbolicLink(entry).toString();
          if (target.startsWith(kind)) {
            sockets.put(entry.getFileName().toString(), target);
          }
        } catch (IOException e) {
          // Closed since the directory was read, such as the directory's own: not open.
        }
      }
    }
    return sockets;
  }
}
