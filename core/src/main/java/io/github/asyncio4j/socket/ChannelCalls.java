// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.internal.ffi.ChannelDescriptors;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.internal.ffi.Syscalls;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/// The NIO tier: what its kinds of channel have in common.
abstract sealed class ChannelCalls implements SocketCalls
    permits StreamChannelCalls, DatagramChannelCalls {
  /// The most bytes in one call. For a heap buffer the JDK takes as much native memory as the call
  /// is given, and keeps it.
  static final int MAX_BYTES = Syscalls.MAX_CRITICAL_BYTES;

  static ChannelCalls open(StandardProtocolFamily family, SocketType type) throws IOException {
    if (type == SocketType.DATAGRAM && family == StandardProtocolFamily.UNIX) {
      throw Native.unsupported("A unix datagram socket");
    }
    SelectableChannel channel;
    try {
      channel =
          type == SocketType.STREAM ? SocketChannel.open(family) : DatagramChannel.open(family);
    } catch (IOException e) {
      throw SocketFailures.translated("socket(" + family + ", " + type + ")", e);
    }
    try {
      channel.configureBlocking(false);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    return channel instanceof SocketChannel stream
        ? new StreamChannelCalls(stream, family)
        : new DatagramChannelCalls((DatagramChannel) channel);
  }

  static ChannelCalls of(SocketChannel channel) throws IOException {
    return new StreamChannelCalls(channel, family(channel));
  }

  static ChannelCalls of(ServerSocketChannel channel) throws IOException {
    return new StreamChannelCalls(channel, family(channel));
  }

  static ChannelCalls of(DatagramChannel channel) {
    return new DatagramChannelCalls(channel);
  }

  /// Returns the family of a channel as far as it shows: by its address, or by its options, which a
  /// unix channel has few of.
  static StandardProtocolFamily family(NetworkChannel channel) throws IOException {
    SocketAddress local = channel.getLocalAddress();
    if (local instanceof UnixDomainSocketAddress
        || !channel.supportedOptions().contains(StandardSocketOptions.SO_REUSEADDR)) {
      return StandardProtocolFamily.UNIX;
    }
    return local instanceof InetSocketAddress inet && inet.getAddress() instanceof Inet6Address
        ? StandardProtocolFamily.INET6
        : StandardProtocolFamily.INET;
  }

  /// Returns the channel as the interface that the three kinds share.
  abstract NetworkChannel network();

  @Override
  public final SocketTier tier() {
    return SocketTier.NIO;
  }

  @Override
  public final SelectableChannel channel() {
    return (SelectableChannel) network();
  }

  @Override
  public final int fileno() {
    return ChannelDescriptors.fileno(channel());
  }

  @Override
  public final <T> T getOption(SocketOption<T> option) throws IOException {
    ensureOpen();
    if (!network().supportedOptions().contains(option)) {
      throw unsupported(option);
    }
    return network().getOption(option);
  }

  static UnsupportedOperationException unsupported(SocketOption<?> option) {
    return option == SocketOptions.IPV6_V6ONLY || option == SocketOptions.SO_ERROR
        ? Native.unsupported("Socket option " + option.name())
        : new UnsupportedOperationException("socket option " + option.name());
  }

  @Override
  public final @Nullable SocketAddress getsockname() {
    try {
      return network().getLocalAddress();
    } catch (IOException e) {
      return null; // Closed.
    }
  }

  @Override
  public final boolean isOpen() {
    return network().isOpen();
  }

  @Override
  public final void close() throws IOException {
    network().close();
  }

  @Override
  public final int detach() {
    throw Native.unsupported("Detaching a descriptor");
  }

  final void ensureOpen() throws SocketException {
    if (!isOpen()) {
      throw SocketFailures.closed();
    }
  }

  /// Returns an exception for what the JDK reports as a wrong state and the system as an error.
  final SocketException failed(String call, int errno) {
    return SocketFailures.of(call + "(" + channel() + ")", errno);
  }

  /// Returns an exception for an address that the JDK refuses without a text.
  static IllegalArgumentException unfit(@Nullable SocketAddress address) {
    return new IllegalArgumentException("not an address of this family: " + address);
  }

  /// Hides what is beyond [#MAX_BYTES] of a buffer.
  ///
  /// @return the limit, to be set again after the call
  static int cap(ByteBuffer buffer) {
    int limit = buffer.limit();
    if (buffer.remaining() > MAX_BYTES) {
      buffer.limit(buffer.position() + MAX_BYTES);
    }
    return limit;
  }

  /// Returns the failure of a call, told like the other tier does.
  final IOException failure(String call, IOException e) {
    return isOpen() ? SocketFailures.translated(call + "(" + channel() + ")", e) : e;
  }
}
