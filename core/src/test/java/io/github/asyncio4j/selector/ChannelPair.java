// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.selector;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/// Two non-blocking channels connected over loopback.
record ChannelPair(SocketChannel near, SocketChannel far) implements AutoCloseable {
  static ChannelPair open() throws IOException {
    try (var listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      SocketChannel near = SocketChannel.open(listener.getLocalAddress());
      SocketChannel far = listener.accept();
      near.configureBlocking(false);
      far.configureBlocking(false);
      return new ChannelPair(near, far);
    }
  }

  /// Sends bytes to the near end.
  void sendFromFar(int count) throws IOException {
    far.write(ByteBuffer.allocate(count));
  }

  /// Makes the near end unreadable.
  void drainNear() throws IOException {
    var buffer = ByteBuffer.allocate(4096);
    while (near.read(buffer) > 0) {
      buffer.clear();
    }
  }

  /// Sends from the near end until the kernel takes no more.
  void fillFromNear() throws IOException {
    var buffer = ByteBuffer.allocate(64 * 1024);
    while (near.write(buffer) > 0) {
      buffer.clear();
    }
  }

  @Override
  public void close() throws IOException {
    near.close();
    far.close();
  }
}
