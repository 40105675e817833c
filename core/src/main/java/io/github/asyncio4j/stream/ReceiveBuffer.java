// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.stream;

import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The bytes that a stream reader has received and nobody has read yet.
///
/// Loop thread only. Bytes stay where they were received, in a chunk of the loop's [ReceivePool],
/// until they are copied into the result of a read. An empty buffer holds no array.
final class ReceiveBuffer {
  /*
   * Bytes are copied into an array of this buffer's own in four cases: they are few and others wait
   * before them, else a peer that sends single bytes would make a long list of pieces; they fit
   * behind bytes that were copied before; the pool has no chunk left; and the connection is gone, so
   * that an abandoned reader cannot keep chunks from the others.
   */
  private static final int FEW = 1024;
  private static final int MIN_OWN_BYTES = 512;
  private static final int MAX_OWN_BYTES = 64 * 1024;

  private final ReceivePool pool;
  private @Nullable ReceivedPiece head;
  private @Nullable ReceivedPiece tail;
  private int size;

  ReceiveBuffer(ReceivePool pool) {
    this.pool = pool;
  }

  int size() {
    return size;
  }

  @Nullable ReceivedPiece head() {
    return head;
  }

  /// Returns room for the next bytes to receive.
  ///
  /// @param max the most room that is wanted, at least 1
  ByteBuffer room(int max) {
    return pool.lend(this, max);
  }

  /// Appends what has been received into the room.
  void received(int nbytes) {
    ReceivePool.Chunk chunk = pool.take(this);
    int from = chunk.used();
    ReceivedPiece last = tail;
    if (last != null && last.chunk == chunk && last.to == from) {
      last.to += nbytes;
      size += nbytes;
      chunk.keep(nbytes, false);
    } else if (!pool.mayKeep(chunk) || (last != null && (nbytes < FEW || nbytes <= last.spare()))) {
      append(ByteBuffer.wrap(chunk.bytes, from, nbytes));
    } else {
      link(new ReceivedPiece(chunk.bytes, chunk, from, from + nbytes));
      chunk.keep(nbytes, true);
    }
  }

  /// Appends a copy of bytes, which are consumed.
  void append(ByteBuffer data) {
    ReceivedPiece last = tail;
    if (last != null && last.spare() > 0) {
      int count = Math.min(last.spare(), data.remaining());
      data.get(last.bytes, last.to, count);
      last.to += count;
      size += count;
    }
    if (data.hasRemaining()) {
      int count = data.remaining();
      var own = new byte[Math.max(count, ownBytes())];
      data.get(own, 0, count);
      link(new ReceivedPiece(own, null, 0, count));
    }
  }

  // Grows with what is buffered, so that the pieces stay few and the unused part small.
  private int ownBytes() {
    return Math.clamp(2L * Integer.highestOneBit(size), MIN_OWN_BYTES, MAX_OWN_BYTES);
  }

  private void link(ReceivedPiece piece) {
    ReceivedPiece last = tail;
    piece.prev = last;
    if (last == null) {
      head = piece;
    } else {
      last.next = piece;
    }
    tail = piece;
    size += piece.length();
  }

  /// Removes the first bytes and returns them.
  ///
  /// @param count at most [#size()]
  byte[] take(int count) {
    ReceivedPiece first = head;
    if (first != null && count <= first.length()) {
      byte[] result = Arrays.copyOfRange(first.bytes, first.from, first.from + count);
      drop(count);
      return result;
    }
    var result = new byte[count];
    copyTo(ByteBuffer.wrap(result), count);
    drop(count);
    return result;
  }

  /// Removes the first bytes and puts them into a buffer.
  void take(int count, ByteBuffer dst) {
    copyTo(dst, count);
    drop(count);
  }

  /// Removes the first bytes, a line, and returns its text without `\n` or `\r\n` at its end.
  String takeLine(int count, Charset charset) {
    ReceivedPiece first = head;
    if (first == null || count > first.length()) {
      byte[] line = take(count);
      return new String(line, 0, lengthOfText(line, 0, line.length), charset);
    }
    int text = lengthOfText(first.bytes, first.from, first.from + count);
    var result = new String(first.bytes, first.from, text, charset);
    drop(count);
    return result;
  }

  private static int lengthOfText(byte[] bytes, int from, int to) {
    int end = to;
    if (end > from && bytes[end - 1] == '\n') {
      end--;
      if (end > from && bytes[end - 1] == '\r') {
        end--;
      }
    }
    return end - from;
  }

  private void copyTo(ByteBuffer dst, int count) {
    int left = count;
    for (ReceivedPiece piece = head; piece != null && left > 0; piece = piece.next) {
      int part = Math.min(left, piece.length());
      dst.put(piece.bytes, piece.from, part);
      left -= part;
    }
  }

  private void drop(int count) {
    int left = count;
    ReceivedPiece piece = head;
    while (piece != null && left >= piece.length()) {
      left -= piece.length();
      if (piece.chunk != null) {
        pool.release(piece.chunk);
      }
      piece = piece.next;
    }
    head = piece;
    if (piece == null) {
      tail = null;
    } else {
      piece.from += left;
      piece.prev = null;
    }
    size -= count;
  }

  /// Drops everything, for want of memory.
  void clear() {
    drop(size);
  }

  /// Copies what is left out of the pool's chunks, because no more will come. Scans go on.
  void leavePool() {
    pool.giveBack(this);
    for (ReceivedPiece piece = head; piece != null; piece = piece.next) {
      ReceivePool.Chunk chunk = piece.chunk;
      if (chunk != null) {
        try {
          piece.copyOut();
        } catch (OutOfMemoryError e) {
          return; // The bytes stay where they are, and the pool has a chunk less until they are
          // read.
        }
        pool.release(chunk);
      }
    }
  }
}
