// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.selector.Selector;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/// What a socket of the system must do, on both tiers.
abstract class SystemSocketContract extends SocketContract {
  abstract SocketTier tier();

  @Override
  final Socket newSocket(StandardProtocolFamily family, SocketType type) throws IOException {
    return Socket.open(tier(), family, type);
  }

  @Test
  void aDatagramTravels() throws IOException {
    Socket receiver = kept(newSocket(StandardProtocolFamily.INET, SocketType.DATAGRAM));
    receiver.bind(LOOPBACK);
    Socket sender = kept(newSocket(StandardProtocolFamily.INET, SocketType.DATAGRAM));
    assertThat(sender.connect(receiver.getsockname())).isTrue();

    assertThat(sender.send(ascii("hello"))).isEqualTo(5);
    await(receiver, Selector.READ);
    var into = ByteBuffer.allocate(100);

    assertThat(receiver.recv(into)).isEqualTo(5);
    assertThat(receiver.recv(into)).isZero();
    assertThat(receiver.type()).isEqualTo(SocketType.DATAGRAM);
  }
}
