// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.AddressInfo;
import io.github.asyncio4j.BaseEventLoop;
import io.github.asyncio4j.Connection;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.Context;
import io.github.asyncio4j.ExceptionContext;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.selector.NioSelector;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketTier;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A loop that has no memory for some calls which the network makes to it.
final class StarvingLoop extends BaseEventLoop {
  private final NetContext net = new StarvingNetwork();
  private final Resolver resolver = new Resolver(net.lowlevel(), HostLookup.SYSTEM);
  private final StreamConnector connector = new StreamConnector(net, resolver);
  private final ServerBinder binder = new ServerBinder(net, resolver);
  private final Map<String, Integer> passing = new HashMap<>();
  private final Map<String, Integer> failing = new HashMap<>();

  StarvingLoop() throws IOException {
    super(NioSelector.open());
  }

  /// Has calls of a method fail.
  ///
  /// @param after how many calls pass before
  /// @param times how many fail
  void starve(String method, int after, int times) {
    passing.put(method, after);
    failing.put(method, times);
  }

  private void before(String method) {
    int passes = passing.getOrDefault(method, 0);
    int left = failing.getOrDefault(method, 0);
    if (passes > 0) {
      passing.put(method, passes - 1);
    } else if (left > 0) {
      failing.put(method, left - 1);
      throw new OutOfMemoryError("injected");
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
    return connector.connectAcceptedSocket(protocolFactory, sock);
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
  protected void onClose() {
    resolver.close();
  }

  /// The network, which calls its loop in these two ways.
  private final class StarvingNetwork extends NetContext {
    StarvingNetwork() {
      super(Lowlevel.of(StarvingLoop.this), SocketTier.NIO);
    }

    @Override
    void callSoon(Runnable callback, @Nullable Context context) {
      before("callSoon");
      super.callSoon(callback, context);
    }

    @Override
    void callExceptionHandler(ExceptionContext context) {
      before("callExceptionHandler");
      super.callExceptionHandler(context);
    }
  }
}
