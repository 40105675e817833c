// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.transport;

import java.nio.ByteBuffer;

/// A stream protocol: hears bytes as they arrive (TP-08).
///
/// Order of calls: `connectionMade`, then any number of `dataReceived`, then at most one
/// `eofReceived`, then `connectionLost`. Loop thread only.
///
/// An exception out of `dataReceived` or `eofReceived` is reported to the loop's exception handler
/// and closes the connection with that exception.
public interface Protocol extends BaseProtocol {
  /// Called with the next bytes of the stream.
  ///
  /// Chunk borders mean nothing. The buffer belongs to the loop and is lent for the duration of
  /// this call: its content from position to limit may be read, or copied to be kept. Passing it on
  /// to `write` is safe because `write` copies what it cannot send at once.
  ///
  /// @param data the bytes, from position to limit; at least one
  default void dataReceived(ByteBuffer data) {}

  /// Called once when the peer has ended its half of the stream.
  ///
  /// @return false to let the transport close itself once its output is flushed; true to keep the
  ///   write half open, in which case the protocol must close the transport
  default boolean eofReceived() {
    return false;
  }
}
