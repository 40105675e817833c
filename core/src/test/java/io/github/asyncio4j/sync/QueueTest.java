// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Task;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What queues do, on every loop (QU-01 to QU-03).
@ParameterizedClass
@EnumSource(LoopKind.class)
final class QueueTest extends LoopTest {
  private final Queue<String> queue = new Queue<>(1);

  QueueTest(LoopKind kind) {
    super(kind);
  }

  private Task<@Nullable Void> getter(String name) {
    return start(
        () -> {
          try {
            log.add(name + " got " + queue.get());
          } catch (QueueShutDown e) {
            log.add(name + " shut down");
          }
        });
  }

  private Task<@Nullable Void> putter(String item) {
    return start(
        () -> {
          try {
            queue.put(item);
            log.add("put " + item);
          } catch (QueueShutDown e) {
            log.add(item + " shut down");
          }
        });
  }

  // QU-01
  @Test
  void eachKindGivesItsItemsInItsOrderOutsideATaskToo() {
    assertThat(orderOf(new Queue<>())).isEqualTo("[b, c, a, d]");
    assertThat(orderOf(new LifoQueue<>())).isEqualTo("[d, a, c, b]");
    assertThat(orderOf(new PriorityQueue<>())).isEqualTo("[a, b, c, d]");
    assertThat(orderOf(new PriorityQueue<>(Comparator.reverseOrder()))).isEqualTo("[d, c, b, a]");
  }

  private String orderOf(Queue<String> any) {
    for (String item : new String[] {"b", "c", "a", "d"}) {
      any.put(item);
    }
    assertThat(any.qsize()).isEqualTo(4);
    while (!any.empty()) {
      log.add(any.get());
    }
    String order = log.toString();
    log.clear();
    return order;
  }

  // QU-01
  @Test
  void withoutRoomOrItemsTheNowaitMethodsRefuse() {
    assertThatThrownBy(queue::getNowait).isInstanceOf(QueueEmpty.class);
    queue.putNowait("a");
    assertThat(queue.full()).isTrue();
    assertThatThrownBy(() -> queue.putNowait("b"))
        .isInstanceOf(QueueFull.class)
        .hasMessage("queue is full: maxsize=1; put() waits for room");
    assertThat(queue.getNowait()).isEqualTo("a");
    assertThatThrownBy(() -> queue.putNowait(null)).isInstanceOf(NullPointerException.class);
  }

  @Test
  void aQueueOfNoSizeIsNeverFull() {
    var unbounded = new LifoQueue<Integer>(-1);

    for (int i = 0; i < 1000; i++) {
      unbounded.putNowait(i);
    }

    assertThat(unbounded.full()).isFalse();
    assertThat(unbounded.maxsize()).isEqualTo(-1);
  }

  @Test
  void anItemThatCannotBeComparedIsNotInTheQueue() {
    var objects = new PriorityQueue<Object>(0);

    assertThatThrownBy(() -> objects.putNowait(new Object()))
        .isInstanceOf(ClassCastException.class);

    assertThat(objects.empty()).isTrue();
    objects.join();
  }

  @Test
  void itemsThatCompareAsEqualComeInTheOrderInWhichTheyWerePut() {
    var words = new PriorityQueue<String>(Comparator.comparingInt(String::length));
    List.of("ccc", "a1", "b", "a2", "c", "a3").forEach(words::putNowait);

    assertThat(words)
        .hasToString("<PriorityQueue maxsize=0 _queue=[b, c, a1, a2, a3, ccc] tasks=6>");
    for (String word : List.of("b", "c", "a1", "a2", "a3", "ccc")) {
      assertThat(words.getNowait()).isEqualTo(word);
    }
    assertThat(words.empty()).isTrue();
  }

  @Test
  void aComparisonThatThrowsLosesNothing() {
    var numbers = new PriorityQueue<Integer>(QueueTest::compareUnless13);
    for (int i = 20; i > 0; i--) {
      if (i != 13) {
        numbers.putNowait(i);
      }
    }
    assertThatThrownBy(() -> numbers.putNowait(13)).hasMessage("13");

    assertThat(numbers.qsize()).isEqualTo(19);
    for (int i = 1; i <= 20; i++) {
      if (i != 13) {
        assertThat(numbers.getNowait()).isEqualTo(i);
      }
    }
  }

  // Fails at the last of several comparisons, when a heap has moved its items already.
  private static int compareUnless13(int a, int b) {
    if ((a == 13 && b < 13) || (b == 13 && a < 13)) {
      throw new IllegalArgumentException("13");
    }
    return Integer.compare(a, b);
  }

  // QU-01
  @Test
  void aPutterThatCannotBeComparedLeavesItsPlaceToTheNext() throws Exception {
    var bounded = new PriorityQueue<Object>(2);
    loop.runUntilComplete(
        () -> {
          bounded.put(1);
          bounded.put(2);
          Task<?> wrong = loop.createTask(() -> bounded.put("x"));
          Task<?> right = loop.createTask(() -> bounded.put(3));
          Asyncio.sleep(Duration.ZERO);

          assertThat(bounded.get()).isEqualTo(1);

          assertThatThrownBy(wrong::await).isInstanceOf(ClassCastException.class);
          right.await();
          assertThat(bounded.getNowait()).isEqualTo(2);
          assertThat(bounded.getNowait()).isEqualTo(3);
        });
  }

  // QU-01
  @Test
  void gettersAndPuttersGoInTheOrderInWhichTheyCame() throws Exception {
    run(
        () -> {
          Task<?> a = getter("a");
          Task<?> b = getter("b");
          queue.put("1");
          queue.put("2");
          a.await();
          b.await();
          putter("3");
          putter("4");
          Task<?> five = putter("5");
          assertThat(queue).hasToString("<Queue maxsize=1 _queue=[3] _putters[2] tasks=3>");
          assertThat(queue.get() + queue.get() + queue.get()).isEqualTo("345");
          five.await();
        });

    assertThat(log).containsExactly("a got 1", "b got 2", "put 3", "put 4", "put 5");
  }

  // QU-01, R-38
  @Test
  void aGetterThatIsCancelledAfterItWasWokenWakesTheNext() throws Exception {
    run(
        () -> {
          Task<?> a = getter("a");
          Task<?> b = getter("b");
          queue.putNowait("1");
          a.cancel();
          assertThatThrownBy(a::await).isInstanceOf(CancelledError.class);
          b.await();
        });

    assertThat(log).containsExactly("b got 1");
  }

  // QU-01, R-38
  @Test
  void aPutterThatIsCancelledAfterItWasWokenWakesTheNext() throws Exception {
    run(
        () -> {
          putter("0");
          Task<?> a = putter("1");
          Task<?> b = putter("2");
          queue.getNowait();
          a.cancel();
          assertThatThrownBy(a::await).isInstanceOf(CancelledError.class);
          b.await();
          assertThat(queue.getNowait()).isEqualTo("2");
        });
  }

  // QU-02
  @Test
  void joinReturnsWhenEveryItemIsReportedAsDone() throws Exception {
    run(
        () -> {
          queue.join();
          queue.putNowait("1");
          Task<?> joiner =
              start(
                  () -> {
                    queue.join();
                    log.add("joined");
                  });
          queue.getNowait();
          queue.putNowait("2");
          queue.taskDone();
          pass();
          assertThat(joiner.done()).isFalse();
          queue.taskDone();
          joiner.await();
        });

    assertThat(log).containsExactly("joined");
    assertThatThrownBy(queue::taskDone)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("taskDone() called too many times");
  }

  // QU-03
  @Test
  void aQueueThatIsShutDownGivesItsItemsOutAndTakesNone() throws Exception {
    run(
        () -> {
          putter("1");
          putter("2");
          queue.shutdown();
          pass();
          assertThatThrownBy(() -> queue.put("3")).isInstanceOf(QueueShutDown.class);
          assertThatThrownBy(() -> queue.putNowait("3")).isInstanceOf(QueueShutDown.class);
          assertThat(queue).hasToString("<Queue maxsize=1 _queue=[1] tasks=1 shutdown>");
          assertThat(queue.get()).isEqualTo("1");
          assertThatThrownBy(queue::get).isInstanceOf(QueueShutDown.class);
          assertThatThrownBy(queue::getNowait).isInstanceOf(QueueShutDown.class);
        });

    assertThat(log).containsExactly("put 1", "2 shut down");
  }

  // QU-03
  @Test
  void anImmediateShutdownDropsTheItemsAndCountsThemAsDone() throws Exception {
    run(
        () -> {
          queue.putNowait("1");
          Task<?> joiner = start(queue::join);
          queue.shutdown(true);
          joiner.await();
          assertThat(queue.empty()).isTrue();
          assertThatThrownBy(queue::get).isInstanceOf(QueueShutDown.class);
        });
  }

  // QU-03
  @Test
  void aShutdownEndsTheWaitOfGetters() throws Exception {
    run(
        () -> {
          getter("a");
          Task<?> b = getter("b");
          queue.shutdown();
          b.await();
        });

    assertThat(log).containsExactly("a shut down", "b shut down");
  }

  // SY-01
  @Test
  void theFirstWaitBindsTheQueueToItsLoop() throws Exception {
    run(
        () -> {
          Task<?> a = getter("a");
          queue.putNowait("1");
          a.await();
        });

    assertRefusedByAnotherLoop(queue::get);
    queue.putNowait("2");
    assertRefusedByAnotherLoop(() -> queue.put("3"));
    assertThat(queue).hasToString("<Queue maxsize=1 _queue=[2] tasks=2>");
  }

  @Test
  void aCallbackCanPutAndGetButNotWait() throws Exception {
    run(
        () -> {
          assertRefusedInCallback(queue, "get()", queue::get);
          queue.put("0");
          assertRefusedInCallback(queue, "put()", () -> queue.put("1"));
          assertRefusedInCallback(queue, "join()", queue::join);
          queue.get();
          Task<?> a = getter("a");
          loop.callSoon(() -> queue.put("1"));
          a.await();
        });

    assertThat(log).containsExactly("a got 1");
  }
}
