// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.transport;

import java.nio.ByteBuffer;

/// A transport that takes bytes to send (TP-03). Loop thread only.
///
/// Nothing here blocks: what the kernel does not take at once is buffered, and flow control is told
/// to the protocol by `pauseWriting` and `resumeWriting`. The default marks are 64 KiB and 16 KiB.
public interface WriteTransport extends BaseTransport {
  /// Sends bytes, at once as far as the kernel takes them; the rest is copied and sent later.
  ///
  /// When it returns the buffer's position is at its limit and the buffer is the caller's again. An
  /// empty buffer is legal. Bytes written to a closing or broken transport are dropped; from the
  /// fifth time on each drop is logged.
  ///
  /// @throws IllegalStateException after [#writeEof()]
  void write(ByteBuffer data);

  /// Sends bytes; as [#write(ByteBuffer)]. The array is the caller's again on return.
  default void write(byte[] data) {
    write(ByteBuffer.wrap(data));
  }

  /// Sends several pieces, in order, as one [#write(ByteBuffer)] of their concatenation would.
  void writelines(Iterable<ByteBuffer> pieces);

  /// Ends the write half of the stream once everything written before is sent.
  ///
  /// Idempotent; does nothing when closing.
  ///
  /// @throws UnsupportedOperationException when [#canWriteEof()] is false
  void writeEof();

  /// Tells whether the write half can be ended on its own.
  boolean canWriteEof();

  /// Closes the transport without sending what is buffered (TP-04).
  ///
  /// `connectionLost(null)` follows in the next iteration. Idempotent.
  void abort();

  /// Returns how many bytes are buffered and not yet taken by the kernel. Constant time.
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
}
