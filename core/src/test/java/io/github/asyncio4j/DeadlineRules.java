// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.DeadlineRace.Entry;
import io.github.asyncio4j.DeadlineRace.Plan;
import io.github.asyncio4j.DeadlineRace.Seen;
import io.github.asyncio4j.DeadlineRace.Shape;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/// The rules for deadlines and cancellations (R-37, R-38, R-45, R-48, TK-02 to TK-05), applied to a
/// log of what has happened. There is no loop here and no task: a count, a few flags and the log.
final class DeadlineRules {
  private static final String VALUE = "value result";

  private final Plan plan;
  private final List<Entry> log;
  private int position;

  private int cancelling;
  private boolean mustCancel;
  private boolean futureDone;
  private boolean futureCancelled;
  private boolean waitingForFuture;
  private final Set<Entry> running = EnumSet.noneOf(Entry.class);
  private final Set<Entry> expired = EnumSet.noneOf(Entry.class);

  private DeadlineRules(Plan plan, List<Entry> log) {
    this.plan = plan;
    this.log = log;
    this.cancelling = plan.staleCancels();
  }

  /// What a piece of the model ends with.
  private static final class Ends extends Exception {
    private static final long serialVersionUID = 1L;

    Ends(String outcome) {
      super(outcome, null, false, false);
    }

    boolean is(String outcome) {
      return outcome.equals(getMessage());
    }
  }

  static String describe(Throwable t) {
    return switch (t) {
      case CancelledError e -> "cancelled";
      case TimeoutException e -> DeadlineRace.describeTimeout(e);
      default -> String.valueOf(t.getMessage());
    };
  }

  /// Returns what the task must have seen.
  static Seen expected(Plan plan, List<Entry> log) {
    return new DeadlineRules(plan, log).run();
  }

  private Seen run() {
    String outcome;
    try {
      outcome = piece();
    } catch (Ends e) {
      outcome = e.getMessage();
    }
    int atEndOfPiece = cancelling;
    var later = new ArrayList<Boolean>();
    while (position < log.size()) {
      boolean cancelled = false;
      try {
        suspend(false);
      } catch (Ends e) {
        cancelled = true;
      }
      later.add(cancelled);
    }
    return new Seen(outcome, atEndOfPiece, later, cancelling);
  }

  private String piece() throws Ends {
    return switch (plan.shape()) {
      case TIMEOUT, TIMEOUT_AT, WAIT_FOR_BODY -> under(Entry.INNER_DEADLINE, this::body);
      case WAIT_FOR_FUTURE -> under(Entry.INNER_DEADLINE, () -> suspend(true));
      case NESTED -> under(Entry.OUTER_DEADLINE, () -> under(Entry.INNER_DEADLINE, this::body));
      case OWNED, QUEUE, SEMAPHORE ->
          throw new IllegalArgumentException("no rules for " + plan.shape());
    };
  }

  private interface ReceivedPiece {
    String run() throws Ends;
  }

  private String under(Entry deadline, ReceivedPiece piece) throws Ends {
    int before = cancelling;
    running.add(deadline);
    try {
      String value = piece.run();
      endOf(deadline);
      return value;
    } catch (Ends e) {
      if (endOf(deadline) && cancelling <= before && e.is("cancelled")) {
        throw new Ends("timeout");
      }
      throw e;
    }
  }

  private boolean endOf(Entry deadline) {
    running.remove(deadline);
    if (!expired.contains(deadline)) {
      return false;
    }
    uncancel();
    return true;
  }

  private void uncancel() {
    if (cancelling > 0) {
      cancelling--;
      mustCancel &= cancelling > 0;
    }
  }

  private String body() throws Ends {
    try {
      String value = suspend(true);
      for (int i = 0; i < plan.yieldsAfter(); i++) {
        suspend(false);
      }
      return value;
    } catch (Ends e) {
      if (!e.is("cancelled")) {
        throw e;
      }
      switch (plan.reaction()) {
        case RETHROW -> throw e;
        case CLEAN_UP -> {
          for (int i = 0; i < plan.cleanUps(); i++) {
            suspend(false);
          }
          throw e;
        }
        case SWALLOW -> {}
        case SWALLOW_AND_UNCANCEL -> uncancel();
        case FAIL -> throw new Ends("cleanup");
      }
      return "value swallowed";
    }
  }

  /// Goes through the log up to the task's next step.
  private String suspend(boolean forFuture) throws Ends {
    waitingForFuture = forFuture;
    for (Entry entry = next(); entry != Entry.STEP; entry = next()) {
      apply(entry);
    }
    if (mustCancel) {
      mustCancel = false;
      throw new Ends("cancelled");
    }
    if (!forFuture) {
      return "";
    }
    if (futureCancelled) {
      throw new Ends("cancelled");
    }
    return switch (plan.ending()) {
      case VALUE -> VALUE;
      case EXCEPTION -> throw new Ends("failed");
      case CANCELLED -> throw new Ends("cancelled");
    };
  }

  private Entry next() {
    if (position == log.size()) {
      throw new IllegalStateException("the task must have made one more step");
    }
    return log.get(position++);
  }

  private void apply(Entry entry) {
    switch (entry) {
      case RESULT -> futureDone = true;
      case CANCEL -> {
        for (int i = 0; i < plan.cancels(); i++) {
          cancel();
        }
      }
      case INNER_DEADLINE, OUTER_DEADLINE -> {
        if (running.contains(entry)) {
          expired.add(entry);
          cancel();
        }
      }
      case STEP -> throw new IllegalArgumentException("a step");
    }
  }

  private void cancel() {
    cancelling++;
    if (waitingForFuture && !futureDone) {
      futureDone = true;
      futureCancelled = true;
    } else {
      mustCancel = true;
    }
  }

  /// Tells whether the rules cover the shape; else only what must hold for all of them is checked.
  static boolean cover(Shape shape) {
    return switch (shape) {
      case TIMEOUT, TIMEOUT_AT, WAIT_FOR_FUTURE, WAIT_FOR_BODY, NESTED -> true;
      case OWNED, QUEUE, SEMAPHORE -> false;
    };
  }
}
