// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.transport;

import java.nio.ByteBuffer;

/// A stream protocol that receives into buffers of its own (TP-09).
///
/// Order of calls: `connectionMade`, then any number of pairs `getBuffer`, `bufferUpdated`, then at
/// most one `eofReceived`, then `connectionLost`. A `getBuffer` may also be followed by nothing or
/// by `eofReceived`. Loop thread only.
///
/// An exception out of these methods, or a buffer without room, is reported to the loop's exception
/// handler and closes the connection with that exception.
public interface BufferedProtocol extends BaseProtocol {
  /// Returns the buffer that the next bytes go to, from its position to its limit.
  ///
  /// The transport fills it from its position on, without moving position or limit of this buffer,
  /// and keeps no reference after [#bufferUpdated(int)] has returned. Heap and direct buffers do.
  ///
  /// @param sizehint how many bytes would be welcome, or -1 when there is no telling
  ByteBuffer getBuffer(int sizehint);

  /// Called when bytes have been written to the buffer that [#getBuffer(int)] returned.
  ///
  /// @param nbytes how many, counted from the buffer's position; at least 1
  void bufferUpdated(int nbytes);

  /// Called once when the peer has ended its half of the stream; as [Protocol#eofReceived()].
  default boolean eofReceived() {
    return false;
  }
}
