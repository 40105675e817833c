// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.sync.Queue;
import io.github.asyncio4j.sync.Semaphore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A task that waits under a deadline, while a result, the deadline and a cancellation come close
/// to each other or in the same iteration. Loop thread.
///
/// What happens is kept in a log, from which [DeadlineRules] tells what must come out.
final class DeadlineRace {
  /// The ways to wait under a deadline.
  enum Shape {
    TIMEOUT,
    TIMEOUT_AT,
    WAIT_FOR_FUTURE,
    WAIT_FOR_BODY,
    NESTED,
    OWNED,
    QUEUE,
    SEMAPHORE
  }

  /// What happens to the waiting task, and its steps.
  enum Entry {
    RESULT,
    CANCEL,
    INNER_DEADLINE,
    OUTER_DEADLINE,
    STEP
  }

  /// What the body does with a cancellation.
  enum Reaction {
    RETHROW,
    CLEAN_UP,
    SWALLOW,
    SWALLOW_AND_UNCANCEL,
    FAIL
  }

  /// How the awaited future ends.
  enum Ending {
    VALUE,
    EXCEPTION,
    CANCELLED
  }

  /// What the seed decides.
  ///
  /// @param order the three events
  /// @param gaps how many iterations lie between one event and the next; mostly none
  /// @param staleCancels how often the task was cancelled before, without taking that back
  /// @param yieldsAfter iterations between the result and the end of the body
  /// @param deadlines in the nested shape, which deadlines pass, the first one first
  record Plan(
      Shape shape,
      List<Entry> order,
      List<Integer> gaps,
      Reaction reaction,
      Ending ending,
      int staleCancels,
      int cancels,
      int cleanUps,
      int yieldsAfter,
      List<Entry> deadlines) {
    static Plan of(Shape shape, List<Entry> order, SplittableRandom random) {
      List<Entry> deadlines =
          shape != Shape.NESTED
              ? List.of(Entry.INNER_DEADLINE)
              : switch (random.nextInt(4)) {
                case 0 -> List.of(Entry.INNER_DEADLINE);
                case 1 -> List.of(Entry.OUTER_DEADLINE);
                case 2 -> List.of(Entry.INNER_DEADLINE, Entry.OUTER_DEADLINE);
                default -> List.of(Entry.OUTER_DEADLINE, Entry.INNER_DEADLINE);
              };
      return new Plan(
          shape,
          order,
          List.of(gap(random), gap(random)),
          pick(Reaction.values(), random),
          pick(Ending.values(), random),
          random.nextInt(4) == 0 ? 1 + random.nextInt(2) : 0,
          random.nextInt(4) == 0 ? 2 : 1,
          random.nextInt(3),
          random.nextInt(3) == 0 ? 1 : 0,
          deadlines);
    }

    private static int gap(SplittableRandom random) {
      return random.nextInt(5) < 3 ? 0 : 1 + random.nextInt(2);
    }

    private static <E> E pick(E[] values, SplittableRandom random) {
      return values[random.nextInt(values.length)];
    }
  }

  /// What the task has seen.
  ///
  /// @param outcome of the piece with the deadline
  /// @param cancelling at the end of the piece
  /// @param later for each of the task's later steps, whether it was cancelled
  /// @param cancellingAtEnd when everything has happened
  record Seen(String outcome, int cancelling, List<Boolean> later, int cancellingAtEnd) {}

  private static final long DEADLINE = 1000;
  private static final long NEVER = Long.MAX_VALUE / 2;

  private final ClockedLoop loop;
  private final Plan plan;
  private final List<Entry> log = new ArrayList<>();
  private final Future<String> future;
  private final Queue<String> queue = new Queue<>();
  private final Semaphore semaphore = new Semaphore(0);
  private final long start;
  private @Nullable Task<?> task;
  private @Nullable Seen seen;
  private int eventsLeft;
  private int closed;
  private boolean ownerEnded = true;

  DeadlineRace(ClockedLoop loop, Plan plan) {
    this.loop = loop;
    this.plan = plan;
    this.future = loop.createFuture();
    this.start = loop.time();
  }

  /// Starts the task; it ends when everything has happened.
  void begin(Runnable whenDone) {
    eventsLeft = 2 + plan.deadlines.size();
    Task<?> started = loop.createTask(this::body);
    task = started;
    started.addDoneCallback(f -> whenDone.run());
  }

  List<Entry> log() {
    return log;
  }

  Seen seen() {
    return Objects.requireNonNull(seen, "the task has not ended");
  }

  Task<?> task() {
    return Objects.requireNonNull(task);
  }

  /// Tells whether what was to be delivered was delivered or is where it was, and what was owned is
  /// closed once.
  boolean nothingIsLost() {
    boolean delivered = seen().outcome.equals("value result");
    return switch (plan.shape) {
      case OWNED -> closed == 1;
      case QUEUE -> queue.qsize() == (delivered ? 0 : 1);
      case SEMAPHORE -> semaphore.locked() == delivered;
      default -> true;
    };
  }

  /// Tells whether the task that was awaited has ended when the piece did.
  boolean ownerEnded() {
    return ownerEnded;
  }

  private void body() throws Exception {
    for (int i = 0; i < plan.staleCancels; i++) {
      task().cancel();
      try {
        Asyncio.sleep(Duration.ZERO);
      } catch (CancelledError e) {
        // Kept in mind by the count alone.
      }
    }
    loop.callSoon(() -> pump(0));
    String outcome;
    try {
      outcome = "value " + piece();
    } catch (Throwable t) {
      outcome = DeadlineRules.describe(t);
    }
    int cancelling = task().cancelling();
    var later = new ArrayList<Boolean>();
    // One more than needed: what is due is thrown by the next suspending call.
    for (int more = 2; eventsLeft > 0 || more > 0; more -= eventsLeft > 0 ? 0 : 1) {
      boolean cancelled = false;
      try {
        step(DeadlineRace::yieldOnce);
      } catch (CancelledError e) {
        cancelled = true;
      }
      later.add(cancelled);
    }
    seen = new Seen(outcome, cancelling, later, task().cancelling());
  }

  private static String yieldOnce() {
    Asyncio.sleep(Duration.ZERO);
    return "";
  }

  private String step(Callable<String> suspending) throws Exception {
    try {
      return suspending.call();
    } finally {
      log.add(Entry.STEP);
    }
  }

  private String piece() throws Exception {
    Duration delay = Duration.ofNanos(instantOf(Entry.INNER_DEADLINE) - loop.time());
    return switch (plan.shape) {
      case TIMEOUT -> Asyncio.timeout(delay, this::react);
      case TIMEOUT_AT -> Asyncio.timeoutAt(instantOf(Entry.INNER_DEADLINE), this::react);
      case WAIT_FOR_FUTURE -> step(() -> Asyncio.waitFor(future, delay));
      case WAIT_FOR_BODY -> Asyncio.waitFor(this::react, delay);
      case NESTED ->
          Asyncio.timeoutAt(
              instantOf(Entry.OUTER_DEADLINE), () -> Asyncio.timeout(delay, this::react));
      case OWNED -> waitForOwner(delay);
      case QUEUE -> step(() -> Asyncio.waitFor(queue::get, delay));
      case SEMAPHORE ->
          Asyncio.timeout(
              delay,
              () -> {
                step(
                    () -> {
                      semaphore.acquire();
                      return "";
                    });
                return "result";
              });
    };
  }

  // The awaited task owns something, and may be cancelled before it begins.
  private String waitForOwner(Duration delay) throws Exception {
    Task<String> started =
        loop.createTask(() -> future.await(), TaskOptions.DEFAULT.owns(() -> closed++));
    try {
      return step(() -> Asyncio.waitFor(started, delay));
    } finally {
      ownerEnded = started.done();
    }
  }

  private String react() throws Exception {
    try {
      String value = step(future::await);
      for (int i = 0; i < plan.yieldsAfter; i++) {
        step(DeadlineRace::yieldOnce);
      }
      return value;
    } catch (CancelledError e) {
      return switch (plan.reaction) {
        case RETHROW -> throw e;
        case CLEAN_UP -> {
          for (int i = 0; i < plan.cleanUps; i++) {
            step(DeadlineRace::yieldOnce);
          }
          throw e;
        }
        case SWALLOW -> "swallowed";
        case SWALLOW_AND_UNCANCEL -> {
          task().uncancel();
          yield "swallowed";
        }
        case FAIL -> throw new IllegalStateException("cleanup");
      };
    }
  }

  // The events, each in its iteration.

  private void pump(int iteration) {
    int at = 1;
    boolean deadlinePassed = false;
    for (int i = 0; i < plan.order.size(); i++) {
      at += i == 0 ? 0 : plan.gaps.get(i - 1);
      if (at == iteration + 1) {
        deadlinePassed |= schedule(plan.order.get(i), deadlinePassed, i);
      }
    }
    if (at > iteration + 1) {
      loop.callSoon(() -> pump(iteration + 1));
    }
  }

  /// Makes an event happen in the next iteration, after those made so far.
  ///
  /// @param deadlinePassed whether the deadline is one of those; timers come after what was queued
  /// @return whether it is the deadline
  private boolean schedule(Entry event, boolean deadlinePassed, int place) {
    if (event == Entry.INNER_DEADLINE) {
      for (Entry deadline : plan.deadlines) {
        loop.callAt(
            instantOf(deadline) - 1,
            () -> {
              log.add(deadline);
              eventsLeft--;
            });
      }
      loop.advanceTo(start + 2 * DEADLINE);
      return true;
    }
    if (deadlinePassed) {
      loop.callAt(start + DEADLINE + 100 + place, () -> happen(event));
    } else {
      loop.callSoon(() -> happen(event));
    }
    return false;
  }

  private void happen(Entry event) {
    log.add(event);
    eventsLeft--;
    if (event == Entry.CANCEL) {
      for (int i = 0; i < plan.cancels; i++) {
        task().cancel();
      }
    } else if (plan.shape == Shape.QUEUE) {
      queue.putNowait("result");
    } else if (plan.shape == Shape.SEMAPHORE) {
      semaphore.release();
    } else if (!future.done()) {
      switch (plan.ending) {
        case VALUE -> future.setResult("result");
        case EXCEPTION -> future.setException(new IllegalArgumentException("failed"));
        case CANCELLED -> future.cancel();
      }
    }
  }

  private long instantOf(Entry deadline) {
    int place = plan.deadlines.indexOf(deadline);
    return place < 0 ? NEVER : start + DEADLINE + 10L * place;
  }

  static String describeTimeout(TimeoutException e) {
    return e.getCause() instanceof CancelledError ? "timeout" : "timeout without cause";
  }
}
