// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.SendfileNotAvailableException;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;

/// Sends a file over a raw socket and prints who has done it: for JVMs with other flags.
final class SendfileProgram {
  private SendfileProgram() {}

  public static void main(String[] args) throws Exception {
    Asyncio.run(() -> send(Path.of(args[0])));
  }

  private static void send(Path path) throws Exception {
    var loop = Asyncio.getRunningLoop();
    try (var listener = Socket.open(StandardProtocolFamily.INET, SocketType.STREAM);
        var client = Socket.open(StandardProtocolFamily.INET, SocketType.STREAM);
        var file = FileChannel.open(path)) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      listener.listen(1);
      loop.sockConnect(client, Objects.requireNonNull(listener.getsockname()));
      try (var accepted = loop.sockAccept(listener)) {
        System.out.println(accepted.tier());
        try {
          System.out.println("sent " + loop.sockSendfile(accepted, file, 0, 100, false));
        } catch (SendfileNotAvailableException e) {
          System.out.println(e.getMessage());
          System.out.println("read " + loop.sockSendfile(accepted, file));
        }
        var received = loop.sockRecv(client, 100);
        System.out.println(new String(received, StandardCharsets.US_ASCII));
      }
    }
  }
}
