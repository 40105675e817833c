// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.AddressInfo;
import io.github.asyncio4j.AddressInfoOptions;
import io.github.asyncio4j.Connection;
import io.github.asyncio4j.Context;
import io.github.asyncio4j.DatagramOptions;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.transport.DatagramProtocol;
import io.github.asyncio4j.transport.DatagramTransport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Makes datagram endpoints: resolves, binds, connects, joins transport and protocol (EL-60 to
/// EL-63).
///
/// It closes what it opened when it fails or is cancelled. Loop thread only.
final class DatagramConnector {
  private static final AddressInfoOptions DATAGRAMS =
      AddressInfoOptions.DEFAULT.type(SocketType.DATAGRAM);
  // IPPROTO_UDP
  private static final int UDP = 17;

  private final NetContext net;
  private final NameService names;
  private final UnixDatagrams unix;

  DatagramConnector(NetContext net, NameService names) {
    this.net = net;
    this.names = names;
    this.unix = new UnixDatagrams(net);
  }

  /// A family with the addresses of it that an endpoint could have.
  private record Candidate(
      StandardProtocolFamily family,
      @Nullable SocketAddress local,
      @Nullable SocketAddress remote) {}

  /// Makes an endpoint; see `EventLoop.createDatagramEndpoint`.
  <P extends DatagramProtocol> Connection<DatagramTransport, P> createDatagramEndpoint(
      Supplier<P> protocolFactory,
      @Nullable SocketAddress localAddr,
      @Nullable SocketAddress remoteAddr,
      DatagramOptions options)
      throws IOException {
    Objects.requireNonNull(protocolFactory, "protocolFactory");
    Objects.requireNonNull(options, "options");
    net.lowlevel().ensureInTask("createDatagramEndpoint");
    var given = options.sock();
    if (given != null) {
      refuseBesideSock(given, localAddr, remoteAddr, options);
      return adopt(given, null, null, protocolFactory);
    }
    if (UnixDatagrams.areMeant(localAddr, remoteAddr, options)) {
      var opened = unix.open(localAddr, remoteAddr, options);
      return adopt(opened.socket(), opened.file(), remoteAddr, protocolFactory);
    }
    IOException first = null;
    for (var candidate : candidates(localAddr, remoteAddr, options.family())) {
      try {
        // That of a connected socket it knows by itself.
        return adopt(open(candidate, options), null, candidate.remote, protocolFactory);
      } catch (EndpointFailure e) {
        first = first == null ? e.reason : first;
      }
    }
    throw Objects.requireNonNull(first);
  }

  /// Says that a socket could not be had; others may.
  private static final class EndpointFailure extends Exception {
    private static final long serialVersionUID = 1;

    private final IOException reason;

    EndpointFailure(IOException reason) {
      super(reason);
      this.reason = reason;
    }
  }

  private static void refuseBesideSock(
      Socket socket,
      @Nullable SocketAddress localAddr,
      @Nullable SocketAddress remoteAddr,
      DatagramOptions options) {
    if (socket.type() != SocketType.DATAGRAM) {
      throw new IllegalArgumentException("A datagram socket was expected, got " + socket);
    }
    var beside = new ArrayList<String>();
    if (localAddr != null) {
      beside.add("localAddr=" + localAddr);
    }
    if (remoteAddr != null) {
      beside.add("remoteAddr=" + remoteAddr);
    }
    if (options.family() != null) {
      beside.add("family=" + options.family());
    }
    if (options.reusePort()) {
      beside.add("reusePort=true");
    }
    if (options.allowBroadcast()) {
      beside.add("allowBroadcast=true");
    }
    if (!beside.isEmpty()) {
      throw new IllegalArgumentException(
          "socket modifier keyword arguments can not be used when sock is specified: "
              + String.join(", ", beside));
    }
  }

  // Addresses.

  private List<Candidate> candidates(
      @Nullable SocketAddress localAddr,
      @Nullable SocketAddress remoteAddr,
      @Nullable StandardProtocolFamily family)
      throws IOException {
    if (localAddr == null && remoteAddr == null) {
      if (family == null) {
        throw new IllegalArgumentException(
            "unexpected address family: null; give an address, or the family of the options");
      }
      return List.of(new Candidate(family, null, null));
    }
    var locals = localAddr == null ? null : resolve(localAddr, 0, family);
    var remotes = remoteAddr == null ? null : resolve(remoteAddr, 1, family);
    var found = new ArrayList<Candidate>();
    for (var info : locals != null ? locals : Objects.requireNonNull(remotes)) {
      var local = locals == null ? null : info.address();
      var remote = remotes == null ? null : firstOf(info.family(), remotes);
      if ((remote != null || remotes == null)
          && found.stream().noneMatch(known -> known.family == info.family())) {
        found.add(new Candidate(info.family(), local, remote));
      }
    }
    if (found.isEmpty()) {
      throw new IllegalArgumentException(
          "can not get address information: no family has both "
              + localAddr
              + " and "
              + remoteAddr);
    }
    return found;
  }

  private static @Nullable SocketAddress firstOf(
      StandardProtocolFamily family, List<AddressInfo> infos) {
    return infos.stream()
        .filter(info -> info.family() == family)
        .map(info -> (SocketAddress) info.address())
        .findFirst()
        .orElse(null);
  }

  private List<AddressInfo> resolve(
      SocketAddress address, int leastPort, @Nullable StandardProtocolFamily family)
      throws IOException {
    if (!(address instanceof InetSocketAddress inet)) {
      throw new IllegalArgumentException("not a host and a port: " + address);
    }
    NameService.ensurePort(inet.getPort(), leastPort);
    if (inet.isUnresolved()) {
      if (inet.getHostString().isEmpty()) {
        throw new UnknownHostException("host is empty");
      }
      return names.getaddrinfo(
          List.of(inet.getHostString()), inet.getPort(), DATAGRAMS.family(family));
    }
    var its = Addresses.family(inet);
    if (family != null && family != its) {
      throw new UnknownHostException(inet + ": no address of family " + family);
    }
    return List.of(new AddressInfo(its, SocketType.DATAGRAM, UDP, "", inet));
  }

  // The socket.

  private Socket open(Candidate candidate, DatagramOptions options) throws EndpointFailure {
    Socket socket;
    try {
      socket = net.sockets().open(candidate.family, SocketType.DATAGRAM);
    } catch (IOException e) {
      throw new EndpointFailure(e);
    } catch (UnsupportedOperationException e) {
      throw new EndpointFailure(
          new IOException("no socket of family " + candidate.family + ": " + e.getMessage(), e));
    }
    boolean complete = false;
    try {
      configure(socket, options);
      bind(socket, candidate.local);
      if (candidate.remote != null && !options.allowBroadcast()) {
        net.backend().connect(socket, candidate.remote);
      }
      complete = true;
      return socket;
    } catch (IOException e) {
      throw new EndpointFailure(e);
    } finally {
      if (!complete) {
        net.close(socket);
      }
    }
  }

  private static void configure(Socket socket, DatagramOptions options) throws IOException {
    if (options.reusePort()) {
      try {
        socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      } catch (UnsupportedOperationException e) {
        throw new IllegalArgumentException("reusePort is not supported here", e);
      }
    }
    if (options.allowBroadcast()) {
      socket.setOption(StandardSocketOptions.SO_BROADCAST, true);
    }
  }

  private static void bind(Socket socket, @Nullable SocketAddress local) throws IOException {
    if (local != null) {
      try {
        socket.bind(local);
      } catch (IOException e) {
        throw BindFailure.naming(local, e);
      }
    }
  }

  // Joining.

  private <P extends DatagramProtocol> Connection<DatagramTransport, P> adopt(
      Socket socket,
      @Nullable SocketFile file,
      @Nullable SocketAddress remote,
      Supplier<P> protocolFactory)
      throws IOException {
    var transport = makeTransport(socket, file, remote);
    Future<@Nullable Void> ready = net.loop().createFuture();
    P protocol;
    try {
      protocol = Objects.requireNonNull(protocolFactory.get(), "protocol");
      // After the factory, so that the endpoint sees what it has set.
      transport.start(protocol, Context.copyContext(), ready);
    } catch (Throwable t) {
      remove(file);
      transport.abandon();
      throw t;
    }
    try {
      ready.join();
    } catch (Throwable t) {
      remove(file);
      transport.close();
      throw t;
    }
    return new Connection<>(transport, protocol);
  }

  private SelectorDatagramTransport makeTransport(
      Socket socket, @Nullable SocketFile file, @Nullable SocketAddress remote) throws IOException {
    try {
      return new SelectorDatagramTransport(net, socket, remote);
    } catch (IOException | UnsupportedOperationException | Error e) {
      remove(file);
      net.close(socket);
      throw e;
    }
    // An IllegalStateException says that the socket is another transport's: not ours to close.
  }

  /// Removes the file of an endpoint that fails, while its socket is open.
  private static void remove(@Nullable SocketFile file) {
    if (file != null) {
      file.remove();
    }
  }
}
