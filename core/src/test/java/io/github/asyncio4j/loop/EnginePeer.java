// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.TlsKit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;

/// A client of TLS whose records are at hand before they are sent: an engine of the JDK and a
/// blocking socket. One thread.
final class EnginePeer implements AutoCloseable {
  /// Resumes its sessions, since full handshakes are dear.
  private static final SSLContext CONTEXT = TlsKit.client();

  private static final int ROOM = 64 * 1024;

  private final SocketChannel channel;
  private final SSLEngine engine;
  private final ByteBuffer in = ByteBuffer.allocate(ROOM).flip();
  private final ByteBuffer plain = ByteBuffer.allocate(ROOM);
  // What goes out in front of the first thing that is said, in one piece with it.
  private byte[] before = {};

  private EnginePeer(SocketChannel channel, SSLEngine engine) {
    this.channel = channel;
    this.engine = engine;
  }

  /// Connects the socket.
  static EnginePeer connect(int port, String version) throws IOException {
    var channel =
        SocketChannel.open(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
    var engine = CONTEXT.createSSLEngine("127.0.0.1", port);
    engine.setUseClientMode(true);
    engine.setEnabledProtocols(new String[] {version});
    return new EnginePeer(channel, engine);
  }

  /// Returns the first thing that a client says, which is not sent.
  byte[] hello() throws IOException {
    engine.beginHandshake();
    return wrapped(new byte[0]);
  }

  /// Has bytes sent in one piece with the hello.
  void sendFirst(byte[] bytes) {
    before = bytes;
  }

  EnginePeer handshake() throws IOException {
    engine.beginHandshake();
    while (true) {
      switch (engine.getHandshakeStatus()) {
        case NEED_WRAP -> {
          byte[] next = wrapped(new byte[0]);
          send(ByteBuffer.allocate(before.length + next.length).put(before).put(next).flip());
          before = new byte[0];
        }
        case NEED_TASK -> engine.getDelegatedTask().run();
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> unwrap();
        default -> {
          return this;
        }
      }
    }
  }

  private void unwrap() throws IOException {
    SSLEngineResult result = engine.unwrap(in, plain);
    if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
      in.compact();
      int count = channel.read(in);
      in.flip();
      if (count < 0) {
        throw new IOException("the server has gone");
      }
    }
  }

  /// Returns the record or records of some bytes, which are not sent.
  byte[] wrapped(byte[] bytes) throws IOException {
    var out = ByteBuffer.allocate(ROOM);
    var source = ByteBuffer.wrap(bytes);
    do {
      SSLEngineResult result = engine.wrap(source, out);
      if (result.getStatus() != SSLEngineResult.Status.OK && source.hasRemaining()) {
        throw new IOException("cannot encrypt: " + result);
      }
    } while (source.hasRemaining());
    return Arrays.copyOf(out.array(), out.position());
  }

  /// Returns the records with which an end is told, which are not sent.
  byte[] goodbye() throws IOException {
    engine.closeOutbound();
    return wrapped(new byte[0]);
  }

  void send(byte[] bytes) throws IOException {
    send(ByteBuffer.wrap(bytes));
  }

  void send(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /// Reads so many decrypted bytes.
  byte[] read(int count) throws IOException {
    while (plain.position() < count) {
      unwrap();
    }
    var bytes = new byte[count];
    plain.flip().get(bytes).compact();
    return bytes;
  }

  /// Ends this half of the connection, in TCP.
  void endOutput() throws IOException {
    channel.shutdownOutput();
  }

  /// Reads up to the end, which a reset is as well, and returns what has come and was not decrypted
  /// yet.
  byte[] readAll() {
    var all = new ByteArrayOutputStream();
    all.write(in.array(), in.position(), in.remaining());
    in.limit(in.position());
    var buffer = ByteBuffer.allocate(ROOM);
    try {
      while (channel.read(buffer) >= 0) {
        all.write(buffer.array(), 0, buffer.position());
        buffer.clear();
      }
    } catch (IOException e) {
      // A reset.
    }
    return all.toByteArray();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
