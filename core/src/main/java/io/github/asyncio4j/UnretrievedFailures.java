// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.LinkedHashSet;

/// The failures of a loop's futures that nobody has retrieved yet. Loop thread only.
final class UnretrievedFailures {
  /*
   * Not a java.lang.ref.Cleaner: its list is one lock for the whole JVM, and a task that waits for
   * it inside setException() would be suspended there by the JDK, with the future half completed.
   * Here the sets are the loop's own, and the loop asks the collector's queue between iterations.
   */

  // How many are settled between two iterations: each may make a copy of an exception.
  private static final int SETTLED_AT_ONCE = 64;

  private final BaseEventLoop loop;
  private final LinkedHashSet<UnseenFailure> settled = new LinkedHashSet<>();
  private final LinkedHashSet<UnseenFailure> fresh = new LinkedHashSet<>();
  private final ReferenceQueue<Future<?>> collected = new ReferenceQueue<>();

  // Cleared by the next collection.
  private WeakReference<Object> sinceCollection = new WeakReference<>(new Object());
  // How many of the fresh ones have outlived a collection.
  private int outlived;

  UnretrievedFailures(BaseEventLoop loop) {
    this.loop = loop;
    Failure.load();
  }

  ReferenceQueue<Future<?>> queue() {
    return collected;
  }

  void add(UnseenFailure failure) {
    if (settled.isEmpty() && fresh.isEmpty() && sinceCollection.refersTo(null)) {
      // That one was before this failure.
      sinceCollection = new WeakReference<>(new Object());
    }
    fresh.add(failure);
  }

  boolean remove(UnseenFailure failure) {
    return (failure.settled ? settled : fresh).remove(failure);
  }

  /// Reports the failures of futures that have been collected. Cheap when there are none.
  void reportCollected() {
    if (settled.isEmpty() && fresh.isEmpty()) {
      return;
    }
    while (collected.poll() instanceof UnseenFailure failure) {
      if (remove(failure)) {
        loop.kernel.callbacks.run(() -> loop.callExceptionHandler(failure.report()));
      }
    }
    if (sinceCollection.refersTo(null)) {
      sinceCollection = new WeakReference<>(new Object());
      outlived = fresh.size();
    }
    if (outlived > 0) {
      loop.kernel.callbacks.run(this::settleSome);
    }
  }

  private void settleSome() {
    outlived = Math.min(outlived, fresh.size());
    // An exception's own code may have others retrieved meanwhile.
    for (int i = 0; i < SETTLED_AT_ONCE && outlived > 0 && !fresh.isEmpty(); i++, outlived--) {
      UnseenFailure failure = fresh.removeFirst();
      failure.settled = true;
      settled.add(failure);
      failure.letGo();
    }
  }

  /// Reports all that is left. The loop is closed.
  void reportAll() {
    var left = new ArrayList<>(settled);
    left.addAll(fresh);
    settled.clear();
    fresh.clear();
    for (UnseenFailure failure : left) {
      loop.callExceptionHandler(failure.report());
    }
  }
}
