// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Task;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Engine.class)
final class EventRecorderTest {
  private final Engine engine;

  EventRecorderTest(Engine engine) {
    this.engine = engine;
  }

  private EventRecorder record(EventRecorder recorder, String name, Duration delay)
      throws Exception {
    try (var loop = engine.newLoop(0)) {
      loop.addObserver(recorder);
      Task<?> main = loop.createTask(() -> Asyncio.sleep(delay), name);
      loop.runUntilComplete(main);
    }
    return recorder;
  }

  @Test
  void aRunCanBeReadLineByLine() throws Exception {
    EventRecorder recorder = record(new EventRecorder(), "main", Duration.ofNanos(7));

    assertThat(recorder.lines())
        .startsWith("task main", "time 0", "step main", "time 7")
        .contains("done main")
        .filteredOn(line -> line.startsWith("call "))
        .anyMatch(line -> line.startsWith("call <TimerHandle when=7 "));
    assertThat(recorder.toString()).startsWith("task main\ntime 0\n");
    assertThat(recorder.events()).isEqualTo(recorder.lines().size());
  }

  @Test
  void theHashTellsRunsApart() throws Exception {
    long hash = record(new EventRecorder(), "main", Duration.ofNanos(7)).hash();

    assertThat(record(new EventRecorder(), "main", Duration.ofNanos(7)).hash()).isEqualTo(hash);
    assertThat(record(new EventRecorder(), "other", Duration.ofNanos(7)).hash()).isNotEqualTo(hash);
    assertThat(record(new EventRecorder(), "main", Duration.ofNanos(8)).hash()).isNotEqualTo(hash);
  }

  @Test
  void theHashDependsOnTheOrder() {
    var ab = new EventRecorder();
    ab.note("a");
    ab.note("b");
    var ba = new EventRecorder();
    ba.note("b");
    ba.note("a");

    assertThat(ab.hash()).isNotEqualTo(ba.hash());
  }

  @Test
  void tasksWithoutANameOfTheirOwnAreNumberedByTheRecorder() throws Exception {
    try (var loop = engine.newLoop(0)) {
      var recorder = new EventRecorder();
      loop.addObserver(recorder);
      loop.runUntilComplete(() -> loop.createTask(() -> "x").await());

      assertThat(recorder.lines()).contains("task #1", "step #1", "task #2", "done #2", "done #1");
    }
  }

  @Test
  void aRecorderMayForgetOldLinesButNotTheirHash() throws Exception {
    EventRecorder all = record(new EventRecorder(), "main", Duration.ofNanos(7));
    EventRecorder some = record(new EventRecorder(2), "main", Duration.ofNanos(7));
    EventRecorder none = record(new EventRecorder(0), "main", Duration.ofNanos(7));

    int size = all.lines().size();
    assertThat(some.lines()).isEqualTo(all.lines().subList(size - 2, size));
    assertThat(none.lines()).isEmpty();
    assertThat(none.hash()).isEqualTo(some.hash()).isEqualTo(all.hash());
    assertThatThrownBy(() -> new EventRecorder(-1)).hasMessageContaining("-1");
  }

  @Test
  void cancelledTasksAreToldFromOthers() throws Exception {
    try (var loop = engine.newLoop(0)) {
      var recorder = new EventRecorder();
      loop.addObserver(recorder);
      Task<?> before = loop.createTask(() -> "never runs", "before");
      before.cancel();
      Task<?> during = loop.createTask(() -> Asyncio.sleep(Duration.ofDays(1)), "during");
      loop.callLater(Duration.ofSeconds(1), during::cancel);
      loop.advance(Duration.ofSeconds(2));

      assertThat(recorder.lines()).contains("cancelled before", "cancelled during");
      assertThat(loop.pendingTasks()).isEmpty();
    }
  }
}
