// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tasks;

import io.github.asyncio4j.Awaiter;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.Outcome;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
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
public final class Gather<T extends @Nullable Object, R extends @Nullable Object>
    implements Consumer<Future<? extends T>>, Awaiter, Lowlevel.Gathered {
  /// The future that `gather` returns: cancelling it cancels what it waits for.
  private final Future<List<R>> outer;

  private final List<Future<? extends T>> futures;
  private final Set<Future<? extends T>> children;
  private final Collector<T, R> collector;
  private int unfinished;
  private boolean cancelRequested;

  /// Turns a child that is done into its place in the results, or throws to fail the whole.
  private interface Collector<T extends @Nullable Object, R extends @Nullable Object> {
    R collect(Future<? extends T> child) throws Exception;
  }

  private Gather(
      EventLoop loop, Collection<? extends Future<? extends T>> futures, Collector<T, R> c) {
    this.futures = new ArrayList<>(futures);
    // Duplicates share one child.
    this.children = new LinkedHashSet<>(this.futures);
    this.collector = c;
    this.unfinished = children.size();
    this.outer = Lowlevel.of(loop).newGatheringFuture(this);
  }

  /// Returns a future for the results of several, in their order.
  ///
  /// @param loop whose they are
  public static <T extends @Nullable Object> Future<List<T>> results(
      EventLoop loop, Collection<? extends Future<? extends T>> futures) {
    return Gather.<T, T>of(loop, futures, Future::result);
  }

  /// Returns a future for the outcomes of several, in their order.
  ///
  /// @param loop whose they are
  public static <T extends @Nullable Object> Future<List<Outcome<T>>> outcomes(
      EventLoop loop, Collection<? extends Future<? extends T>> futures) {
    return Gather.<T, Outcome<T>>of(loop, futures, Gather::outcomeOf);
  }

  private static <T extends @Nullable Object> Outcome<T> outcomeOf(Future<? extends T> future) {
    try {
      return new Outcome.Value<>(future.result());
    } catch (Exception | Error e) {
      return new Outcome.Failed<>(e);
    }
  }

  /// Starts a task for each body on the running loop, for [#results] or [#outcomes].
  // A Collection: gather of a List of bodies would be gather of this one.
  public static <T extends @Nullable Object> Collection<Future<? extends T>> start(
      List<? extends Coroutine<? extends T>> bodies) {
    Futures.requireElements(bodies, "bodies");
    EventLoop loop = EventLoop.getRunningLoop();
    var tasks = new ArrayList<Future<? extends T>>(bodies.size());
    for (Coroutine<? extends T> body : bodies) {
      tasks.add(loop.createTask(body));
    }
    return tasks;
  }

  private static <T extends @Nullable Object, R extends @Nullable Object> Future<List<R>> of(
      EventLoop loop,
      Collection<? extends Future<? extends T>> futures,
      Collector<T, R> collector) {
    Futures.requireElements(futures, "futures");
    var gathering = new Gather<T, R>(loop, futures, collector);
    gathering.start();
    return gathering.outer;
  }

  private void start() {
    if (children.isEmpty()) {
      outer.setResult(List.of());
    }
    Futures.requireLoop(outer.getLoop(), children);
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
    if (outer.done()) {
      // The first failure has been told; later ones are dropped.
      Futures.markRetrieved(child);
      return;
    }
    try {
      collector.collect(child);
    } catch (Exception | Error e) {
      outer.setException(e);
      release();
      return;
    }
    if (unfinished == 1) {
      finish(child);
      release();
    }
    unfinished--;
  }

  // The outer future, which may be kept for its result, does not keep the children.
  private void release() {
    futures.clear();
    children.clear();
  }

  private void finish(Future<? extends T> last) {
    if (cancelRequested) {
      // Also when the children's failures count as results. The message is the last one's.
      outer.setException(new CancelledError(Futures.cancelMessage(last)));
      return;
    }
    var results = new ArrayList<R>(futures.size());
    try {
      for (Future<? extends T> future : futures) {
        results.add(collector.collect(future));
      }
      outer.setResult(Collections.unmodifiableList(results));
    } catch (Exception | Error e) {
      outer.setException(e);
    }
  }

  // How a request to cancel gets to them.

  @Override
  public Iterator<? extends Future<?>> children() {
    return children.iterator();
  }

  /// A request to cancel has reached a child.
  @Override
  public void cancelRequested() {
    cancelRequested = true;
  }
}
