// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.internal.ffi.Errno;
import java.io.IOException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/// A listening socket of the NIO tier.
final class ChannelListener implements ListeningCalls, DuplicableCalls {
  private final ChannelCalls socket;
  private final ServerSocketChannel channel;

  ChannelListener(ChannelCalls socket, ServerSocketChannel channel) {
    this.socket = socket;
    this.channel = channel;
  }

  @Override
  public SocketCalls owner() {
    return socket;
  }

  @Override
  public SocketRole dup() throws IOException {
    return new ChannelListener(socket.dup(), channel);
  }

  @Override
  public void setBacklog(int backlog) throws IOException {
    // The JDK sets it with the bind and never again.
    socket.ensureOpen();
  }

  @Override
  public @Nullable StreamCalls accept() throws IOException {
    socket.ensureOpen();
    SocketChannel accepted;
    try {
      accepted = channel.accept();
    } catch (NotYetBoundException e) {
      throw socket.failed("accept", Errno.EINVAL);
    } catch (IOException e) {
      if (SocketFailures.isLostConnection(SocketFailures.errnoOf(e))) {
        return null; // The socket stays readable while more are pending.
      }
      throw socket.failure("accept", e);
    }
    if (accepted == null) {
      return null;
    }
    try {
      ChannelStream stream = ChannelCalls.of(accepted, socket.family());
      accepted.configureBlocking(false);
      socket.bequeathOptionsTo(accepted);
      return stream;
    } catch (Throwable t) {
      accepted.close();
      throw t;
    }
  }
}
