// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.AddressInfo;
import io.github.asyncio4j.BaseEventLoop;
import io.github.asyncio4j.Connection;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.Context;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.ExceptionContext;
import io.github.asyncio4j.Handle;
import io.github.asyncio4j.IoWatch;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.selector.NioSelector;
import io.github.asyncio4j.selector.Pollable;
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
  private final Port port = new Port();
  private final Network net = new Network(port);
  private final Resolver resolver = new Resolver(port, HostLookup.SYSTEM);
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

  private final class Port implements NetLoop {
    @Override
    public EventLoop loop() {
      return StarvingLoop.this;
    }

    @Override
    public Handle callSoon(Runnable callback, @Nullable Context context) {
      before("callSoon");
      return StarvingLoop.this.callSoon(callback, context);
    }

    @Override
    public void callExceptionHandler(ExceptionContext context) {
      before("callExceptionHandler");
      StarvingLoop.this.callExceptionHandler(context);
    }

    @Override
    public SocketTier tier() {
      return SocketTier.NIO;
    }

    @Override
    public IoWatch watch(
        Pollable pollable, IoWatch.Owner owner, Runnable onReadable, Runnable onWritable)
        throws IOException {
      return StarvingLoop.this.watch(pollable, owner, onReadable, onWritable);
    }

    @Override
    public void ensureInTask(String call) {
      StarvingLoop.this.ensureInTask(call);
    }

    @Override
    public void yieldOnce() {
      StarvingLoop.this.yieldOnce();
    }
  }
}
