// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.internal.ffi.Mmsghdr;
import io.github.asyncio4j.internal.ffi.Syscalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// Native memory that a call which moves datagrams needs for a moment: headers, addresses, and room
/// for their bytes.
///
/// As [ScratchBuffer]: taken from and given back to a small pool, which any thread may use.
final class MessageScratch {
  /// Datagrams in one call.
  static final int MESSAGES = 16;

  private static final int POOLED = 4;

  private static final AtomicReferenceArray<@Nullable MessageScratch> POOL =
      new AtomicReferenceArray<>(POOLED);

  private final Mmsghdr headers;
  private final MemorySegment room;
  private final ByteBuffer bytes;

  private MessageScratch() {
    Arena arena = Arena.ofAuto();
    headers = new Mmsghdr(arena, MESSAGES);
    // What no call sends whole the kernel would refuse anyway.
    room = arena.allocate(Syscalls.MAX_CRITICAL_BYTES);
    bytes = room.asByteBuffer();
  }

  static MessageScratch take() {
    for (int i = 0; i < POOLED; i++) {
      MessageScratch taken = POOL.getPlain(i) == null ? null : POOL.getAndSet(i, null);
      if (taken != null) {
        return taken;
      }
    }
    return new MessageScratch();
  }

  void giveBack() {
    for (int i = 0; i < POOLED; i++) {
      if (POOL.getPlain(i) == null && POOL.compareAndSet(i, null, this)) {
        return;
      }
    }
    // The pool is full: let the garbage collector have it.
  }

  Mmsghdr headers() {
    return headers;
  }

  /// Makes messages of as many datagrams as fit, of one at least. No position moves.
  ///
  /// @return how many
  int fill(@Nullable Datagram[] from, int offset, int length, StandardProtocolFamily family) {
    int count = 0;
    int used = 0;
    while (count < length && count < MESSAGES) {
      Datagram next = from[offset + count];
      if (next == null) {
        throw new NullPointerException("datagrams[" + (offset + count) + "]");
      }
      int size = next.data().remaining();
      if (size > room.byteSize() - used) {
        break;
      }
      bytes.put(used, next.data(), next.data().position(), size);
      headers.bytes(count, room.address() + used, size);
      SocketAddress address = next.address();
      headers.address(
          count, address == null ? 0 : SystemAddress.write(address, family, headers.name(count)));
      used += size;
      count++;
    }
    return count;
  }

  /// Prepares to receive one datagram into the room.
  void wantOne(int length) {
    headers.bytes(0, room.address(), Math.min(length, room.byteSize()));
    headers.wantAddress(0);
  }

  /// Copies bytes from the start of the room to a buffer's position, which advances.
  void copyTo(ByteBuffer dst, int length) {
    dst.put(dst.position(), bytes, 0, length);
    dst.position(dst.position() + length);
  }
}
