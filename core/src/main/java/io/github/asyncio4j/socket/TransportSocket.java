// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import org.jspecify.annotations.Nullable;

/// A view of a socket that a transport or a server owns: asks and configures, but neither moves
/// bytes nor closes (EL-158).
///
/// Got by `getExtraInfo("socket")` and `Server.sockets()`. Loop thread only, except [#fileno()].
public final class TransportSocket {
  private final Socket socket;

  /// Makes a view of a socket.
  public TransportSocket(Socket socket) {
    this.socket = socket;
  }

  /// Returns the address family.
  public StandardProtocolFamily family() {
    return socket.family();
  }

  /// Returns the type.
  public SocketType type() {
    return socket.type();
  }

  /// Returns the descriptor number; -1 when it is not known or the socket is closed. Any thread.
  public int fileno() {
    return socket.fileno();
  }

  /// Sets an option: most of [java.net.StandardSocketOptions], and [SocketOptions].
  ///
  /// @throws UnsupportedOperationException when the tier has no such option; names it
  /// @throws IOException when the system refuses, or the socket is closed
  public <T> TransportSocket setOption(SocketOption<T> option, T value) throws IOException {
    socket.setOption(option, value);
    return this;
  }

  /// Returns the value of an option.
  ///
  /// @throws UnsupportedOperationException when the tier has no such option; names it
  /// @throws IOException when the system refuses, or the socket is closed
  public <T> T getOption(SocketOption<T> option) throws IOException {
    return socket.getOption(option);
  }

  /// Joins a multicast group; see [Socket#joinGroup].
  ///
  /// @throws IllegalArgumentException when it is no multicast address
  /// @throws IOException when the system refuses, or the socket is closed or not for datagrams
  public void joinGroup(
      InetAddress group, @Nullable NetworkInterface on, @Nullable InetAddress source)
      throws IOException {
    socket.joinGroup(group, on, source);
  }

  /// Leaves a multicast group; see [Socket#leaveGroup].
  ///
  /// @throws IllegalArgumentException when it is no multicast address
  /// @throws IOException when it was not joined, or the socket is closed or not for datagrams
  public void leaveGroup(
      InetAddress group, @Nullable NetworkInterface on, @Nullable InetAddress source)
      throws IOException {
    socket.leaveGroup(group, on, source);
  }

  /// Returns the local address, or null when the socket is closed.
  public @Nullable SocketAddress getsockname() {
    return socket.getsockname();
  }

  /// Returns the address of the peer, or null when there is none any more.
  public @Nullable SocketAddress getpeername() {
    return socket.getpeername();
  }

  /// Ends the reading half: the transport sees the end of the stream.
  ///
  /// @throws IOException when the socket is not connected
  public void shutdownInput() throws IOException {
    socket.shutdownInput();
  }

  /// Ends the writing half, behind the back of the transport; `writeEof` is the orderly way.
  ///
  /// @throws IOException when the socket is not connected
  public void shutdownOutput() throws IOException {
    socket.shutdownOutput();
  }

  @Override
  public String toString() {
    return "<TransportSocket " + socket + ">";
  }
}
