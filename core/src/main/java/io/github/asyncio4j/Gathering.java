// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The state of one `gather` (TC-04, R-49, R-50). Loop thread only.
///
/// @param <T> what each future results in
/// @param <R> what stands for one future in the list of results
final class Gathering<T extends @Nullable Object, R extends @Nullable Object>
    implements Consumer<Future<? extends T>>, Awaiter {
  /// The future that `gather` returns: cancelling it cancels what it waits for.
  private final Future<List<R>> outer;

  private final List<Future<? extends T>> futures;
  private final Set<Future<? extends T>> children;
  private final Collector<T, R> collector;
  private int unfinished;
  private boolean cancelRequested;

  /// Turns a child that is done into its place in the results, or throws to fail the whole.
  interface Collector<T extends @Nullable Object, R extends @Nullable Object> {
    R collect(Future<? extends T> child) throws Exception;
  }

  private Gathering(
      BaseEventLoop loop, Collection<? extends Future<? extends T>> futures, Collector<T, R> c) {
    this.futures = new ArrayList<>(futures);
    // Duplicates share one child.
    this.children = new LinkedHashSet<>(this.futures);
    this.collector = c;
    this.unfinished = children.size();
    this.outer = new GatheringFuture<>(loop, this);
  }

  static <T extends @Nullable Object, R extends @Nullable Object> Future<List<R>> of(
      BaseEventLoop loop,
      Collection<? extends Future<? extends T>> futures,
      Collector<T, R> collector) {
    var gathering = new Gathering<T, R>(loop, futures, collector);
    gathering.start();
    return gathering.outer;
  }

  private void start() {
    if (children.isEmpty()) {
      outer.complete(List.of());
    }
    for (Future<? extends T> child : children) {
      if (child.loop != outer.loop) {
        throw new IllegalArgumentException("futures are tied to different event loops: " + child);
      }
    }
    var done = new ArrayList<Future<? extends T>>();
    for (Future<? extends T> child : children) {
      if (child.done()) {
        done.add(child);
      } else {
        child.addDoneCallback(this);
      }
    }
    // Those that are done cost no iteration, so eager tasks may leave nothing to wait for.
    done.forEach(this);
  }

  @Override
  public @Nullable Future<?> awaiter() {
    return outer.done() ? null : outer;
  }

  /// A child is done.
  @Override
  public void accept(Future<? extends T> child) {
    unfinished--;
    if (outer.done()) {
      // The first failure has been told; later ones are dropped.
      child.markRetrieved();
      return;
    }
    try {
      collector.collect(child);
    } catch (Exception | Error e) {
      outer.fail(e);
      release();
      return;
    }
    if (unfinished == 0) {
      finish(child);
      release();
    }
  }

  // The outer future, which may be kept for its result, does not keep the children.
  private void release() {
    futures.clear();
    children.clear();
  }

  private void finish(Future<? extends T> last) {
    if (cancelRequested) {
      // Also when the children's failures count as results. The message is the last one's.
      outer.fail(new CancelledError(last.cancelMessage()));
      return;
    }
    var results = new ArrayList<R>(futures.size());
    try {
      for (Future<? extends T> future : futures) {
        results.add(collector.collect(future));
      }
      outer.complete(java.util.Collections.unmodifiableList(results));
    } catch (Exception | Error e) {
      outer.fail(e);
    }
  }

  // For CancelRequest.

  Iterator<? extends Future<?>> children() {
    return children.iterator();
  }

  /// A request to cancel has reached a child.
  void cancelRequested() {
    cancelRequested = true;
  }
}
