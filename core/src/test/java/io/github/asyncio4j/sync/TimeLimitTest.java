// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.VoidCoroutine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What waits for a limited time, on every loop.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class TimeLimitTest extends LoopTest {
  private static final Duration SHORT = Duration.ofMillis(2);
  private static final Duration LONG = Duration.ofHours(1);

  TimeLimitTest(LoopKind kind) {
    super(kind);
  }

  private static void assertExpires(String what, VoidCoroutine wait) {
    assertThatThrownBy(wait::runVoid)
        .isInstanceOf(TimeoutException.class)
        .hasMessage("deadline has passed: " + what);
  }

  @Test
  void whoeverWaitsForNothingIsToldThatTheTimeIsOver() throws Exception {
    run(
        () -> {
          var lock = new Lock();
          var condition = new Condition(lock);
          var semaphore = new Semaphore(0);
          var full = new Queue<String>(1);
          full.put("a");
          lock.acquire();

          assertExpires("await(PT0.002S): <Event [unset]>", () -> new Event().await(SHORT));
          assertExpires("acquire(PT0.002S): <Lock [locked]>", () -> lock.acquire(SHORT));
          assertExpires("acquire(PT0.002S): <Lock [locked]>", () -> lock.hold(SHORT));
          assertExpires("acquire(PT0.002S): <Lock [locked]>", () -> condition.acquire(SHORT));
          assertExpires("acquire(PT0.002S): <Lock [locked]>", () -> condition.hold(SHORT));
          assertExpires("await(PT0.002S): <Condition [locked]>", () -> condition.await(SHORT));
          assertExpires(
              "waitFor(PT0.002S): <Condition [locked]>",
              () -> condition.waitFor(() -> false, SHORT));
          assertExpires("acquire(PT0.002S): <Semaphore [locked]>", () -> semaphore.acquire(SHORT));
          assertExpires("acquire(PT0.002S): <Semaphore [locked]>", () -> semaphore.hold(SHORT));
          assertExpires(
              "await(PT0.002S): <Barrier [filling, waiters:0/2]>",
              () -> new Barrier(2).await(SHORT));
          assertExpires("get(PT0.002S): <Queue maxsize=0>", () -> new Queue<String>().get(SHORT));
          assertExpires(
              "put(PT0.002S): <Queue maxsize=1 _queue=[a] tasks=1>", () -> full.put("b", SHORT));
          assertExpires(
              "join(PT0.002S): <Queue maxsize=1 _queue=[a] tasks=1>", () -> full.join(SHORT));

          assertThat(lock).hasToString("<Lock [locked]>");
          assertThat(condition).hasToString("<Condition [locked]>");
          assertThat(semaphore).hasToString("<Semaphore [locked]>");
          assertThat(full.toString()).isEqualTo("<Queue maxsize=1 _queue=[a] tasks=1>");
        });
  }

  @Test
  void outsideATaskTheCallIsNamed() {
    assertThatThrownBy(() -> new Queue<String>().get(SHORT))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("get(PT0.002S) called outside a task: <Queue maxsize=0>;");
    assertThatThrownBy(() -> new Event().await(SHORT))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("await(PT0.002S) called outside a task: <Event [unset]>;");
  }

  @Test
  void whoeverNeedNotWaitReturnsWhateverTheLimit() throws Exception {
    run(
        () -> {
          for (Duration limit :
              new Duration[] {Duration.ZERO, Duration.ofSeconds(-1), LONG, null}) {
            var event = new Event();
            event.set();
            event.await(limit);
            var lock = new Lock();
            lock.acquire(limit);
            lock.release();
            lock.hold(limit).close();
            var condition = new Condition();
            condition.acquire(limit);
            condition.waitFor(() -> true, limit);
            condition.release();
            condition.hold(limit).close();
            var semaphore = new Semaphore(1);
            semaphore.hold(limit).close();
            semaphore.acquire(limit);
            assertThat(new Barrier(1).await(limit)).isZero();
            var queue = new Queue<String>(1);
            queue.put("a", limit);
            assertThat(queue.get(limit)).isEqualTo("a");
            queue.taskDone();
            queue.join(limit);
          }
        });
  }

  @Test
  void whatIsWaitedForComesInTime() throws Exception {
    run(
        () -> {
          var event = new Event();
          var queue = new Queue<String>();
          var barrier = new Barrier(2);
          Task<?> waiting = start(() -> event.await(LONG));
          Task<String> getting = Asyncio.createTask(() -> queue.get(LONG));
          Task<Integer> meeting = Asyncio.createTask(() -> barrier.await(LONG));
          pass();

          event.set();
          queue.put("a");

          assertThat(barrier.await(LONG)).isOne();
          waiting.await();
          assertThat(getting.await()).isEqualTo("a");
          assertThat(meeting.await()).isZero();
        });
  }

  @Test
  void aSignalOrAnItemThatComesAtTheLimitGoesToTheNext() throws Exception {
    run(
        () -> {
          var queue = new Queue<String>();
          Task<String> late = Asyncio.createTask(() -> queue.get(Duration.ZERO));
          Task<String> next = Asyncio.createTask(() -> queue.get());
          // The limit is reached in the iteration in which the item wakes the first.
          loop.callSoon(() -> queue.putNowait("a"));
          pass();

          assertThat(next.await()).isEqualTo("a");
          assertThatThrownBy(late::await)
              .isInstanceOf(TimeoutException.class)
              .hasMessageStartingWith("deadline has passed: get(PT0S): <Queue ");
        });
  }

  @Test
  void aTaskIsRequired() throws Exception {
    var queue = new Queue<String>();
    queue.putNowait("a");

    assertThatThrownBy(() -> queue.get(LONG))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("outside a task");
    assertThat(queue.qsize()).isOne();
  }

  @Test
  void theItemsOfAQueueAreIteratedUntilItIsShutDown() throws Exception {
    run(
        () -> {
          var queue = new Queue<Integer>();
          Task<List<Integer>> consumer = Asyncio.createTask(() -> collect(queue));
          Task<List<Integer>> other = Asyncio.createTask(() -> collect(queue));
          pass();
          for (int i = 0; i < 10; i++) {
            queue.put(i);
            pass();
          }
          queue.shutdown();

          assertThat(consumer.await()).containsExactly(0, 2, 4, 6, 8);
          assertThat(other.await()).containsExactly(1, 3, 5, 7, 9);
          assertThatThrownBy(() -> queue.iterator().next())
              .isInstanceOf(NoSuchElementException.class)
              .hasMessageContaining("shut down");
        });
  }

  private static List<Integer> collect(Queue<Integer> queue) {
    var items = new ArrayList<Integer>();
    for (int item : queue) {
      items.add(item);
    }
    return items;
  }

  @Test
  void anIterationThatIsCancelledLosesNoItem() throws Exception {
    run(
        () -> {
          var queue = new Queue<Integer>();
          Task<List<Integer>> cancelled = Asyncio.createTask(() -> collect(queue));
          pass();
          queue.put(1);
          cancelled.cancel();
          pass();

          assertThat(queue.get(Duration.ZERO)).isOne();
        });
  }

  @Test
  void anOverloadedMethodMayBeNamedWhereItHasAResult() throws Exception {
    run(
        () -> {
          var queue = new Queue<String>();
          queue.putNowait("a");
          queue.putNowait("b");
          Coroutine<String> get = queue::get;

          String first = Asyncio.waitFor(queue::get, LONG);
          Task<String> second = Asyncio.createTask(queue::get);

          assertThat(first + second.await()).isEqualTo("ab");
          assertThatCode(() -> Asyncio.waitFor(get, SHORT)).isInstanceOf(TimeoutException.class);
        });
  }
}
