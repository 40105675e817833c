// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import io.github.asyncio4j.socket.Socket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// What is outside of the loops of a stage: whom they connect to, who connects to them, what they
/// can be given, and threads that they do not know of.
///
/// Nothing here suspends, and nothing lets an iteration pass.
interface Outside {
  /// Starts to listen on the address of this host, without a loop.
  ///
  /// @param backlog how many connections may wait to be accepted
  Door listen(int backlog) throws IOException;

  /// Binds a port of this host without listening there: connecting to it is refused.
  Bound bindOnly() throws IOException;

  /// Connects a peer to whoever listens at an address.
  ///
  /// @param from the address to bind before, or null for any
  Peer dial(@Nullable SocketAddress from, SocketAddress to) throws IOException;

  /// Opens a socket that can be given to a loop.
  Socket open() throws IOException;

  /// Opens a datagram socket that can be given to a loop.
  Socket openDatagrams() throws IOException;

  /// Opens a socket that can be given to a loop, and connects it.
  Socket openConnected(SocketAddress to) throws IOException;

  /// Makes a place for the paths of unix sockets; close it.
  UnixPlace unixPlace() throws IOException;

  /// Opens two sockets that are connected to each other.
  Pair pair() throws IOException;

  /// Counts the sockets that are open.
  int openSockets() throws IOException;

  /// Sends a signal, of which the loop that was made last is told then or a moment later.
  void raise(String signal);

  /// Announces to the loop that was made last that a thread which it does not know will post
  /// something.
  Announced announceThread();

  /// An address that is taken, until it is closed.
  interface Bound extends AutoCloseable {
    InetSocketAddress address() throws IOException;

    default int port() throws IOException {
      return address().getPort();
    }

    @Override
    void close() throws IOException;
  }

  /// Somebody who listens without a loop.
  interface Door extends Bound {
    /// Accepts who has connected; does not wait for anybody.
    Peer accept() throws IOException;
  }

  /// A thread is awaited until this is closed. Any thread closes it.
  interface Announced extends AutoCloseable {
    @Override
    void close();
  }
}
