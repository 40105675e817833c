// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

import java.util.ArrayList;
import java.util.List;

/// What a lock must do: one holder, and whoever is first in the line is next.
final class ModelLock {
  private final List<ModelTask> line = new ArrayList<>();
  boolean locked;

  void acquire(ModelTask task, ModelTask.Next then) {
    if (!locked && line.stream().noneMatch(ModelLock::isLive)) {
      locked = true;
      then.run(false);
      return;
    }
    line.add(task);
    task.suspend(
        cancelled -> {
          line.remove(task);
          if (!cancelled) {
            locked = true;
          } else if (!locked) {
            callFirst();
          }
          then.run(cancelled);
        });
  }

  void release() {
    locked = false;
    callFirst();
  }

  private void callFirst() {
    if (!line.isEmpty()) {
      line.getFirst().wake();
    }
  }

  /// Tells whether one who is in a line may still get what it waits for.
  static boolean isLive(ModelTask task) {
    return task.isPending() || task.wasWoken();
  }

  String describe() {
    String waiters = line.isEmpty() ? "" : ", waiters:" + line.size();
    return (locked ? "locked" : "unlocked") + waiters;
  }
}
