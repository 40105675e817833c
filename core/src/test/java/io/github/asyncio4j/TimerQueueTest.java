// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TimerQueueTest {
  private static final Runnable NOTHING = Handle::doNothing;

  private final TimerQueue timers = new TimerQueue();

  private TimerHandle add(long when) {
    return timers.add(when, NOTHING, ContextMap.EMPTY);
  }

  private List<TimerHandle> due(long now) {
    var ready = new ReadyQueue();
    timers.moveDueTo(ready, now);
    var handles = new ArrayList<TimerHandle>();
    while (!ready.isEmpty()) {
      handles.add((TimerHandle) ready.take());
    }
    return handles;
  }

  //
  @Test
  void timersDueTogetherFireInTheOrderTheyWereAdded() {
    var added = new ArrayList<TimerHandle>();
    for (int i = 0; i < 50; i++) {
      added.add(add(7));
    }

    assertThat(due(7)).isEqualTo(added);
  }

  // never early.
  @Test
  void aTimerIsDueAtItsInstantAndNotBefore() {
    TimerHandle timer = add(100);

    assertThat(due(99)).isEmpty();
    assertThat(due(100)).containsExactly(timer);
  }

  //
  @Test
  void aRebuildNeedsMoreThanAHundredTimersOfWhichMoreThanHalfAreCancelled() {
    assertThat(leftAfterPurge(101, 100)).isEqualTo(1);
    assertThat(leftAfterPurge(102, 51)).isEqualTo(102);
    assertThat(leftAfterPurge(100, 98)).isEqualTo(100);
  }

  private static int leftAfterPurge(int total, int cancelled) {
    var queue = new TimerQueue();
    // The first one lives, so that nothing is dropped at the head.
    for (int i = 0; i < total; i++) {
      TimerHandle timer = queue.add(i, NOTHING, ContextMap.EMPTY);
      if (i >= total - cancelled) {
        timer.cancel();
        timer.cancel(); // counts once
      }
    }
    queue.purge();
    return queue.size();
  }

  @Test
  void cancelledTimersAtTheHeadAreDropped() {
    add(1).cancel();
    add(2).cancel();
    add(3);

    timers.purge();

    assertThat(timers.size()).isEqualTo(1);
    assertThat(timers.firstInstant()).isEqualTo(3);
  }

  // A9 of the fault catalogue, in small: order, none early, none lost.
  @Test
  void randomTimersFireByDeadlineAndThenByAge() {
    for (long seed = 0; seed < 200; seed++) {
      var random = new Random(seed);
      var queue = new TimerQueue();
      var live = new ArrayList<TimerHandle>();
      for (int i = 0; i < 500; i++) {
        TimerHandle timer = queue.add(random.nextInt(100), NOTHING, ContextMap.EMPTY);
        live.add(timer);
        if (random.nextInt(3) > 0) {
          live.remove(random.nextInt(live.size())).cancel();
        }
        if (random.nextInt(20) == 0) {
          queue.purge();
        }
      }
      live.sort(
          Comparator.comparingLong(TimerHandle::when).thenComparingLong(timer -> timer.sequence));
      var ready = new ReadyQueue();
      for (long now = 0; now < 100; now += 1 + random.nextInt(10)) {
        queue.purge();
        queue.moveDueTo(ready, now);
      }
      queue.moveDueTo(ready, 100);
      var fired = new ArrayList<Handle>();
      while (!ready.isEmpty()) {
        fired.add(ready.take());
      }

      assertThat(fired).as("seed %d", seed).isEqualTo(live);
      assertThat(queue.size()).as("seed %d", seed).isZero();
    }
  }
}
