// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketTier;
import io.github.asyncio4j.socket.SocketType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class OutgoingBufferTest {
  private final ChunkPool pool = new ChunkPool();
  private final OutgoingBuffer buffer = new OutgoingBuffer(pool);
  private final ByteArrayOutputStream arrived = new ByteArrayOutputStream();
  private Socket socket;
  private java.net.Socket peer;

  @BeforeEach
  void connect() throws Exception {
    try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      listener.setReceiveBufferSize(4096);
      socket = Socket.open(SocketTier.NIO, StandardProtocolFamily.INET, SocketType.STREAM);
      socket.setOption(StandardSocketOptions.SO_SNDBUF, 4096);
      var address = new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
      boolean connected = socket.connect(address);
      peer = listener.accept();
      while (!connected) {
        connected = socket.finishConnect();
      }
    }
  }

  @AfterEach
  void close() throws Exception {
    socket.close();
    peer.close();
  }

  private void send() throws IOException {
    buffer.gone(socket.send(buffer.pieces(), buffer.first(), buffer.count()));
  }

  private void read(int count) throws IOException {
    arrived.writeBytes(peer.getInputStream().readNBytes(count));
  }

  @Test
  void whatIsAddedLeavesInOrderHoweverAddingAndSendingAlternate() throws Exception {
    var random = new Random(3);
    var added = new ByteArrayOutputStream();
    int sent = 0;
    for (int round = 0; round < 400; round++) {
      for (int i = random.nextInt(4); i > 0; i--) {
        var piece = new byte[random.nextInt(random.nextInt(10) == 0 ? 100_000 : 2000)];
        random.nextBytes(piece);
        added.writeBytes(piece);
        var data = ByteBuffer.wrap(piece);
        buffer.add(data);
        assertThat(data.hasRemaining()).isFalse();
      }
      send();
      sent = added.size() - (int) buffer.size();
      if (random.nextInt(3) > 0) {
        read(sent - arrived.size());
      }
    }
    while (!buffer.isEmpty()) {
      read(sent - arrived.size());
      send();
      sent = added.size() - (int) buffer.size();
    }
    read(sent - arrived.size());

    assertThat(arrived.toByteArray()).isEqualTo(added.toByteArray());
  }

  @Test
  void clearDropsEverythingAndTheBufferCanBeUsedAgain() throws Exception {
    buffer.add(ByteBuffer.allocate(3_000_000));
    assertThat(buffer.size()).isEqualTo(3_000_000);

    buffer.clear();

    assertThat(buffer.isEmpty()).isTrue();
    buffer.add(ByteBuffer.wrap(new byte[] {7}));
    send();
    read(1);
    assertThat(arrived.toByteArray()).containsExactly(7);
  }

  @Test
  void chunksGoBackToThePoolAndAreUsedAgain() throws Exception {
    buffer.add(ByteBuffer.allocate(10));
    send();
    var first = pool.take();
    pool.give(first);

    buffer.add(ByteBuffer.allocate(10));
    assertThat(pool.take()).isNotSameAs(first);
    send();
    assertThat(pool.take()).isSameAs(first);
    assertThat(first.limit()).isZero();
  }

  @Test
  void sendingNothingIsHarmless() throws Exception {
    send();
    buffer.clear();

    assertThat(buffer.isEmpty()).isTrue();
  }
}
