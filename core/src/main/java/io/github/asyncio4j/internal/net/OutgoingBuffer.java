// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// The output of one connection that the kernel has not taken yet, in order.
///
/// Bytes are copied in, so that nobody can change them later, and are given out as pieces
/// for a gathering write. Each byte is copied once, and the size is a counter: no operation looks
/// at more than what it moves.
///
/// Loop thread only.
final class OutgoingBuffer {
  /*
   * The chunks lie side by side in an array, from head to tail, so that they can be given out as
   * they are. Each is ready to be sent: what it holds is between its position and
   * its limit, and the last one grows by moving its limit.
   */

  /// Chunks in one write: 1 MiB, more than a socket takes at once, and below the limit of
  /// sendmsg(2).
  private static final int MAX_GATHER = 64;

  private static final ByteBuffer[] NONE = {};

  private final ChunkPool pool;
  private ByteBuffer[] chunks = NONE;
  private int head;
  private int tail;
  private long size;

  OutgoingBuffer(ChunkPool pool) {
    this.pool = pool;
  }

  /// Returns how many bytes are waiting.
  long size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /// Copies bytes to the end; the position of their buffer moves to its limit.
  void add(ByteBuffer data) {
    while (data.hasRemaining()) {
      var chunk = roomyTail();
      int end = chunk.limit();
      int count = Math.min(chunk.capacity() - end, data.remaining());
      chunk.limit(end + count).put(end, data, data.position(), count);
      data.position(data.position() + count);
      size += count;
    }
  }

  private ByteBuffer roomyTail() {
    if (tail > head && chunks[tail - 1].limit() < ChunkPool.CHUNK_BYTES) {
      return chunks[tail - 1];
    }
    if (tail == chunks.length) {
      makeRoom();
    }
    var chunk = pool.take();
    chunks[tail++] = chunk;
    return chunk;
  }

  private void makeRoom() {
    int count = tail - head;
    // Moving down only when a third has left keeps the cost for each chunk constant.
    var target = count * 3 / 2 < chunks.length ? chunks : new ByteBuffer[4 + count * 2];
    System.arraycopy(chunks, head, target, 0, count);
    if (target == chunks) {
      Arrays.fill(chunks, count, tail, null);
    }
    chunks = target;
    head = 0;
    tail = count;
  }

  /// Returns the array that has the pieces, from [#first()] on as many as [#count()]; valid until
  /// the next change.
  ByteBuffer[] pieces() {
    return chunks;
  }

  /// Returns the index of the first piece.
  int first() {
    return head;
  }

  /// Returns how many pieces to write at a time.
  int count() {
    return Math.min(tail - head, MAX_GATHER);
  }

  /// Lets go of what has gone: whoever wrote the pieces has advanced their positions.
  ///
  /// @param bytes by how much, in all
  void gone(long bytes) {
    size -= bytes;
    while (head < tail && !chunks[head].hasRemaining()) {
      dropHead();
    }
    if (head == tail) {
      forgetArray();
    }
  }

  /// Drops everything.
  void clear() {
    while (head < tail) {
      dropHead();
    }
    forgetArray();
    size = 0;
  }

  @SuppressWarnings("NullAway") // Slots outside of head to tail are never read.
  private void dropHead() {
    pool.give(chunks[head]);
    chunks[head++] = null;
  }

  private void forgetArray() {
    head = 0;
    tail = 0;
    if (chunks.length > MAX_GATHER) {
      chunks = NONE;
    }
  }
}
