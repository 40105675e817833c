// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.asyncio4j.testing.ExceptionRecorder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Groups of tasks in both of their shapes (TC-01, R-42 to R-44).
@ParameterizedClass
@EnumSource(LoopKind.class)
final class TaskGroupTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final BaseEventLoop loop;
  private final List<String> trace = new ArrayList<>();

  TaskGroupTest(LoopKind kind) {
    this.loop = kind.newLoop();
  }

  @AfterEach
  void closeLoop() {
    loop.close();
  }

  private void sleepUntilCancelled(String name) {
    try {
      Asyncio.sleep(LONG);
    } catch (CancelledError e) {
      trace.add(name + " cancelled");
      throw e;
    }
  }

  private static ExceptionGroup groupOf(Throwable t) {
    assertThat(t).isInstanceOf(ExceptionGroup.class);
    return (ExceptionGroup) t;
  }

  private static Void fail(String message) throws IOException {
    throw new IOException(message);
  }

  // TC-01
  @Test
  void theBlockEndsWhenAllTasksHaveEndedAndTheirResultsAreThere() throws Exception {
    int sum =
        loop.runUntilComplete(
            () ->
                new TaskGroup()
                    .run(
                        group -> {
                          var a = group.createTask(() -> Asyncio.sleep(Duration.ZERO, 1));
                          var b = group.createTask(() -> Asyncio.sleep(Duration.ofMillis(1), 2));
                          return Asyncio.gather(a, b).await().stream()
                              .mapToInt(Integer::intValue)
                              .sum();
                        }));

    assertThat(sum).isEqualTo(3);
  }

  @Test
  void joinWaitsForTheTasksOfATryBlock() throws Exception {
    String joined =
        loop.runUntilComplete(
            () -> {
              try (var group = TaskGroup.open()) {
                var a = group.createTask(() -> Asyncio.sleep(Duration.ofMillis(1), "a"), "first");
                var b = group.createTask(() -> "b");
                group.join();
                return a.result() + b.result();
              }
            });

    assertThat(joined).isEqualTo("ab");
  }

  //
  @Test
  void theFirstFailureCancelsTheOtherTasksAndTheBody() throws Exception {
    loop.runUntilComplete(
        () -> {
          Throwable thrown =
              catchThrowable(
                  () ->
                      new TaskGroup()
                          .run(
                              group -> {
                                group.createTask(() -> sleepUntilCancelled("sibling"));
                                group.createTask(() -> fail("disk"));
                                sleepUntilCancelled("body");
                              }));

          assertThat(groupOf(thrown).exceptions()).singleElement().isInstanceOf(IOException.class);
          assertThat(trace).containsExactlyInAnyOrder("sibling cancelled", "body cancelled");
          assertThat(Task.currentTask().cancelling()).isZero();
          Asyncio.sleep(Duration.ZERO);
        });
  }

  @Test
  void joinThrowsWhatTheTasksHaveThrown() throws Exception {
    loop.runUntilComplete(
        () -> {
          try (var group = TaskGroup.open()) {
            group.createTask(() -> sleepUntilCancelled("sibling"));
            group.createTask(() -> fail("disk"));
            assertThatThrownBy(group::join).isInstanceOf(ExceptionGroup.class);
          }
          assertThat(trace).containsExactly("sibling cancelled");
          Asyncio.sleep(Duration.ZERO);
        });
  }

  @Test
  void aTryBlockWhoseBodyWaitsForSomethingElseFailsItsTaskWithTheGroup() {
    Throwable thrown =
        catchThrowable(
            () ->
                loop.runUntilComplete(
                    () -> {
                      try (var group = TaskGroup.open()) {
                        group.createTask(() -> fail("disk"));
                        sleepUntilCancelled("body");
                        group.join();
                      }
                    }));

    assertThat(groupOf(thrown).exceptions()).singleElement().isInstanceOf(IOException.class);
    assertThat(trace).containsExactly("body cancelled");
  }

  //
  @Test
  void aCancellationFromElsewhereBesideAFailureIsThrownByTheNextAwait() throws Exception {
    var parent =
        loop.createTask(
            () -> {
              Throwable thrown =
                  catchThrowable(
                      () ->
                          new TaskGroup()
                              .run(
                                  group -> {
                                    group.createTask(this::failWhenCancelled);
                                    Asyncio.sleep(LONG);
                                  }));
              assertThat(thrown).isInstanceOf(ExceptionGroup.class);
              assertThat(Task.currentTask().cancelling()).isEqualTo(1);
              sleepUntilCancelled("parent");
            });
    loop.runUntilComplete(
        () -> {
          Asyncio.sleep(Duration.ZERO);
          Asyncio.sleep(Duration.ZERO);
          parent.cancel();
          assertThat(catchThrowable(parent::await)).isInstanceOf(CancelledError.class);
        });

    assertThat(trace).containsExactly("parent cancelled");
  }

  private void failWhenCancelled() throws IOException {
    try {
      Asyncio.sleep(LONG);
    } finally {
      fail("cleanup");
    }
  }

  // TC-01 (3.15)
  @Test
  void cancelEndsTheBlockWithoutAnException() throws Exception {
    loop.runUntilComplete(
        () -> {
          var group = new TaskGroup();
          String value =
              group.run(
                  g -> {
                    g.createTask(() -> sleepUntilCancelled("task"));
                    loop.callSoon(group::cancel);
                    sleepUntilCancelled("body");
                    return "not reached";
                  });
          assertThat(value).isNull();
          assertThat(Task.currentTask().cancelling()).isZero();
          group.cancel();
          Asyncio.sleep(Duration.ZERO);
        });

    assertThat(trace).containsExactlyInAnyOrder("task cancelled", "body cancelled");
  }

  @Test
  void aGroupThatIsCancelledBeforeItBeginsCancelsTheBodyAtItsFirstAwait() throws Exception {
    loop.runUntilComplete(
        () -> {
          var group = new TaskGroup();
          group.cancel();
          group.run(
              g -> {
                trace.add("body");
                assertThatThrownBy(() -> g.createTask(() -> "never"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("is shutting down");
                sleepUntilCancelled("body");
              });
          Asyncio.sleep(Duration.ZERO);
        });

    assertThat(trace).containsExactly("body", "body cancelled");
  }

  @Test
  void cancelEndsATryBlockThatWaitsInJoin() throws Exception {
    loop.runUntilComplete(
        () -> {
          try (var group = TaskGroup.open()) {
            group.createTask(() -> sleepUntilCancelled("task"));
            loop.callLater(Duration.ofMillis(1), group::cancel);
            group.join();
          }
          Asyncio.sleep(Duration.ZERO);
        });

    assertThat(trace).containsExactly("task cancelled");
  }

  @Test
  void aBlockThatForgetsToJoinIsToldSo() throws Exception {
    loop.runUntilComplete(
        () -> {
          assertThatThrownBy(
                  () -> {
                    try (var group = TaskGroup.open()) {
                      group.createTask(() -> sleepUntilCancelled("a"));
                      Asyncio.sleep(Duration.ZERO);
                    }
                  })
              .isInstanceOf(IllegalStateException.class)
              .hasMessageStartingWith(
                  "the block was left without join(), its tasks were cancelled");
          assertThatThrownBy(
                  () -> {
                    try (var group = TaskGroup.open()) {
                      group.createTask(() -> sleepUntilCancelled("b"));
                      throw new IOException("body");
                    }
                  })
              .isInstanceOf(IOException.class)
              .satisfies(
                  e -> assertThat(e.getSuppressed()[0]).hasMessageContaining("without join()"));
          try (var _ = TaskGroup.open()) {
            trace.add("no tasks");
          }
        });

    assertThat(trace).containsExactly("a cancelled", "no tasks");
  }

  @Test
  void aBlockThatIsCancelledHasNotForgottenToJoin() throws Exception {
    loop.runUntilComplete(
        () -> {
          Task<?> task =
              loop.createTask(
                  () -> {
                    try (var group = TaskGroup.open()) {
                      group.createTask(() -> sleepUntilCancelled("a"));
                      Asyncio.sleep(LONG);
                    }
                  });
          Asyncio.sleep(Duration.ZERO);
          Asyncio.sleep(Duration.ZERO);
          task.cancel();
          assertThatThrownBy(task::await)
              .isInstanceOf(CancelledError.class)
              .satisfies(e -> assertThat(e.getSuppressed()).isEmpty());
        });

    assertThat(trace).containsExactly("a cancelled");
  }

  //
  @Test
  void aRefusedTaskClosesWhatItWouldHaveOwned() throws Exception {
    var owned = TaskOptions.DEFAULT.owns(() -> trace.add("closed"));
    var group = new TaskGroup();
    assertThatThrownBy(() -> group.createTask(() -> "never", owned))
        .hasMessageContaining("has not been entered");
    loop.runUntilComplete(
        () -> {
          group.run(
              g -> {
                g.cancel();
                assertThatThrownBy(() -> g.createTask(() -> "never", owned))
                    .hasMessageContaining("is shutting down");
              });
          assertThatThrownBy(() -> group.createTask(() -> "never", owned))
              .hasMessageContaining("is finished");
        });

    assertThat(trace).containsExactly("closed", "closed", "closed");
  }

  //
  @Test
  @SuppressWarnings("DataFlowIssue")
  void aBodyThatIsNullClosesWhatItsTaskWouldHaveOwned() throws Exception {
    var owned = TaskOptions.DEFAULT.owns(() -> trace.add("closed"));
    loop.runUntilComplete(
        () ->
            new TaskGroup()
                .run(
                    g -> {
                      assertThatThrownBy(() -> g.createTask((Coroutine<String>) null, owned))
                          .isInstanceOf(NullPointerException.class)
                          .hasMessage("body");
                      assertThatThrownBy(() -> g.createTask((VoidCoroutine) null, owned))
                          .isInstanceOf(NullPointerException.class)
                          .hasMessage("body");
                      assertThatThrownBy(() -> g.createTask((VoidCoroutine) null))
                          .isInstanceOf(NullPointerException.class)
                          .hasMessage("body");
                    }));

    assertThat(trace).containsExactly("closed", "closed");
  }

  //
  @Test
  void aTaskClosesWhatItOwnsWhenItIsCancelledBeforeItsFirstStep() throws Exception {
    loop.runUntilComplete(
        () -> {
          var task =
              loop.createTask(
                  () -> trace.add("body"),
                  TaskOptions.DEFAULT
                      .owns(() -> trace.add("first"))
                      .owns(() -> trace.add("second")));
          task.cancel();
          assertThat(catchThrowable(task::await)).isInstanceOf(CancelledError.class);
        });

    assertThat(trace).containsExactly("second", "first");
  }

  @Test
  void aTaskClosesWhatItOwnsAfterItsBodyAndFailsWithWhatClosingThrows() throws Exception {
    loop.runUntilComplete(
        () -> {
          var task =
              loop.createTask(
                  () -> trace.add("body"),
                  TaskOptions.DEFAULT
                      .owns(() -> trace.add("closed"))
                      .owns(
                          () -> {
                            throw new IOException("cannot close");
                          }));
          Asyncio.sleep(Duration.ZERO);
          Asyncio.sleep(Duration.ZERO);
          assertThat(task.exception()).isInstanceOf(IOException.class).hasMessage("cannot close");
        });

    assertThat(trace).containsExactly("body", "closed");
  }

  @Test
  void theLoopClosesWhatATaskOwnsThatItNeverStarted() {
    ExceptionRecorder.on(loop);
    loop.createTask(() -> trace.add("body"), TaskOptions.DEFAULT.owns(() -> trace.add("closed")));
    loop.close();
    assertThatThrownBy(
            () -> loop.createTask(() -> "", TaskOptions.DEFAULT.owns(() -> trace.add("refused"))))
        .isInstanceOf(IllegalStateException.class);

    assertThat(trace).containsExactly("closed", "refused");
  }

  @Test
  void aResourceThatCannotBeClosedKeepsNoOtherTaskOfAClosedLoopFromItsEnd() {
    ExceptionRecorder.on(loop);
    loop.createTask(
        () -> "never",
        TaskOptions.DEFAULT.owns(
            () -> {
              throw new IOException("cannot close");
            }));
    loop.createTask(() -> "never", TaskOptions.DEFAULT.owns(() -> trace.add("closed")));

    assertThatThrownBy(loop::close).rootCause().hasMessage("cannot close");
    assertThat(trace).containsExactly("closed");
  }

  // TK-03
  @Test
  void aFailureThatComesWithTheCancellationOfItsWaiterIsNotReported() throws Exception {
    ExceptionRecorder failures = ExceptionRecorder.on(loop);
    loop.runUntilComplete(
        () -> {
          Future<String> future = loop.createFuture();
          Task<String> task = loop.createTask(() -> future.await());
          Asyncio.sleep(Duration.ZERO);
          future.setException(new IOException("too late"));
          task.cancel();
          assertThat(catchThrowable(task::await)).isInstanceOf(CancelledError.class);
        });
    loop.close();

    assertThat(failures.unexpected()).isEmpty();
  }

  // TC-02
  @Test
  void aDeadlineAroundAGroupCancelsItsTasks() throws Exception {
    loop.runUntilComplete(
        () ->
            assertThatThrownBy(
                    () ->
                        Asyncio.timeout(
                            Duration.ofMillis(1),
                            () ->
                                Asyncio.taskGroup(
                                    group -> {
                                      group.createTask(() -> sleepUntilCancelled("task"));
                                    })))
                .isInstanceOf(TimeoutException.class));

    assertThat(trace).containsExactly("task cancelled");
  }

  @Test
  void aGroupIsUsedOnceByTheTaskThatHasBegunIt() throws Exception {
    assertThatThrownBy(TaskGroup::open)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("outside a task");
    loop.runUntilComplete(
        () -> {
          var group = TaskGroup.open();
          assertThatThrownBy(() -> group.run(g -> {}))
              .hasMessageContaining("has been already entered");
          var stranger = loop.createTask(group::join);
          assertThatThrownBy(stranger::await).hasMessageContaining("outside the task of the group");
          group.join();
          assertThatThrownBy(group::join).hasMessageContaining("is not open");
          group.close();
        });
  }

  @Test
  void aFailureAfterTheParentHasEndedIsReported() throws Exception {
    ExceptionRecorder failures = ExceptionRecorder.on(loop);
    loop.runUntilComplete(
        () -> {
          var parent =
              loop.createTask(
                  () -> {
                    TaskGroup.open()
                        .createTask(
                            () -> {
                              Asyncio.sleep(Duration.ofMillis(1));
                              return fail("late");
                            });
                  });
          parent.await();
          Asyncio.sleep(Duration.ofMillis(3));
        });

    assertThat(failures.messages()).singleElement().asString().contains("parent task");
  }
}
