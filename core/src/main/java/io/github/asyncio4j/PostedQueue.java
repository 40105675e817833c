// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// What other threads have posted to a loop, oldest first per thread.
///
/// Any thread adds; only the loop thread takes.
final class PostedQueue {
  /*
   * A stack of intrusive nodes that the loop takes whole and reverses. Adding is one
   * compare-and-set, taking one exchange however many there are, and nothing is allocated beside
   * the handle that the caller gets anyway. The order per thread is kept because a thread's second
   * node lies above its first.
   */
  private static final PostedHandle CLOSED = new PostedHandle(Handle::doNothing, ContextMap.EMPTY);

  private final AtomicReference<@Nullable PostedHandle> newest = new AtomicReference<>();

  // Taken and not moved yet, oldest first: when there were many, or the heap was full. The loop
  // thread.
  private @Nullable PostedHandle taken;

  /// Adds a handle.
  ///
  /// @return false when the queue is closed and the handle was not added
  boolean add(PostedHandle handle) {
    PostedHandle top;
    do {
      top = newest.get();
      if (top == CLOSED) {
        return false;
      }
      handle.next = top;
    } while (!newest.compareAndSet(top, handle));
    return true;
  }

  /// Tells whether there is nothing to take. The loop thread.
  boolean isEmpty() {
    PostedHandle top = newest.get();
    return (top == null || top == CLOSED) && taken == null;
  }

  /// Moves what is there to the ready queue, and not what others go on adding. When that cannot
  /// grow, what is left comes the next time.
  ///
  /// @param most how many
  /// @return how many
  int drainTo(ReadyQueue ready, int most) {
    int moved = moveTaken(ready, most);
    PostedHandle top = newest.get();
    if (taken == null && top != null && top != CLOSED) {
      taken = oldestFirst(newest.getAndSet(null));
      moved += moveTaken(ready, most - moved);
    }
    return moved;
  }

  private int moveTaken(ReadyQueue ready, int most) {
    int moved = 0;
    for (PostedHandle h = taken; h != null && moved < most; h = taken) {
      ready.add(h);
      moved++;
      taken = h.next;
      h.next = null;
    }
    return moved;
  }

  /// Refuses everything from now on and drops what is queued.
  void close() {
    PostedHandle top = newest.getAndSet(CLOSED);
    for (PostedHandle h = taken; h != null; h = h.next) {
      h.dropped();
    }
    taken = null;
    for (PostedHandle h = top == CLOSED ? null : oldestFirst(top); h != null; h = h.next) {
      h.dropped();
    }
  }

  private static @Nullable PostedHandle oldestFirst(@Nullable PostedHandle top) {
    PostedHandle oldest = null;
    while (top != null) {
      PostedHandle below = top.next;
      top.next = oldest;
      oldest = top;
      top = below;
    }
    return oldest;
  }
}
