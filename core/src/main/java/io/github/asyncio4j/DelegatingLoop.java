// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.DatagramProtocol;
import io.github.asyncio4j.transport.DatagramTransport;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What a loop leaves to its parts, one for each heading.
abstract sealed class DelegatingLoop implements EventLoop permits BaseEventLoop {
  /// Returns the part that makes connections and servers.
  protected abstract LoopConnections connections();

  @Override
  public final <P extends BaseProtocol> Connection<Transport, P> createConnection(
      Supplier<P> protocolFactory, String host, int port, ConnectionOptions options)
      throws IOException {
    return connections().createConnection(protocolFactory, host, port, options);
  }

  @Override
  public final <P extends BaseProtocol> Connection<Transport, P> createConnection(
      Supplier<P> protocolFactory, ConnectionOptions options) throws IOException {
    return connections().createConnection(protocolFactory, options);
  }

  @Override
  public final Server createServer(
      Supplier<? extends BaseProtocol> protocolFactory,
      List<String> hosts,
      int port,
      ServerOptions options)
      throws IOException {
    return connections().createServer(protocolFactory, hosts, port, options);
  }

  @Override
  public final Server createServer(
      Supplier<? extends BaseProtocol> protocolFactory, ServerOptions options) throws IOException {
    return connections().createServer(protocolFactory, options);
  }

  @Override
  public final <P extends BaseProtocol> Connection<Transport, P> connectAcceptedSocket(
      Supplier<P> protocolFactory, Socket sock) throws IOException {
    return connections().connectAcceptedSocket(protocolFactory, sock);
  }

  @Override
  public final <P extends DatagramProtocol> Connection<DatagramTransport, P> createDatagramEndpoint(
      Supplier<P> protocolFactory,
      @Nullable SocketAddress localAddr,
      @Nullable SocketAddress remoteAddr,
      DatagramOptions options)
      throws IOException {
    return connections().createDatagramEndpoint(protocolFactory, localAddr, remoteAddr, options);
  }

  @Override
  public final <P extends BaseProtocol> Connection<Transport, P> createUnixConnection(
      Supplier<P> protocolFactory, SocketAddress path, ConnectionOptions options)
      throws IOException {
    return connections().createUnixConnection(protocolFactory, path, options);
  }

  @Override
  public final <P extends BaseProtocol> Connection<Transport, P> createUnixConnection(
      Supplier<P> protocolFactory, ConnectionOptions options) throws IOException {
    return connections().createUnixConnection(protocolFactory, options);
  }

  @Override
  public final Server createUnixServer(
      Supplier<? extends BaseProtocol> protocolFactory, SocketAddress path, ServerOptions options)
      throws IOException {
    return connections().createUnixServer(protocolFactory, path, options);
  }

  @Override
  public final Server createUnixServer(
      Supplier<? extends BaseProtocol> protocolFactory, ServerOptions options) throws IOException {
    return connections().createUnixServer(protocolFactory, options);
  }

  @Override
  public final List<AddressInfo> getaddrinfo(
      @Nullable String host, @Nullable String service, AddressInfoOptions options)
      throws IOException {
    return connections().getaddrinfo(host, service, options);
  }

  @Override
  public final NameInfo getnameinfo(SocketAddress sockaddr, NameInfoFlag... flags)
      throws IOException {
    return connections().getnameinfo(sockaddr, flags);
  }

  @Override
  public final Resolver getResolver() {
    return connections().getResolver();
  }

  @Override
  public final void setResolver(@Nullable Resolver resolver) {
    connections().setResolver(resolver);
  }
}
