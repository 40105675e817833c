// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.stream;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A run of unread bytes in an array, linked with its neighbours in a [ReceiveBuffer].
///
/// Loop thread only.
final class ReceivedPiece {
  byte[] bytes;

  // The pool's chunk that the bytes lie in, or null when the array belongs to the buffer.
  ReceivePool.@Nullable Chunk chunk;

  int from;
  int to;
  @Nullable ReceivedPiece prev;
  @Nullable ReceivedPiece next;

  ReceivedPiece(byte[] bytes, ReceivePool.@Nullable Chunk chunk, int from, int to) {
    this.bytes = bytes;
    this.chunk = chunk;
    this.from = from;
    this.to = to;
  }

  int length() {
    return to - from;
  }

  /// Returns how many bytes may still be appended in place; none to an array of the pool.
  int spare() {
    return chunk == null ? bytes.length - to : 0;
  }

  /// Moves the bytes to an array of their own.
  void copyOut() {
    bytes = Arrays.copyOfRange(bytes, from, to);
    chunk = null;
    to -= from;
    from = 0;
  }

  /// Tells whether a separator ends at an index of this array, looking back into earlier pieces.
  boolean endsWith(int last, byte[] separator) {
    ReceivedPiece piece = this;
    int index = last;
    for (int i = separator.length - 1; i >= 0; i--) {
      while (index < piece.from) {
        if (piece.prev == null) {
          return false;
        }
        piece = piece.prev;
        index = piece.to - 1;
      }
      if (piece.bytes[index--] != separator[i]) {
        return false;
      }
    }
    return true;
  }
}
