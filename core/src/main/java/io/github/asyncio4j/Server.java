// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.socket.TransportSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/// A set of listening sockets and the connections accepted from them (EL-150 to EL-157).
///
/// Made by `createServer` and `createUnixServer`. Loop thread only, tasks of the loop included.
///
/// Each connection has a context of its own, a copy of the one that the server was made in: its
/// protocol is made and called there, and what that sets no other connection sees (EL-79).
///
/// In a try-with-resources statement only [#close()] is called; connections that are open live on.
/// Call [#waitClosed()] to wait for them, after [#closeClients()] or [#abortClients()] to end them.
public interface Server extends AutoCloseable {
  /// Returns the loop that the server belongs to.
  EventLoop getLoop();

  /// Tells whether the server is accepting connections.
  boolean isServing();

  /// Returns the listening sockets, a fresh list each time; empty once closed (EL-153, R-97).
  List<TransportSocket> sockets();

  /// Returns the port of the listening sockets.
  ///
  /// @throws IllegalStateException when the server is closed, its sockets are unix sockets, which
  ///   have none, or they have different ports, as those of port 0 on several hosts do: look at
  ///   [#sockets()]
  default int port() {
    List<SocketAddress> addresses =
        sockets().stream().map(TransportSocket::getsockname).filter(Objects::nonNull).toList();
    if (addresses.isEmpty()) {
      throw new IllegalStateException("no listening socket, the server is closed: " + this);
    }
    List<Integer> ports =
        addresses.stream()
            .filter(InetSocketAddress.class::isInstance)
            .map(address -> ((InetSocketAddress) address).getPort())
            .distinct()
            .toList();
    if (ports.isEmpty()) {
      throw new IllegalStateException("a unix socket has no port: " + addresses);
    }
    if (ports.size() > 1) {
      throw new IllegalStateException(
          "sockets with different ports, look at sockets(): " + addresses);
    }
    return ports.getFirst();
  }

  /// Starts to listen and accept; does nothing when it already does. Suspends for one iteration, so
  /// that the server is live on return (EL-155).
  ///
  /// @throws IllegalStateException when the server is closed, or outside a task of its loop
  /// @throws IOException when listening fails
  void startServing() throws IOException;

  /// Starts to serve and suspends until the server is closed or the task is cancelled (EL-156).
  ///
  /// When the task is cancelled it closes the server and waits for its connections first,
  /// however long they last: call [#closeClients()] or [#abortClients()] to end them, or
  /// [#shutdown] before. After ten seconds it says in the log what it waits for. When the server is
  /// closed by someone else it ends with [CancelledError].
  ///
  /// @throws IllegalStateException when the server is closed or served already, or outside a task
  /// @throws IOException when listening fails
  void serveForever() throws IOException;

  /// Closes the listening sockets at once and ends `serveForever`; idempotent (EL-150, R-90).
  ///
  /// The file of a unix socket is removed too, as `createUnixServer` says.
  ///
  /// Connections that are open stay open. Does not suspend.
  @Override
  void close();

  /// Calls `close()` on the transport of each open connection (EL-152).
  void closeClients();

  /// Calls `abort()` on the transport of each open connection (EL-152).
  void abortClients();

  /// Shuts the server down without breaking off what is under way: closes the listening sockets,
  /// tells each protocol that is a [ServedProtocol], waits for the connections to end and for the
  /// handlers of streams to return, and aborts and cancels those that have not when the time of
  /// grace is over. Each step is logged. Suspending.
  ///
  /// Then it waits for what was cancelled to end, however long that takes, and says in the log when
  /// it takes long. A handler that calls it is not waited for, but its connection is: that is what
  /// a handler should leave to others. When the task is cancelled it aborts and cancels at once,
  /// and waits for nothing.
  ///
  /// @param grace how long connections have to end by themselves; zero for not at all
  /// @return what was there and what had to be aborted
  /// @throws IllegalArgumentException when the duration is negative
  /// @throws IllegalStateException outside a task of the loop
  ServerShutdown shutdown(Duration grace);

  /// Suspends until the server is closed and its last connection is gone (EL-151, R-91).
  ///
  /// When that takes more than ten seconds after the close it says in the log what it waits for.
  ///
  /// @throws IllegalStateException outside a task of the loop
  void waitClosed();
}
