// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/// An echo server with one virtual thread and one blocking socket per connection: what the JDK
/// offers by itself, the peer of our stream style.
///
/// Prints `serving on 127.0.0.1:PORT`. Run it with `-Djdk.virtualThreadScheduler.parallelism=1`.
public final class VirtualThreadEcho {
  private static final int BUFFER = 64 * 1024;

  private VirtualThreadEcho() {}

  /// Serves until the process is killed.
  public static void main(String[] args) throws IOException, InterruptedException {
    try (var listener = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress())) {
      System.out.println("serving on 127.0.0.1:" + listener.getLocalPort());
      // A virtual thread accepts: a platform thread that blocks here costs a kernel switch.
      Thread.ofVirtual().start(() -> acceptAll(listener)).join();
    }
  }

  private static void acceptAll(ServerSocket listener) {
    try {
      while (true) {
        Socket socket = listener.accept();
        Thread.ofVirtual().start(() -> echo(socket));
      }
    } catch (IOException broken) {
      System.err.println(broken);
    }
  }

  private static void echo(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      var in = socket.getInputStream();
      var out = socket.getOutputStream();
      byte[] buffer = new byte[BUFFER];
      for (int n; (n = in.read(buffer)) >= 0; ) {
        out.write(buffer, 0, n);
      }
    } catch (IOException closedByPeer) {
      // The load ends its connections at any moment: nothing to say.
    }
  }
}
