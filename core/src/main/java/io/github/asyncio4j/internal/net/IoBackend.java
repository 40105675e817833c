// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.pipe.ReadPipe;
import io.github.asyncio4j.pipe.WritePipe;
import io.github.asyncio4j.socket.Socket;
import java.io.IOException;
import java.net.SocketAddress;

/// How the I/O of a loop is done: the seam between transports and servers on the one side and, on
/// the other, calls that are made when a descriptor is ready, or operations that the system tells
/// the end of (ADR 15).
///
/// Those above it assume nothing but what [InputPort], [OutputPort], [AcceptPort] and
/// [DatagramPort] say: that a read, a write or an accept may have nothing to give or to take, at
/// any time, and that the owner is called when it is worth another try.
///
/// Loop thread only.
interface IoBackend {
  /// Opens the port of a connected stream socket. The port is the caller's, who closes it before
  /// the socket.
  ///
  /// @param owner called when there is input or room, as far as the port is asked to
  /// @throws IllegalStateException when another owner has the socket
  /// @throws IOException when the system refuses the socket
  StreamPort stream(Socket socket, IoPort.Owner owner) throws IOException;

  /// Opens the port of a socket that listens; as [#stream].
  AcceptPort listening(Socket socket, IoPort.Owner owner) throws IOException;

  /// Opens the port of a datagram socket; as [#stream].
  DatagramPort datagrams(Socket socket, DatagramPort.Owner owner) throws IOException;

  /// Opens the port of a socket whose calls its owner makes itself: it moves nothing, and calls the
  /// owner when a call that had nothing to give or to take is worth another try. Otherwise as
  /// [#stream].
  IoPort waiting(Socket socket, IoPort.Owner owner) throws IOException;

  /// Opens the port of the end of a pipe that is read from; as [#stream].
  ///
  /// @throws IOException also when it is nothing that can be waited for, as `/dev/null`
  InputPort input(ReadPipe pipe, IoPort.Owner owner) throws IOException;

  /// Opens the port of the end of a pipe that is written to; as [#input].
  OutputPort output(WritePipe pipe, IoPort.Owner owner) throws IOException;

  /// Connects a socket, or goes on with a connect to the same address that is in progress. Suspends
  /// the calling task; the socket stays the caller's, whatever happens.
  ///
  /// @throws io.github.asyncio4j.CancelledError when the task is cancelled
  /// @throws IOException when the connect fails; only closing the socket is of use then
  void connect(Socket socket, SocketAddress address) throws IOException;
}
