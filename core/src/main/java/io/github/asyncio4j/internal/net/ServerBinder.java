// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.AddressInfo;
import io.github.asyncio4j.AddressInfoOptions;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.internal.tls.TlsSettings;
import io.github.asyncio4j.socket.AddressNotAvailableException;
import io.github.asyncio4j.socket.ResourceExhaustedException;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketOptions;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.transport.BaseProtocol;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Makes servers: resolves, binds a socket for each address, starts to serve (EL-70 to EL-78).
///
/// Each method suspends; each closes what it opened when it fails or is cancelled. Loop thread
/// only.
public final class ServerBinder {
  /*
   * IPv6 sockets take IPv6 only, so that "all interfaces" is one socket for each family. The JDK has
   * no such option, its IPv6 sockets take both; so on the NIO tier "all interfaces" is one IPv6 socket
   * for both families, and an explicit "::" takes IPv4 too. Where the JDK has no IPv6 it is the IPv4
   * socket alone.
   */

  private static final boolean REUSE_ADDRESS =
      !System.getProperty("os.name", "").startsWith("Windows");

  private static final List<String> ALL_INTERFACES = List.of("");

  private final NetContext net;
  private final NameService names;

  /// Makes the binder of a loop.
  public ServerBinder(NetContext net, NameService names) {
    this.net = net;
    this.names = names;
  }

  /// Starts a server on hosts; see `EventLoop.createServer`.
  public Server createServer(
      Supplier<? extends BaseProtocol> protocolFactory,
      List<String> hosts,
      int port,
      ServerOptions options)
      throws IOException {
    Objects.requireNonNull(protocolFactory, "protocolFactory");
    Objects.requireNonNull(hosts, "hosts");
    Objects.requireNonNull(options, "options");
    net.lowlevel().ensureInTask("createServer");
    UnixKeywords.ensureNone(options);
    TlsSettings tls = TlsSettings.of(options);
    if (options.sock() != null) {
      throw new IllegalArgumentException(
          "host/port and sock can not be specified at the same time: " + options.sock());
    }
    var infos = List.copyOf(new LinkedHashSet<>(resolve(hosts, port, options)));
    boolean onePort = port == 0 && hosts.equals(ALL_INTERFACES);
    var sockets =
        onePort
            ? FreePort.find(() -> bindAll(infos, options, true))
            : bindAll(infos, options, false);
    return serve(protocolFactory, sockets, options, tls, null);
  }

  private List<AddressInfo> resolve(List<String> hosts, int port, ServerOptions options)
      throws IOException {
    var wanted =
        AddressInfoOptions.DEFAULT
            .type(SocketType.STREAM)
            .family(options.family())
            .flags(options.flags());
    var infos = names.getaddrinfo(hosts, port, wanted);
    if (net.sockets().areDualStack()) {
      // The sockets that take both families first: they make those of IPv4 superfluous.
      infos = new ArrayList<>(infos);
      infos.sort((a, b) -> Boolean.compare(isAnyInet6(b), isAnyInet6(a)));
    }
    return infos;
  }

  private static boolean isAnyInet6(AddressInfo info) {
    return info.family() == StandardProtocolFamily.INET6 && isAny(info);
  }

  private static boolean isAny(AddressInfo info) {
    return info.address().getAddress().isAnyLocalAddress();
  }

  /// Starts a server on a bound socket; see `EventLoop.createServer`.
  public Server createServer(
      Supplier<? extends BaseProtocol> protocolFactory, ServerOptions options) throws IOException {
    Objects.requireNonNull(protocolFactory, "protocolFactory");
    Objects.requireNonNull(options, "options");
    net.lowlevel().ensureInTask("createServer");
    UnixKeywords.ensureNone(options);
    var socket = options.sock();
    if (socket == null) {
      throw new IllegalArgumentException("Neither host/port nor sock were specified");
    }
    StreamConnector.ensureStream(socket);
    return serve(protocolFactory, List.of(socket), options, TlsSettings.of(options), null);
  }

  // Binding.

  /// Binds a socket to each address.
  ///
  /// @param onePort whether what port the first one has got is that of the others, which then fail
  ///   with a `BindException` where it is taken
  private List<Socket> bindAll(List<AddressInfo> infos, ServerOptions options, boolean onePort)
      throws IOException {
    var sockets = new ArrayList<Socket>();
    var passedOver = new ArrayList<Exception>();
    boolean complete = false;
    try {
      boolean bothFamilies = false;
      for (var info : infos) {
        if (bothFamilies && isAny(info)) {
          continue;
        }
        boolean follows = onePort && !sockets.isEmpty();
        var socket =
            bind(follows ? withPortOf(sockets.getFirst(), info) : info, options, passedOver);
        if (socket != null) {
          sockets.add(socket);
          bothFamilies |= net.sockets().areDualStack() && isAnyInet6(info);
        }
      }
      if (sockets.isEmpty()) {
        throw BindFailure.ofAll(infos.stream().map(AddressInfo::address).toList(), passedOver);
      }
      complete = true;
      return sockets;
    } finally {
      if (!complete) {
        sockets.forEach(net::close);
      }
    }
  }

  private static AddressInfo withPortOf(Socket first, AddressInfo info) {
    var its = (InetSocketAddress) Objects.requireNonNull(first.getsockname());
    var address = new InetSocketAddress(info.address().getAddress(), its.getPort());
    return new AddressInfo(info.family(), info.type(), info.proto(), info.canonname(), address);
  }

  /// Binds a socket to an address, or returns null when this system has no such address.
  ///
  /// @param passedOver gets what says so
  private @Nullable Socket bind(AddressInfo info, ServerOptions options, List<Exception> passedOver)
      throws IOException {
    Socket socket;
    try {
      socket = net.sockets().open(info.family(), SocketType.STREAM);
    } catch (ResourceExhaustedException e) {
      throw e;
    } catch (UnsupportedOperationException | IOException e) {
      // Such as a system without IPv6.
      NetContext.log(Level.DEBUG, () -> "createServer() passes over " + info, e);
      passedOver.add(e);
      return null;
    }
    boolean bound = false;
    try {
      configure(socket, options);
      socket.bind(info.address());
      bound = true;
      return socket;
    } catch (AddressNotAvailableException e) {
      net.logDebug(() -> "createServer() passes over " + info, e);
      passedOver.add(e);
      return null;
    } catch (IOException e) {
      throw BindFailure.naming(info.address(), e);
    } finally {
      if (!bound) {
        net.close(socket);
      }
    }
  }

  private void configure(Socket socket, ServerOptions options) throws IOException {
    var reuseAddress = options.reuseAddress();
    // Also when it is not wanted: a listening channel of the JDK has it from the start.
    socket.setOption(
        StandardSocketOptions.SO_REUSEADDR, reuseAddress == null ? REUSE_ADDRESS : reuseAddress);
    if (options.reusePort()) {
      try {
        socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      } catch (UnsupportedOperationException e) {
        throw new IllegalArgumentException("reusePort is not supported here", e);
      }
    }
    if (options.keepAlive() && net.sockets().passKeepAliveOn()) {
      socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    }
    if (socket.family() == StandardProtocolFamily.INET6 && !net.sockets().areDualStack()) {
      socket.setOption(SocketOptions.IPV6_V6ONLY, true);
    }
  }

  // Serving.

  /// Makes the server of bound sockets, which it owns. Suspends.
  ///
  /// @param tls what is asked of each connection, or null for connections in the clear
  /// @param file what the server removes when it is closed, or null
  Server serve(
      Supplier<? extends BaseProtocol> protocolFactory,
      List<Socket> sockets,
      ServerOptions options,
      @Nullable TlsSettings tls,
      @Nullable SocketFile file)
      throws IOException {
    boolean keepAliveAccepted = options.keepAlive() && !net.sockets().passKeepAliveOn();
    var server =
        new StreamServer(net, protocolFactory, sockets, options.backlog(), keepAliveAccepted, tls);
    if (file != null) {
      server.removes(file);
    }
    if (options.startServing()) {
      boolean serving = false;
      try {
        server.startServing();
        serving = true;
      } finally {
        if (!serving) {
          server.close();
        }
      }
    }
    if (net.loop().getDebug()) {
      NetContext.log(Level.DEBUG, () -> server + " is made", null);
    }
    return server;
  }
}
