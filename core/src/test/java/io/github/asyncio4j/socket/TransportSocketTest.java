// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class TransportSocketTest {
  // EL-158
  @Test
  void aViewAsksConfiguresAndShutsDownTheSocketItIsOf() throws Exception {
    try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var socket = Socket.open(SocketTier.NIO, StandardProtocolFamily.INET, SocketType.STREAM)) {
      var address = new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
      boolean connected = socket.connect(address);
      try (var peer = listener.accept()) {
        while (!connected) {
          connected = socket.finishConnect();
        }
        var view = new TransportSocket(socket);

        assertThat(view.family()).isEqualTo(StandardProtocolFamily.INET);
        assertThat(view.type()).isEqualTo(SocketType.STREAM);
        assertThat(view.fileno()).isEqualTo(socket.fileno());
        assertThat(view.getpeername()).isEqualTo(address);
        assertThat(view.getsockname()).isEqualTo(peer.getRemoteSocketAddress());
        view.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        assertThat(socket.getOption(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
        assertThat(view.getOption(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
        view.shutdownOutput();
        assertThat(peer.getInputStream().read()).isEqualTo(-1);
        view.shutdownInput();
        assertThat(view.toString()).startsWith("<TransportSocket <socket ").doesNotContain("\n");
      }
    }
  }

  // EL-158
  @Test
  void aViewCanNeitherMoveBytesNorClose() {
    assertThat(Arrays.stream(TransportSocket.class.getMethods()).map(m -> m.getName()))
        .doesNotContain("close", "send", "recv", "accept", "connect", "bind", "listen", "detach")
        .contains("getsockname");
  }
}
