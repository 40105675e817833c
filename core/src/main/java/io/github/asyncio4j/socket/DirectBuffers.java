// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import java.lang.foreign.MemorySegment;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Where direct buffers are in memory. Any thread.
final class DirectBuffers {
  /*
   * The one public way to an address makes two objects, which the JIT removes only as long as it
   * inlines everything, and deep in a loop it does not. A loop receives into the same buffer for
   * ever, so a few addresses are remembered. Entries are immutable and the table is only a cache:
   * a race costs another entry.
   */

  private static final int SLOTS = 64;

  private static final @Nullable Known[] KNOWN = new Known[SLOTS];

  private DirectBuffers() {}

  /// Returns the address of a buffer's position. The caller keeps the buffer reachable.
  ///
  /// @throws IllegalStateException when the memory was freed
  /// @throws WrongThreadException when it belongs to another thread
  static long address(ByteBuffer buffer) {
    int position = buffer.position();
    // The one public way to check both, and it touches what is needed next anyway.
    byte _ = buffer.get(position);
    int slot = System.identityHashCode(buffer) & (SLOTS - 1);
    Known known = KNOWN[slot];
    if (known == null || !known.refersTo(buffer)) {
      known = new Known(buffer, MemorySegment.ofBuffer(buffer).address() - position);
      KNOWN[slot] = known;
    }
    return known.base + position;
  }

  private static final class Known extends WeakReference<ByteBuffer> {
    final long base;

    Known(ByteBuffer buffer, long base) {
      super(buffer);
      this.base = base;
    }
  }
}
