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

/// Tasks that wait for each other, in a circle or in a chain longer than the stack is deep.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class WaitingInCirclesTest {
  private static final int LONG = 20_000;

  private final BaseEventLoop loop;
  private final ExceptionRecorder failures;

  WaitingInCirclesTest(LoopKind kind) {
    this.loop = kind.newLoop();
    this.failures = ExceptionRecorder.on(loop);
  }

  @AfterEach
  void closeLoop() {
    loop.close();
  }

  /// Starts tasks each of which waits for the next, and the last for the first.
  private Task<?>[] circle(int size) {
    var tasks = new Task<?>[size];
    for (int i = 0; i < size; i++) {
      int next = (i + 1) % size;
      tasks[i] =
          loop.createTask(
              () -> {
                Asyncio.sleep(Duration.ZERO);
                tasks[next].await();
              },
              "t" + i);
    }
    return tasks;
  }

  private static void letWait() {
    for (int i = 0; i < 3; i++) {
      Asyncio.sleep(Duration.ZERO);
    }
  }

  private static void assertCancelled(Task<?>... tasks) throws Exception {
    Asyncio.wait(List.of(tasks));
    assertThat(tasks).allMatch(Future::cancelled);
  }

  //
  @Test
  void oneOfACircleCanBeCancelledAndAllEnd() throws Exception {
    for (int size = 2; size <= 4; size++) {
      int n = size;
      loop.runUntilComplete(
          () -> {
            Task<?>[] tasks = circle(n);
            letWait();

            assertThat(tasks[0].cancel("enough")).isTrue();

            assertCancelled(tasks);
            assertThat(tasks[0].cancelling()).isEqualTo(1);
          });
    }
  }

  @Test
  void aTaskThatGathersItselfCanBeCancelled() throws Exception {
    loop.runUntilComplete(
        () -> {
          var all = new ArrayList<Task<?>>();
          all.add(
              loop.createTask(
                  () -> {
                    Asyncio.sleep(Duration.ZERO);
                    Asyncio.gatherOutcomes(all).await();
                  }));
          letWait();

          all.getFirst().cancel();

          assertCancelled(all.getFirst());
        });
  }

  // The gathering has another child that can be cancelled, so it accepts the request, and would
  // then
  // wait for all of them, of which one waits for it.
  @Test
  void aCircleThroughAGatheringOfSeveralCanBeCancelled() throws Exception {
    loop.runUntilComplete(
        () -> {
          Task<?> other = loop.createTask(() -> Asyncio.sleep(Duration.ofHours(1)), "other");
          var tasks = new Task<?>[2];
          tasks[0] =
              loop.createTask(
                  () -> {
                    Asyncio.sleep(Duration.ZERO);
                    tasks[1].await();
                  });
          tasks[1] =
              loop.createTask(
                  () -> {
                    Asyncio.sleep(Duration.ZERO);
                    Asyncio.gatherOutcomes(List.of(tasks[0], other)).await();
                  });
          letWait();

          tasks[0].cancel();

          assertCancelled(tasks[0], tasks[1], other);
        });
  }

  @Test
  void aTaskThatWasCancelledBeforeItClosesTheCircleEndsIt() throws Exception {
    loop.runUntilComplete(
        () -> {
          var tasks = new Task<?>[2];
          tasks[0] = loop.createTask(() -> tasks[1].await());
          tasks[1] =
              loop.createTask(
                  () -> {
                    Asyncio.sleep(Duration.ZERO);
                    Task.currentTask().cancel();
                    tasks[0].await();
                  });

          assertCancelled(tasks);
        });
  }

  @Test
  void aTaskThatWasCancelledAndThenGathersItselfEnds() throws Exception {
    loop.runUntilComplete(
        () -> {
          var all = new ArrayList<Task<?>>();
          all.add(
              loop.createTask(
                  () -> {
                    Task.currentTask().cancel();
                    Asyncio.gatherOutcomes(all).await();
                  }));

          assertCancelled(all.getFirst());
        });
  }

  // TC-01
  @Test
  void aFailingSiblingEndsAGroupWhoseTasksWaitForEachOther() {
    assertThatThrownBy(
            () ->
                loop.runUntilComplete(
                    () ->
                        Asyncio.taskGroup(
                            group -> {
                              var tasks = new Task<?>[2];
                              tasks[0] = group.createTask(() -> tasks[1].await());
                              tasks[1] = group.createTask(() -> tasks[0].await());
                              group.createTask(
                                  () -> {
                                    letWait();
                                    throw new IOException("sibling");
                                  });
                            })))
        .isInstanceOfSatisfying(
            ExceptionGroup.class,
            e -> assertThat(e.exceptions()).singleElement().isInstanceOf(IOException.class));
  }

  // TC-11
  @Test
  void aRunThatLeavesACircleBehindEnds() throws Exception {
    var left = new ArrayList<Task<?>>();
    String result =
        Asyncio.run(
            () -> {
              var tasks = new Task<?>[2];
              tasks[0] = Asyncio.createTask(() -> tasks[1].await());
              tasks[1] = Asyncio.createTask(() -> tasks[0].await());
              left.addAll(List.of(tasks));
              letWait();
              return "done";
            });

    assertThat(result).isEqualTo("done");
    assertThat(left).allMatch(Future::cancelled);
  }

  @Test
  void theTextOfTasksThatWaitForEachOtherIsFinite() throws Exception {
    loop.runUntilComplete(
        () -> {
          Task<?>[] tasks = circle(2);
          letWait();

          assertThat(tasks[0].toString())
              .contains("name='t0'", "cb=[Task.step(name='t1')]")
              .hasSizeLessThan(300);
          tasks[0].cancel();
          assertCancelled(tasks);
        });
  }

  // FT-01
  @Test
  void theTextOfAFutureThatResultsInItselfIsFinite() {
    Future<List<Object>> future = loop.createFuture();
    future.setResult(List.of("x"));
    Future<Object> own = loop.createFuture();
    own.setResult(new ArrayList<Object>(List.of(own)));

    assertThat(future.toString()).contains("result=[x]");
    assertThat(own.toString()).startsWith("<Future finished result=").hasSizeLessThan(200);
  }

  private List<Task<?>> chain() {
    var tasks = new ArrayList<Task<?>>();
    tasks.add(loop.createTask(() -> Asyncio.sleep(Duration.ofHours(1)), "innermost"));
    for (int i = 1; i < LONG; i++) {
      Task<?> next = tasks.getLast();
      tasks.add(loop.createTask(() -> next.await()));
    }
    return tasks;
  }

  @Test
  void aChainLongerThanTheStackCanBeCancelledPrintedAndShown() throws Exception {
    loop.runUntilComplete(
        () -> {
          List<Task<?>> tasks = chain();
          letWait();

          assertThat(tasks.getFirst().toString()).contains("innermost").hasSizeLessThan(300);
          FutureCallGraph graph = FutureCallGraph.capture(tasks.getFirst(), 1, 0);
          assertThat(levelsOf(graph)).isEqualTo(LONG);
          assertThat(graph.format()).contains("innermost", "more than").hasSizeLessThan(500_000);

          tasks.getLast().cancel();
          Asyncio.wait(tasks);
          assertThat(tasks).allMatch(Future::cancelled);
        });
    assertThat(failures.messages()).isEmpty();
  }

  private static int levelsOf(FutureCallGraph graph) {
    int levels = 1;
    FutureCallGraph level = graph;
    while (!level.awaitedBy().isEmpty()) {
      level = level.awaitedBy().getFirst();
      levels++;
    }
    return levels;
  }
}
