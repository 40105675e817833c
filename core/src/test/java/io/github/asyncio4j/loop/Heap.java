// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

/// What is reachable in the heap.
final class Heap {
  private Heap() {}

  /// Returns how many bytes are in use after collections: the least of some tries, as what was just
  /// dropped may take more than one.
  static long used() {
    long least = Long.MAX_VALUE;
    var runtime = Runtime.getRuntime();
    for (int i = 0; i < 4; i++) {
      System.gc();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }
}
