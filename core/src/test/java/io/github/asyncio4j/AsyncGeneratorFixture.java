// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.testing.ExceptionRecorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/// A loop for each test of generators, what it reports, and a trace of what bodies and consumers
/// do.
class AsyncGeneratorFixture {
  static final Duration LONG = Duration.ofHours(1);

  final LoopKind kind;
  final BaseEventLoop loop;
  final ExceptionRecorder failures;
  final List<String> trace = new ArrayList<>();

  AsyncGeneratorFixture(LoopKind kind) {
    this.kind = kind;
    this.loop = kind.newLoop();
    this.failures = ExceptionRecorder.on(loop);
  }

  @AfterEach
  final void closeLoop() {
    loop.close();
  }

  /// Returns a generator of the numbers below the end.
  final AsyncGenerator<Integer> counting(int end) {
    return AsyncGenerator.of(
        out -> {
          try {
            for (int i = 0; i < end; i++) {
              trace.add("make " + i);
              out.yield(i);
            }
          } finally {
            trace.add("clean up");
          }
        });
  }

  /// Lets one iteration pass.
  static void pause() {
    Asyncio.sleep(Duration.ZERO);
  }
}
