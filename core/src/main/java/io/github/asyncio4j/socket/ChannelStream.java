// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.internal.ffi.Errno;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import org.jspecify.annotations.Nullable;

/// A stream socket of the NIO tier: a [SocketChannel], which listening replaces by a
/// [ServerSocketChannel].
final class ChannelStream implements StreamCalls {
  /*
   * The JDK binds and listens in one call and on another class. So that bind reports a taken
   * address and nobody is let in before listen, the address is bound by the SocketChannel first.
   * When it listens, the ServerSocketChannel is bound beside it: Linux allows two sockets on one
   * address when both have SO_REUSEADDR and none listens, so nobody can take the address in
   * between.
   *
   * A unix socket cannot be bound twice, because its name is a file. It listens from the bind on,
   * though its role is told so by listen only, and its stream channel is closed in between.
   */

  private static final int UNIX_BACKLOG = 128;

  private final ChannelCalls socket;
  private final SocketChannel channel;

  ChannelStream(ChannelCalls socket, SocketChannel channel) {
    this.socket = socket;
    this.channel = channel;
  }

  @Override
  public SocketCalls owner() {
    return socket;
  }

  private boolean isUnix() {
    return socket.family() == StandardProtocolFamily.UNIX;
  }

  /// Returns what listens since the bind already, or null.
  private @Nullable ServerSocketChannel early() {
    return socket.channel() instanceof ServerSocketChannel server ? server : null;
  }

  @Override
  public void bind(@Nullable SocketAddress address) throws IOException {
    socket.ensureOpen();
    if (early() != null) {
      throw socket.failed("bind", Errno.EINVAL);
    }
    try {
      if (isUnix()) {
        replaceByServer(address, UNIX_BACKLOG);
      } else {
        channel.bind(address);
      }
    } catch (UnsupportedAddressTypeException e) {
      throw ChannelCalls.unfit(address);
    } catch (AlreadyBoundException e) {
      throw socket.failed("bind", Errno.EINVAL);
    } catch (IOException e) {
      throw socket.isOpen()
          ? UnixFailures.translatedBind(address, "bind(" + address + ")", e)
          : SocketFailures.closed();
    }
  }

  @Override
  public ListeningCalls listen(int backlog) throws IOException {
    socket.ensureOpen();
    ServerSocketChannel early = early();
    if (early != null) {
      return new ChannelListener(socket, early);
    }
    SocketAddress local = null;
    try {
      local = channel.getLocalAddress();
      if (channel.isConnected() || channel.isConnectionPending() || (isUnix() && local == null)) {
        throw socket.failed("listen", Errno.EINVAL);
      }
      if (local != null) {
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      }
      // The JDK takes 0 for its own default.
      return new ChannelListener(socket, replaceByServer(local, Math.max(backlog, 1)));
    } catch (IOException e) {
      throw bindFailure("listen(" + local + ")", e);
    }
  }

  private ServerSocketChannel replaceByServer(@Nullable SocketAddress address, int backlog)
      throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(socket.family());
    try {
      server.configureBlocking(false);
      socket.applyOptionsTo(server);
      if (!isUnix()) {
        server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      }
      server.bind(address, backlog);
      socket.applyOptionsTo(server);
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
    socket.replaceBy(server);
    return server;
  }

  private IOException bindFailure(String call, IOException e) {
    return socket.isOpen() ? SocketFailures.translatedBind(call, e) : SocketFailures.closed();
  }

  @Override
  public boolean connect(SocketAddress address) throws IOException {
    socket.ensureOpen();
    if (early() != null) {
      throw socket.failed("connect", Errno.EINVAL);
    }
    try {
      return channel.connect(address);
    } catch (UnsupportedAddressTypeException e) {
      throw ChannelCalls.unfit(address);
    } catch (AlreadyConnectedException e) {
      throw socket.failed("connect", Errno.EISCONN);
    } catch (IOException e) {
      String call = "connect(" + address + ")";
      throw isUnix()
          ? UnixFailures.translatedConnect(address, call, e)
          : SocketFailures.translatedConnect(call, e);
    }
  }

  @Override
  public boolean finishConnect(SocketAddress address) throws IOException {
    socket.ensureOpen();
    try {
      return channel.finishConnect();
    } catch (IOException e) {
      throw SocketFailures.translatedConnect("Connect call failed " + address, e);
    }
  }

  @Override
  public int recv(ByteBuffer dst) throws IOException {
    if (dst.isReadOnly()) {
      throw new ReadOnlyBufferException();
    }
    socket.ensureOpen();
    int limit = ChannelCalls.cap(dst);
    try {
      return channel.read(dst);
    } catch (NotYetConnectedException e) {
      throw socket.failed("recv", Unconnected.recv(socket.family()));
    } catch (IOException e) {
      throw early() == null
          ? socket.failure("recv", e)
          : socket.failed("recv", Unconnected.recv(socket.family()));
    } finally {
      dst.limit(limit);
    }
  }

  @Override
  public int send(ByteBuffer src) throws IOException {
    socket.ensureOpen();
    int limit = ChannelCalls.cap(src);
    try {
      return channel.write(src);
    } catch (NotYetConnectedException e) {
      throw socket.failed("send", Unconnected.send(socket.family()));
    } catch (IOException e) {
      throw writeFailure("send", e);
    } finally {
      src.limit(limit);
    }
  }

  @Override
  public long send(ByteBuffer[] srcs, int offset, int length) throws IOException {
    socket.ensureOpen();
    int first = offset;
    int end = offset + length;
    while (first < end && !srcs[first].hasRemaining()) {
      first++;
    }
    if (first == end) {
      return 0;
    }
    if (srcs[first].remaining() > ChannelCalls.MAX_BYTES) {
      return send(srcs[first]);
    }
    long total = 0;
    int last = first;
    while (last < end && total + srcs[last].remaining() <= ChannelCalls.MAX_BYTES) {
      total += srcs[last++].remaining();
    }
    try {
      return channel.write(srcs, first, last - first);
    } catch (NotYetConnectedException e) {
      throw socket.failed("sendmsg", Unconnected.send(socket.family()));
    } catch (IOException e) {
      throw writeFailure("sendmsg", e);
    }
  }

  @Override
  public long sendfile(FileChannel file, long offset, long count) throws IOException {
    socket.ensureOpen();
    FileTransfers.ensureOfSystem(file);
    try {
      return FileTransfers.transfer(file, offset, count, channel);
    } catch (NotYetConnectedException e) {
      throw socket.failed("sendfile", Unconnected.send(socket.family()));
    } catch (IOException e) {
      throw file.isOpen() ? writeFailure("sendfile", e) : e;
    }
  }

  /// After a shutdown of its writing half the JDK calls a channel closed that is open.
  private IOException writeFailure(String call, IOException e) {
    if (early() != null) {
      return socket.failed(call, Unconnected.send(socket.family()));
    }
    return e instanceof ClosedChannelException && socket.isOpen()
        ? socket.failed(call, Errno.EPIPE)
        : socket.failure(call, e);
  }

  @Override
  public void shutdownInput() throws IOException {
    socket.ensureOpen();
    try {
      channel.shutdownInput();
    } catch (NotYetConnectedException e) {
      throw socket.failed("shutdown", Errno.ENOTCONN);
    } catch (IOException e) {
      throw shutdownFailure(e);
    }
  }

  @Override
  public void shutdownOutput() throws IOException {
    socket.ensureOpen();
    try {
      channel.shutdownOutput();
    } catch (NotYetConnectedException e) {
      throw socket.failed("shutdown", Errno.ENOTCONN);
    } catch (IOException e) {
      throw shutdownFailure(e);
    }
  }

  private IOException shutdownFailure(IOException e) {
    return early() == null
        ? socket.failure("shutdown", e)
        : socket.failed("shutdown", Errno.ENOTCONN);
  }

  @Override
  public @Nullable SocketAddress getpeername() {
    try {
      return channel.isConnected() ? channel.getRemoteAddress() : null;
    } catch (IOException e) {
      return null; // Closed.
    }
  }
}
