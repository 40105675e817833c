// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/// The handles that run next, first in first out. Loop thread only, save for [#place()].
final class ReadyQueue {
  /*
   * Where the ring is full and there is no memory for a larger one, the step of a task waits in a
   * list of the task threads themselves: so to wake a task never fails, which nobody who releases a
   * lock or whose timer is over could make good. Others fail then, before anything has changed. As
   * long as there is such a list the ring is full, and what comes later does not get in before it.
   *
   * One place of the ring is left for the handle that was taken last.
   */
  private static final int INITIAL_CAPACITY = 256;
  // A burst must not hold its memory for ever: above this the array is given up when it runs empty.
  private static final int KEPT_CAPACITY = 1 << 16;

  private static final VarHandle HEAD;

  static {
    try {
      HEAD = MethodHandles.lookup().findVarHandle(ReadyQueue.class, "head", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  // Kept, as taking a handle must not need memory: the handle would be lost where there is none.
  private final @Nullable Handle[] smallest = new Handle[INITIAL_CAPACITY];
  // A ring whose length is a power of two.
  private @Nullable Handle[] ring = smallest;
  private int head;
  private int size;

  // Tasks without a place in the ring, and how many they are.
  private @Nullable TaskThread firstWithout;
  private @Nullable TaskThread lastWithout;
  private int without;

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /// Adds a handle. Never fails for a task's step.
  ///
  /// @throws OutOfMemoryError when there is no room for a handle of another kind; then nothing has
  ///   changed
  void add(Handle handle) {
    if (ring.length - size <= 1) {
      try {
        reserve(1);
      } catch (OutOfMemoryError e) {
        if (handle instanceof TaskThread step) {
          addWithout(step);
          return;
        }
        throw e;
      }
    }
    append(handle);
  }

  private void append(Handle handle) {
    ring[(head + size) & (ring.length - 1)] = handle;
    size++;
  }

  private void addWithout(TaskThread step) {
    without++;
    if (step.nextReady != null || step == lastWithout) {
      // The one that is there is ignored, as its task could not be suspended.
      step.readyAgain++;
      return;
    }
    TaskThread last = lastWithout;
    if (last == null) {
      firstWithout = step;
    } else {
      last.nextReady = step;
    }
    lastWithout = step;
  }

  // Those that have waited go to the ring, as far as there is room.
  private void give() {
    for (TaskThread step = firstWithout; step != null; step = firstWithout) {
      if (ring.length - size <= 1) {
        return;
      }
      append(step);
      without--;
      if (step.readyAgain > 0) {
        step.readyAgain--;
      } else {
        firstWithout = step.nextReady;
        step.nextReady = null;
      }
    }
    lastWithout = null;
  }

  /// Makes room for so many handles more, and for one that is put back.
  void reserve(int count) {
    try {
      while (ring.length - size - without <= count) {
        grow();
      }
    } finally {
      // Also when it has grown, but not enough: the ring is full as long as there are others.
      give();
    }
  }

  /// Queues the handle that was taken last, for which there is always room.
  void putBack(Handle handle) {
    append(handle);
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
    if (without > 0) {
      give();
    }
    if (size == 0 && ring.length > KEPT_CAPACITY) {
      ring = smallest;
      head = 0;
    }
    return handle;
  }

  /// Returns a number that is almost always another one when a handle was taken. Any thread.
  int place() {
    return (int) HEAD.getOpaque(this);
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
    // It may be the smallest, which is used again.
    Arrays.fill(ring, null);
    ring = bigger;
    head = 0;
  }
}
