// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class PostedQueueTest {
  /// A handle that knows who posted it as the how-manieth.
  private static final class Numbered extends PostedHandle {
    final int producer;
    final int number;

    Numbered(int producer, int number) {
      super(() -> {}, ContextMap.EMPTY);
      this.producer = producer;
      this.number = number;
    }
  }

  // A1 of the fault catalogue, without a loop: nothing lost, each thread's order kept.
  @Test
  void everythingOfFourThreadsArrivesInTheOrderOfEach() throws Exception {
    int producers = 4;
    int each = 50_000;
    var queue = new PostedQueue();
    var start = new CountDownLatch(1);
    var threads = new ArrayList<Thread>();
    for (int p = 0; p < producers; p++) {
      int producer = p;
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    awaitQuietly(start);
                    for (int i = 0; i < each; i++) {
                      queue.add(new Numbered(producer, i));
                    }
                  }));
    }
    start.countDown();

    var next = new int[producers];
    int total = 0;
    var ready = new ReadyQueue();
    while (total < producers * each) {
      assertThat(queue.drainTo(ready, 1000)).isBetween(0, 1000);
      while (!ready.isEmpty()) {
        var handle = (Numbered) ready.take();
        assertThat(handle.number).isEqualTo(next[handle.producer]++);
        total++;
      }
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(queue.isEmpty()).isTrue();
  }

  //
  @Test
  void aClosedQueueRefusesAndDropsWhatItHolds() {
    var dropped = new AtomicInteger();
    var queue = new PostedQueue();
    queue.add(droppable(dropped));
    queue.add(droppable(dropped));

    queue.close();
    queue.close();

    assertThat(dropped).hasValue(2);
    assertThat(queue.add(droppable(dropped))).isFalse();
  }

  private static PostedHandle droppable(AtomicInteger dropped) {
    return new PostedHandle(() -> {}, ContextMap.EMPTY) {
      @Override
      void dropped() {
        dropped.incrementAndGet();
      }
    };
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
