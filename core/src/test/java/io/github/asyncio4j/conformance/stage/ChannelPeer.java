// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance.stage;

import io.github.asyncio4j.Asyncio;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;

/// A peer of a loop of the system: a blocking channel, used in the default executor of the running
/// loop where it may block.
final class ChannelPeer implements Peer {
  private static final int TIMEOUT_MILLIS = 30_000;

  private final SocketChannel channel;

  /// Takes a connected channel in blocking mode.
  ChannelPeer(SocketChannel channel) throws IOException {
    this.channel = channel;
    channel.socket().setSoTimeout(TIMEOUT_MILLIS);
  }

  @Override
  public SocketAddress localAddress() throws IOException {
    return channel.getLocalAddress();
  }

  @Override
  public SocketAddress remoteAddress() throws IOException {
    return channel.getRemoteAddress();
  }

  @Override
  public void send(String text) throws IOException {
    write(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public void sendAll(byte[] data) throws Exception {
    inExecutor(
        () -> {
          write(data);
          return data.length;
        });
  }

  private void write(byte[] data) throws IOException {
    var buffer = ByteBuffer.wrap(data);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  @Override
  public byte[] receive(int count) throws Exception {
    InputStream input = channel.socket().getInputStream();
    return inExecutor(() -> input.readNBytes(count));
  }

  @Override
  public int receiveToEnd() throws Exception {
    InputStream input = channel.socket().getInputStream();
    return inExecutor(() -> input.readAllBytes().length);
  }

  private static <T> T inExecutor(Callable<T> call) throws Exception {
    return Asyncio.getRunningLoop().runInExecutor(null, call).await();
  }

  @Override
  public void end() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  @Override
  public void reset() throws IOException {
    channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    channel.close();
  }
}
