// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ReadyQueueTest {
  @Test
  void whatGoesInFirstComesOutFirstHoweverItGrows() {
    var random = new Random(5);
    var queue = new ReadyQueue();
    var model = new ArrayDeque<Handle>();
    for (int step = 0; step < 200_000; step++) {
      // Phases of growth and of shrinking, so that the ring wraps and grows while wrapped.
      boolean add = random.nextInt(100) < ((step / 20_000) % 2 == 0 ? 60 : 40);
      if (add || model.isEmpty()) {
        var handle = new Handle(() -> {}, ContextMap.EMPTY);
        queue.add(handle);
        model.add(handle);
      } else {
        assertThat(queue.take()).isSameAs(model.remove());
      }
      assertThat(queue.size()).isEqualTo(model.size());
    }
  }

  @Test
  void aBurstGivesItsRoomBackAndNothingOfItIsLeft() {
    var queue = new ReadyQueue();
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 100_000; i++) {
        queue.add(new Handle(() -> {}, ContextMap.EMPTY));
      }
      while (!queue.isEmpty()) {
        queue.take();
      }
      // What was taken out is null, or the queue would hold what has run.
      for (int i = 0; i < 256; i++) {
        int place = i;
        assertThatThrownBy(() -> queue.get(place)).isInstanceOf(NullPointerException.class);
      }
    }
  }
}
