// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tls;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.LoopLocal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Spare buffers for the connections of one loop, which have one only while they work on bytes: an
/// idle connection holds none.
///
/// There are two kinds of them: arrays for engines that work on arrays inside, as the JDK's does,
/// and memory outside the heap for those that are native code. Loop thread only.
final class TlsBuffers {
  private static final LoopLocal<TlsBuffers> ARRAYS = new LoopLocal<>(_ -> new TlsBuffers(false));
  private static final LoopLocal<TlsBuffers> DIRECT = new LoopLocal<>(_ -> new TlsBuffers(true));

  /// Room for four records of full length, with what the JDK adds to that.
  static final int BYTES = 4 * 17 * 1024;

  /// Buffers kept. One connection works at a time, with two or three of them for each layer of TLS.
  private static final int MAX_SPARE = 16;

  private final boolean direct;
  private final @Nullable ByteBuffer[] spare = new @Nullable ByteBuffer[MAX_SPARE];
  private int count;
  private int lent;

  private TlsBuffers(boolean direct) {
    this.direct = direct;
  }

  /// Returns those of a loop.
  ///
  /// @param direct whether they are to be outside the heap
  static TlsBuffers of(EventLoop loop, boolean direct) {
    return (direct ? DIRECT : ARRAYS).get(loop);
  }

  /// Returns how many are taken and not given back.
  int lent() {
    return lent;
  }

  /// Returns an empty buffer with [#BYTES] of room, to be given back.
  ByteBuffer take() {
    return take(BYTES);
  }

  /// Returns an empty buffer with room for so many bytes at least, to be given back.
  ByteBuffer take(int wanted) {
    ByteBuffer buffer;
    if (wanted > BYTES || count == 0) {
      buffer = allocate(Math.max(wanted, BYTES));
    } else {
      buffer = Objects.requireNonNull(spare[--count]);
      spare[count] = null;
    }
    lent++;
    return buffer.clear().order(ByteOrder.BIG_ENDIAN);
  }

  private ByteBuffer allocate(int capacity) {
    return direct ? ByteBuffer.allocateDirect(capacity) : ByteBuffer.allocate(capacity);
  }

  /// Takes a buffer back; the caller keeps no reference. One of another size is left to the
  /// collector.
  void give(ByteBuffer buffer) {
    lent--;
    keep(buffer);
  }

  private void keep(ByteBuffer buffer) {
    if (count < MAX_SPARE && buffer.capacity() == BYTES) {
      spare[count++] = buffer;
    }
  }

  /// Exchanges a buffer that an engine says is too small for a larger one with the same content,
  /// both as for writing.
  ByteBuffer larger(ByteBuffer buffer, int wanted) {
    ByteBuffer larger = allocate(Math.max(wanted, 2 * buffer.capacity()));
    larger.put(buffer.flip());
    keep(buffer);
    return larger;
  }
}
