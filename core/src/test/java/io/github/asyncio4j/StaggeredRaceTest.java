// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.testing.ExceptionRecorder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// A race of bodies that start one after the other (TC-13).
@ParameterizedClass
@EnumSource(LoopKind.class)
final class StaggeredRaceTest {
  private static final Duration SHORT = Duration.ofMillis(1);
  private static final Duration LONG = Duration.ofHours(1);

  private final BaseEventLoop loop;
  private final List<String> trace = new ArrayList<>();

  StaggeredRaceTest(LoopKind kind) {
    this.loop = kind.newLoop();
  }

  @AfterEach
  void closeLoop() {
    loop.close();
  }

  private Coroutine<String> returning(String value) {
    return () -> {
      trace.add(value + " started");
      return value;
    };
  }

  private Coroutine<String> failing(String message) {
    return () -> {
      trace.add(message + " started");
      throw new IOException(message);
    };
  }

  private Coroutine<String> hanging(String name) {
    return () -> {
      trace.add(name + " started");
      try {
        Asyncio.sleep(LONG);
      } finally {
        trace.add(name + " ended");
      }
      return name;
    };
  }

  private RaceResult<String> race(Duration delay, List<Coroutine<String>> bodies) throws Exception {
    return loop.runUntilComplete(() -> Asyncio.staggeredRace(bodies, delay));
  }

  @Test
  void aBodyThatReturnsAtOnceWinsAndTheNextNeverStarts() throws Exception {
    RaceResult<String> result = race(LONG, List.of(returning("a"), returning("b")));

    assertThat(result.winner()).isEqualTo("a");
    assertThat(result.winnerIndex()).hasValue(0);
    assertThat(result.exceptions()).hasSize(1).containsOnlyNulls();
    assertThat(trace).containsExactly("a started");
  }

  @Test
  void theNextOneStartsWhenTheOneBeforeHasFailed() throws Exception {
    RaceResult<String> result = race(LONG, List.of(failing("a"), failing("b"), returning("c")));

    assertThat(result.winnerIndex()).hasValue(2);
    assertThat(result.exceptions()).hasSize(3);
    assertThat(result.exceptions().get(0)).hasMessage("a");
    assertThat(result.exceptions().get(1)).hasMessage("b");
    assertThat(result.exceptions().get(2)).isNull();
  }

  @Test
  void theNextOneStartsAfterTheDelayAndTheLosersAreCancelledAndWaitedFor() throws Exception {
    RaceResult<String> result = race(SHORT, List.of(hanging("a"), returning("b")));

    assertThat(result.winner()).isEqualTo("b");
    assertThat(result.winnerIndex()).hasValue(1);
    assertThat(result.exceptions().getFirst()).isInstanceOf(CancelledError.class);
    assertThat(trace).containsExactly("a started", "b started", "a ended");
    assertThat(loop.tasks.toSet()).isEmpty();
  }

  @Test
  void withoutADelayTheyRunOneAfterTheOther() throws Exception {
    RaceResult<String> result = race(null, List.of(failing("a"), failing("b")));

    assertThat(result.winner()).isNull();
    assertThat(result.winnerIndex()).isEmpty();
    assertThat(result.exceptions()).hasSize(2).doesNotContainNull();
  }

  @Test
  void withNoDelayAtAllTheyRunSideBySide() throws Exception {
    Future<String> late = loop.createFuture();
    Coroutine<String> last =
        () -> {
          loop.callSoon(() -> late.setResult("b"));
          return hanging("c").run();
        };

    RaceResult<String> result = race(Duration.ZERO, List.of(hanging("a"), late::await, last));

    assertThat(result.winnerIndex()).hasValue(1);
    assertThat(trace).containsExactly("a started", "c started", "a ended", "c ended");
  }

  @Test
  void aRaceOfNobodyIsWonByNobody() throws Exception {
    assertThat(race(SHORT, List.of()).exceptions()).isEmpty();
  }

  @Test
  void aWinnerMayReturnNull() throws Exception {
    RaceResult<Void> result =
        loop.runUntilComplete(
            () -> Asyncio.staggeredRace(List.<Coroutine<Void>>of(() -> null), SHORT));

    assertThat(result.winner()).isNull();
    assertThat(result.winnerIndex()).hasValue(0);
  }

  @Test
  void whoReturnsThoughAnotherHasWonIsDropped() throws Exception {
    Coroutine<String> stubborn =
        () -> {
          try {
            Asyncio.sleep(LONG);
          } catch (CancelledError e) {
            trace.add("cancelled");
          }
          return "stubborn";
        };

    RaceResult<String> result = race(SHORT, List.of(stubborn, returning("b")));

    assertThat(result.winner()).isEqualTo("b");
    assertThat(result.exceptions()).hasSize(2).containsOnlyNulls();
    assertThat(trace).containsExactly("b started", "cancelled");
  }

  @Test
  void cancellingTheRaceCancelsTheBodiesAndWaitsForThem() throws Exception {
    loop.runUntilComplete(
        () -> {
          Task<?> task =
              loop.createTask(
                  () -> Asyncio.staggeredRace(List.of(hanging("a"), hanging("b")), SHORT));
          while (trace.size() < 2) {
            Asyncio.sleep(SHORT);
          }
          task.cancel("enough");

          assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
          assertThat(task.cancelled()).isTrue();
        });

    assertThat(trace).containsExactly("a started", "b started", "a ended", "b ended");
    assertThat(loop.tasks.toSet()).isEmpty();
  }

  @Test
  void whatEndsTheRunIsNoResult() {
    ExceptionRecorder.on(loop);
    Coroutine<String> exiting =
        () -> {
          throw new SystemExit(3);
        };

    assertThatThrownBy(() -> race(SHORT, List.of(exiting, hanging("b"))))
        .isInstanceOf(SystemExit.class);
  }

  @Test
  void itWorksWithEagerTasks() throws Exception {
    loop.setTaskFactory(Asyncio.eagerTaskFactory());

    RaceResult<String> result =
        race(Duration.ZERO, List.of(failing("a"), failing("b"), returning("c")));

    assertThat(result.winnerIndex()).hasValue(2);
    assertThat(trace).containsExactly("a started", "b started", "c started");
  }
}
