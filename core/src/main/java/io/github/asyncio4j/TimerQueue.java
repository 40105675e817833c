// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/// A loop's pending timers, soonest first. Loop thread only.
///
/// Two timers due at the same instant fire in the order in which they were scheduled.
final class TimerQueue {
  /*
   * A 4-ary heap: half the levels of a binary one, and the four children of a node share a cache
   * line of the array of instants.
   *
   * Cancelling is lazy. A cancelled timer stays until it reaches the head, or until cancelled ones
   * outnumber the live ones, when the heap is rebuilt. Most timeouts are cancelled before
   * they fire, and removing each at once would cost a search.
   */
  private static final int INITIAL_CAPACITY = 64;
  private static final int KEPT_CAPACITY = 1 << 16;
  // Below this many timers a rebuild is not worth it.
  private static final int REBUILD_ABOVE = 100;

  private @Nullable TimerHandle[] heap = new TimerHandle[INITIAL_CAPACITY];
  private long[] instants = new long[INITIAL_CAPACITY];
  private int size;
  private int cancelled;
  private long nextSequence;

  TimerHandle add(long when, Runnable callback, Object scope) {
    var handle = new TimerHandle(this, when, nextSequence++, callback, scope);
    if (size == heap.length) {
      // Both or none.
      TimerHandle[] bigger = Arrays.copyOf(heap, size * 2);
      instants = Arrays.copyOf(instants, size * 2);
      heap = bigger;
    }
    // In this order: a call may find that the stack has ended.
    siftUp(size, handle);
    size++;
    return handle;
  }

  /// Returns how many timers are queued, cancelled ones included.
  int size() {
    return size;
  }

  /// Returns when the first timer is due; there must be one.
  long firstInstant() {
    return instants[0];
  }

  /// Counts a timer that was cancelled while it is queued.
  void cancelled() {
    cancelled++;
  }

  /// Drops cancelled timers: all when they are many, else those at the head.
  void purge() {
    if (cancelled == 0) {
      return;
    }
    if (size > REBUILD_ABOVE && cancelled > size / 2) {
      rebuild();
    } else {
      while (size > 0 && at(0).cancelled()) {
        removeFirst();
        cancelled--;
      }
    }
    shrink();
  }

  // A burst must not hold its memory for ever.
  private void shrink() {
    if (heap.length > KEPT_CAPACITY && size < heap.length >> 3) {
      int capacity = Math.max(heap.length >> 2, INITIAL_CAPACITY);
      heap = Arrays.copyOf(heap, capacity);
      instants = Arrays.copyOf(instants, capacity);
    }
  }

  /// Moves the timers that are due to the ready queue, soonest first.
  ///
  /// @param chooser decides among those of the same instant, as [ReadyQueue#reorder]; null for the
  ///   order of scheduling
  void moveDueTo(ReadyQueue ready, long now, @Nullable IntUnaryOperator chooser) {
    if (chooser == null) {
      moveDueTo(ready, now);
      return;
    }
    while (size > 0 && instants[0] <= now) {
      int before = ready.size();
      moveDueTo(ready, instants[0]);
      ready.reorder(ready.size() - before, chooser);
    }
  }

  void moveDueTo(ReadyQueue ready, long now) {
    while (size > 0 && instants[0] <= now) {
      TimerHandle first = at(0);
      if (first.cancelled()) {
        cancelled--;
      } else {
        // Before it is removed: with a full heap this may fail, and the timer would be lost.
        ready.add(first);
      }
      removeFirst();
    }
  }

  void clear() {
    for (int i = 0; i < size; i++) {
      at(i).queued = false;
    }
    Arrays.fill(heap, 0, size, null);
    size = 0;
    cancelled = 0;
  }

  private TimerHandle at(int i) {
    return Objects.requireNonNull(heap[i]);
  }

  private void rebuild() {
    int live = 0;
    for (int i = 0; i < size; i++) {
      TimerHandle handle = at(i);
      if (handle.cancelled()) {
        handle.queued = false;
      } else {
        heap[live] = handle;
        instants[live++] = handle.when();
      }
    }
    Arrays.fill(heap, live, size, null);
    size = live;
    cancelled = 0;
    for (int i = (size - 2) >> 2; i >= 0 && size > 1; i--) {
      siftDown(i, at(i));
    }
  }

  private TimerHandle removeFirst() {
    TimerHandle first = at(0);
    first.queued = false;
    TimerHandle last = at(--size);
    heap[size] = null;
    if (size > 0) {
      siftDown(0, last);
    }
    return first;
  }

  private void siftUp(int i, TimerHandle handle) {
    long when = handle.when();
    while (i > 0) {
      int parent = (i - 1) >> 2;
      // A new timer has the highest sequence, so among equals it stays below.
      if (instants[parent] <= when) {
        break;
      }
      heap[i] = heap[parent];
      instants[i] = instants[parent];
      i = parent;
    }
    heap[i] = handle;
    instants[i] = when;
  }

  private void siftDown(int i, TimerHandle handle) {
    long when = handle.when();
    while (true) {
      int child = (i << 2) + 1;
      if (child >= size) {
        break;
      }
      int best = child;
      int end = Math.min(child + 4, size);
      for (int c = child + 1; c < end; c++) {
        if (isBefore(c, best)) {
          best = c;
        }
      }
      if (when < instants[best]
          || (when == instants[best] && handle.sequence < at(best).sequence)) {
        break;
      }
      heap[i] = heap[best];
      instants[i] = instants[best];
      i = best;
    }
    heap[i] = handle;
    instants[i] = when;
  }

  private boolean isBefore(int a, int b) {
    return instants[a] < instants[b]
        || (instants[a] == instants[b] && at(a).sequence < at(b).sequence);
  }
}
