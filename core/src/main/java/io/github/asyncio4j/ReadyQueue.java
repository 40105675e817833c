// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/// The handles that run next, first in first out. Loop thread only.
final class ReadyQueue {
  private static final int INITIAL_CAPACITY = 256;
  // A burst must not hold its memory for ever: above this the array is given up when it runs empty.
  private static final int KEPT_CAPACITY = 1 << 16;

  // A ring whose length is a power of two.
  private @Nullable Handle[] ring = new Handle[INITIAL_CAPACITY];
  private int head;
  private int size;

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /// Returns what has changed when a handle was taken since it was asked for last. Any thread; a
  /// guess, where a whole ring was taken meanwhile.
  int progress() {
    return head;
  }

  void add(Handle handle) {
    reserve(1);
    ring[(head + size) & (ring.length - 1)] = handle;
    size++;
  }

  /// Makes room for so many handles more.
  void reserve(int count) {
    while (ring.length - size < count) {
      grow();
    }
  }

  /// Returns the handle at a place that is taken, 0 being the first.
  Handle get(int place) {
    return at(head + place);
  }

  /// Returns the first handle; there must be one.
  Handle peek() {
    return at(head);
  }

  /// Removes and returns the first handle; there must be one.
  Handle take() {
    Handle handle = Objects.requireNonNull(ring[head]);
    ring[head] = null;
    head = (head + 1) & (ring.length - 1);
    size--;
    if (size == 0 && ring.length > KEPT_CAPACITY) {
      ring = new Handle[INITIAL_CAPACITY];
      head = 0;
    }
    return handle;
  }

  /// Puts the last handles, all timers of one instant, in another order.
  ///
  /// @param count how many
  /// @param chooser told how many are left, says which of them comes next
  void reorder(int count, IntUnaryOperator chooser) {
    for (int left = count; left > 1; left--) {
      int first = head + size - left;
      int chosen = first + Objects.checkIndex(chooser.applyAsInt(left), left);
      Handle next = at(chosen);
      // The others keep their order among themselves.
      for (int i = chosen; i > first; i--) {
        ring[i & (ring.length - 1)] = at(i - 1);
      }
      ring[first & (ring.length - 1)] = next;
    }
  }

  private Handle at(int index) {
    return Objects.requireNonNull(ring[index & (ring.length - 1)]);
  }

  private void grow() {
    int length = ring.length;
    @Nullable Handle[] bigger = Arrays.copyOfRange(ring, head, head + length * 2);
    System.arraycopy(ring, 0, bigger, length - head, head);
    Arrays.fill(bigger, length, bigger.length, null);
    ring = bigger;
    head = 0;
  }
}
