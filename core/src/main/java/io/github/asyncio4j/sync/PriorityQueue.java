// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

import java.util.Comparator;
import java.util.Objects;

/// A queue that gives the least item out first (asyncio's `PriorityQueue`, QU-01).
///
/// Loop thread only, tasks of the loop included. Items that compare as equal come in the order in
/// which they were put. A comparison that throws leaves the queue as it was. All else is as in
/// [Queue].
///
/// @param <T> what it holds: something [Comparable], unless a comparator is given
public final class PriorityQueue<T> extends Queue<T> {
  /// Makes a queue of comparable items that is never full.
  public PriorityQueue() {
    this(0);
  }

  /// Makes a queue of comparable items.
  ///
  /// @param maxsize how many items it holds at most; any number if it is not positive
  public PriorityQueue(int maxsize) {
    super(maxsize, new SortedItems<>(naturalOrder()));
  }

  /// Makes a queue in the order of a comparator that is never full.
  public PriorityQueue(Comparator<? super T> comparator) {
    this(0, comparator);
  }

  /// Makes a queue in the order of a comparator.
  ///
  /// @param maxsize how many items it holds at most; any number if it is not positive
  public PriorityQueue(int maxsize, Comparator<? super T> comparator) {
    super(maxsize, new SortedItems<>(Objects.requireNonNull(comparator, "comparator")));
  }

  // An item that is not comparable is refused when it is put.
  @SuppressWarnings("unchecked")
  private static <T> Comparator<T> naturalOrder() {
    return (Comparator<T>) Comparator.naturalOrder();
  }
}
