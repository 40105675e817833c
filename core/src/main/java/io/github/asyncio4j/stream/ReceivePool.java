// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.stream;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.LoopLocal;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// The arrays that all stream readers of one loop receive into.
///
/// Loop thread only.
final class ReceivePool {
  /*
   * Some facts about receiving.
   *
   * Nobody knows how much a ready connection has to say, so whoever receives needs a large array and
   * mostly fills little of it. Here the readers of a loop share the large array: each keeps only the
   * piece that was filled, and the next reader goes on behind it. A chunk starts from its beginning
   * again once its last piece has been read, which for an answering server is every iteration; so
   * the few kilobytes in use stay in the cache. A connection that waits holds nothing.
   *
   * One unread byte keeps a whole chunk from being used again. The number of chunks is therefore
   * bounded, and when all of them are held, readers receive into `scratch` and copy into arrays of
   * their own size. Memory is then the unread bytes plus at most MAX_CHUNKS chunks, however slow or
   * hostile the peers are.
   */
  static final int CHUNK_BYTES = 256 * 1024;
  static final int MAX_CHUNKS = 16;

  // Less room than this is not offered: it would cost a fast sender more receive calls.
  private static final int MIN_ROOM = 64 * 1024;

  private static final LoopLocal<ReceivePool> POOLS = new LoopLocal<>(_ -> new ReceivePool());

  private final ArrayDeque<Chunk> free = new ArrayDeque<>();
  private @Nullable Chunk current;
  private @Nullable Chunk scratch;
  private int chunks;
  private @Nullable Object borrower;

  /// Returns the pool of a loop.
  static ReceivePool of(EventLoop loop) {
    return POOLS.get(loop);
  }

  /// Lends room for the next bytes; the loan ends with [#take(Object)] or with the next loan.
  ///
  /// @param max the most room to lend, at least 1
  ByteBuffer lend(Object borrower, int max) {
    Chunk chunk = current;
    if (chunk == null || chunk.room() < MIN_ROOM) {
      chunk = current = nextChunk();
    }
    this.borrower = borrower;
    int end = chunk.used + Math.min(max, chunk.room());
    return chunk.view.limit(end).position(chunk.used);
  }

  /// Ends a loan and returns the chunk that the bytes were received into, behind its `used`.
  ///
  /// @throws IllegalStateException when it was not this borrower's: a transport must not ask for a
  ///   second buffer before it has filled the first
  Chunk take(Object borrower) {
    Chunk chunk = current;
    if (this.borrower != borrower || chunk == null) {
      throw new IllegalStateException("bufferUpdated() without its getBuffer(): " + borrower);
    }
    this.borrower = null;
    return chunk;
  }

  /// Ends a loan that nothing was received into.
  void giveBack(Object borrower) {
    if (this.borrower == borrower) {
      this.borrower = null;
    }
  }

  /// Tells whether pieces of the chunk may be kept; those of `scratch` must be copied at once.
  boolean mayKeep(Chunk chunk) {
    return chunk != scratch;
  }

  /// Takes back one piece of a chunk.
  void release(Chunk chunk) {
    if (--chunk.pieces > 0) {
      return;
    }
    chunk.used = 0;
    if (current == scratch) {
      current = chunk;
    } else if (chunk != current) {
      free.push(chunk);
    }
  }

  private Chunk nextChunk() {
    Chunk chunk = free.poll();
    if (chunk != null) {
      return chunk;
    }
    if (chunks < MAX_CHUNKS) {
      var fresh = new Chunk();
      chunks++;
      return fresh;
    }
    if (scratch == null) {
      scratch = new Chunk();
    }
    return scratch;
  }

  /// An array of the pool, filled from its beginning, and how many pieces of it readers hold.
  static final class Chunk {
    final byte[] bytes = new byte[CHUNK_BYTES];
    private final ByteBuffer view = ByteBuffer.wrap(bytes);
    private int used;
    private int pieces;

    private int room() {
      return CHUNK_BYTES - used;
    }

    /// Returns where the free part begins.
    int used() {
      return used;
    }

    /// Makes the next bytes part of a piece, a new one or the one before them.
    void keep(int nbytes, boolean newPiece) {
      used += nbytes;
      pieces += newPiece ? 1 : 0;
    }
  }
}
