// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.AddressInfo;
import io.github.asyncio4j.Connection;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.Context;
import io.github.asyncio4j.ExceptionGroup;
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
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Makes stream connections: resolves, connects, joins transport and protocol (EL-40 to EL-50).
///
/// Each method suspends; each closes what it opened when it fails or is cancelled. Loop
/// thread only.
public final class StreamConnector {
  private final NetContext net;
  private final Resolver resolver;

  /// Makes the connector of a loop.
  public StreamConnector(NetContext net, Resolver resolver) {
    this.net = net;
    this.resolver = resolver;
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
    Resolver.ensurePort(port, 1);
    TlsSettings tls = TlsSettings.of(options, host, port);
    if (host.isEmpty()) {
      throw new UnknownHostException("host is empty");
    }
    var remotes = resolver.getaddrinfo(host, port, options.family());
    var localAddr = options.localAddr();
    var locals = localAddr == null ? null : resolveLocal(localAddr, options.family());
    return adopt(connectFirst(remotes, locals, options.allErrors()), protocolFactory, tls);
  }

  private List<AddressInfo> resolveLocal(
      InetSocketAddress address, @Nullable StandardProtocolFamily family) throws IOException {
    var host =
        address.isUnresolved() ? address.getHostString() : address.getAddress().getHostAddress();
    return resolver.getaddrinfo(host, address.getPort(), family);
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

  // Connecting.

  private Socket connectFirst(
      List<AddressInfo> remotes, @Nullable List<AddressInfo> locals, boolean allErrors)
      throws IOException {
    var failures = new ArrayList<IOException>();
    for (var remote : remotes) {
      try {
        return connect(remote, locals, failures);
      } catch (IOException e) {
        failures.add(e);
      }
    }
    if (allErrors) {
      throw new ExceptionGroup("createConnection failed", failures);
    }
    throw summary(failures);
  }

  /// Returns the only failure, the first when all say the same, or one that lists them all (EL-50).
  private static IOException summary(List<IOException> failures) {
    var texts = failures.stream().map(StreamConnector::text).collect(Collectors.toSet());
    if (texts.size() == 1) {
      return failures.getFirst();
    }
    var all =
        new IOException(
            failures.stream()
                .map(StreamConnector::text)
                .collect(Collectors.joining(", ", "Multiple exceptions: ", "")));
    failures.forEach(all::addSuppressed);
    return all;
  }

  private static String text(IOException failure) {
    var message = failure.getMessage();
    return message == null ? failure.toString() : message;
  }

  private Socket connect(
      AddressInfo remote, @Nullable List<AddressInfo> locals, List<IOException> failures)
      throws IOException {
    var socket = open(remote.family());
    boolean connected = false;
    try {
      if (locals != null) {
        bind(socket, locals, failures);
      }
      net.backend().connect(socket, remote.address());
      connected = true;
      return socket;
    } finally {
      // By failure or by cancellation, which may come when the connection had just been made
      //
      if (!connected) {
        net.close(socket);
      }
    }
  }

  private Socket open(StandardProtocolFamily family) throws IOException {
    try {
      return net.sockets().open(family, SocketType.STREAM);
    } catch (UnsupportedOperationException e) {
      throw new IOException("no socket of family " + family + ": " + e.getMessage(), e);
    }
  }

  /// Binds to the first local address of the socket's family that works (EL-43).
  private static void bind(Socket socket, List<AddressInfo> locals, List<IOException> failures)
      throws IOException {
    IOException last = null;
    for (var local : locals) {
      if (local.family() != socket.family()) {
        continue;
      }
      if (last != null) {
        failures.add(last);
      }
      try {
        socket.bind(local.address());
        return;
      } catch (IOException e) {
        last = BindFailure.naming(local.address(), e);
      }
    }
    throw last != null
        ? last
        : new IOException("no matching local address with family=" + socket.family() + " found");
  }

  // Joining.

  private <P extends BaseProtocol> Connection<Transport, P> adopt(
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
