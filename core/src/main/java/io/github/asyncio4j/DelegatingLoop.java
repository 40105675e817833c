// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.ssl.SslEngineFactory;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.net.StandardProtocolFamily;
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
  public final <P extends BaseProtocol> Connection<Transport, P> connectAcceptedSocket(
      Supplier<P> protocolFactory, Socket sock, SslEngineFactory ssl, SslOptions options)
      throws IOException {
    return connections().connectAcceptedSocket(protocolFactory, sock, ssl, options);
  }

  @Override
  public final Transport startTls(
      Transport transport, BaseProtocol protocol, SslEngineFactory ssl, SslOptions options)
      throws IOException {
    return connections().startTls(transport, protocol, ssl, options);
  }

  @Override
  public final List<AddressInfo> getaddrinfo(
      String host, int port, @Nullable StandardProtocolFamily family) throws IOException {
    return connections().getaddrinfo(host, port, family);
  }
}
