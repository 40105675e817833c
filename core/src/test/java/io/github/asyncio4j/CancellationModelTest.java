// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.testing.ExceptionRecorder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Many tasks, each cancelled at one of the things that it awaits (A5).
///
/// A replay runs the one task alone; what only shows beside others needs all of them.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class CancellationModelTest {
  private static final int TASKS = 100_000;
  private static final int AT_A_TIME = 200;

  private final LoopKind kind;
  private final ClockedLoop loop;
  private final ExceptionRecorder failures;
  private final RandomAwaits awaits;
  private @Nullable AssertionError failure;
  private long next;
  private long ended;

  CancellationModelTest(LoopKind kind) {
    this.kind = kind;
    this.loop = ClockedLoop.of(kind);
    this.failures = ExceptionRecorder.on(loop);
    this.awaits = new RandomAwaits(loop, kind.carriesItsTasks());
  }

  @AfterEach
  void closeLoop() {
    loop.close();
  }

  @Test
  void eachTaskEndsOnceAndCleansUpInItsTurnWhereverItIsCancelled() {
    Seeds seeds = Seeds.of(kind, TASKS);
    next = seeds.first();
    loop.runFrom(
        () -> {
          for (int i = 0; i < AT_A_TIME; i++) {
            startNext(seeds);
          }
        });

    if (failure != null) {
      throw failure;
    }
    assertThat(ended).isEqualTo(seeds.end() - seeds.first());
    assertThat(awaits.leftBehind()).isNull();
    assertThat(failures.messages()).isEmpty();
  }

  private void startNext(Seeds seeds) {
    if (next == seeds.end()) {
      if (ended == seeds.end() - seeds.first()) {
        stopWhenAllHasEnded();
      }
      return;
    }
    long seed = next++;
    loop.advanceTo(loop.time() + 50);
    awaits.start(
        seed,
        () -> {
          ended++;
          String problem = awaits.problem();
          if (problem != null) {
            failure = Seeds.failed("on " + kind, seed, new AssertionError(problem));
            loop.stop();
            return;
          }
          startNext(seeds);
        });
  }

  // What was shielded is still on its way.
  private void stopWhenAllHasEnded() {
    if (Asyncio.allTasks(loop).isEmpty()) {
      loop.stop();
    } else {
      loop.advanceTo(loop.time() + 1000);
      loop.callSoon(this::stopWhenAllHasEnded);
    }
  }
}
