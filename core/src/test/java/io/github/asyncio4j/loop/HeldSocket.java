// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.TlsKit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import javax.net.ssl.SSLSocket;

/// A socket below a TLS socket of the JDK that sends what it is given in other pieces. One thread,
/// but for what is held.
final class HeldSocket extends Socket {
  enum Mode {
    AS_GIVEN,
    BYTE_BY_BYTE,
    HELD
  }

  private final ByteArrayOutputStream held = new ByteArrayOutputStream();
  private Mode mode;

  HeldSocket(int port, Mode mode) throws IOException {
    this(port, mode, 0);
  }

  /// Connects a socket.
  ///
  /// @param room for what it receives, as small as the system can; 0 for as much as usual
  HeldSocket(int port, Mode mode, int room) throws IOException {
    this.mode = mode;
    if (room > 0) {
      setReceiveBufferSize(room);
    }
    connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
    setTcpNoDelay(true);
  }

  void mode(Mode next) {
    mode = next;
  }

  /// Returns TLS over this socket, which is not closed with it.
  SSLSocket tls() throws IOException {
    return (SSLSocket)
        TlsKit.client().getSocketFactory().createSocket(this, "127.0.0.1", getPort(), false);
  }

  /// Waits until more than so much is held, sends it in one piece, and holds nothing after that.
  /// From another thread.
  void releaseWhenLongerThan(int bytes) throws IOException, InterruptedException {
    synchronized (held) {
      holdOnAfter(bytes);
      mode = Mode.AS_GIVEN;
    }
  }

  /// Waits until more than so much is held, sends it in one piece, and holds what comes next. From
  /// another thread.
  void holdOnAfter(int bytes) throws IOException, InterruptedException {
    synchronized (held) {
      while (held.size() <= bytes) {
        held.wait();
      }
      release();
    }
  }

  /// Waits for the first thing that a client says, sends it, and holds what comes next. From
  /// another thread.
  void sendHello() {
    try {
      holdOnAfter(100);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Sends what is held, in one piece.
  void release() throws IOException {
    super.getOutputStream().write(held.toByteArray());
    held.reset();
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    OutputStream out = super.getOutputStream();
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        synchronized (held) {
          send(bytes, offset, length);
        }
      }

      private void send(byte[] bytes, int offset, int length) throws IOException {
        switch (mode) {
          case AS_GIVEN -> out.write(bytes, offset, length);
          case HELD -> {
            held.write(bytes, offset, length);
            held.notifyAll();
          }
          case BYTE_BY_BYTE -> {
            for (int i = 0; i < length; i++) {
              out.write(bytes, offset + i, 1);
            }
          }
        }
      }
    };
  }
}
