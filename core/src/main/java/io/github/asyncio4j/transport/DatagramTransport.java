// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.transport;

import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A transport of separate messages, as UDP has them (TP-05). Loop thread only.
///
/// Nothing here blocks: what the kernel does not take at once is copied and buffered, each datagram
/// with 8 bytes more for what goes with it, and flow control is told to the protocol by
/// `pauseWriting` and `resumeWriting`. The default marks are 64 KiB and 16 KiB.
public interface DatagramTransport extends BaseTransport {
  /// Sends one datagram to the remote address of the endpoint; as [#sendto(ByteBuffer,
  /// SocketAddress)].
  default void sendto(ByteBuffer data) {
    sendto(data, null);
  }

  /// Sends one datagram of all bytes of a buffer, from its position to its limit. None is legal: an
  /// empty datagram is sent.
  ///
  /// When it returns the buffer's position is at its limit and the buffer is the caller's again.
  /// What the system says against a datagram is told by `errorReceived` in the next iteration, and
  /// the datagram is dropped; so it is with one that is too large, for UDP more than 65,507
  /// bytes. What is sent to a closing transport is dropped; from the fifth time on each drop is
  /// logged.
  ///
  /// @param addr where to; null for the remote address of the endpoint
  /// @throws IllegalArgumentException when it is another address than that of an endpoint that has
  ///   one, there is none at all, or it is unresolved, of another family than the socket,
  ///   or a path that is empty or too long
  /// @throws UnsupportedOperationException when an empty datagram cannot be sent: the portable tier
  ///   sends none from a connected socket. Names the flag
  void sendto(ByteBuffer data, @Nullable SocketAddress addr);

  /// Sends one datagram; as [#sendto(ByteBuffer, SocketAddress)]. The array is the caller's again
  /// on return.
  default void sendto(byte[] data, @Nullable SocketAddress addr) {
    sendto(ByteBuffer.wrap(data), addr);
  }

  /// Closes the transport without sending what is buffered.
  ///
  /// `connectionLost(null)` follows in the next iteration. Idempotent.
  void abort();

  /// Returns how many bytes are buffered and not yet taken by the kernel, and 8 for each datagram.
  /// Constant time.
  int getWriteBufferSize();

  /// Returns the marks of flow control.
  WriteBufferLimits getWriteBufferLimits();

  /// Sets both marks of flow control, in bytes.
  ///
  /// May call `pauseWriting` at once, never `resumeWriting`.
  ///
  /// @param high `pauseWriting` is called when strictly more than this is buffered; 0 pauses on any
  /// @param low `resumeWriting` is called when this much or less is left
  /// @throws IllegalArgumentException unless `high >= low >= 0`
  void setWriteBufferLimits(int high, int low);

  /// Sets the high-water mark; the low-water mark becomes a quarter of it.
  ///
  /// @throws IllegalArgumentException when `high` is negative
  default void setWriteBufferLimits(int high) {
    setWriteBufferLimits(high, high / 4);
  }

  /// Returns how many datagrams that had come for this endpoint the kernel has dropped, since it
  /// was made: most of all because the loop was too slow and the socket's receive buffer full.
  ///
  /// @return a counter of 32 bits; 0 when the transport is closed
  /// @throws UnsupportedOperationException on the portable tier; names the flag
  long getDroppedDatagrams();
}
