// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance.stage;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.TaskGroup;
import io.github.asyncio4j.VoidCoroutine;
import java.time.Duration;

/// Coroutines that several scenarios run.
public final class Bodies {
  public static final Duration LONG = Duration.ofHours(1);
  public static final Duration SHORT = Duration.ofMillis(10);
  public static final VoidCoroutine SLEEP = () -> Asyncio.sleep(LONG);

  private Bodies() {}

  /// Returns a body that fails at once.
  public static VoidCoroutine failing(String name) {
    return () -> {
      throw new Boom(name);
    };
  }

  /// Returns a body that sleeps and prints its clean-up.
  public static VoidCoroutine sleeping(Stage stage, String name) {
    return () -> {
      try {
        Asyncio.sleep(LONG);
      } finally {
        stage.out(name + " cleans up");
      }
    };
  }

  /// Lets one iteration pass.
  public static void yieldOnce() {
    Asyncio.sleep(Duration.ZERO);
  }

  /// Returns how many requests to cancel the current task has.
  public static int requests() {
    return Asyncio.currentTask().cancelling();
  }

  /// Prints how a group ends.
  public static void attemptGroup(Stage stage, TaskGroup.VoidBody body) {
    stage.attempt("group", () -> new TaskGroup().run(body));
  }
}
