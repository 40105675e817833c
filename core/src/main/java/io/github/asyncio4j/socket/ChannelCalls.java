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
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The NIO tier: a channel, which listening replaces by another, and what every socket can do.
///
/// The roles of its socket share it, so each channel has one owner.
final class ChannelCalls implements SocketCalls {
  /// The most bytes in one call. For a heap buffer the JDK takes as much native memory as the call
  /// is given, and keeps it.
  static final int MAX_BYTES = Syscalls.MAX_CRITICAL_BYTES;

  /// What Linux hands down from a listening socket and the JDK does not let us set there.
  private static final Set<SocketOption<?>> INHERITED =
      Set.of(
          StandardSocketOptions.SO_KEEPALIVE,
          StandardSocketOptions.SO_LINGER,
          StandardSocketOptions.SO_SNDBUF,
          StandardSocketOptions.TCP_NODELAY);

  private final StandardProtocolFamily family;

  // Loop thread only. What was set, for the channels that come after this one: in place of one that
  // listens, and by accepting. Null while there is nothing; a connection needs none.
  private @Nullable Map<SocketOption<?>, Object> options;

  // Written by the loop thread.
  private volatile NetworkChannel channel;

  // Any thread sets it, once. Not the same as a closed channel: that may be one of two, and the JDK
  // closes channels as well.
  private final AtomicBoolean closed = new AtomicBoolean();

  // Written by the loop thread. How many sockets have the channel, once dup() has made another.
  private volatile @Nullable AtomicInteger holders;

  ChannelCalls(NetworkChannel channel, StandardProtocolFamily family) {
    this.channel = channel;
    this.family = family;
  }

  static PeerCalls open(StandardProtocolFamily family, SocketType type) throws IOException {
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
        ? of(stream, family)
        : of((DatagramChannel) channel, family);
  }

  static ChannelStream of(SocketChannel channel, StandardProtocolFamily family) {
    return new ChannelStream(new ChannelCalls(channel, family), channel);
  }

  static ChannelListener of(ServerSocketChannel channel, StandardProtocolFamily family) {
    return new ChannelListener(new ChannelCalls(channel, family), channel);
  }

  static ChannelDatagram of(DatagramChannel channel, StandardProtocolFamily family) {
    return new ChannelDatagram(new ChannelCalls(channel, family), channel);
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

  StandardProtocolFamily family() {
    return family;
  }

  @Override
  public SocketTier tier() {
    return SocketTier.NIO;
  }

  @Override
  public SelectableChannel channel() {
    return (SelectableChannel) channel;
  }

  @Override
  public int fileno() {
    return isOpen() ? ChannelDescriptors.fileno(channel()) : -1;
  }

  // Options.

  @Override
  public <T> void setOption(SocketOption<T> option, T value) throws IOException {
    ensureOpen();
    NetworkChannel current = channel;
    boolean supported = current.supportedOptions().contains(option);
    if (!supported && !(current instanceof ServerSocketChannel && INHERITED.contains(option))) {
      throw unsupported(option);
    }
    if (supported) {
      current.setOption(option, value);
    }
    if (mayHaveSuccessors(current)) {
      var set = options;
      if (set == null) {
        set = new LinkedHashMap<>();
        options = set;
      }
      set.put(option, value);
    }
  }

  private static boolean mayHaveSuccessors(NetworkChannel channel) {
    return channel instanceof ServerSocketChannel
        || (channel instanceof SocketChannel stream && !stream.isConnected());
  }

  private Map<SocketOption<?>, Object> options() {
    var set = options;
    return set == null ? Map.of() : set;
  }

  @Override
  public <T> T getOption(SocketOption<T> option) throws IOException {
    ensureOpen();
    NetworkChannel current = channel;
    if (!current.supportedOptions().contains(option)) {
      throw unsupported(option);
    }
    return current.getOption(option);
  }

  private static UnsupportedOperationException unsupported(SocketOption<?> option) {
    return option == SocketOptions.IPV6_V6ONLY
            || option == SocketOptions.SO_ERROR
            || option == SocketOptions.SO_PEERCRED
        ? Native.unsupported("Socket option " + option.name())
        : new UnsupportedOperationException("socket option " + option.name());
  }

  /// Sets all that was set, as far as a channel has it.
  void applyOptionsTo(NetworkChannel target) throws IOException {
    for (SocketOption<?> option : options().keySet()) {
      if (target.supportedOptions().contains(option)) {
        apply(option, target);
      }
    }
  }

  /// Sets what a connection has from the socket that accepted it.
  void bequeathOptionsTo(SocketChannel accepted) throws IOException {
    for (SocketOption<?> option : INHERITED) {
      if (options().containsKey(option)) {
        apply(option, accepted);
      }
    }
  }

  private <T> void apply(SocketOption<T> option, NetworkChannel target) throws IOException {
    target.setOption(option, option.type().cast(options().get(option)));
  }

  // Names and life.

  @Override
  public @Nullable SocketAddress getsockname() {
    if (closed.get()) {
      return null;
    }
    try {
      return channel.getLocalAddress();
    } catch (IOException e) {
      return null; // Closed.
    }
  }

  @Override
  public boolean isOpen() {
    return !closed.get() && channel.isOpen();
  }

  @Override
  public void close() throws IOException {
    if (closed.compareAndSet(false, true)) {
      AtomicInteger shared = holders;
      if (shared == null || shared.decrementAndGet() == 0) {
        channel.close();
      }
    }
  }

  /// Returns what another socket of the same channel has, which is closed with the last of them.
  /// For channels that no other will replace.
  ChannelCalls dup() throws SocketException {
    ensureOpen();
    AtomicInteger shared = holders;
    if (shared == null) {
      shared = new AtomicInteger(1);
      holders = shared;
    }
    shared.incrementAndGet();
    var other = new ChannelCalls(channel, family);
    other.holders = shared;
    var set = options;
    other.options = set == null ? null : new LinkedHashMap<>(set);
    return other;
  }

  /// Closes the channel and has another from now on, which is closed as well when a close has come
  /// meanwhile.
  void replaceBy(NetworkChannel next) throws IOException {
    NetworkChannel before = channel;
    channel = next;
    before.close();
    // close() writes and reads the two fields in the other order, so one of us sees the other.
    if (closed.get()) {
      next.close();
      throw SocketFailures.closed();
    }
  }

  void ensureOpen() throws SocketException {
    if (!isOpen()) {
      throw SocketFailures.closed();
    }
  }

  // Failures.

  /// Returns an exception for what the JDK reports as a wrong state and the system as an error.
  SocketException failed(String call, int errno) {
    return SocketFailures.of(call + "(" + channel() + ")", errno);
  }

  /// Returns an exception for an address that the JDK refuses without a text.
  static IllegalArgumentException unfit(@Nullable SocketAddress address) {
    return new IllegalArgumentException("not an address of this family: " + address);
  }

  /// Returns the failure of a call, told like the other tier does.
  IOException failure(String call, IOException e) {
    return isOpen() ? SocketFailures.translated(call + "(" + channel() + ")", e) : e;
  }

  // Buffers.

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
}
