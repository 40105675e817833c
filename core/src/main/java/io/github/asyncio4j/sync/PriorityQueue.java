// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

import java.util.Comparator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A queue that gives the least item out first (asyncio's `PriorityQueue`, QU-01).
///
/// Loop thread only, tasks of the loop included. Items that compare as equal come in no particular
/// order: number them to tell them apart. All else is as in [Queue].
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
    super(maxsize, items(null));
  }

  /// Makes a queue in the order of a comparator that is never full.
  public PriorityQueue(Comparator<? super T> comparator) {
    this(0, comparator);
  }

  /// Makes a queue in the order of a comparator.
  ///
  /// @param maxsize how many items it holds at most; any number if it is not positive
  public PriorityQueue(int maxsize, Comparator<? super T> comparator) {
    super(maxsize, items(Objects.requireNonNull(comparator, "comparator")));
  }

  // Null stands for the natural order.
  private static <T> java.util.Queue<T> items(@Nullable Comparator<? super T> comparator) {
    return new java.util.PriorityQueue<>(comparator);
  }
}
