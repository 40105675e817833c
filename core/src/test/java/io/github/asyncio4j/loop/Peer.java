// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/// The other end of a connection, by means of the JDK alone. Its methods block.
class Peer implements AutoCloseable {
  private final Socket socket;

  Peer(Socket socket) {
    this.socket = socket;
  }

  static Peer connect(int port) throws IOException {
    if (UnixPeer.isNumber(port)) {
      return UnixPeer.connectTo(port);
    }
    return new Peer(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  static Peer connect(String literal, int port) throws IOException {
    return new Peer(new Socket(InetAddress.ofLiteral(literal), port));
  }

  /// Connects without waiting: in a task no iteration of the loop lies in between. To an address
  /// that is listened on, on this machine, the kernel connects at once.
  static Peer connectAtOnce(int port) throws IOException {
    if (UnixPeer.isNumber(port)) {
      return UnixPeer.connectTo(port);
    }
    var channel = SocketChannel.open();
    channel.configureBlocking(false);
    if (!channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
      while (!channel.finishConnect()) {
        Thread.onSpinWait();
      }
    }
    channel.configureBlocking(true);
    return new Peer(channel.socket());
  }

  /// Connects with a receive buffer so small that the other end cannot send much.
  static Peer connectNarrow(int port) throws IOException {
    if (UnixPeer.isNumber(port)) {
      return UnixPeer.connectTo(port); // What the other end may send is up to its own buffer.
    }
    var socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return new Peer(socket);
  }

  InetSocketAddress localAddress() {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  void send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  byte[] read(int count) throws IOException {
    return socket.getInputStream().readNBytes(count);
  }

  /// Reads up to the end of the stream.
  byte[] readAll() throws IOException {
    return socket.getInputStream().readAllBytes();
  }

  void endOutput() throws IOException {
    socket.shutdownOutput();
  }

  /// Closes so that the other end sees a reset.
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
