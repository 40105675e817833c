// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tls;

import io.github.asyncio4j.LoopLocal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Spare arrays for the connections of one loop, which have one only while they work on bytes.
///
/// Arrays, because the JDK's engine works on arrays inside. Loop thread only.
final class TlsBuffers {
  static final LoopLocal<TlsBuffers> OF_LOOP = new LoopLocal<>(_ -> new TlsBuffers());

  /// Room for four records of full length, with what the JDK adds to that.
  static final int BYTES = 4 * 17 * 1024;

  /// Buffers kept. One connection works at a time, with two or three of them for each layer of TLS.
  private static final int MAX_SPARE = 16;

  private final @Nullable ByteBuffer[] spare = new @Nullable ByteBuffer[MAX_SPARE];
  private int count;

  /// Returns an empty buffer with [#BYTES] of room, to be given back.
  ByteBuffer take() {
    if (count == 0) {
      return ByteBuffer.allocate(BYTES);
    }
    var buffer = Objects.requireNonNull(spare[--count]);
    spare[count] = null;
    return buffer.clear().order(ByteOrder.BIG_ENDIAN);
  }

  /// Takes a buffer back; the caller keeps no reference. One of another size is left to the
  /// collector.
  void give(ByteBuffer buffer) {
    if (count < MAX_SPARE && buffer.capacity() == BYTES) {
      spare[count++] = buffer;
    }
  }

  /// Exchanges a buffer that an engine says is too small for a larger one with the same content,
  /// both as for writing.
  ByteBuffer larger(ByteBuffer buffer, int wanted) {
    var larger = ByteBuffer.allocate(Math.max(wanted, 2 * buffer.capacity()));
    larger.put(buffer.flip());
    give(buffer);
    return larger;
  }
}
