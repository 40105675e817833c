// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.mistakes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.ExceptionGroup;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.TaskGroup;
import io.github.asyncio4j.VoidCoroutine;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Mistakes with groups of tasks.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class GroupMistakesTest extends MistakeCase {
  GroupMistakesTest(LoopKind kind) {
    super(kind);
  }

  @Mistake(2)
  void aBlockBeginsWithAConstructor() throws Exception {
    run(
        () -> {
          try (var group = new TaskGroup()) {
            assertRefuses(
                "TaskGroup has not been entered: <TaskGroup>; begin it by run(group -> ...), or as"
                    + " TaskGroup.open() in try-with-resources",
                () -> group.createTask(() -> "never"));
          }
        });
  }

  @Mistake(2)
  void aBlockEndsWithoutJoin() throws Exception {
    run(
        () ->
            assertRefuses(
                "the block was left without join(), its tasks were cancelled: <TaskGroup finished>",
                () -> {
                  try (var group = TaskGroup.open()) {
                    group.createTask(() -> Asyncio.sleep(LONG));
                  }
                }));
  }

  @Mistake(2)
  void aTaskIsStartedInAGroupThatHasEnded() throws Exception {
    run(
        () -> {
          var group = new TaskGroup();
          group.run((TaskGroup.VoidBody) g -> g.createTask(() -> "done"));
          assertRefuses(
              "TaskGroup is finished: <TaskGroup finished>; it takes tasks while its body or one of"
                  + " them runs",
              () -> group.createTask(() -> "never"));
        });
  }

  @Mistake(2)
  void aGroupIsUsedTwice() throws Exception {
    run(
        () -> {
          var group = new TaskGroup();
          group.run((TaskGroup.VoidBody) g -> {});
          assertRefuses(
              "TaskGroup has been already entered: <TaskGroup finished>; a group is used once, make"
                  + " another one",
              () -> group.run((TaskGroup.VoidBody) g -> {}));
        });
  }

  @Mistake(2)
  void aTaskIsStartedInAGroupThatIsCancelled() throws Exception {
    run(
        () ->
            new TaskGroup()
                .run(
                    (TaskGroup.VoidBody)
                        group -> {
                          group.cancel();
                          assertRefuses(
                              "TaskGroup is shutting down: <TaskGroup cancelling>; a task has failed,"
                                  + " or cancel() was called",
                              () -> group.createTask(() -> "never"));
                        }));
  }

  @Mistake(2)
  void aGroupIsOpenedOutsideATask() {
    assertRefuses(
        "TaskGroup.run() or open() called outside a task: <TaskGroup>; call it in Asyncio.run(() ->"
            + " ...), from another thread in Asyncio.runCoroutineThreadsafe(() -> ..., loop)",
        TaskGroup::open);
  }

  @Mistake(2)
  void aGroupIsJoinedTwice() throws Exception {
    run(
        () -> {
          try (var group = TaskGroup.open()) {
            group.join();
            assertRefuses(
                "TaskGroup is not open: <TaskGroup finished>; join() ends what TaskGroup.open() has"
                    + " begun, once",
                group::join);
          }
        });
  }

  @Mistake(2)
  void aGroupIsJoinedByAnotherTask() throws Exception {
    run(
        () -> {
          try (var group = TaskGroup.open()) {
            String owner = Asyncio.currentTask().getName();
            Throwable thrown = loop.createTask(() -> catchThrowable(group::join)).await();
            assertThat(thrown)
                .isExactlyInstanceOf(IllegalStateException.class)
                .message()
                .startsWith(
                    "join() called outside the task of the group: <TaskGroup entered>; that is <Task"
                        + " pending name='"
                        + owner
                        + "' ");
            group.join();
          }
        });
  }

  private static void fail(String why) throws IOException {
    throw new IOException(why);
  }

  @Mistake(2)
  void twoTasksOfAGroupFail() throws Exception {
    run(
        () -> {
          Throwable thrown =
              assertThrows(
                  ExceptionGroup.class,
                  "unhandled errors in a TaskGroup (2 sub-exceptions)",
                  () ->
                      new TaskGroup()
                          .run(
                              (TaskGroup.VoidBody)
                                  group -> {
                                    group.createTask((VoidCoroutine) () -> fail("a"));
                                    group.createTask((VoidCoroutine) () -> fail("b"));
                                  }));
          assertThat(List.of(thrown.getSuppressed()))
              .extracting(Throwable::getMessage)
              .containsExactly("a", "b");
        });
  }
}
