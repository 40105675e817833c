// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Native memory on the way between a heap buffer and a system call: as much as a pipe holds. Any
/// thread takes it, and it is the taker's until it gives it back.
final class NativeRoom {
  static final int BYTES = 64 * 1024;

  // One is enough for one loop, and a second loop makes another when both need it at once.
  private static final AtomicReference<@Nullable NativeRoom> SPARE = new AtomicReference<>();

  private final MemorySegment segment = Arena.ofAuto().allocate(BYTES);
  private final ByteBuffer bytes = segment.asByteBuffer();

  private NativeRoom() {}

  static NativeRoom take() {
    var spare = SPARE.getAndSet(null);
    return spare == null ? new NativeRoom() : spare;
  }

  void giveBack() {
    SPARE.set(this);
  }

  MemorySegment segment() {
    return segment;
  }

  /// Copies bytes from a buffer's position to the start. No position moves.
  void copyFrom(ByteBuffer src, int length) {
    bytes.put(0, src, src.position(), length);
  }

  /// Copies bytes from the start to a buffer's position. No position moves.
  void copyTo(ByteBuffer dst, int length) {
    dst.put(dst.position(), bytes, 0, length);
  }
}
