// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;

/// A queue that gives the item out that came last (asyncio's `LifoQueue`, QU-01).
///
/// Loop thread only, tasks of the loop included. All else is as in [Queue].
///
/// @param <T> what it holds
public final class LifoQueue<T> extends Queue<T> {
  private final Deque<T> stack;

  /// Makes a queue that is never full.
  public LifoQueue() {
    this(0);
  }

  /// Makes a queue.
  ///
  /// @param maxsize how many items it holds at most; any number if it is not positive
  public LifoQueue(int maxsize) {
    this(maxsize, new ArrayDeque<>());
  }

  private LifoQueue(int maxsize, Deque<T> stack) {
    super(maxsize, Collections.asLifoQueue(stack));
    this.stack = stack;
  }

  @Override
  Collection<T> itemsInOrder() {
    return stack.reversed();
  }
}
