// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.DeadlineRace.Entry;
import io.github.asyncio4j.DeadlineRace.Plan;
import io.github.asyncio4j.DeadlineRace.Seen;
import io.github.asyncio4j.DeadlineRace.Shape;
import io.github.asyncio4j.testing.ExceptionRecorder;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// A deadline, a result and a cancellation that meet in one iteration, in every order, against the
/// rules (A7).
@ParameterizedClass
@EnumSource(LoopKind.class)
final class DeadlineModelTest {
  private static final int SEEDS = 10_000;

  private static final List<List<Entry>> ORDERS =
      List.of(
          List.of(Entry.RESULT, Entry.INNER_DEADLINE, Entry.CANCEL),
          List.of(Entry.RESULT, Entry.CANCEL, Entry.INNER_DEADLINE),
          List.of(Entry.INNER_DEADLINE, Entry.RESULT, Entry.CANCEL),
          List.of(Entry.INNER_DEADLINE, Entry.CANCEL, Entry.RESULT),
          List.of(Entry.CANCEL, Entry.RESULT, Entry.INNER_DEADLINE),
          List.of(Entry.CANCEL, Entry.INNER_DEADLINE, Entry.RESULT));

  private final LoopKind kind;
  private final ClockedLoop loop;
  private final ExceptionRecorder failures;
  private @Nullable Throwable failure;
  private long races;

  DeadlineModelTest(LoopKind kind) {
    this.kind = kind;
    this.loop = ClockedLoop.of(kind);
    this.failures = ExceptionRecorder.on(loop);
  }

  @AfterEach
  void closeLoop() {
    loop.close();
  }

  @Test
  void timeoutEndsAsTheRulesSayInEveryOrder() {
    raceAll(Shape.TIMEOUT);
  }

  @Test
  void timeoutAtEndsAsTheRulesSayInEveryOrder() {
    raceAll(Shape.TIMEOUT_AT);
  }

  @Test
  void waitForAFutureEndsAsTheRulesSayInEveryOrder() {
    raceAll(Shape.WAIT_FOR_FUTURE);
  }

  @Test
  void waitForABodyEndsAsTheRulesSayInEveryOrder() {
    raceAll(Shape.WAIT_FOR_BODY);
  }

  @Test
  void nestedTimeoutsEndAsTheRulesSayInEveryOrder() {
    raceAll(Shape.NESTED);
  }

  @Test
  void whatAnAwaitedTaskOwnsIsClosedOnceInEveryOrder() {
    raceAll(Shape.OWNED);
  }

  @Test
  void anItemOfAQueueIsDeliveredOrStillThereInEveryOrder() {
    raceAll(Shape.QUEUE);
  }

  @Test
  void aPermitOfASemaphoreIsDeliveredOrStillThereInEveryOrder() {
    raceAll(Shape.SEMAPHORE);
  }

  private void raceAll(Shape shape) {
    Seeds seeds = Seeds.of(kind, SEEDS);
    loop.runFrom(() -> race(shape, seeds, seeds.first(), 0));

    if (failure != null) {
      throw new AssertionError(failure.getMessage(), failure);
    }
    assertThat(races).isEqualTo((seeds.end() - seeds.first()) * ORDERS.size());
    assertThat(Asyncio.allTasks(loop)).isEmpty();
    assertThat(failures.messages()).isEmpty();
  }

  private void race(Shape shape, Seeds seeds, long seed, int order) {
    if (seed == seeds.end()) {
      loop.stop();
      return;
    }
    Plan plan = Plan.of(shape, ORDERS.get(order), new SplittableRandom(seed * 6 + order));
    var race = new DeadlineRace(loop, plan);
    race.begin(
        () -> {
          try {
            check(race, plan);
          } catch (Throwable t) {
            failure = Seeds.failed(plan + " on " + kind + " " + race.log(), seed, t);
            loop.stop();
            return;
          }
          races++;
          boolean last = order == ORDERS.size() - 1;
          race(shape, seeds, last ? seed + 1 : seed, last ? 0 : order + 1);
        });
  }

  private static void check(DeadlineRace race, Plan plan) throws Exception {
    race.task().result();
    Seen seen = race.seen();
    if (DeadlineRules.cover(plan.shape())) {
      Seen expected = DeadlineRules.expected(plan, race.log());
      if (!expected.equals(seen)) {
        assertThat(seen).isEqualTo(expected);
      }
      return;
    }
    // No request to cancel is lost or made up, and each is thrown: by the piece or after it.
    assertThat(seen.cancellingAtEnd()).isEqualTo(plan.staleCancels() + plan.cancels());
    assertThat(seen.outcome().equals("cancelled") || seen.later().contains(true)).isTrue();
    assertThat(Collections.frequency(seen.later(), true)).isLessThan(2);
    assertThat(race.nothingIsLost()).isTrue();
    assertThat(race.ownerEnded()).isTrue();
  }
}
