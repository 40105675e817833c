// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.internal.ffi.Errno;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A network that is nothing but memory: its sockets behave as those of the system do, and nothing
/// outside of it can be reached. For loops whose time is not the system's, in tests.
///
/// A path to which a unix socket is bound is a file of this network, none of the system's: it is
/// there until [#removeFile] is called, as the system's is until unlink(2). Permissions and
/// credentials there are none.
///
/// Every address is local, unless a [Wiring] knows of several hosts. One thread, that of the one
/// loop whose sockets these are.
public final class MemoryNetwork {
  private static final int FIRST_FREE_PORT = 49152;
  private static final int LAST_PORT = 0xffff;
  private static final InetAddress ANY = InetAddress.ofLiteral("0.0.0.0");
  private static final InetAddress ANY6 = InetAddress.ofLiteral("::");

  private final Wiring wiring;
  private final Map<SocketAddress, List<MemoryCalls>> bound = new HashMap<>();
  private final Map<SocketAddress, List<MemoryCalls>> boundDatagrams = new HashMap<>();
  private final MemoryGroups groups = new MemoryGroups();
  private int nextPort = FIRST_FREE_PORT;
  private int nextName;
  // In the order in which they were opened.
  private final Set<MemoryCalls> open = new LinkedHashSet<>();

  /// Makes a network without sockets, on one host.
  ///
  /// @param wires asked for each direction of each connection, each handshake, and each datagram
  public MemoryNetwork(Supplier<? extends Wire> wires) {
    this(new OneHost(wires));
  }

  /// Makes a network without sockets.
  public MemoryNetwork(Wiring wiring) {
    this.wiring = Objects.requireNonNull(wiring, "wiring");
  }

  private record OneHost(Supplier<? extends Wire> wires) implements Wiring {
    OneHost {
      Objects.requireNonNull(wires, "wires");
    }

    @Override
    public Wire handshake(@Nullable InetAddress from, @Nullable InetAddress to) {
      return wires.get();
    }

    @Override
    public Wire stream(@Nullable InetAddress from, @Nullable InetAddress to) {
      return wires.get();
    }

    @Override
    public Wire datagram(@Nullable InetAddress from, @Nullable InetAddress to) {
      return wires.get();
    }
  }

  /// Opens a socket.
  public Socket open(StandardProtocolFamily family, SocketType type) {
    var calls = new MemoryCalls(this, family);
    opened(calls);
    return type == SocketType.STREAM
        ? Socket.ofMemory(new MemoryStream(calls), family)
        : Socket.ofMemory(
            family == StandardProtocolFamily.UNIX
                ? new MemoryUnixDatagram(calls)
                : new MemoryDatagram(calls),
            family);
  }

  /// Opens two sockets that are connected to each other, without addresses.
  public List<Socket> pair() {
    MemoryEnd end = MemoryEnd.connected(wiring.stream(null, null), wiring.stream(null, null));
    return List.of(paired(end), paired(end.peer()));
  }

  private Socket paired(MemoryEnd end) {
    var calls = new MemoryCalls(this, StandardProtocolFamily.UNIX);
    var stream = new MemoryStream(calls);
    stream.connected(end, null);
    opened(calls);
    return Socket.ofMemory(stream, StandardProtocolFamily.UNIX);
  }

  /// Returns how many sockets are open: those that were opened or accepted and not closed. A test
  /// that compares it before and after finds what was left open.
  public int openSockets() {
    return open.size();
  }

  /// Returns what each of these sockets is, with its addresses, the one that was opened first at
  /// the start: `listening at 10.0.0.1:80`, `connection 10.0.0.1:80 to 10.0.0.1:49152`.
  public List<String> describeOpenSockets() {
    return open.stream().map(MemoryCalls::describe).toList();
  }

  void opened(MemoryCalls calls) {
    open.add(calls);
  }

  void closed(MemoryCalls calls) {
    open.remove(calls);
  }

  Wiring wiring() {
    return wiring;
  }

  // Addresses.

  /// Binds a socket.
  ///
  /// @param wanted null for any address and a free port
  /// @return the address it has now
  SocketAddress bind(MemoryCalls calls, @Nullable SocketAddress wanted) throws IOException {
    SocketAddress address = wanted == null ? anyAddress(calls.family()) : wanted;
    if (address instanceof InetSocketAddress inet && inet.getPort() == 0) {
      address = free(calls, inet.getAddress());
    } else if (!maySharePort(address, calls)) {
      throw SocketFailures.ofBind("bind(" + address + ")", Errno.EADDRINUSE);
    }
    namesLike(calls, address).computeIfAbsent(address, _ -> new ArrayList<>()).add(calls);
    return address;
  }

  private SocketAddress anyAddress(StandardProtocolFamily family) {
    if (family != StandardProtocolFamily.UNIX) {
      return new InetSocketAddress(anyOf(family), 0);
    }
    // As Linux: an abstract name of five digits (unix(7), autobind).
    SocketAddress free;
    do {
      free = UnixNameAddress.of("%05x".formatted(nextName++));
    } while (bound.containsKey(free) || boundDatagrams.containsKey(free));
    return free;
  }

  private boolean maySharePort(SocketAddress address, MemoryCalls calls) {
    if (!(address instanceof InetSocketAddress)) {
      return !namesLike(calls, address).containsKey(address);
    }
    return holdersOf(calls, address).stream()
        .allMatch(other -> other.isReusingPort() && calls.isReusingPort());
  }

  /// Returns who is in the way of an address: on it, on the wildcard of its port, or on any address
  /// of its port when it is the wildcard itself.
  private List<MemoryCalls> holdersOf(MemoryCalls calls, SocketAddress address) {
    Map<SocketAddress, List<MemoryCalls>> names = namesLike(calls, address);
    var holders = new ArrayList<>(names.getOrDefault(address, List.of()));
    if (address instanceof InetSocketAddress inet) {
      names.forEach(
          (other, holding) -> {
            if (other instanceof InetSocketAddress taken
                && !taken.equals(inet)
                && taken.getPort() == inet.getPort()
                && isInet6(taken) == isInet6(inet)
                && (isAny(taken) || isAny(inet))) {
              holders.addAll(holding);
            }
          });
    }
    return holders;
  }

  /// Ports, and abstract names, of datagrams have nothing to do with those of streams (udp(7),
  /// unix(7)); a path is one file whatever it is for.
  private Map<SocketAddress, List<MemoryCalls>> namesLike(
      MemoryCalls calls, SocketAddress address) {
    return calls.isForDatagrams() && !(address instanceof UnixDomainSocketAddress)
        ? boundDatagrams
        : bound;
  }

  private InetSocketAddress free(MemoryCalls calls, InetAddress address) throws IOException {
    for (int tries = LAST_PORT - FIRST_FREE_PORT; tries >= 0; tries--) {
      var candidate = new InetSocketAddress(address, nextPort);
      nextPort = nextPort == LAST_PORT ? FIRST_FREE_PORT : nextPort + 1;
      if (holdersOf(calls, candidate).isEmpty()) {
        return candidate;
      }
    }
    throw SocketFailures.ofBind("bind(" + address + ", port 0)", Errno.EADDRINUSE);
  }

  /// Returns what tells the file of a unix socket from each other one, or null when no socket was
  /// ever bound to the path, or [#removeFile] was called since: a file outlives its socket.
  public @Nullable Object file(UnixDomainSocketAddress path) {
    List<MemoryCalls> holders = bound.get(path);
    return holders == null ? null : holders.getFirst();
  }

  /// Removes the file of a unix socket, as unlink(2): who listens there is reached no more.
  ///
  /// @return false when there is none
  public boolean removeFile(UnixDomainSocketAddress path) {
    return bound.remove(path) != null;
  }

  /// Refuses to connect a unix socket to where nobody listens: the system says so at once.
  void ensureServed(SocketAddress address, String call) throws IOException {
    if (!bound.containsKey(address) && address instanceof UnixDomainSocketAddress) {
      throw UnixFailures.ofConnect(address, call, Errno.ENOENT);
    }
    if (listenerAt(address) == null) {
      boolean otherType =
          bound.getOrDefault(address, List.of()).stream()
              .anyMatch(calls -> calls.unixDatagrams() != null);
      throw UnixFailures.ofConnect(
          address, call, otherType ? Errno.EPROTOTYPE : Errno.ECONNREFUSED);
    }
  }

  /// Returns the datagram socket that has a unix address.
  ///
  /// @param failure makes what is thrown when there is none
  MemoryUnixDatagram unixDatagramsAt(SocketAddress address, UnixFailure failure)
      throws IOException {
    boolean isPath = address instanceof UnixDomainSocketAddress;
    List<MemoryCalls> holders = (isPath ? bound : boundDatagrams).get(address);
    if (holders == null) {
      throw failure.of(isPath ? Errno.ENOENT : Errno.ECONNREFUSED);
    }
    MemoryCalls holder = holders.getFirst();
    MemoryUnixDatagram found = holder.unixDatagrams();
    if (found == null) {
      throw failure.of(
          holder.isOpen() && !holder.isForDatagrams() ? Errno.EPROTOTYPE : Errno.ECONNREFUSED);
    }
    return found;
  }

  /// Makes the exception for an errno.
  interface UnixFailure {
    IOException of(int errno);
  }

  /// Gives the address of a socket that is closed free, unless it is a file.
  void unbind(MemoryCalls calls, SocketAddress address) {
    if (address instanceof UnixDomainSocketAddress) {
      return;
    }
    Map<SocketAddress, List<MemoryCalls>> names = namesLike(calls, address);
    List<MemoryCalls> holders = names.get(address);
    if (holders != null && holders.remove(calls) && holders.isEmpty()) {
      names.remove(address);
    }
  }

  /// Returns an address for a socket that connects without having been bound.
  InetSocketAddress clientAddress(MemoryCalls calls, InetSocketAddress server) throws IOException {
    return (InetSocketAddress)
        bind(calls, new InetSocketAddress(calls.sourceFor(server.getAddress()), 0));
  }

  /// Returns where a connect to an address leads: by a wildcard to this host.
  static SocketAddress reachable(SocketAddress address) {
    return address instanceof InetSocketAddress inet && isAny(inet)
        ? new InetSocketAddress(
            loopbackOf(isInet6(inet) ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET),
            inet.getPort())
        : address;
  }

  /// Returns who listens at an address, or null.
  @Nullable MemoryCalls listenerAt(SocketAddress address) {
    MemoryCalls exact = listening(address);
    if (exact != null || !(address instanceof InetSocketAddress inet)) {
      return exact;
    }
    MemoryCalls all = listening(new InetSocketAddress(isInet6(inet) ? ANY6 : ANY, inet.getPort()));
    if (all != null || isInet6(inet)) {
      return all;
    }
    // As the system: a wildcard of IPv6 takes IPv4 as well unless it was told not to.
    MemoryCalls both = listening(new InetSocketAddress(ANY6, inet.getPort()));
    return both != null && !both.takesInet6Only() ? both : null;
  }

  private @Nullable MemoryCalls listening(SocketAddress address) {
    return bound.getOrDefault(address, List.of()).stream()
        .filter(MemoryCalls::isListening)
        .findFirst()
        .orElse(null);
  }

  // Datagrams.

  MemoryGroups groups() {
    return groups;
  }

  /// Returns the local address from which another one is reached.
  static InetAddress routeTo(InetAddress target) {
    boolean six = target instanceof Inet6Address;
    return target.isMulticastAddress() || (!six && target.getAddress()[0] == (byte) 255)
        ? loopbackOf(six ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET)
        : target;
  }

  /// Returns who receives what is sent to an address, or null. Of several that share it the sender
  /// decides, so what one sends comes to one.
  @Nullable MemoryDatagram datagramsAt(InetSocketAddress target, InetSocketAddress from) {
    List<MemoryDatagram> found = hearing(target, from);
    if (found.isEmpty()) {
      found = hearing(new InetSocketAddress(isInet6(target) ? ANY6 : ANY, target.getPort()), from);
    }
    if (found.isEmpty() && !isInet6(target)) {
      found = new ArrayList<>(hearing(new InetSocketAddress(ANY6, target.getPort()), from));
      found.removeIf(datagrams -> datagrams.takesInet6Only());
    }
    return found.isEmpty() ? null : found.get(Math.floorMod(from.getPort(), found.size()));
  }

  /// Returns who has a port on all addresses of IPv4, for what is sent to everybody.
  List<MemoryDatagram> datagramsOn(int port, InetSocketAddress from) {
    return hearing(new InetSocketAddress(ANY, port), from);
  }

  private List<MemoryDatagram> hearing(InetSocketAddress address, InetSocketAddress from) {
    var found = new ArrayList<MemoryDatagram>();
    for (MemoryCalls calls : boundDatagrams.getOrDefault(address, List.of())) {
      MemoryDatagram datagrams = calls.datagrams();
      if (datagrams != null && datagrams.hears(from)) {
        found.add(datagrams);
      }
    }
    return found;
  }

  private static InetAddress anyOf(StandardProtocolFamily family) {
    return family == StandardProtocolFamily.INET6 ? ANY6 : ANY;
  }

  private static InetAddress loopbackOf(StandardProtocolFamily family) {
    return InetAddress.ofLiteral(family == StandardProtocolFamily.INET6 ? "::1" : "127.0.0.1");
  }

  private static boolean isAny(InetSocketAddress address) {
    return address.getAddress().isAnyLocalAddress();
  }

  private static boolean isInet6(InetSocketAddress address) {
    return address.getAddress() instanceof Inet6Address;
  }

  /// The options that sockets in memory have, with their values at first.
  static Map<SocketOption<?>, Object> options() {
    var options = new HashMap<SocketOption<?>, Object>();
    options.put(StandardSocketOptions.TCP_NODELAY, false);
    options.put(StandardSocketOptions.SO_KEEPALIVE, false);
    options.put(StandardSocketOptions.SO_REUSEADDR, false);
    options.put(StandardSocketOptions.SO_REUSEPORT, false);
    options.put(StandardSocketOptions.SO_LINGER, -1);
    options.put(StandardSocketOptions.SO_RCVBUF, 64 * 1024);
    options.put(StandardSocketOptions.SO_SNDBUF, 64 * 1024);
    options.put(StandardSocketOptions.SO_BROADCAST, false);
    options.put(StandardSocketOptions.IP_MULTICAST_LOOP, true);
    options.put(StandardSocketOptions.IP_MULTICAST_TTL, 1);
    options.put(SocketOptions.IPV6_V6ONLY, false);
    options.put(SocketOptions.SO_ERROR, 0);
    return options;
  }
}
