// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.transport;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A protocol of separate messages: hears each datagram with its sender (TP-10).
///
/// Order of calls: `connectionMade`, then any number of `datagramReceived` and `errorReceived`,
/// then `connectionLost`. Loop thread only.
///
/// An exception out of `datagramReceived` or `errorReceived` goes to the loop's exception handler,
/// and the endpoint lives on: the next datagram is another message.
public interface DatagramProtocol extends BaseProtocol {
  /// Called with the next datagram, whole.
  ///
  /// The buffer belongs to the loop and is lent for the duration of this call: its content from
  /// position to limit may be read, or copied to be kept. Passing it on to `sendto` is safe because
  /// that copies what it cannot send at once.
  ///
  /// @param data the bytes, from position to limit; none for an empty datagram
  /// @param addr the sender; null for one without a name, as a unix socket may be
  default void datagramReceived(ByteBuffer data, @Nullable SocketAddress addr) {}

  /// Called when a send or a receive has failed; the endpoint lives on.
  ///
  /// @param exc what the system says: a [java.net.PortUnreachableException] when an ICMP message
  ///   has come that the peer of a connected endpoint has no such port; of a unix socket a
  ///   [java.nio.file.NoSuchFileException] when there is no such path, and a
  ///   [java.net.ConnectException] when nobody has the socket that is there. Also that a datagram
  ///   was longer than the 256 KiB that are received at a time, as one of a unix socket may be: it
  ///   is dropped, since its rest is lost
  default void errorReceived(IOException exc) {}
}
