// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;

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
}
