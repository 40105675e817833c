// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.selector.Readiness;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectableChannel;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A socket of a [MemoryNetwork]: its name, its options, who watches it, and what every socket can
/// do.
///
/// The roles of its socket share it, so the name has one owner.
final class MemoryCalls implements SocketCalls, Readiness {
  private static final SocketAddress UNNAMED = UnixDomainSocketAddress.of("");

  /// What differs by the role when a socket is watched or closed. The loop's thread.
  interface Role {
    /// As [Readiness#ready()].
    int ready();

    /// Is told what is watched for.
    void watched(int interest);

    /// Lets go of the peers.
    void close();

    /// Tells what the socket is, and its addresses.
    String describe();
  }

  private final MemoryNetwork network;
  private final StandardProtocolFamily family;
  private final @Nullable InetAddress host;
  private final Map<SocketOption<?>, Object> options = MemoryNetwork.options();

  // Any thread reads.
  private volatile boolean open = true;
  private volatile @Nullable SocketAddress sockname;

  // The loop's thread. The role is null before the first.
  private @Nullable Role role;
  private boolean bound;
  private int interest;
  private @Nullable Runnable watcher;

  MemoryCalls(MemoryNetwork network, StandardProtocolFamily family) {
    this(network, family, network.wiring().host());
  }

  private MemoryCalls(
      MemoryNetwork network, StandardProtocolFamily family, @Nullable InetAddress host) {
    this.network = network;
    this.family = family;
    this.host = host;
  }

  MemoryNetwork network() {
    return network;
  }

  StandardProtocolFamily family() {
    return family;
  }

  /// Sets what the socket is from now on.
  void become(Role role) {
    this.role = role;
    role.watched(interest);
  }

  /// Returns what accepts, or null when the socket does not listen.
  @Nullable MemoryListener listener() {
    return open && role instanceof MemoryListener listener ? listener : null;
  }

  /// Returns the role of an open datagram socket, or null.
  @Nullable MemoryDatagram datagrams() {
    return open && role instanceof MemoryDatagram datagrams ? datagrams : null;
  }

  /// Returns the role of an open datagram socket of the unix family, or null.
  @Nullable MemoryUnixDatagram unixDatagrams() {
    return open && role instanceof MemoryUnixDatagram datagrams ? datagrams : null;
  }

  /// Tells which ports it has: those of UDP have nothing to do with those of TCP.
  boolean isForDatagrams() {
    return role instanceof MemoryDatagram || role instanceof MemoryUnixDatagram;
  }

  boolean isListening() {
    return listener() != null;
  }

  @Override
  public SocketTier tier() {
    return SocketTier.MEMORY;
  }

  @Override
  public int fileno() {
    return -1;
  }

  @Override
  public @Nullable SelectableChannel channel() {
    return null;
  }

  // Readiness.

  @Override
  public Readiness readiness() {
    return this;
  }

  @Override
  public int ready() {
    return open && role != null ? role.ready() : 0;
  }

  @Override
  public void watched(int ops, @Nullable Runnable changed) {
    interest = ops;
    watcher = changed;
    if (role != null) {
      role.watched(ops);
    }
  }

  int interest() {
    return interest;
  }

  /// Tells who watches that [#ready()] may have changed.
  void changed() {
    if (watcher != null) {
      watcher.run();
    }
  }

  // Names.

  void bind(@Nullable SocketAddress address) throws IOException {
    ensureOfFamily(address);
    if (bound) {
      throw SocketFailures.ofBind("bind(" + address + ")", Errno.EINVAL);
    }
    sockname = network.bind(this, address);
    bound = true;
  }

  void ensureOfFamily(@Nullable SocketAddress address) {
    if (address == null) {
      return;
    }
    boolean fits =
        address instanceof InetSocketAddress inet
            ? family
                == (inet.getAddress() instanceof Inet6Address
                    ? StandardProtocolFamily.INET6
                    : StandardProtocolFamily.INET)
            : family == StandardProtocolFamily.UNIX
                && (address instanceof UnixDomainSocketAddress
                    || address instanceof UnixNameAddress);
    if (!fits) {
      throw ChannelCalls.unfit(address);
    }
  }

  /// Gives a socket that connects a name when it has none.
  void bindAsClientOf(InetSocketAddress server) throws IOException {
    if (!bound) {
      sockname = network.clientAddress(this, server);
      bound = true;
    }
  }

  /// Tells of a unix socket that connects and has no name.
  void stayUnnamed() {
    if (!bound) {
      sockname = UNNAMED;
    }
  }

  boolean isBound() {
    return bound;
  }

  /// Returns the address of this side that another one sees.
  InetAddress sourceFor(InetAddress target) {
    if (sockname instanceof InetSocketAddress own && !own.getAddress().isAnyLocalAddress()) {
      return own.getAddress();
    }
    InetAddress own = host;
    return own != null && (own instanceof Inet6Address) == (target instanceof Inet6Address)
        ? own
        : MemoryNetwork.routeTo(target);
  }

  @Override
  public @Nullable SocketAddress getsockname() {
    return open ? sockname : null;
  }

  /// Makes a socket that this one, which listens, has let in.
  MemoryCalls letIn(SocketAddress sockname) {
    var socket = new MemoryCalls(network, family, host);
    socket.options.putAll(options);
    socket.sockname = sockname;
    return socket;
  }

  // Options.

  @Override
  public <T> void setOption(SocketOption<T> option, T value) throws IOException {
    ensureOpen();
    ensureKnown(option);
    options.put(option, Objects.requireNonNull(value, "value"));
  }

  @Override
  @SuppressWarnings("unchecked") // only setOption() stores, and each default has its option's type
  public <T> T getOption(SocketOption<T> option) throws IOException {
    ensureOpen();
    ensureKnown(option);
    return (T) Objects.requireNonNull(options.get(option));
  }

  private void ensureKnown(SocketOption<?> option) {
    if (!options.containsKey(option)) {
      throw new UnsupportedOperationException("a socket in memory has no option " + option.name());
    }
  }

  boolean isReusingPort() {
    return isOn(StandardSocketOptions.SO_REUSEPORT)
        || (isForDatagrams() && isOn(StandardSocketOptions.SO_REUSEADDR));
  }

  boolean isOn(SocketOption<Boolean> option) {
    return Boolean.TRUE.equals(options.get(option));
  }

  /// Returns how many bytes may wait to be received.
  int receiveBuffer() {
    return (Integer) Objects.requireNonNull(options.get(StandardSocketOptions.SO_RCVBUF));
  }

  boolean takesInet6Only() {
    return Boolean.TRUE.equals(options.get(SocketOptions.IPV6_V6ONLY));
  }

  /// Tells whether a close is to reset the connection.
  boolean closesHard() {
    return Objects.equals(options.get(StandardSocketOptions.SO_LINGER), 0);
  }

  // Closing.

  @Override
  public boolean isOpen() {
    return open;
  }

  void ensureOpen() throws SocketException {
    if (!open) {
      throw SocketFailures.closed();
    }
  }

  @Override
  public void close() {
    if (!open) {
      return;
    }
    open = false;
    network.closed(this);
    SocketAddress own = sockname;
    if (bound && own != null) {
      network.unbind(this, own);
    }
    if (role != null) {
      role.close();
    }
  }

  /// Closes a socket that its program has never had.
  void drop() {
    open = false;
  }

  /// Tells what the socket is, and its addresses.
  String describe() {
    return role == null ? "socket" : role.describe();
  }

  /// Returns an address without what only an object has to tell.
  static String text(@Nullable SocketAddress address) {
    return switch (address) {
      case InetSocketAddress inet when inet.getAddress() instanceof Inet6Address six ->
          "[" + six.getHostAddress() + "]:" + inet.getPort();
      case InetSocketAddress inet -> inet.getAddress().getHostAddress() + ":" + inet.getPort();
      case UnixDomainSocketAddress unix when unix.getPath().toString().isEmpty() -> "(no name)";
      case null -> "(no name)";
      default -> address.toString();
    };
  }
}
