// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing.junit;

import io.github.asyncio4j.BaseEventLoop;
import io.github.asyncio4j.ExceptionContext;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.loop.SelectorEventLoop;
import io.github.asyncio4j.selector.Selector;
import io.github.asyncio4j.testing.ExceptionRecorder;
import io.github.asyncio4j.testing.TestLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The loop of one test, and what is watched on it. The test's thread.
final class LoopFixture {
  // What a real loop may still have to do: the steps of a cancelled task and their callbacks.
  private static final int LAST_ITERATIONS = 10;

  private final BaseEventLoop loop;
  private final LoopWatch watch;
  private final ExceptionRecorder failures;
  private final boolean mayBlock;
  private final boolean mayLeaveOpen;
  private final int limitSeconds;

  private LoopFixture(BaseEventLoop loop, LoopWatch watch, @Nullable AsyncioOptions options) {
    this.loop = loop;
    this.watch = watch;
    this.failures = ExceptionRecorder.on(loop);
    this.mayBlock = options != null && options.allowHiddenSuspensions();
    this.mayLeaveOpen = options != null && options.allowOpenSockets();
    this.limitSeconds =
        options == null ? AsyncioOptions.DEFAULT_LIMIT_SECONDS : options.limitSeconds();
  }

  static LoopFixture open(@Nullable AsyncioOptions options, long seed) {
    var watch = new LoopWatch();
    if (options != null && options.limitSeconds() < 0) {
      throw new IllegalArgumentException("limitSeconds < 0: " + options.limitSeconds());
    }
    if (options != null && options.clock() == AsyncioOptions.Clock.REAL) {
      try {
        return new LoopFixture(new SelectorEventLoop(Selector.open(), watch), watch, options);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot open a selector", e);
      }
    }
    var loop = new TestLoop(seed);
    loop.addObserver(watch);
    return new LoopFixture(loop, watch, options);
  }

  BaseEventLoop loop() {
    return loop;
  }

  LoopWatch watch() {
    return watch;
  }

  int limitSeconds() {
    return limitSeconds;
  }

  ExceptionRecorder failures() {
    return failures;
  }

  /// Closes the loop of a test that has failed already.
  void close() {
    loop.setExceptionHandler((l, context) -> {});
    loop.close();
  }

  /// Closes the loop and returns what the test has left behind, or null.
  ///
  /// @throws AssertionError when what is ready does not come to an end; the loop is closed
  @Nullable AssertionError closeAndCheck() {
    var report = new LeakReport(loop);
    if (!loop.isClosed()) {
      try {
        TimeLimit.watch(this, limit -> runWhatIsReady());
      } catch (RuntimeException | Error e) {
        close();
        throw e;
      }
    }
    Set<Task<?>> leaked = watch.pendingTasks();
    report.tasks(leaked);
    if (!mayBlock) {
      report.suspensions(watch.suspensions());
    }
    loop.close();
    if (!mayLeaveOpen && loop instanceof TestLoop virtual) {
      report.open(virtual.leftOpen());
    }
    report.failures(failures.unexpected().stream().filter(c -> !isAbout(c, leaked)).toList());
    return report.error();
  }

  private @Nullable Void runWhatIsReady() {
    if (loop instanceof TestLoop virtual) {
      virtual.runUntilIdle();
      return null;
    }
    for (int i = 0; i < LAST_ITERATIONS; i++) {
      loop.stop();
      loop.runForever();
    }
    return null;
  }

  // A leaked task is reported by us; that the loop does so as well is no news.
  private static boolean isAbout(ExceptionContext context, Set<Task<?>> tasks) {
    return context.details().get("task") instanceof Task<?> task && tasks.contains(task);
  }
}
