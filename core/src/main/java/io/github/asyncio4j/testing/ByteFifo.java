// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/// Bytes that wait, first in first out. Loop thread only.
final class ByteFifo {
  private final Deque<ByteBuffer> pieces = new ArrayDeque<>();
  private int size;

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /// Adds the rest of a buffer, which is the queue's from now on.
  void add(ByteBuffer bytes) {
    pieces.add(bytes);
    size += bytes.remaining();
  }

  /// Removes the first `count` bytes; there must be as many.
  ByteBuffer take(int count) {
    var taken = ByteBuffer.allocate(count);
    while (taken.hasRemaining()) {
      ByteBuffer first = pieces.getFirst();
      int part = Math.min(taken.remaining(), first.remaining());
      taken.put(first.slice(first.position(), part));
      first.position(first.position() + part);
      if (!first.hasRemaining()) {
        pieces.removeFirst();
      }
    }
    size -= count;
    return taken.flip();
  }

  void clear() {
    pieces.clear();
    size = 0;
  }
}
