// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tasks;

import io.github.asyncio4j.Awaiter;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.KeyboardInterrupt;
import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.RaceResult;
import io.github.asyncio4j.SystemExit;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.TaskOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A race of bodies that start one after the other, as in "happy eyeballs" (TC-13, RFC 8305). Run
/// by `Asyncio.staggeredRace`. Loop thread only.
///
/// @param <T> what the bodies return
public final class StaggeredRace<T extends @Nullable Object> {
  private final Task<?> owner;
  private final List<Coroutine<? extends T>> bodies;
  private final @Nullable Duration delay;
  private final Set<Task<?>> running = new LinkedHashSet<>();
  private final List<@Nullable Throwable> exceptions = new ArrayList<>();
  private final RunnerDone runnerDone = new RunnerDone();
  private OptionalInt winnerIndex = OptionalInt.empty();
  private @Nullable T winner;
  private @Nullable Throwable unhandled;
  private @Nullable Future<@Nullable Void> allDone;

  private StaggeredRace(
      Task<?> owner,
      Collection<? extends Coroutine<? extends T>> bodies,
      @Nullable Duration delay) {
    this.owner = owner;
    this.bodies = List.copyOf(bodies);
    this.delay = delay;
  }

  /// Runs a race, in a task.
  ///
  /// @param delay how much time a body gets before the next one starts; null for until it fails
  public static <T extends @Nullable Object> RaceResult<T> run(
      Collection<? extends Coroutine<? extends T>> bodies, @Nullable Duration delay) {
    Futures.requireElements(bodies, "bodies");
    Task<?> task = CallingTask.suspendingIn("staggeredRace", bodies);
    return new StaggeredRace<T>(task, bodies, delay).run();
  }

  private RaceResult<T> run() {
    if (!bodies.isEmpty()) {
      startRunner(0, null);
    }
    CancelledError cancellation = null;
    while (!running.isEmpty()) {
      Future<@Nullable Void> done = owner.getLoop().createFuture();
      allDone = done;
      try {
        done.join();
      } catch (CancelledError e) {
        Lowlevel.of(owner.getLoop()).ensureInTask("staggeredRace");
        cancellation = e;
        cancelAllBut(null, e.getMessage());
      } finally {
        allDone = null;
      }
    }
    switch (unhandled) {
      case Error e -> throw e;
      case RuntimeException e -> throw e;
      case null, default -> {}
    }
    if (cancellation != null) {
      throw cancellation;
    }
    return new RaceResult<>(winner, winnerIndex, exceptions);
  }

  /// Starts the task that waits for its turn and then runs a body.
  private void startRunner(int index, @Nullable Future<@Nullable Void> previousFailed) {
    Task<@Nullable Void> task =
        owner
            .getLoop()
            .createTask(
                () -> runBody(index, previousFailed), TaskOptions.DEFAULT.eagerStart(false));
    running.add(task);
    task.addDoneCallback(runnerDone);
  }

  private @Nullable Void runBody(int index, @Nullable Future<@Nullable Void> previousFailed)
      throws Exception {
    if (previousFailed != null) {
      waitForTurn(previousFailed);
    }
    Future<@Nullable Void> failed = owner.getLoop().createFuture();
    if (index + 1 < bodies.size()) {
      startRunner(index + 1, failed);
    }
    exceptions.add(null);
    try {
      finished(index, bodies.get(index).run());
    } catch (Throwable t) {
      if (t instanceof KeyboardInterrupt || t instanceof SystemExit) {
        throw t;
      }
      exceptions.set(index, t);
      failed.trySetResult(null);
    }
    return null;
  }

  /// Suspends until the body before has failed, or the delay has passed.
  private void waitForTurn(Future<@Nullable Void> previousFailed) throws Exception {
    try {
      WaitFor.waitFor(previousFailed, delay);
    } catch (TimeoutException e) {
      // The body before takes its time.
    }
  }

  private void finished(int index, T value) {
    if (winnerIndex.isPresent()) {
      // It was told to end and returned a value all the same.
      return;
    }
    winnerIndex = OptionalInt.of(index);
    winner = value;
    cancelAllBut(Task.currentTask(), null);
  }

  private void cancelAllBut(@Nullable Task<?> one, @Nullable String message) {
    for (Task<?> task : running) {
      if (task != one) {
        task.cancel(message);
      }
    }
  }

  private void runnerDone(Future<?> runner) {
    running.remove(runner);
    if (!runner.cancelled()) {
      Throwable failure = runner.exception();
      if (failure != null) {
        // Not a body's: those are results.
        unhandled = failure;
        cancelAllBut(null, null);
      }
    }
    Future<@Nullable Void> done = allDone;
    if (running.isEmpty() && done != null) {
      done.trySetResult(null);
    }
  }

  /// What each runner calls at its end; also tells that the owner waits for it (TC-14).
  private final class RunnerDone implements Consumer<Future<?>>, Awaiter {
    @Override
    public void accept(Future<?> runner) {
      runnerDone(runner);
    }

    @Override
    public Future<?> awaiter() {
      return owner;
    }
  }
}
