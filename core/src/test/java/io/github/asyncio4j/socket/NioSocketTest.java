// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.selector.NioSelector;
import io.github.asyncio4j.selector.Selector;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;

class NioSocketTest extends SystemSocketContract {
  @Override
  SocketTier tier() {
    return SocketTier.NIO;
  }

  @Override
  Selector openSelector() throws IOException {
    return NioSelector.open();
  }

  @Test
  void aChannelThatIsTakenOverBecomesNonBlockingAndIsClosedWithTheSocket() throws IOException {
    SocketChannel stream = SocketChannel.open(StandardProtocolFamily.INET);
    ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    DatagramChannel datagrams = DatagramChannel.open(StandardProtocolFamily.INET);
    try (Socket a = Socket.of(stream);
        Socket b = Socket.of(listener);
        Socket c = Socket.of(datagrams)) {
      assertThat(a.type()).isEqualTo(SocketType.STREAM);
      assertThat(b.family()).isEqualTo(StandardProtocolFamily.UNIX);
      assertThat(c.type()).isEqualTo(SocketType.DATAGRAM);
      assertThat(a.channel()).isSameAs(stream);
      assertThat(stream.isBlocking()).isFalse();
    }

    assertThat(stream.isOpen()).isFalse();
    assertThat(listener.isOpen()).isFalse();
    assertThat(datagrams.isOpen()).isFalse();
  }

  @Test
  void whatOnlyDescriptorsHaveIsRefused() throws IOException {
    try (Socket socket =
        Socket.open(SocketTier.NIO, StandardProtocolFamily.INET6, SocketType.STREAM)) {
      assertThatThrownBy(() -> socket.setOption(SocketOptions.IPV6_V6ONLY, true))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("IPV6_V6ONLY");
      assertThatThrownBy(() -> socket.getOption(SocketOptions.SO_ERROR))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("SO_ERROR");
      assertThatThrownBy(socket::detach).isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(socket::dup)
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("Another socket of one that does not listen");
    }
    assertThatThrownBy(
            () -> Socket.open(SocketTier.NIO, StandardProtocolFamily.UNIX, SocketType.DATAGRAM))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void listeningKeepsTheAddressWithoutAskingForItsReuse() throws IOException {
    try (Socket socket =
        Socket.open(SocketTier.NIO, StandardProtocolFamily.INET, SocketType.STREAM)) {
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
      var before = socket.getsockname();

      socket.listen(5);

      assertThat(socket.channel()).isInstanceOf(ServerSocketChannel.class);
      assertThat(socket.getsockname()).isEqualTo(before);
    }
  }

  @Test
  void aListeningChannelThatComesAfterTheCloseIsClosedToo() throws IOException {
    SocketChannel stream = SocketChannel.open(StandardProtocolFamily.INET);
    ServerSocketChannel late = ServerSocketChannel.open(StandardProtocolFamily.INET);
    var calls = new ChannelCalls(stream, StandardProtocolFamily.INET);
    calls.close();

    assertThatThrownBy(() -> calls.replaceBy(late))
        .isInstanceOf(SocketException.class)
        .hasMessage("Socket is closed");

    assertThat(stream.isOpen()).isFalse();
    assertThat(late.isOpen()).isFalse();
    assertThat(calls.isOpen()).isFalse();
  }

  @Test
  void aListeningChannelThatIsTakenOverListens() throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.INET);
    try (Socket listener = Socket.of(channel)) {
      assertThatThrownBy(listener::accept)
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("EINVAL");
      channel.bind(LOOPBACK);

      assertThat(listener.accept()).isNull();
    }
  }

  @Test
  void theHalvesOfADatagramSocketAreNotToBeShutDown() throws IOException {
    Socket socket = datagrams();

    assertThatThrownBy(socket::shutdownInput).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(socket::shutdownOutput).isInstanceOf(UnsupportedOperationException.class);
  }
}
