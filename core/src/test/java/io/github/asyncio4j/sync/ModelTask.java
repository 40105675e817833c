// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A task as a model sees it: it waits, is woken or cancelled, and goes on when its turn comes.
///
/// What it does is written as calls that say what comes next, so a model needs no threads and no
/// loop but a line of those whose turn it is.
final class ModelTask {
  /// What a task does when it goes on.
  interface Next {
    void run(boolean cancelled);
  }

  /// The tasks whose turn it is, in order.
  static final class Turns {
    private final ArrayDeque<ModelTask> line = new ArrayDeque<>();

    /// Lets everyone go on whose turn it is now.
    void pass() {
      for (int n = line.size(); n > 0; n--) {
        line.remove().goOn();
      }
    }

    boolean isEmpty() {
      return line.isEmpty();
    }
  }

  final int id;
  private final Turns turns;
  private @Nullable Next next;
  private boolean queued;
  private boolean started;
  private boolean woken;
  private boolean cancelled;

  ModelTask(int id, Turns turns, Next body) {
    this.id = id;
    this.turns = turns;
    this.next = body;
    queue();
  }

  private void queue() {
    queued = true;
    turns.line.add(this);
  }

  private void goOn() {
    Next now = Objects.requireNonNull(next);
    boolean wasCancelled = cancelled;
    boolean first = !started;
    next = null;
    queued = false;
    cancelled = false;
    started = true;
    if (!first || !wasCancelled) {
      now.run(wasCancelled);
    }
  }

  /// Makes the task wait.
  void suspend(Next then) {
    next = then;
    woken = false;
  }

  /// Ends the wait of the task, unless it has ended.
  boolean wake() {
    if (!isPending()) {
      return false;
    }
    woken = true;
    queue();
    return true;
  }

  void cancel() {
    if (next == null) {
      return;
    }
    cancelled = true;
    if (!queued) {
      queue();
    }
  }

  /// Tells whether the task waits and has been neither woken nor cancelled.
  boolean isPending() {
    return next != null && !queued;
  }

  /// Tells whether its last wait ended because it was woken, cancelled afterwards or not.
  boolean wasWoken() {
    return woken;
  }

  boolean isDone() {
    return next == null;
  }
}
