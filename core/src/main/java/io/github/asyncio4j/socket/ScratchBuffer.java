// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.internal.ffi.Msghdr;
import io.github.asyncio4j.internal.ffi.Syscalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// Native memory that a call needs for a moment: room for heap bytes, and a message header.
///
/// Taken from and given back to a small pool, which any thread may use; in between it belongs to
/// the taker.
final class ScratchBuffer {
  /*
   * A message holds addresses, and a heap buffer has none, so its bytes are copied; so are those of
   * a small direct buffer, since that costs less than to ask for its address. Each socket would
   * need 65 KiB of its own, which is why they share; a thread has no place to keep them, since each
   * task has its own.
   */

  private static final int PIECES = 64;
  private static final int ROOM = 64 * 1024;
  private static final int SMALL = 4 * 1024;
  private static final int POOLED = 4;

  private static final AtomicReferenceArray<@Nullable ScratchBuffer> POOL =
      new AtomicReferenceArray<>(POOLED);

  private final Msghdr message;
  private final MemorySegment room;
  private final ByteBuffer roomBytes;

  private ScratchBuffer() {
    Arena arena = Arena.ofAuto();
    message = new Msghdr(arena, PIECES);
    room = arena.allocate(ROOM);
    roomBytes = room.asByteBuffer();
  }

  static ScratchBuffer take() {
    for (int i = 0; i < POOLED; i++) {
      ScratchBuffer taken = POOL.getPlain(i) == null ? null : POOL.getAndSet(i, null);
      if (taken != null) {
        return taken;
      }
    }
    return new ScratchBuffer();
  }

  void giveBack() {
    for (int i = 0; i < POOLED; i++) {
      if (POOL.getPlain(i) == null && POOL.compareAndSet(i, null, this)) {
        return;
      }
    }
    // The pool is full: let the garbage collector have it.
  }

  MemorySegment message() {
    return message.segment();
  }

  /// Returns where the room is.
  long address() {
    return room.address();
  }

  /// Returns the start of the room.
  ByteBuffer room(int length) {
    return roomBytes.slice(0, length);
  }

  /// Copies bytes from a buffer's position to the start of the room. No position moves.
  void copyFrom(ByteBuffer src, int length) {
    roomBytes.put(0, src, src.position(), length);
  }

  /// Copies bytes from the start of the room to a buffer's position. No position moves.
  void copyTo(ByteBuffer dst, int length) {
    dst.put(dst.position(), roomBytes, 0, length);
  }

  /// Makes a message of as many buffers as fit. No position moves.
  ///
  /// @return how many bytes it has
  long fill(ByteBuffer[] srcs, int offset, int length) {
    int pieces = 0;
    long total = 0;
    roomBytes.clear();
    for (int i = offset; i < offset + length && pieces < PIECES; i++) {
      ByteBuffer src = srcs[i];
      int wanted = src.remaining();
      if (wanted == 0) {
        continue;
      }
      long most = Math.min(wanted, Syscalls.MAX_CRITICAL_BYTES - total);
      if (isCopied(src)) {
        most = Math.min(most, roomBytes.remaining());
      }
      if (most == 0) {
        break;
      }
      message.piece(pieces++, address(src, (int) most), most);
      total += most;
      if (most < wanted) {
        break;
      }
    }
    message.count(pieces);
    return total;
  }

  private static boolean isCopied(ByteBuffer src) {
    return !src.isDirect() || src.remaining() <= SMALL;
  }

  private long address(ByteBuffer src, int length) {
    if (!isCopied(src)) {
      return DirectBuffers.address(src);
    }
    int at = roomBytes.position();
    roomBytes.put(at, src, src.position(), length);
    roomBytes.position(at + length);
    return room.address() + at;
  }
}
