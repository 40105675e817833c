// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A `gather` of which only the end is wanted: a future that is done when all of several tasks are,
/// whatever their outcomes, which count as seen. To cancel it is to cancel them. Loop thread only.
///
/// For the end of a loop; whoever is above the root has the real one.
final class AllDone implements Consumer<Future<?>>, Awaiter, Lowlevel.Gathered {
  private final List<Task<?>> tasks;
  private final Future<@Nullable Void> outer;
  private int unfinished;
  private boolean cancelRequested;

  private AllDone(BaseEventLoop loop, Collection<? extends Task<?>> tasks) {
    this.tasks = new ArrayList<>(tasks);
    this.unfinished = tasks.size();
    this.outer = new GatheringFuture<>(loop, this);
  }

  static Future<@Nullable Void> of(BaseEventLoop loop, Collection<? extends Task<?>> tasks) {
    var all = new AllDone(loop, tasks);
    for (Task<?> task : all.tasks) {
      if (task.done()) {
        all.accept(task);
      } else {
        task.addDoneCallback(all);
      }
    }
    return all.outer;
  }

  /// A task is done.
  @Override
  public void accept(Future<?> task) {
    task.markRetrieved();
    if (unfinished == 1 && cancelRequested) {
      outer.fail(new CancelledError(task.cancelMessage()));
    } else if (unfinished == 1) {
      outer.complete(null);
    }
    unfinished--;
  }

  @Override
  public @Nullable Future<?> awaiter() {
    return outer.done() ? null : outer;
  }

  @Override
  public Iterator<? extends Future<?>> children() {
    return tasks.iterator();
  }

  @Override
  public void cancelRequested() {
    cancelRequested = true;
  }
}
