// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.memory;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Where the memory ends for code that [StarvedClasses] has loaded: at the n-th place that needs
/// some after [#watch()]. Any thread.
public final class Memory {
  private static final AtomicInteger PLACES = new AtomicInteger();

  private static volatile boolean watched;
  private static volatile int first;
  private static volatile int last;
  // The frames of the first place where it has ended.
  private static volatile StackTraceElement @Nullable [] found;

  private Memory() {}

  /// Has it end at a place, counted from 1, and for so many.
  static void endsAt(int place, int times) {
    watched = false;
    found = null;
    first = place;
    last = place + times - 1;
    PLACES.set(0);
  }

  /// From now on places count.
  public static void watch() {
    watched = true;
  }

  /// They do not any more.
  public static void ignore() {
    watched = false;
  }

  /// Returns where it has ended, or null when there were fewer places.
  static StackTraceElement @Nullable [] found() {
    return found;
  }

  /// Called by the code where it is about to need memory.
  public static void need() {
    if (!watched) {
      return;
    }
    int place = PLACES.incrementAndGet();
    if (place >= first && place <= last) {
      var error = new OutOfMemoryError("at place " + place);
      if (place == first) {
        found = error.getStackTrace();
      }
      throw error;
    }
  }
}
