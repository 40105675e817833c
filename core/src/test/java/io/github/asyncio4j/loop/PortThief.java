// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.util.Set;

/// Another process, which wants the ports of datagram sockets that are named, in every way that
/// there is: alone, and ready to share; on one address and on all.
final class PortThief {
  static final int WAYS = 6;

  private PortThief() {}

  public static void main(String[] args) throws IOException {
    int refused = 0;
    for (String port : args) {
      for (int way = 0; way < WAYS; way++) {
        try (var channel = DatagramChannel.open(StandardProtocolFamily.INET)) {
          var options =
              switch (way % 3) {
                case 0 -> Set.<java.net.SocketOption<Boolean>>of();
                case 1 -> Set.of(StandardSocketOptions.SO_REUSEADDR);
                default ->
                    Set.of(StandardSocketOptions.SO_REUSEADDR, StandardSocketOptions.SO_REUSEPORT);
              };
          for (var option : options) {
            channel.setOption(option, true);
          }
          var address = InetAddress.ofLiteral(way < 3 ? "127.0.0.1" : "0.0.0.0");
          channel.bind(new InetSocketAddress(address, Integer.parseInt(port)));
          System.out.println("got " + port + " by way " + way);
        } catch (BindException e) {
          refused++;
        }
      }
    }
    System.out.println("refused " + refused);
  }
}
