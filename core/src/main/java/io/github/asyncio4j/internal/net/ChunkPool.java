// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Spare pieces of memory outside the heap, all of one size, for output that the kernel did not
/// take.
///
/// Loop thread only.
final class ChunkPool {
  /// Bytes in a chunk: small because a stalled connection holds at least one.
  static final int CHUNK_BYTES = 16 * 1024;

  /// Chunks kept: 4 MiB, what a few hundred connections at their high-water mark come and go with.
  private static final int MAX_SPARE = 256;

  private final @Nullable ByteBuffer[] spare = new @Nullable ByteBuffer[MAX_SPARE];
  private int count;

  /// Returns a chunk that holds nothing: position and limit are 0.
  ByteBuffer take() {
    if (count == 0) {
      return ByteBuffer.allocateDirect(CHUNK_BYTES).limit(0);
    }
    var chunk = Objects.requireNonNull(spare[--count]);
    spare[count] = null;
    return chunk;
  }

  /// Takes a chunk back; the caller keeps no reference.
  void give(ByteBuffer chunk) {
    if (count < MAX_SPARE) {
      spare[count++] = chunk.position(0).limit(0);
    }
  }
}
