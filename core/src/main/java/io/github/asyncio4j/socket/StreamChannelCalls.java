// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.internal.ffi.Errno;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NetworkChannel;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A stream socket of the NIO tier: a [SocketChannel], which listening replaces by a
/// [ServerSocketChannel].
final class StreamChannelCalls extends ChannelCalls {
  /*
   * The JDK binds and listens in one call and on another class. So that bind reports a taken
   * address and nobody is let in before listen, the address is bound by the SocketChannel first.
   * When it listens, the ServerSocketChannel is bound beside it: Linux allows two sockets on one
   * address when both have SO_REUSEADDR and none listens, so nobody can take the address in
   * between.
   *
   * A unix socket cannot be bound twice, because its name is a file. It listens from the bind on.
   */

  private static final int UNIX_BACKLOG = 128;

  /// What Linux hands down from a listening socket and the JDK does not let us set there.
  private static final Set<SocketOption<?>> INHERITED =
      Set.of(
          StandardSocketOptions.SO_KEEPALIVE,
          StandardSocketOptions.SO_LINGER,
          StandardSocketOptions.SO_SNDBUF,
          StandardSocketOptions.TCP_NODELAY);

  private final StandardProtocolFamily family;

  // Loop thread only. What was set, for the channels that come after this one.
  private final Map<SocketOption<?>, Object> options = new LinkedHashMap<>();

  // Written by the loop thread.
  private volatile NetworkChannel channel;

  StreamChannelCalls(NetworkChannel channel, StandardProtocolFamily family) {
    this.channel = channel;
    this.family = family;
  }

  @Override
  NetworkChannel network() {
    return channel;
  }

  @Override
  public void bind(@Nullable SocketAddress address) throws IOException {
    ensureOpen();
    if (!(channel instanceof SocketChannel stream)) {
      throw failed("bind", Errno.EINVAL);
    }
    try {
      if (family == StandardProtocolFamily.UNIX) {
        replaceByServer(stream, address, UNIX_BACKLOG);
      } else {
        stream.bind(address);
      }
    } catch (UnsupportedAddressTypeException e) {
      throw unfit(address);
    } catch (AlreadyBoundException e) {
      throw failed("bind", Errno.EINVAL);
    } catch (IOException e) {
      throw SocketFailures.translatedBind("bind(" + address + ")", e);
    }
  }

  @Override
  public void listen(int backlog) throws IOException {
    ensureOpen();
    if (!(channel instanceof SocketChannel stream)) {
      return; // It listens.
    }
    if (stream.isConnected() || stream.isConnectionPending()) {
      throw failed("listen", Errno.EINVAL);
    }
    SocketAddress local = stream.getLocalAddress();
    try {
      if (local != null) {
        stream.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      }
      // The JDK takes 0 for its own default.
      replaceByServer(stream, local, Math.max(backlog, 1));
    } catch (IOException e) {
      throw SocketFailures.translatedBind("listen(" + local + ")", e);
    }
  }

  private void replaceByServer(SocketChannel stream, @Nullable SocketAddress address, int backlog)
      throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(family);
    try {
      server.configureBlocking(false);
      applyTo(server);
      if (family != StandardProtocolFamily.UNIX) {
        server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      }
      server.bind(address, backlog);
      applyTo(server);
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
    channel = server;
    stream.close();
  }

  private void applyTo(NetworkChannel target) throws IOException {
    for (Map.Entry<SocketOption<?>, Object> entry : options.entrySet()) {
      if (target.supportedOptions().contains(entry.getKey())) {
        apply(target, entry.getKey(), entry.getValue());
      }
    }
  }

  private static <T> void apply(NetworkChannel target, SocketOption<T> option, Object value)
      throws IOException {
    target.setOption(option, option.type().cast(value));
  }

  @Override
  public boolean connect(SocketAddress address) throws IOException {
    ensureOpen();
    try {
      return stream("connect").connect(address);
    } catch (UnsupportedAddressTypeException e) {
      throw unfit(address);
    } catch (AlreadyConnectedException e) {
      throw failed("connect", Errno.EISCONN);
    } catch (IOException e) {
      throw SocketFailures.translatedConnect("connect(" + address + ")", e);
    }
  }

  @Override
  public boolean finishConnect(SocketAddress address) throws IOException {
    ensureOpen();
    try {
      return stream("connect").finishConnect();
    } catch (IOException e) {
      throw SocketFailures.translatedConnect("Connect call failed " + address, e);
    }
  }

  @Override
  public @Nullable SocketCalls accept() throws IOException {
    ensureOpen();
    if (!(channel instanceof ServerSocketChannel server)) {
      throw failed("accept", Errno.EINVAL);
    }
    SocketChannel accepted;
    try {
      accepted = server.accept();
    } catch (IOException e) {
      if (SocketFailures.isLostConnection(SocketFailures.errnoOf(e))) {
        return null; // The socket stays readable while more are pending.
      }
      throw failure("accept", e);
    }
    if (accepted == null) {
      return null;
    }
    try {
      var calls = new StreamChannelCalls(accepted, family);
      accepted.configureBlocking(false);
      for (SocketOption<?> option : INHERITED) {
        Object value = options.get(option);
        if (value != null) {
          apply(accepted, option, value);
        }
      }
      return calls;
    } catch (Throwable t) {
      accepted.close();
      throw t;
    }
  }

  @Override
  public int recv(ByteBuffer dst) throws IOException {
    if (dst.isReadOnly()) {
      throw new ReadOnlyBufferException();
    }
    ensureOpen();
    SocketChannel stream = stream("recv");
    int limit = cap(dst);
    try {
      return stream.read(dst);
    } catch (NotYetConnectedException e) {
      throw failed("recv", Errno.ENOTCONN);
    } catch (IOException e) {
      throw failure("recv", e);
    } finally {
      dst.limit(limit);
    }
  }

  @Override
  public int send(ByteBuffer src) throws IOException {
    ensureOpen();
    SocketChannel stream = stream("send");
    int limit = cap(src);
    try {
      return stream.write(src);
    } catch (NotYetConnectedException e) {
      throw failed("send", Errno.ENOTCONN);
    } catch (IOException e) {
      throw writeFailure("send", e);
    } finally {
      src.limit(limit);
    }
  }

  @Override
  public long send(ByteBuffer[] srcs, int offset, int length) throws IOException {
    ensureOpen();
    SocketChannel stream = stream("sendmsg");
    int first = offset;
    int end = offset + length;
    while (first < end && !srcs[first].hasRemaining()) {
      first++;
    }
    if (first == end) {
      return 0;
    }
    if (srcs[first].remaining() > MAX_BYTES) {
      return send(srcs[first]);
    }
    long total = 0;
    int last = first;
    while (last < end && total + srcs[last].remaining() <= MAX_BYTES) {
      total += srcs[last++].remaining();
    }
    try {
      return stream.write(srcs, first, last - first);
    } catch (NotYetConnectedException e) {
      throw failed("sendmsg", Errno.ENOTCONN);
    } catch (IOException e) {
      throw writeFailure("sendmsg", e);
    }
  }

  /// After a shutdown of its writing half the JDK calls a channel closed that is open.
  private IOException writeFailure(String call, IOException e) {
    return e instanceof ClosedChannelException && isOpen()
        ? failed(call, Errno.EPIPE)
        : failure(call, e);
  }

  @Override
  public void shutdownInput() throws IOException {
    ensureOpen();
    try {
      stream("shutdown").shutdownInput();
    } catch (NotYetConnectedException e) {
      throw failed("shutdown", Errno.ENOTCONN);
    } catch (IOException e) {
      throw failure("shutdown", e);
    }
  }

  @Override
  public void shutdownOutput() throws IOException {
    ensureOpen();
    try {
      stream("shutdown").shutdownOutput();
    } catch (NotYetConnectedException e) {
      throw failed("shutdown", Errno.ENOTCONN);
    } catch (IOException e) {
      throw failure("shutdown", e);
    }
  }

  /// Returns the channel for what a listening socket cannot do.
  private SocketChannel stream(String call) throws SocketException {
    if (channel instanceof SocketChannel stream) {
      return stream;
    }
    throw failed(call, call.equals("connect") ? Errno.EINVAL : Errno.ENOTCONN);
  }

  @Override
  public <T> void setOption(SocketOption<T> option, T value) throws IOException {
    ensureOpen();
    boolean supported = channel.supportedOptions().contains(option);
    if (!supported && !(channel instanceof ServerSocketChannel && INHERITED.contains(option))) {
      throw unsupported(option);
    }
    if (supported) {
      channel.setOption(option, value);
    }
    options.put(option, value);
  }

  @Override
  public @Nullable SocketAddress getpeername() {
    try {
      return channel instanceof SocketChannel stream && stream.isConnected()
          ? stream.getRemoteAddress()
          : null;
    } catch (IOException e) {
      return null; // Closed.
    }
  }
}
