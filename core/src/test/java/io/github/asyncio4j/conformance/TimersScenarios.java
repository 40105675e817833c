// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Stage.runBriefly;

import io.github.asyncio4j.TimerHandle;
import io.github.asyncio4j.conformance.stage.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The twins of `conformance/python/timers.py`.
final class TimersScenarios {
  @Scenario({"EL-22", "EL-23", "R-02"})
  void timersRunInTheOrderOfTheirDeadlines(Stage stage) {
    try (var loop = stage.newLoop()) {
      long base = loop.time();
      loop.callAt(base + millis(30), () -> stage.out("timer 3"));
      loop.callAt(base + millis(10), () -> stage.out("timer 1"));
      loop.callAt(base + millis(40), loop::stop);
      loop.callAt(base + millis(20), () -> stage.out("timer 2"));
      loop.runForever();
      stage.out("late enough: " + (loop.time() - base > millis(39)));
    }
  }

  @Scenario({"R-03", "EL-22"})
  void aTimerWithoutDelayRunsAfterCallbacksQueuedLater(Stage stage) {
    try (var loop = stage.newLoop()) {
      loop.callLater(Duration.ZERO, () -> stage.out("timer without delay"));
      loop.callLater(Duration.ofSeconds(-1), () -> stage.out("timer with negative delay"));
      loop.callSoon(() -> stage.out("callback"));
      runBriefly(loop);
      stage.out("stopped");
    }
  }

  @Scenario({"R-01", "R-03", "EL-22"})
  void aTimerSetByATimerWaitsForTheNextIteration(Stage stage) {
    try (var loop = stage.newLoop()) {
      loop.callLater(
          Duration.ZERO,
          () -> {
            stage.out("timer");
            loop.callLater(Duration.ofSeconds(-1), () -> stage.out("timer set by the timer"));
            loop.callSoon(() -> stage.out("callback queued by the timer"));
          });
      runBriefly(loop);
      stage.out("next iteration");
      runBriefly(loop);
    }
  }

  @Scenario({"R-09", "EL-140"})
  void aTimerCancelledByAnEarlierCallbackOfItsIterationDoesNotRun(Stage stage) {
    try (var loop = stage.newLoop()) {
      long base = loop.time();
      var handles = new ArrayList<TimerHandle>();
      loop.callAt(
          base - millis(2000),
          () -> {
            stage.out("first timer");
            handles.getFirst().cancel();
          });
      handles.add(loop.callAt(base - millis(1000), () -> stage.out("second timer")));
      runBriefly(loop);
      stage.attempt("cancelled", handles.getFirst()::cancelled);
      runBriefly(loop);
    }
  }

  @Scenario({"R-07", "R-08", "EL-140"})
  void manyCancelledTimersDoNotDisturbTheOthers(Stage stage) {
    try (var loop = stage.newLoop()) {
      long base = loop.time() - millis(1_000_000);
      var ran = new ArrayList<Integer>();
      List<TimerHandle> handles =
          IntStream.range(0, 400)
              .mapToObj(position -> 399 - position)
              .map(n -> loop.callAt(base + millis(1000L * n), () -> ran.add(n)))
              .toList();
      for (int position = 0; position < handles.size(); position++) {
        if (position % 4 != 0) {
          handles.get(position).cancel();
          handles.get(position).cancel();
        }
      }
      runBriefly(loop);
      stage.out("ran " + ran.size());
      stage.out("in order " + ran.equals(ran.stream().sorted().toList()));
    }
  }

  @Scenario({"R-07", "R-08", "R-04"})
  void aLoopWhoseNextTimerIsCancelledWaitsForTheOneAfterIt(Stage stage) {
    try (var loop = stage.newLoop()) {
      long base = loop.time();
      var cancelled = loop.callAt(base + millis(10), () -> stage.out("cancelled timer"));
      loop.callAt(base + millis(30), () -> stage.out("timer"));
      loop.callAt(base + millis(40), loop::stop);
      cancelled.cancel();
      loop.runForever();
      stage.out("stopped");
    }
  }

  @Scenario({"EL-24", "EL-22"})
  void timeDoesNotGoBack(Stage stage) {
    try (var loop = stage.newLoop()) {
      List<Long> times = Stream.generate(loop::time).limit(1000).toList();
      stage.out("in order " + times.equals(times.stream().sorted().toList()));
      var seen = new ArrayList<Long>();
      long start = loop.time();
      loop.callLater(
          Duration.ofMillis(20),
          () -> {
            seen.add(loop.time());
            loop.stop();
          });
      loop.runForever();
      stage.out("a delay passes " + (seen.getFirst() - start > millis(19)));
    }
  }

  @Scenario({"EL-22", "EL-140"})
  void aCancelledTimerNeverRuns(Stage stage) {
    try (var loop = stage.newLoop()) {
      var handle = loop.callLater(Duration.ZERO, () -> stage.out("timer"));
      handle.cancel();
      runBriefly(loop);
      runBriefly(loop);
      stage.attempt("cancelled", handle::cancelled);
    }
  }

  private static long millis(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }
}
