// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// The addresses of a few senders, which would otherwise be made anew for each datagram: two or
/// three objects and a check of the address. Loop thread only.
final class SenderCache {
  private static final int SLOTS = 64;

  // Longer ones are paths.
  private static final int MOST_BYTES = 32;

  private final @Nullable Known[] known = new @Nullable Known[SLOTS];

  /// Returns the address that a structure has.
  @Nullable SocketAddress address(MemorySegment name, int length) {
    if (length <= 0 || length > MOST_BYTES) {
      return SystemAddress.read(name, length);
    }
    // What stands behind the address in its room was zero at first and is no part of it.
    long first = word(name, 0, length);
    long second = word(name, 1, length);
    long third = word(name, 2, length);
    long fourth = word(name, 3, length);
    int slot = slot(first ^ second * 31 ^ third * 127 ^ fourth * 8191);
    Known entry = known[slot];
    if (entry != null && entry.is(first, second, third, fourth, length)) {
      return entry.address;
    }
    SocketAddress address = SystemAddress.read(name, length);
    if (address != null) {
      known[slot] = new Known(first, second, third, fourth, length, address);
    }
    return address;
  }

  private static long word(MemorySegment name, int index, int length) {
    int left = length - index * Long.BYTES;
    if (left <= 0) {
      return 0;
    }
    long word = name.get(JAVA_LONG, (long) index * Long.BYTES);
    // Both platforms are little-endian: the first bytes are the low ones.
    return left >= Long.BYTES ? word : word & ((1L << (left * Byte.SIZE)) - 1);
  }

  private static int slot(long words) {
    long mixed = words * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> 58);
  }

  private record Known(
      long first, long second, long third, long fourth, int length, SocketAddress address) {
    boolean is(long first, long second, long third, long fourth, int length) {
      return this.first == first
          && this.second == second
          && this.third == third
          && this.fourth == fourth
          && this.length == length;
    }
  }
}
