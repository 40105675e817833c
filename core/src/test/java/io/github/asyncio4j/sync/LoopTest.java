// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.testing.ExceptionRecorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/// A loop for each test, and a log of what its tasks do. Nothing may be reported to the loop.
class LoopTest {
  final LoopKind kind;
  final EventLoop loop;
  final List<String> log = new ArrayList<>();
  private final ExceptionRecorder failures;

  LoopTest(LoopKind kind) {
    this.kind = kind;
    this.loop = kind.newLoop();
    this.failures = ExceptionRecorder.on(loop);
  }

  @AfterEach
  void nothingIsReported() {
    loop.close();

    assertThat(failures.messages()).isEmpty();
  }

  final void run(VoidCoroutine body) throws Exception {
    loop.runUntilComplete(body);
  }

  /// Starts a task and lets it run to where it waits.
  final Task<@Nullable Void> start(VoidCoroutine body) {
    Task<@Nullable Void> task = loop.createTask(body);
    pass();
    return task;
  }

  /// Lets one iteration pass.
  static void pass() {
    Asyncio.sleep(Duration.ZERO);
  }

  /// Checks that what would have to wait is refused in a task of another loop, which is named.
  final void assertRefusedByAnotherLoop(VoidCoroutine wait) {
    try (EventLoop other = kind.newLoop()) {
      assertThatThrownBy(() -> other.runUntilComplete(wait))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("is bound to a different event loop: " + loop + ", not ")
          .hasMessageContaining("running=true");
    }
  }

  /// Checks that what would have to wait is refused outside a task, by name, and leaves no trace.
  final void assertRefusedInCallback(Object primitive, String call, Runnable wait) {
    String before = primitive.toString();
    String refusal =
        call
            + " called outside a task: "
            + before
            + "; a callback cannot wait, have it start a task: createTask(() -> ...)";
    loop.callSoon(
        () -> {
          try {
            wait.run();
            log.add("waited");
          } catch (IllegalStateException e) {
            log.add(e.getMessage());
          }
        });
    pass();
    assertThat(log).containsExactly(refusal);
    assertThat(primitive).hasToString(before);
    log.clear();
  }
}
