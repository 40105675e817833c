// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.UnixNameAddress;
import io.github.asyncio4j.ssl.SslEngineFactory;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.DatagramProtocol;
import io.github.asyncio4j.transport.DatagramTransport;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
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
  /// The host's addresses are tried in the resolver's order until one works; with
  /// `happyEyeballsDelay` the families take turns and the next address does not wait for the one
  /// before to fail. When the call fails or is cancelled nothing stays open.
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

  /// Connects to a unix stream socket (EL-64). Suspending.
  ///
  /// While the server's queue of connections is full it waits, as TCP does: it tries again after 1
  /// to 50 ms, until it is cancelled. When the call fails or is cancelled nothing stays open.
  ///
  /// Who serves there is told by `getExtraInfo("peercred")` of the transport.
  ///
  /// @param protocolFactory called once the socket is connected
  /// @param path a [java.net.UnixDomainSocketAddress]; an abstract name is a [UnixNameAddress]
  /// @throws IllegalArgumentException when it is another address or empty, `options.sock()` is
  ///   given too, or a keyword that unix sockets do not have: `family` of another kind,
  ///   `localAddr`, `allErrors`
  /// @throws UnsupportedOperationException for an abstract name on the portable tier; names the
  ///   flag
  /// @throws java.nio.file.NoSuchFileException when nothing is there
  /// @throws java.nio.file.AccessDeniedException when the socket or a directory is not for us
  /// @throws java.nio.file.FileSystemException when the path is longer than 107 bytes (106 on the
  ///   portable tier), or leads through what is no directory
  /// @throws java.net.ConnectException when nobody listens there, or it is no socket
  /// @throws IOException when it fails otherwise
  <P extends BaseProtocol> Connection<Transport, P> createUnixConnection(
      Supplier<P> protocolFactory, SocketAddress path, ConnectionOptions options)
      throws IOException;

  /// Connects to a unix socket with default options.
  ///
  /// @param path an abstract name when it begins with a zero character, as in asyncio
  default <P extends BaseProtocol> Connection<Transport, P> createUnixConnection(
      Supplier<P> protocolFactory, String path) throws IOException {
    return createUnixConnection(
        protocolFactory, UnixNameAddress.parse(path), ConnectionOptions.DEFAULT);
  }

  /// Connects to a unix socket with default options.
  default <P extends BaseProtocol> Connection<Transport, P> createUnixConnection(
      Supplier<P> protocolFactory, Path path) throws IOException {
    return createUnixConnection(
        protocolFactory, UnixDomainSocketAddress.of(path), ConnectionOptions.DEFAULT);
  }

  /// Makes a transport of a connected unix stream socket, `options.sock()` (EL-64). Suspending.
  ///
  /// The transport owns the socket from the call on; when the call fails the socket is closed.
  ///
  /// @throws IllegalArgumentException when no socket is given, or it is not a unix stream socket;
  ///   it is then still the caller's
  <P extends BaseProtocol> Connection<Transport, P> createUnixConnection(
      Supplier<P> protocolFactory, ConnectionOptions options) throws IOException;

  /// Starts a server on a unix stream socket (EL-80, R-96). Suspending.
  ///
  /// A socket that is at the path already is removed first, **also when somebody still listens on
  /// it**, as asyncio does: a server that has died leaves its file. What is no socket is not
  /// touched, and a link is replaced, not followed. The file is removed when the server is closed,
  /// unless it is another one by then or `cleanupSocket` is off. What goes wrong with either is
  /// logged, not thrown. Files of abstract names there are none.
  ///
  /// `socketPermissions` are set before anybody can connect. On the portable tier, whose sockets
  /// listen from the bind on, who has connected in between is disconnected.
  ///
  /// @param protocolFactory called for each accepted connection
  /// @param path a [java.net.UnixDomainSocketAddress]; an abstract name is a [UnixNameAddress]
  /// @throws IllegalArgumentException when it is another address or empty, `options.sock()` is
  ///   given too, or a keyword that unix sockets do not have: `family` of another kind,
  ///   `reuseAddress`, `reusePort`, `keepAlive`, `socketPermissions` for an abstract name
  /// @throws UnsupportedOperationException for an abstract name on the portable tier; names the
  ///   flag
  /// @throws java.net.BindException when something else is at the path, or the name is taken
  /// @throws java.nio.file.NoSuchFileException when the directory is missing
  /// @throws java.nio.file.AccessDeniedException when the directory is not for us
  /// @throws java.nio.file.FileSystemException when the path is longer than 107 bytes (106 on the
  ///   portable tier), or leads through what is no directory
  /// @throws IOException when it fails otherwise
  Server createUnixServer(
      Supplier<? extends BaseProtocol> protocolFactory, SocketAddress path, ServerOptions options)
      throws IOException;

  /// Starts a server on a unix socket with default options.
  ///
  /// @param path an abstract name when it begins with a zero character, as in asyncio
  default Server createUnixServer(Supplier<? extends BaseProtocol> protocolFactory, String path)
      throws IOException {
    return createUnixServer(protocolFactory, UnixNameAddress.parse(path), ServerOptions.DEFAULT);
  }

  /// Starts a server on a unix socket with default options.
  default Server createUnixServer(Supplier<? extends BaseProtocol> protocolFactory, Path path)
      throws IOException {
    return createUnixServer(
        protocolFactory, UnixDomainSocketAddress.of(path), ServerOptions.DEFAULT);
  }

  /// Starts a server on a bound unix stream socket, `options.sock()` (EL-80). Suspending.
  ///
  /// The server owns the socket from the call on. Its file, too, is removed in the end: say
  /// `cleanupSocket(false)` when it is another's, such as a supervisor's.
  ///
  /// @throws IllegalArgumentException when no socket is given, or it is not a unix stream socket;
  ///   it is then still the caller's
  Server createUnixServer(Supplier<? extends BaseProtocol> protocolFactory, ServerOptions options)
      throws IOException;

  /// Makes a datagram endpoint: a UDP or unix socket with its protocol (EL-60 to EL-63).
  /// Suspending.
  ///
  /// With a local address the socket is bound to it. With a remote address it is connected: it
  /// sends there only, and hears nobody else; unless broadcast is allowed, which see. With neither,
  /// `options.family()` is needed, and the system binds the socket when it first sends.
  ///
  /// An address that is unresolved (`InetSocketAddress.createUnresolved`) is looked up. Each family
  /// that has all the addresses is tried until one works. When the call fails or is cancelled
  /// nothing stays open.
  ///
  /// A path or an abstract name makes a unix socket, on the native tier only. A socket that is at
  /// the path of the local address is removed, **even one in use**; what cannot be checked or
  /// removed is logged (EL-61). The file stays when the endpoint is closed, and is removed
  /// when it cannot be made. Who has no local address has no name: nobody can answer.
  ///
  /// @param protocolFactory called once there is a socket
  /// @param localAddr a host and a port, 0 for a free one; a path (`UnixDomainSocketAddress`) or an
  ///   abstract name ([io.github.asyncio4j.socket.UnixNameAddress]); or null
  /// @param remoteAddr a host and a port, a path or an abstract name; or null
  /// @throws IllegalArgumentException when a port is out of range, no family is known or has both
  ///   addresses, a path is empty, `reusePort` is asked of a unix socket, or something else is
  ///   given beside `options.sock()`, which is for streams: it is then still the caller's
  /// @throws UnsupportedOperationException for a unix socket on the portable tier, which names the
  ///   flag, and in memory
  /// @throws java.nio.file.FileSystemException when a file is to blame: a path that nobody has, is
  ///   too long, or may not be used
  /// @throws java.net.BindException when there is something else than a socket at a local path, or
  ///   somebody has the name
  /// @throws java.net.UnknownHostException when a name cannot be resolved
  /// @throws IOException the first failure, when no family works
  <P extends DatagramProtocol> Connection<DatagramTransport, P> createDatagramEndpoint(
      Supplier<P> protocolFactory,
      @Nullable SocketAddress localAddr,
      @Nullable SocketAddress remoteAddr,
      DatagramOptions options)
      throws IOException;

  /// Makes a datagram endpoint with default options.
  default <P extends DatagramProtocol> Connection<DatagramTransport, P> createDatagramEndpoint(
      Supplier<P> protocolFactory,
      @Nullable SocketAddress localAddr,
      @Nullable SocketAddress remoteAddr)
      throws IOException {
    return createDatagramEndpoint(protocolFactory, localAddr, remoteAddr, DatagramOptions.DEFAULT);
  }

  /// Makes a datagram endpoint without addresses: of `options.sock()`, which the transport owns
  /// from the call on and which is closed when the call fails, or of an unbound socket of
  /// `options.family()`.
  default <P extends DatagramProtocol> Connection<DatagramTransport, P> createDatagramEndpoint(
      Supplier<P> protocolFactory, DatagramOptions options) throws IOException {
    return createDatagramEndpoint(protocolFactory, null, null, options);
  }

  /// Finds the addresses of a host and the port of a service (EL-110, getaddrinfo(3)). Suspending.
  ///
  /// The answers are in the order of the resolver, one for each type of socket. Literals (also with
  /// a scope, as in `fe80::1%eth0`) and numbers are answered at once. Names of hosts are asked of
  /// the resolver ([#setResolver]), that of the system on a few threads of its own, apart from the
  /// default executor, so that user work cannot stall it. Names of services are those of
  /// `/etc/services`. When the task is cancelled a look-up that runs in the system ends there, and
  /// its answer is dropped.
  ///
  /// @param host name or literal; null for this machine, or for all interfaces with
  ///   [AddressInfoFlag#AI_PASSIVE]
  /// @param service name or number of a port, 0 to 65535; null for 0
  /// @throws IllegalArgumentException when the port is out of range, the host is no text that could
  ///   be a name, the family has no ports, or no type of socket has the protocol
  /// @throws java.net.UnknownHostException when there is no address, or no such service; the text
  ///   has the name and the reason
  /// @throws UnsupportedOperationException when the resolver cannot tell a canonical name
  ///   ([AddressInfoFlag#AI_CANONNAME]); that of the system names the flag of `java`
  List<AddressInfo> getaddrinfo(
      @Nullable String host, @Nullable String service, AddressInfoOptions options)
      throws IOException;

  /// Finds the addresses of a host; as [#getaddrinfo(String, String, AddressInfoOptions)].
  ///
  /// @param port 0 to 65535, copied to each answer
  default List<AddressInfo> getaddrinfo(@Nullable String host, int port, AddressInfoOptions options)
      throws IOException {
    return getaddrinfo(host, Integer.toString(port), options);
  }

  /// Finds the addresses of a host, for any type of socket.
  default List<AddressInfo> getaddrinfo(@Nullable String host, int port) throws IOException {
    return getaddrinfo(host, port, AddressInfoOptions.DEFAULT);
  }

  /// Finds the name of an address and of the service at its port (EL-110, getnameinfo(3)).
  /// Suspending, unless both are wanted as numbers.
  ///
  /// @param sockaddr resolved, of a family that has ports
  /// @throws IllegalArgumentException when it is of another family
  /// @throws java.net.UnknownHostException when it is unresolved, or has no name and needs one
  ///   ([NameInfoFlag#NI_NAMEREQD])
  NameInfo getnameinfo(SocketAddress sockaddr, NameInfoFlag... flags) throws IOException;

  /// Returns who is asked for the addresses of names.
  Resolver getResolver();

  /// Sets who is asked for the addresses of names, by every method of the loop that takes a host;
  /// null for the loop's own again. What is being looked up stays where it is.
  void setResolver(@Nullable Resolver resolver);
}
