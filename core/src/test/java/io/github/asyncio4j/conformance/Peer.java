// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import io.github.asyncio4j.Asyncio;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;

/// The other end of a connection: a blocking channel that no loop knows.
///
/// What may block runs in the default executor of the running loop and suspends the task;
/// everything else returns at once, so no iteration of the loop lies inside it.
final class Peer {
  private static final int TIMEOUT_MILLIS = 30_000;

  private final SocketChannel channel;

  /// Takes a connected channel in blocking mode.
  Peer(SocketChannel channel) throws IOException {
    this.channel = channel;
    channel.socket().setSoTimeout(TIMEOUT_MILLIS);
  }

  /// Returns a channel that is connected, without blocking on the way.
  ///
  /// On this machine the kernel answers at once; a virtual thread that blocked would let the loop
  /// run.
  static SocketChannel connected(SocketAddress address) throws IOException {
    return connected(SocketChannel.open(), address);
  }

  /// Connects a channel that may be bound already, and closes it when that fails.
  static SocketChannel connected(SocketChannel channel, SocketAddress address) throws IOException {
    try {
      channel.configureBlocking(false);
      boolean connected = channel.connect(address);
      while (!connected) {
        Thread.onSpinWait();
        connected = channel.finishConnect();
      }
      channel.configureBlocking(true);
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  SocketAddress localAddress() throws IOException {
    return channel.getLocalAddress();
  }

  SocketAddress remoteAddress() throws IOException {
    return channel.getRemoteAddress();
  }

  /// Sends a text short enough for the kernel to take it.
  void send(String text) throws IOException {
    write(text.getBytes(StandardCharsets.US_ASCII));
  }

  /// Suspends until everything is sent.
  void sendAll(byte[] data) throws Exception {
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

  /// Suspends until exactly so many bytes have come, fewer only at the end of the stream.
  byte[] receive(int count) throws Exception {
    InputStream input = channel.socket().getInputStream();
    return inExecutor(() -> input.readNBytes(count));
  }

  /// Suspends until the end of the stream; returns how many bytes came before it.
  int receiveToEnd() throws Exception {
    InputStream input = channel.socket().getInputStream();
    return inExecutor(() -> input.readAllBytes().length);
  }

  private static <T> T inExecutor(Callable<T> call) throws Exception {
    return Asyncio.getRunningLoop().runInExecutor(null, call).await();
  }

  /// Ends the write half.
  void end() throws IOException {
    channel.shutdownOutput();
  }

  void close() throws IOException {
    channel.close();
  }

  /// Closes so that the other side gets a reset.
  void reset() throws IOException {
    channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    channel.close();
  }
}
