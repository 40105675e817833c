// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.List;
import java.util.function.Supplier;
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
  /// @param protocolFactory called once the socket is connected
  /// @param host name or literal
  /// @param port 1 to 65535
  /// @throws IllegalArgumentException when the port is out of range, or `options.sock()` is given
  ///   too
  /// @throws java.net.UnknownHostException when the name cannot be resolved
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
