// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;

/// The failures of a loop's futures that nobody has retrieved yet. Loop thread only.
final class Failures {
  /*
   * Not a java.lang.ref.Cleaner: its list is one lock for the whole JVM, and a task that waits for
   * it inside setException() would be suspended there by the JDK, with the future half completed.
   * Here the set is the loop's own, and the loop asks the collector's queue between iterations.
   */
  private final BaseEventLoop loop;
  private final Set<Failure> unretrieved = new LinkedHashSet<>();
  private final ReferenceQueue<Future<?>> collected = new ReferenceQueue<>();

  Failures(BaseEventLoop loop) {
    this.loop = loop;
  }

  ReferenceQueue<Future<?>> queue() {
    return collected;
  }

  void add(Failure failure) {
    unretrieved.add(failure);
  }

  boolean remove(Failure failure) {
    return unretrieved.remove(failure);
  }

  /// Reports the failures of futures that have been collected. Cheap when there are none.
  void reportCollected() {
    if (unretrieved.isEmpty()) {
      return;
    }
    while (collected.poll() instanceof Failure failure) {
      if (unretrieved.remove(failure)) {
        loop.kernel.runAside(() -> loop.callExceptionHandler(failure.report()));
      }
    }
  }

  /// Reports all that is left. The loop is closed.
  void reportAll() {
    var left = new ArrayList<>(unretrieved);
    unretrieved.clear();
    for (Failure failure : left) {
      loop.callExceptionHandler(failure.report());
    }
  }
}
