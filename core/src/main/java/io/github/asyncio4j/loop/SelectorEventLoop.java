// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.AddressInfo;
import io.github.asyncio4j.BaseEventLoop;
import io.github.asyncio4j.Connection;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.LoopObserver;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.internal.net.HostLookup;
import io.github.asyncio4j.internal.net.NetContext;
import io.github.asyncio4j.internal.net.Resolver;
import io.github.asyncio4j.internal.net.ServerBinder;
import io.github.asyncio4j.internal.net.StreamConnector;
import io.github.asyncio4j.selector.Selector;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketTier;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A loop that polls a selector: epoll, or what the JDK offers (EL-07).
///
/// Which sockets it opens follows from its selector: descriptors where those can be polled, else
/// NIO channels. Threads as for [io.github.asyncio4j.EventLoop].
public final class SelectorEventLoop extends BaseEventLoop {
  private final Resolver resolver;
  private final StreamConnector connector;
  private final ServerBinder binder;

  /// Makes a loop over the best selector that works here.
  ///
  /// @throws UncheckedIOException when the system is out of descriptors
  public SelectorEventLoop() {
    this(openSelector());
  }

  /// Makes a loop over a selector, which it owns and closes.
  ///
  /// @param selector open and without registrations
  public SelectorEventLoop(Selector selector) {
    this(selector, HostLookup.SYSTEM);
  }

  /// Makes a loop that tells an observer what it does, for tests and tools.
  ///
  /// @param selector open and without registrations; owned and closed by the loop
  public SelectorEventLoop(Selector selector, LoopObserver observer) {
    this(selector, HostLookup.SYSTEM);
    Lowlevel.of(this).observe(Objects.requireNonNull(observer, "observer"));
  }

  /// Makes a loop that resolves names in another way than the system's.
  SelectorEventLoop(Selector selector, HostLookup lookup) {
    super(selector);
    var lowlevel = Lowlevel.of(this);
    var tier = selector.pollsDescriptors() ? SocketTier.NATIVE : SocketTier.NIO;
    var net = new NetContext(lowlevel, tier);
    this.resolver = new Resolver(lowlevel, lookup);
    this.connector = new StreamConnector(net, resolver);
    this.binder = new ServerBinder(net, resolver);
  }

  private static Selector openSelector() {
    try {
      return Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open a selector", e);
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
}
