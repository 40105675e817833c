// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.socket.Datagram;
import io.github.asyncio4j.socket.Received;
import io.github.asyncio4j.socket.Socket;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/// Working with sockets directly: a part of [EventLoop].
///
/// Threads and the closed loop as said there. Each method suspends, and has what these have in
/// common:
///
/// - The call of the system is tried at once. When it works nothing is waited for, and other tasks
///   get no turn (EL-102). Otherwise it is tried again each time the socket is ready.
/// - The socket stays the caller's, who closes it. Sockets of every tier are taken, as far as the
///   loop can watch them: those that [Socket#open] returns for it, and those of
///   `TestLoop.network()`.
/// - One task at a time may read from a socket, or accept, and one may write to it, or connect it.
///   A second one is refused, as asyncio, which has it take the place of the first, does not
///
/// - A task that is cancelled while it waits has received nothing, and its connection is not taken.
///   The socket can be used as before.
/// - When the socket is closed while a task waits, by whomever, the call fails with a
///   [java.net.SocketException].
///
/// Besides what is said below, each method throws
///
/// - [IllegalStateException] outside a task of this loop; when another task waits for the same;
///   when a transport, a server or a call of `addReader` or `addWriter` has the socket
/// - [IllegalArgumentException] when the socket cannot do what is asked for: it listens, or does
///   not, or its channel was made blocking
/// - [CancelledError] when the task is cancelled
/// - [UnsupportedOperationException] when it has to wait and this loop's selector cannot watch the
///   socket; the text names the flag that helps
/// - [java.net.SocketException] when the socket is closed
public interface LoopSockets {
  /// Receives bytes (EL-102).
  ///
  /// Of a datagram socket it is one datagram, the rest of which is lost when it is longer.
  ///
  /// @param nbytes the most to receive; it is not allocated for less, and one call receives at most
  ///   256 KiB
  /// @return what was received; empty at the end of the stream, for an empty datagram, and when
  ///   `nbytes` is 0
  /// @throws IllegalArgumentException when `nbytes` is negative
  /// @throws io.github.asyncio4j.socket.ConnectionResetException when the peer is gone
  /// @throws IOException when it fails otherwise
  byte[] sockRecv(Socket sock, int nbytes) throws IOException;

  /// Receives bytes into a buffer, from its position on, and advances the position (EL-103).
  ///
  /// The buffer is used until the call returns. When it fails or is cancelled it is as before.
  ///
  /// @return how many bytes; 0 at the end of the stream, for an empty datagram, and when there is
  ///   no room
  /// @throws java.nio.ReadOnlyBufferException when the buffer is read-only
  /// @throws io.github.asyncio4j.socket.ConnectionResetException when the peer is gone
  /// @throws IOException when it fails otherwise
  int sockRecvInto(Socket sock, ByteBuffer buf) throws IOException;

  /// Sends all bytes of a buffer, from its position on, and advances the position (EL-105).
  ///
  /// The bytes are not copied: they must not be changed until the call returns. When it fails or is
  /// cancelled the position tells how many were sent. After each 256 KiB it waits until the socket
  /// is ready for more, so that others get their turn.
  ///
  /// A datagram socket that is connected sends all as one datagram.
  ///
  /// @throws io.github.asyncio4j.socket.ConnectionResetException when the peer is gone
  /// @throws IOException when it fails otherwise
  void sockSendall(Socket sock, ByteBuffer data) throws IOException;

  /// Sends all bytes of an array; as [#sockSendall(Socket, ByteBuffer)], but without a way to know
  /// how many were sent when it fails.
  default void sockSendall(Socket sock, byte[] data) throws IOException {
    sockSendall(sock, ByteBuffer.wrap(data));
  }

  /// Receives a datagram and says whose it is (EL-104).
  ///
  /// @param sock a datagram socket
  /// @param bufsize the most bytes of it to return; the rest is lost, which only
  ///   [#sockRecvfromInto(Socket, ByteBuffer)] tells
  /// @return its bytes, which are the caller's, and the sender
  /// @throws IllegalArgumentException when `bufsize` is negative, or the socket is not for
  ///   datagrams
  /// @throws java.net.PortUnreachableException when the peer of a connected socket has no such port
  /// @throws IOException when it fails otherwise
  Datagram sockRecvfrom(Socket sock, int bufsize) throws IOException;

  /// Receives a datagram into a buffer, from its position to its limit, advances the position, and
  /// says whose it is (EL-104). The rest of one that is longer is lost, and the result says so.
  ///
  /// The buffer is used until the call returns. When it fails or is cancelled it is as before.
  ///
  /// @param sock a datagram socket
  /// @throws IllegalArgumentException when the buffer has no room, or the socket is not for
  ///   datagrams
  /// @throws java.nio.ReadOnlyBufferException when the buffer is read-only
  /// @throws java.net.PortUnreachableException when the peer of a connected socket has no such port
  /// @throws IOException when it fails otherwise
  Received sockRecvfromInto(Socket sock, ByteBuffer buf) throws IOException;

  /// Sends one datagram of all bytes of a buffer, from its position on, and advances the position
  /// (EL-106). There may be none.
  ///
  /// The bytes are not copied: they must not be changed until the call returns. When it fails or is
  /// cancelled nothing was sent.
  ///
  /// @param sock a datagram socket
  /// @param address where to; null for the peer of a connected socket
  /// @return how many bytes: all
  /// @throws IllegalArgumentException when the address is unresolved or of another family, or the
  ///   socket is not for datagrams
  /// @throws java.net.PortUnreachableException when the peer of a connected socket has no such port
  /// @throws IOException when it fails otherwise, for example because there are too many bytes
  int sockSendto(Socket sock, ByteBuffer data, @Nullable SocketAddress address) throws IOException;

  /// Sends one datagram of all bytes of an array; as [#sockSendto(Socket, ByteBuffer,
  /// SocketAddress)].
  default int sockSendto(Socket sock, byte[] data, @Nullable SocketAddress address)
      throws IOException {
    return sockSendto(sock, ByteBuffer.wrap(data), address);
  }

  /// Connects a socket (EL-107).
  ///
  /// A host name, which is an unresolved [java.net.InetSocketAddress], is resolved: the first
  /// address of the socket's family is taken.
  ///
  /// A connect that was cancelled is still in progress: the same call goes on with it.
  ///
  /// @throws IllegalArgumentException when the address is of another family
  /// @throws IllegalStateException when a connect to another address is in progress
  /// @throws java.net.UnknownHostException when the name cannot be resolved
  /// @throws java.net.ConnectException when refused or timed out; the text names the address
  /// @throws IOException when it fails otherwise; only closing the socket is of use then
  void sockConnect(Socket sock, SocketAddress address) throws IOException;

  /// Accepts a connection (EL-108).
  ///
  /// @param sock one that listens
  /// @return the connection, which is non-blocking and the caller's; who it is from says its
  ///   [Socket#getpeername()]
  /// @throws io.github.asyncio4j.socket.ResourceExhaustedException when the system is out of
  ///   descriptors or memory; the connection stays pending
  /// @throws IOException when it fails otherwise
  Socket sockAccept(Socket sock) throws IOException;

  /// Sends a file (EL-109).
  ///
  /// How it is sent, the position of the channel, and what becomes of a file that changes
  /// meanwhile, is said at [LoopFiles#sendfile]. Nobody else may write to the socket before it
  /// returns.
  ///
  /// @param sock a stream socket
  /// @param offset where to begin, from the beginning of the file on
  /// @param count the most to send; `Long.MAX_VALUE` for all
  /// @param fallback whether to read the file when the system cannot send it
  /// @return how many bytes were sent: fewer than `count` when the file ends before; 0 for an empty
  ///   file
  /// @throws IllegalArgumentException when `offset` is negative, `count` is not positive, or the
  ///   socket is none for streams
  /// @throws SendfileNotAvailableException when the system cannot, and `fallback` is false
  /// @throws java.nio.channels.NonReadableChannelException when the channel is not open for reading
  /// @throws IOException when the file cannot be read, or the connection fails
  long sockSendfile(Socket sock, FileChannel file, long offset, long count, boolean fallback)
      throws IOException;

  /// Sends a part of a file, whether the system can do it or not.
  default long sockSendfile(Socket sock, FileChannel file, long offset, long count)
      throws IOException {
    return sockSendfile(sock, file, offset, count, true);
  }

  /// Sends a whole file, whether the system can do it or not.
  default long sockSendfile(Socket sock, FileChannel file) throws IOException {
    return sockSendfile(sock, file, 0, Long.MAX_VALUE, true);
  }
}
