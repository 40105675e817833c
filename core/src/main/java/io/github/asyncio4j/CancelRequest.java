// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.Objects;
import java.util.Set;
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
  enum Outcome {
    /// It is done, or nothing that it gathers was left to be cancelled.
    REFUSED,
    ACCEPTED,
    /// The request has come from there.
    CIRCLE
  }

  private final @Nullable String message;
  private final ArrayDeque<Stop> way = new ArrayDeque<>();
  // What the way leads through, so that a circle is seen.
  private final Set<Future<?>> passed = Collections.newSetFromMap(new IdentityHashMap<>());

  private CancelRequest(@Nullable String message) {
    this.message = message;
  }

  /// Asks a task or a gathering future to end.
  ///
  /// @return false when it was done, or nothing was left to be cancelled
  static boolean send(Future<?> first, @Nullable String message) {
    return new CancelRequest(message).run(first) == Outcome.ACCEPTED;
  }

  /// Passes on what was asked of a task before it began to wait for a future.
  static Outcome passOn(Task<?> task, Future<?> first, @Nullable String message) {
    var request = new CancelRequest(message);
    request.passed.add(task);
    return request.run(first);
  }

  private Outcome run(Future<?> first) {
    try {
      return go(first);
    } catch (Throwable t) {
      // No memory to go on: who asks is told, and may ask again.
      while (!way.isEmpty()) {
        way.pop().undo();
      }
      throw t;
    }
  }

  private Outcome go(Future<?> first) {
    @Nullable Outcome outcome = arrive(first);
    while (!way.isEmpty()) {
      Stop stop = way.element();
      if (outcome != null) {
        stop.told(outcome);
      }
      Future<?> next = stop.next();
      if (next != null) {
        outcome = arrive(next);
      } else {
        outcome = stop.leave(message);
        passed.remove(stop.future());
        way.pop();
      }
    }
    return Objects.requireNonNull(outcome);
  }

  /// Returns what comes of it, or null when that is seen only after what it waits for.
  private @Nullable Outcome arrive(Future<?> future) {
    if (future.done()) {
      return Outcome.REFUSED;
    }
    Stop stop =
        switch (future) {
          // The body of a generator is cancelled by way of who consumes it.
          case Task<?> task -> new TaskStop(task.driver());
          case GatheringFuture<?> gathering -> new GatheringStop(gathering);
          default -> null;
        };
    if (stop == null) {
      return future.cancel(message) ? Outcome.ACCEPTED : Outcome.REFUSED;
    }
    if (!passed.add(stop.future())) {
      return Outcome.CIRCLE;
    }
    way.push(stop);
    return null;
  }

  /// A place that the request passes through.
  private interface Stop {
    Future<?> future();

    /// Returns what the request goes to next from here, or null.
    @Nullable Future<?> next();

    /// Tells what came of it there.
    void told(Outcome outcome);

    /// Ends the visit.
    Outcome leave(@Nullable String message);

    /// Takes back that the request has come here.
    default void undo() {}
  }

  private static final class TaskStop implements Stop {
    private final Task<?> task;
    private boolean passedOn;
    private Outcome outcome = Outcome.REFUSED;

    TaskStop(Task<?> task) {
      this.task = task;
    }

    @Override
    public Future<?> future() {
      return task;
    }

    @Override
    public @Nullable Future<?> next() {
      if (passedOn) {
        return null;
      }
      passedOn = true;
      task.cancelRequests++;
      return DrivenBody.innermost(task).waitingFor;
    }

    @Override
    public void undo() {
      if (passedOn) {
        task.cancelRequests--;
      }
    }

    @Override
    public void told(Outcome outcome) {
      this.outcome = outcome;
    }

    @Override
    public Outcome leave(@Nullable String message) {
      if (outcome != Outcome.ACCEPTED) {
        task.cancelHere(message);
      }
      if (outcome == Outcome.CIRCLE) {
        stopWaiting();
      }
      return Outcome.ACCEPTED;
    }

    private void stopWaiting() {
      Task<?> inner = DrivenBody.innermost(task);
      Future<?> awaited = inner.waitingFor;
      if (awaited != null && awaited.removeWaiter(inner.taskThread)) {
        inner.loop.enqueue(inner.taskThread);
      }
    }
  }

  private static final class GatheringStop implements Stop {
    private final GatheringFuture<?> future;
    private final Iterator<? extends Future<?>> children;
    private Outcome outcome = Outcome.REFUSED;

    GatheringStop(GatheringFuture<?> future) {
      this.future = future;
      this.children = future.gathered().children();
    }

    @Override
    public Future<?> future() {
      return future;
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
      if (outcome != Outcome.REFUSED) {
        future.gathered().cancelRequested();
      }
      return outcome;
    }
  }
}
