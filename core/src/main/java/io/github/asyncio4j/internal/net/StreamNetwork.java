// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.AddressInfo;
import io.github.asyncio4j.Connection;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.Context;
import io.github.asyncio4j.LoopConnections;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.SslOptions;
import io.github.asyncio4j.internal.tls.TlsConnection;
import io.github.asyncio4j.internal.tls.TlsSettings;
import io.github.asyncio4j.internal.tls.TlsUpgrade;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.ssl.SslEngineFactory;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Connections and servers of one loop, whatever its sockets are. Loop thread only.
public class StreamNetwork implements LoopConnections, AutoCloseable {
  private final NetContext net;
  private final Resolver resolver;
  private final StreamConnector connector;
  private final ServerBinder binder;

  /// Makes the network of a loop; the loop closes it.
  public StreamNetwork(Lowlevel lowlevel, Sockets sockets, HostLookup lookup) {
    this(new NetContext(lowlevel, sockets), lookup);
  }

  StreamNetwork(NetContext net, HostLookup lookup) {
    this.net = net;
    this.resolver = new Resolver(net.lowlevel(), lookup);
    this.connector = new StreamConnector(net, resolver);
    this.binder = new ServerBinder(net, resolver);
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
  public List<AddressInfo> getaddrinfo(
      String host, int port, @Nullable StandardProtocolFamily family) throws IOException {
    return resolver.getaddrinfo(host, port, family);
  }

  @Override
  public void close() {
    resolver.close();
    TlsConnection.loopClosed(net.loop());
  }
}
