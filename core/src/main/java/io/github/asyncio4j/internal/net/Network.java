// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.AddressInfo;
import io.github.asyncio4j.AddressInfoOptions;
import io.github.asyncio4j.Connection;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.Context;
import io.github.asyncio4j.DatagramOptions;
import io.github.asyncio4j.LoopConnections;
import io.github.asyncio4j.LoopFiles;
import io.github.asyncio4j.LoopSockets;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.NameInfo;
import io.github.asyncio4j.NameInfoFlag;
import io.github.asyncio4j.Resolver;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.SslOptions;
import io.github.asyncio4j.internal.tls.TlsConnection;
import io.github.asyncio4j.internal.tls.TlsSettings;
import io.github.asyncio4j.internal.tls.TlsUpgrade;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.ssl.SslEngineFactory;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.DatagramProtocol;
import io.github.asyncio4j.transport.DatagramTransport;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The network of one loop, whatever its sockets are: connections, servers, datagram endpoints,
/// names, and what works with sockets directly. Loop thread only.
public class Network implements LoopConnections, AutoCloseable {
  private final NetContext net;
  private final NameService names;
  private final StreamConnector connector;
  private final ServerBinder binder;
  private final DatagramConnector datagrams;
  private final UnixEndpoints unix;
  private final FileSender files;
  private final RawSockets sockets;
  private final PipeConnector pipes;

  /// Makes the network of a loop; the loop closes it.
  public Network(Lowlevel lowlevel, Sockets sockets, HostLookup lookup) {
    this(new NetContext(lowlevel, sockets), lookup);
  }

  /// Makes the network of a loop that has a resolver of its own; the loop closes it.
  public Network(Lowlevel lowlevel, Sockets sockets, Resolver own) {
    this(new NetContext(lowlevel, sockets), new NameService(lowlevel, HostLookup.SYSTEM, own));
  }

  Network(NetContext net, HostLookup lookup) {
    this(net, new NameService(net.lowlevel(), lookup, null));
  }

  private Network(NetContext net, NameService names) {
    this.net = net;
    this.names = names;
    this.connector = new StreamConnector(net, names);
    this.binder = new ServerBinder(net, names);
    this.datagrams = new DatagramConnector(net, names);
    this.unix = new UnixEndpoints(net, connector, binder);
    this.files = new FileSender(net);
    this.sockets = new RawSockets(net, names, files);
    this.pipes = new PipeConnector(net);
  }

  /// Returns what everything of the loop that moves bytes shares.
  public NetContext context() {
    return net;
  }

  /// Returns the part of the loop that works with sockets directly.
  public LoopSockets sockets() {
    return sockets;
  }

  /// Returns the part of the loop that sends files.
  public LoopFiles files() {
    return files;
  }

  /// Returns the part of the loop that makes transports of pipes.
  public PipeConnector pipes() {
    return pipes;
  }

  /// Makes a transport of a connected socket, which it owns from now on, and joins its protocol.
  ///
  /// @throws IllegalArgumentException when the protocol is not one for streams
  public Transport join(Socket socket, BaseProtocol protocol) throws IOException {
    var transport = new SelectorSocketTransport(net, socket, null);
    try {
      transport.start(protocol, Context.copyContext(), null);
      return transport;
    } catch (Throwable t) {
      transport.abandon();
      throw t;
    }
  }

  @Override
  public <P extends BaseProtocol> Connection<Transport, P> createConnection(
      Supplier<P> protocolFactory, String host, int port, ConnectionOptions options)
      throws IOException {
    return connector.createConnection(protocolFactory, host, port, options);
  }

  @Override
  public <P extends BaseProtocol> Connection<Transport, P> createConnection(
      Supplier<P> protocolFactory, ConnectionOptions options) throws IOException {
    return connector.createConnection(protocolFactory, options);
  }

  @Override
  public <P extends BaseProtocol> Connection<Transport, P> connectAcceptedSocket(
      Supplier<P> protocolFactory, Socket sock) throws IOException {
    return connector.connectAcceptedSocket(protocolFactory, sock, null);
  }

  @Override
  public <P extends BaseProtocol> Connection<Transport, P> connectAcceptedSocket(
      Supplier<P> protocolFactory, Socket sock, SslEngineFactory ssl, SslOptions options)
      throws IOException {
    Objects.requireNonNull(ssl, "ssl");
    Objects.requireNonNull(options, "options");
    return connector.connectAcceptedSocket(
        protocolFactory, sock, TlsSettings.of(ssl, options.serverSide(true)));
  }

  @Override
  public Transport startTls(
      Transport transport, BaseProtocol protocol, SslEngineFactory ssl, SslOptions options)
      throws IOException {
    return TlsUpgrade.startTls(net.lowlevel(), transport, protocol, ssl, options);
  }

  @Override
  public Server createServer(
      Supplier<? extends BaseProtocol> protocolFactory,
      List<String> hosts,
      int port,
      ServerOptions options)
      throws IOException {
    return binder.createServer(protocolFactory, hosts, port, options);
  }

  @Override
  public Server createServer(
      Supplier<? extends BaseProtocol> protocolFactory, ServerOptions options) throws IOException {
    return binder.createServer(protocolFactory, options);
  }

  @Override
  public <P extends DatagramProtocol> Connection<DatagramTransport, P> createDatagramEndpoint(
      Supplier<P> protocolFactory,
      @Nullable SocketAddress localAddr,
      @Nullable SocketAddress remoteAddr,
      DatagramOptions options)
      throws IOException {
    return datagrams.createDatagramEndpoint(protocolFactory, localAddr, remoteAddr, options);
  }

  @Override
  public <P extends BaseProtocol> Connection<Transport, P> createUnixConnection(
      Supplier<P> protocolFactory, SocketAddress path, ConnectionOptions options)
      throws IOException {
    return unix.createUnixConnection(protocolFactory, path, options);
  }

  @Override
  public <P extends BaseProtocol> Connection<Transport, P> createUnixConnection(
      Supplier<P> protocolFactory, ConnectionOptions options) throws IOException {
    return unix.createUnixConnection(protocolFactory, options);
  }

  @Override
  public Server createUnixServer(
      Supplier<? extends BaseProtocol> protocolFactory, SocketAddress path, ServerOptions options)
      throws IOException {
    return unix.createUnixServer(protocolFactory, path, options);
  }

  @Override
  public Server createUnixServer(
      Supplier<? extends BaseProtocol> protocolFactory, ServerOptions options) throws IOException {
    return unix.createUnixServer(protocolFactory, options);
  }

  @Override
  public List<AddressInfo> getaddrinfo(
      @Nullable String host, @Nullable String service, AddressInfoOptions options)
      throws IOException {
    return names.getaddrinfo(host, service, options);
  }

  @Override
  public NameInfo getnameinfo(SocketAddress sockaddr, NameInfoFlag... flags) throws IOException {
    return names.getnameinfo(sockaddr, flags);
  }

  @Override
  public Resolver getResolver() {
    return names.resolver();
  }

  @Override
  public void setResolver(@Nullable Resolver resolver) {
    names.resolver(resolver);
  }

  @Override
  public void close() {
    names.close();
    net.loopClosed();
    TlsConnection.loopClosed(net.loop());
  }
}
