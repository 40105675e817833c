// SPDX-License-Identifier: Apache-2.0

import io.github.asyncio4j.AsyncGenerator;
import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.flow.Publishers;
import java.util.concurrent.Flow;

/// Generators that suspend: iterated, left early, chained, and as a publisher with back-pressure.
void main() throws Exception {
  Asyncio.run(
      () -> {
        try (var ticks = ticks()) {
          for (int tick : ticks) {
            IO.println("tick " + tick);
            if (tick == 2) {
              break;
            }
          }
        }

        for (int square : squares(3)) {
          IO.println("square " + square);
        }

        Flow.Publisher<Integer> publisher =
            Publishers.ofGenerators(Asyncio.getRunningLoop(), () -> squares(2));
        for (int square : Publishers.toGenerator(publisher, 2)) {
          IO.println("published " + square);
        }
      });
}

/// Counts for ever. Whoever closes it makes its `finally` block run.
AsyncGenerator<Integer> ticks() {
  return AsyncGenerator.of(
      out -> {
        try {
          for (int i = 0; ; i++) {
            Asyncio.sleep(Duration.ofMillis(10));
            out.yield(i);
          }
        } finally {
          Asyncio.sleep(Duration.ofMillis(1));
          IO.println("ticks closed");
        }
      });
}

/// Takes what it needs of another generator.
AsyncGenerator<Integer> squares(int count) {
  return AsyncGenerator.of(
      out -> {
        try (var ticks = ticks()) {
          for (int i = 0; i < count; i++) {
            int tick = ticks.anext();
            out.yield(tick * tick);
          }
        }
      });
}
