// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/// Takes items out of a queue until it is shut down and empty. Loop thread only; it suspends.
final class QueueIterator<T> implements Iterator<T> {
  private final Queue<T> queue;
  // Taken out and not handed over yet.
  private @Nullable T next;

  QueueIterator(Queue<T> queue) {
    this.queue = queue;
  }

  @Override
  public boolean hasNext() {
    if (next == null) {
      try {
        next = queue.get();
      } catch (QueueShutDown end) {
        return false;
      }
    }
    return true;
  }

  @Override
  public T next() {
    if (!hasNext() || next == null) {
      throw new NoSuchElementException("the queue is shut down and empty: " + queue);
    }
    T item = next;
    next = null;
    return item;
  }
}
