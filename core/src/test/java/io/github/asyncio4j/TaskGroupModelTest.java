// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.testing.ExceptionRecorder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Random trees of task groups with failures and cancellations anywhere, against the rules (A8).
@ParameterizedClass
@EnumSource(LoopKind.class)
final class TaskGroupModelTest {
  private static final int SEEDS = 10_000;

  private final LoopKind kind;
  private final ClockedLoop loop;
  private final ExceptionRecorder failures;
  private @Nullable AssertionError failure;
  private long tasks;

  TaskGroupModelTest(LoopKind kind) {
    this.kind = kind;
    this.loop = ClockedLoop.of(kind);
    this.failures = ExceptionRecorder.on(loop);
  }

  @AfterEach
  void closeLoop() {
    loop.close();
  }

  @Test
  void randomTreesOfGroupsEndAsTheRulesSay() {
    growAll(0);
  }

  @Test
  void randomTreesOfGroupsWithEagerTasksEndAsTheRulesSay() {
    growAll(4);
  }

  private void growAll(int eager) {
    Seeds seeds = Seeds.of(kind, SEEDS);
    loop.runFrom(() -> grow(seeds, seeds.first(), eager, null));

    if (failure != null) {
      throw failure;
    }
    assertThat(failures.messages()).isEmpty();
    assertThat(tasks).isGreaterThan(4 * (seeds.end() - seeds.first()));
  }

  private void grow(Seeds seeds, long seed, int eager, @Nullable List<String> log) {
    if (seed == seeds.end()) {
      loop.stop();
      return;
    }
    var tree = new GroupTree(loop, new SplittableRandom(seed), eager, log);
    tree.begin(
        problem -> {
          tasks += tree.tasks();
          if (log != null) {
            String text = problem + "\n  " + String.join("\n  ", log);
            failure = Seeds.failed("on " + kind, seed, new AssertionError(text));
            loop.stop();
          } else if (problem != null) {
            // Once more, with a record of what happens.
            grow(seeds, seed, eager, new ArrayList<>());
          } else {
            grow(seeds, seed + 1, eager, null);
          }
        });
  }
}
