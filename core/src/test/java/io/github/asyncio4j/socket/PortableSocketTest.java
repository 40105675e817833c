// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.selector.Selector;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What sockets are in a JVM without any flag.
@Tag("portable")
class PortableSocketTest extends SystemSocketContract {
  @Override
  SocketTier tier() {
    return SocketTier.NIO;
  }

  @Override
  Selector openSelector() throws IOException {
    return Selector.open();
  }

  @Test
  void withoutAnyFlagASocketIsAChannel() throws IOException {
    try (Socket socket = Socket.open(StandardProtocolFamily.INET, SocketType.STREAM)) {
      assertThat(socket.tier()).isEqualTo(SocketTier.NIO);
      assertThat(socket.channel()).isNotNull();
      assertThat(socket.fileno()).isEqualTo(-1);
    }
  }

  @Test
  void whatNeedsDescriptorsIsRefusedByNamingTheFlag() throws IOException {
    String flag = "--enable-native-access=io.github.asyncio4j";
    assertThatThrownBy(() -> Socket.ofDescriptor(0)).hasMessageContaining(flag);
    assertThatThrownBy(
            () -> Socket.open(SocketTier.NATIVE, StandardProtocolFamily.INET, SocketType.STREAM))
        .hasMessageContaining(flag);
    try (Socket socket = Socket.open(StandardProtocolFamily.INET6, SocketType.STREAM)) {
      assertThatThrownBy(() -> socket.setOption(SocketOptions.IPV6_V6ONLY, true))
          .hasMessageContaining(flag);
    }
  }
}
