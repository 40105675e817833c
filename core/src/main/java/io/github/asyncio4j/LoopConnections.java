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
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// Connections and servers of a loop, and the names of hosts: a part of [EventLoop].
///
/// Threads, suspending and the closed loop as said there.
public interface LoopConnections {
  /// Connects to a host and port over TCP (EL-40 to EL-50). Suspending.
  ///
  /// The host's addresses are tried in the resolver's order until one works. When the call fails or
  /// is cancelled nothing stays open.
  ///
  /// With `options.ssl(...)` it is under TLS, and `connectionMade` comes after the handshake
  ///
  ///
  /// @param protocolFactory called once the socket is connected
  /// @param host name or literal
  /// @param port 1 to 65535
  /// @throws IllegalArgumentException when the port is out of range, or `options.sock()` is given
  ///   too
  /// @throws java.net.UnknownHostException when the name cannot be resolved
  /// @throws javax.net.ssl.SSLException when the handshake fails
  /// @throws io.github.asyncio4j.socket.ConnectionResetException when the peer ends it, or it takes
  ///   too long
  /// @throws IOException the only error, the first when all are alike, or one that lists them all
  /// @throws ExceptionGroup with `allErrors`, the failure of each address, also if there is just
  ///   one
  <P extends BaseProtocol> Connection<Transport, P> createConnection(
      Supplier<P> protocolFactory, String host, int port, ConnectionOptions options)
      throws IOException;

  /// Connects to a host and port with default options.
  default <P extends BaseProtocol> Connection<Transport, P> createConnection(
      Supplier<P> protocolFactory, String host, int port) throws IOException {
    return createConnection(protocolFactory, host, port, ConnectionOptions.DEFAULT);
  }

  /// Makes a transport of a connected socket, `options.sock()` (EL-42). Suspending.
  ///
  /// The transport owns the socket from the call on; when the call fails the socket is closed.
  ///
  /// @throws IllegalArgumentException when no socket is given, or it is not a stream socket; it is
  ///   then still the caller's
  <P extends BaseProtocol> Connection<Transport, P> createConnection(
      Supplier<P> protocolFactory, ConnectionOptions options) throws IOException;

  /// Starts a server on one host, or on all interfaces (EL-70). Suspending.
  ///
  /// @param protocolFactory called for each accepted connection
  /// @param host name or literal; null or empty for all interfaces
  /// @param port 0 for a free one: for all interfaces one that is free on each, otherwise chosen
  ///   for each address by itself
  /// @throws IllegalArgumentException when the port is out of range, or `options.sock()` is given
  ///   too
  /// @throws IOException when an address cannot be bound, naming it; all others are closed again
  default Server createServer(
      Supplier<? extends BaseProtocol> protocolFactory,
      @Nullable String host,
      int port,
      ServerOptions options)
      throws IOException {
    return createServer(protocolFactory, List.of(host == null ? "" : host), port, options);
  }

  /// Starts a server on one host with default options.
  default Server createServer(
      Supplier<? extends BaseProtocol> protocolFactory, @Nullable String host, int port)
      throws IOException {
    return createServer(protocolFactory, host, port, ServerOptions.DEFAULT);
  }

  /// Starts a server on **all interfaces** with default options. With port 0 they share a free one,
  /// see [Server#port()].
  default Server createServer(Supplier<? extends BaseProtocol> protocolFactory, int port)
      throws IOException {
    return createServer(protocolFactory, null, port);
  }

  /// Starts a server on several hosts (EL-70). Suspending.
  ///
  /// Addresses that several names resolve to are bound once.
  ///
  /// @param hosts names or literals; an empty one stands for all interfaces
  /// @param port 0 for a free one, chosen for each address by itself, unless all interfaces
  ///   are all that is asked for
  /// @throws IOException when nothing can be bound, also for an empty list
  Server createServer(
      Supplier<? extends BaseProtocol> protocolFactory,
      List<String> hosts,
      int port,
      ServerOptions options)
      throws IOException;

  /// Starts a server on a bound socket, `options.sock()` (EL-71). Suspending.
  ///
  /// The server owns the socket from the call on.
  ///
  /// @throws IllegalArgumentException when no socket is given, or it is not a stream socket; it is
  ///   then still the caller's
  Server createServer(Supplier<? extends BaseProtocol> protocolFactory, ServerOptions options)
      throws IOException;

  /// Makes a transport of a socket that was accepted outside the loop (EL-81). Suspending.
  ///
  /// @throws IllegalArgumentException when it is not a stream socket; it is then still the caller's
  <P extends BaseProtocol> Connection<Transport, P> connectAcceptedSocket(
      Supplier<P> protocolFactory, Socket sock) throws IOException;

  /// Makes a transport under TLS of a socket that was accepted outside the loop (EL-81).
  /// Suspending: until the handshake is done.
  ///
  /// @param options `serverSide` is understood
  /// @throws IllegalArgumentException when it is not a stream socket, or an option makes no sense
  ///   on a server; the socket is then still the caller's
  /// @throws IOException when the handshake fails or takes too long; the socket is closed
  <P extends BaseProtocol> Connection<Transport, P> connectAcceptedSocket(
      Supplier<P> protocolFactory, Socket sock, SslEngineFactory ssl, SslOptions options)
      throws IOException;

  /// Makes a transport under TLS of a socket that was accepted outside the loop; as
  /// [#connectAcceptedSocket(Supplier, Socket, SslEngineFactory, SslOptions)].
  default <P extends BaseProtocol> Connection<Transport, P> connectAcceptedSocket(
      Supplier<P> protocolFactory, Socket sock, SSLContext ssl, SslOptions options)
      throws IOException {
    return connectAcceptedSocket(protocolFactory, sock, SslEngineFactory.of(ssl), options);
  }

  /// Puts a connection under TLS (EL-91). Suspending: until the handshake is done.
  ///
  /// From the call on the transport belongs to TLS, and only what is returned may be used.
  /// `connectionMade` is not called again; `connectionLost` is, also when the handshake fails. What
  /// was written before goes out in the clear, before the handshake. Bytes that were received from
  /// the transport and are a part of it already have to be given: [SslOptions#received()].
  ///
  /// @param transport any, TLS itself included; when the call fails or is cancelled it is closed
  /// @param protocol what the new transport reports to
  /// @param options the side of the server, or the name that a client verifies
  /// @throws IllegalArgumentException when no name is given to a client, or one to a server; the
  ///   transport is then as before
  /// @throws IOException when the transport is closing, or the handshake fails or takes too long
  Transport startTls(
      Transport transport, BaseProtocol protocol, SslEngineFactory ssl, SslOptions options)
      throws IOException;

  /// Puts a connection under TLS; as [#startTls(Transport, BaseProtocol, SslEngineFactory,
  /// SslOptions)].
  default Transport startTls(
      Transport transport, BaseProtocol protocol, SSLContext ssl, SslOptions options)
      throws IOException {
    return startTls(transport, protocol, SslEngineFactory.of(ssl), options);
  }

  /// Resolves a host name (EL-110, getaddrinfo(3)). Suspending.
  ///
  /// Literals are answered without a thread. The blocking lookup runs apart from the default
  /// executor, so that user work cannot stall it; when the task is cancelled it runs on there and
  /// its answer is dropped.
  ///
  /// @param host name or literal; empty for the wildcard addresses
  /// @param port 0 to 65535, copied to each answer
  /// @param family only addresses of this family, or null for any
  /// @throws java.net.UnknownHostException when there is no address
  List<AddressInfo> getaddrinfo(String host, int port, @Nullable StandardProtocolFamily family)
      throws IOException;
}
