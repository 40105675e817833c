// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicInteger;

/// Where owners of descriptors get the memory for their `errno` argument. Any thread.
public final class ErrnoSlots {
  /*
   * Four bytes for each of many thousand sockets, so many share one arena. A slot is never used
   * again: the garbage collector frees the memory when the last owner of a slot in it is gone. So no
   * late call of an old owner can disturb a new one.
   *
   * Native, though some calls would take heap memory: the linker slices each errno argument, and
   * the JIT removes the slice only where it has seen one class of segment.
   */

  private static final int SLOTS = 256;

  private static volatile Chunk current = new Chunk();

  private ErrnoSlots() {}

  /// Returns four bytes that nobody else has, with the life of the result.
  public static MemorySegment take() {
    Chunk chunk = current;
    int index = chunk.taken.getAndIncrement();
    if (index >= SLOTS) {
      // Two threads may both do this; then one chunk has fewer users.
      chunk = new Chunk();
      index = chunk.taken.getAndIncrement();
      current = chunk;
    }
    return chunk.memory.asSlice((long) index * Integer.BYTES, Integer.BYTES);
  }

  private static final class Chunk {
    final MemorySegment memory = Arena.ofAuto().allocate(ValueLayout.JAVA_INT, SLOTS);
    final AtomicInteger taken = new AtomicInteger();
  }
}
