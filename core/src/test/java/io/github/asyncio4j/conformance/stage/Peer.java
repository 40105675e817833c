// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance.stage;

import java.io.IOException;
import java.net.SocketAddress;

/// The other end of a connection, which no loop knows.
///
/// What may block suspends the task, as a call in an executor does; everything else returns at
/// once, so no iteration of the loop lies inside it.
public interface Peer {
  SocketAddress localAddress() throws IOException;

  SocketAddress remoteAddress() throws IOException;

  /// Sends a text short enough for the kernel to take it.
  void send(String text) throws IOException;

  /// Suspends until everything is sent.
  void sendAll(byte[] data) throws Exception;

  /// Suspends until exactly so many bytes have come, fewer only at the end of the stream.
  byte[] receive(int count) throws Exception;

  /// Suspends until the end of the stream; returns how many bytes came before it.
  int receiveToEnd() throws Exception;

  /// Ends the write half.
  void end() throws IOException;

  void close() throws IOException;

  /// Closes so that the other side gets a reset.
  void reset() throws IOException;
}
