// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import io.github.asyncio4j.selector.Readiness;
import io.github.asyncio4j.socket.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import org.jspecify.annotations.Nullable;

/// A connected stream socket of ours as an end of a pipe.
final class SocketEnd implements ReadEnd, WriteEnd {
  private final Socket socket;

  SocketEnd(Socket socket) {
    this.socket = socket;
  }

  @Override
  public int read(ByteBuffer dst) throws IOException {
    return dst.hasRemaining() ? socket.recv(dst) : 0;
  }

  @Override
  public int write(ByteBuffer src) throws IOException {
    return socket.send(src);
  }

  @Override
  public long write(ByteBuffer[] srcs, int offset, int length) throws IOException {
    return socket.send(srcs, offset, length);
  }

  @Override
  public boolean noticesReader() {
    return true;
  }

  @Override
  public int fileno() {
    return socket.fileno();
  }

  @Override
  public @Nullable SelectableChannel channel() {
    return socket.channel();
  }

  @Override
  public @Nullable Readiness readiness() {
    return socket.readiness();
  }

  @Override
  public boolean isOpen() {
    return socket.isOpen();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  @Override
  public String toString() {
    return socket.toString();
  }
}
