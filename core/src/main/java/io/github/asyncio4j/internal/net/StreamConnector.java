// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.AddressInfo;
import io.github.asyncio4j.AddressInfoOptions;
import io.github.asyncio4j.Connection;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.Context;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.internal.tls.TlsConnection;
import io.github.asyncio4j.internal.tls.TlsSettings;
import io.github.asyncio4j.internal.tls.TlsUpgrade;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Makes stream connections: resolves, connects, joins transport and protocol (EL-40 to EL-50).
///
/// Each method suspends; each closes what it opened when it fails or is cancelled. Loop
/// thread only.
public final class StreamConnector {
  private final NetContext net;
  private final NameService names;

  /// Makes the connector of a loop.
  public StreamConnector(NetContext net, NameService names) {
    this.net = net;
    this.names = names;
  }

  /// Connects to a host; see `EventLoop.createConnection`.
  public <P extends BaseProtocol> Connection<Transport, P> createConnection(
      Supplier<P> protocolFactory, String host, int port, ConnectionOptions options)
      throws IOException {
    Objects.requireNonNull(protocolFactory, "protocolFactory");
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(options, "options");
    net.lowlevel().ensureInTask("createConnection");
    if (options.sock() != null) {
      throw new IllegalArgumentException(
          "host/port and sock can not be specified at the same time: " + options.sock());
    }
    NameService.ensurePort(port, 1);
    TlsSettings tls = TlsSettings.of(options, host, port);
    if (host.isEmpty()) {
      throw new UnknownHostException("host is empty");
    }
    var wanted =
        AddressInfoOptions.DEFAULT
            .type(SocketType.STREAM)
            .family(options.family())
            .proto(options.proto())
            .flags(options.flags());
    var remotes = names.getaddrinfo(List.of(host), port, wanted);
    var localAddr = options.localAddr();
    var locals = localAddr == null ? null : resolveLocal(localAddr, wanted);
    return adopt(new AddressRace(net, remotes, locals, options).run(), protocolFactory, tls);
  }

  private List<AddressInfo> resolveLocal(InetSocketAddress address, AddressInfoOptions wanted)
      throws IOException {
    var host =
        address.isUnresolved() ? address.getHostString() : address.getAddress().getHostAddress();
    return names.getaddrinfo(List.of(host), address.getPort(), wanted);
  }

  /// Makes a transport of a socket that is connected; see `EventLoop.createConnection`.
  public <P extends BaseProtocol> Connection<Transport, P> createConnection(
      Supplier<P> protocolFactory, ConnectionOptions options) throws IOException {
    Objects.requireNonNull(protocolFactory, "protocolFactory");
    Objects.requireNonNull(options, "options");
    net.lowlevel().ensureInTask("createConnection");
    var socket = options.sock();
    if (socket == null) {
      throw new IllegalArgumentException("host and port was not specified and no sock specified");
    }
    ensureStream(socket);
    return adopt(socket, protocolFactory, TlsSettings.of(options, null, -1));
  }

  /// Makes a transport of a socket that is connected; see `EventLoop.connectAcceptedSocket`.
  ///
  /// @param tls what is asked of it, or null for a connection in the clear
  public <P extends BaseProtocol> Connection<Transport, P> connectAcceptedSocket(
      Supplier<P> protocolFactory, Socket socket, @Nullable TlsSettings tls) throws IOException {
    Objects.requireNonNull(protocolFactory, "protocolFactory");
    Objects.requireNonNull(socket, "sock");
    net.lowlevel().ensureInTask("connectAcceptedSocket");
    ensureStream(socket);
    return adopt(socket, protocolFactory, tls);
  }

  /// Refuses a socket that is not for streams; it stays its owner's.
  static void ensureStream(Socket socket) {
    if (socket.type() != SocketType.STREAM) {
      throw new IllegalArgumentException("A Stream Socket was expected, got " + socket);
    }
  }

  // Joining.

  /// Makes a transport of a connected socket, which it owns, and joins a protocol. Suspends.
  ///
  /// @param tls what is asked of it, or null for a connection in the clear
  <P extends BaseProtocol> Connection<Transport, P> adopt(
      Socket socket, Supplier<P> protocolFactory, @Nullable TlsSettings tls) throws IOException {
    if (tls != null) {
      return adoptUnderTls(socket, protocolFactory, tls);
    }
    var transport = makeTransport(socket);
    Future<@Nullable Void> ready = net.loop().createFuture();
    P protocol;
    try {
      protocol = protocolFactory.get();
      // After the factory, so that the connection sees what it has set.
      transport.start(protocol, Context.copyContext(), ready);
    } catch (Throwable t) {
      transport.abandon();
      throw t;
    }
    try {
      ready.join();
    } catch (Throwable t) {
      transport.close();
      throw t;
    }
    return new Connection<>(transport, protocol);
  }

  private <P extends BaseProtocol> Connection<Transport, P> adoptUnderTls(
      Socket socket, Supplier<P> protocolFactory, TlsSettings settings) throws IOException {
    var raw = makeTransport(socket);
    Future<@Nullable Void> ready = net.loop().createFuture();
    P protocol;
    TlsConnection tls;
    try {
      protocol = protocolFactory.get();
      var context = Context.copyContext();
      tls = new TlsConnection(net.loop(), settings, protocol, context, ready);
      raw.start(tls, context, null);
    } catch (Throwable t) {
      raw.abandon();
      throw t;
    }
    try {
      TlsUpgrade.await(ready);
    } catch (Throwable t) {
      tls.abort();
      raw.abort();
      throw t;
    }
    return new Connection<>(tls.transport(), protocol);
  }

  private SelectorSocketTransport makeTransport(Socket socket) throws IOException {
    try {
      return new SelectorSocketTransport(net, socket, null);
    } catch (IOException | UnsupportedOperationException | Error e) {
      net.close(socket);
      throw e;
    }
    // An IllegalStateException says that the socket is another transport's: not ours to close.
  }
}
