// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A request to cancel on its way from a task to what that waits for, and on to what this waits
/// for, until it reaches what can be cancelled at once. Whoever holds the loop.
final class CancelRequest {
  /*
   * A loop and no recursion, as a chain of waiting tasks may be longer than the stack is deep.
   *
   * Tasks may also wait for each other in a circle. Then nothing in it can be cancelled at once, and
   * whoever waits for one that the request has come from would wait for ever: so the task at which
   * the circle closes is the one that gets the CancelledError, where it waits.
   */
  private enum Outcome {
    /// It is done, or nothing that it gathers was left to be cancelled.
    REFUSED,
    ACCEPTED,
    /// The request has been here already.
    CIRCLE
  }

  private final @Nullable String message;
  private final ArrayDeque<Stop> way = new ArrayDeque<>();

  private CancelRequest(@Nullable String message) {
    this.message = message;
  }

  /// Asks a task or a gathering future to end.
  ///
  /// @return false when it was done, or nothing was left to be cancelled
  static boolean send(Future<?> first, @Nullable String message) {
    var request = new CancelRequest(message);
    return request.run(first) == Outcome.ACCEPTED;
  }

  private Outcome run(Future<?> first) {
    try {
      @Nullable Outcome outcome = arrive(first);
      while (!way.isEmpty()) {
        Stop stop = way.peek();
        if (outcome != null) {
          stop.told(outcome);
        }
        Future<?> next = stop.next();
        if (next != null) {
          outcome = arrive(next);
        } else {
          outcome = stop.leave(message);
          way.pop();
        }
      }
      return Objects.requireNonNull(outcome);
    } finally {
      way.forEach(Stop::unmark);
    }
  }

  /// Returns what comes of it, or null when that is seen only after what it waits for.
  private @Nullable Outcome arrive(Future<?> future) {
    if (future.done()) {
      return Outcome.REFUSED;
    }
    Stop stop =
        switch (future) {
          case Task<?> task -> new TaskStop(task);
          case GatheringFuture<?> gathering -> new GatheringStop(gathering.gathering());
          default -> null;
        };
    if (stop == null) {
      return future.cancel(message) ? Outcome.ACCEPTED : Outcome.REFUSED;
    }
    if (!stop.mark()) {
      return Outcome.CIRCLE;
    }
    way.push(stop);
    return null;
  }

  /// A place that the request passes through.
  private interface Stop {
    /// Notes that the request is here.
    ///
    /// @return false when it was already
    boolean mark();

    void unmark();

    /// Returns what the request goes to next from here, or null.
    @Nullable Future<?> next();

    /// Tells what came of it there.
    void told(Outcome outcome);

    /// Ends the visit.
    Outcome leave(@Nullable String message);
  }

  private static final class TaskStop implements Stop {
    private final Task<?> task;
    private boolean passedOn;
    private Outcome outcome = Outcome.REFUSED;

    TaskStop(Task<?> task) {
      this.task = task;
    }

    @Override
    public boolean mark() {
      return task.markCancelRequest();
    }

    @Override
    public void unmark() {
      task.unmarkCancelRequest();
    }

    @Override
    public @Nullable Future<?> next() {
      if (passedOn) {
        return null;
      }
      passedOn = true;
      task.countCancelRequest();
      return task.awaited();
    }

    @Override
    public void told(Outcome outcome) {
      this.outcome = outcome;
    }

    @Override
    public Outcome leave(@Nullable String message) {
      unmark();
      switch (outcome) {
        case ACCEPTED -> {}
        case REFUSED -> task.cancelHere(message);
        case CIRCLE -> {
          task.cancelHere(message);
          task.stopWaiting();
        }
      }
      return Outcome.ACCEPTED;
    }
  }

  private static final class GatheringStop implements Stop {
    private final Gathering<?, ?> gathering;
    private final Iterator<? extends Future<?>> children;
    private Outcome outcome = Outcome.REFUSED;

    GatheringStop(Gathering<?, ?> gathering) {
      this.gathering = gathering;
      this.children = gathering.children();
    }

    @Override
    public boolean mark() {
      return gathering.markCancelRequest();
    }

    @Override
    public void unmark() {
      gathering.unmarkCancelRequest();
    }

    @Override
    public @Nullable Future<?> next() {
      return children.hasNext() ? children.next() : null;
    }

    @Override
    public void told(Outcome child) {
      // One that closes a circle never ends, so who waits for all of them must not go on waiting.
      outcome = outcome.compareTo(child) < 0 ? child : outcome;
    }

    @Override
    public Outcome leave(@Nullable String message) {
      unmark();
      if (outcome != Outcome.REFUSED) {
        gathering.cancelRequested();
      }
      return outcome;
    }
  }
}
