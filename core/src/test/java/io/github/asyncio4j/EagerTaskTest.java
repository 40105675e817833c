// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Tasks that make their first step inside `createTask` (TK-10, R-54).
@ParameterizedClass
@EnumSource(LoopKind.class)
final class EagerTaskTest {
  private static final TaskOptions EAGER = TaskOptions.DEFAULT.eagerStart(true);

  private final BaseEventLoop loop;
  private final List<String> trace = new ArrayList<>();

  EagerTaskTest(LoopKind kind) {
    this.loop = kind.newLoop();
  }

  @AfterEach
  void closeLoop() {
    loop.close();
  }

  @Test
  void aTaskThatNeverSuspendsIsDoneWhenItIsCreated() throws Exception {
    loop.runUntilComplete(
        () -> {
          Task<?> creator = Task.currentTask();
          var task =
              loop.createTask(
                  () -> {
                    trace.add(Task.currentTask() == creator ? "creator" : "itself");
                    return 42;
                  },
                  EAGER);
          assertThat(task.done()).isTrue();
          assertThat(task.await()).isEqualTo(42);
          assertThat(Task.currentTask()).isSameAs(creator);
          assertThat(Asyncio.currentTask(loop)).isSameAs(creator);
          assertThat(Asyncio.allTasks()).containsExactly(creator);
        });

    assertThat(trace).containsExactly("itself");
  }

  @Test
  void aTaskThatSuspendsGoesOnInTheLoop() throws Exception {
    loop.runUntilComplete(
        () -> {
          var task =
              loop.createTask(
                  () -> {
                    trace.add("first step");
                    Asyncio.sleep(Duration.ZERO);
                    trace.add("second step");
                  },
                  EAGER);
          trace.add("created");
          assertThat(Asyncio.allTasks()).contains(task);
          task.await();
        });

    assertThat(trace).containsExactly("first step", "created", "second step");
  }

  @Test
  void aCallbackMayStartATaskEagerly() throws Exception {
    loop.runUntilComplete(
        () -> {
          Future<String> result = loop.createFuture();
          loop.callSoon(
              () -> {
                loop.createTask(() -> trace.add("task"), EAGER);
                trace.add("callback");
                result.setResult("done");
              });
          result.await();
        });

    assertThat(trace).containsExactly("task", "callback");
  }

  @Test
  void anExceptionIsTheTasksAndNotTheCreators() throws Exception {
    loop.runUntilComplete(
        () -> {
          var task =
              loop.createTask(
                  () -> {
                    throw new IllegalArgumentException("mine");
                  },
                  EAGER);
          assertThatThrownBy(task::await).hasMessage("mine");
        });
  }

  @Test
  void eagerTasksMayStartEagerTasksToAnyDepth() throws Exception {
    int depth = loop.runUntilComplete(() -> nest(0, 3_000));

    assertThat(depth).isEqualTo(3_000);
  }

  private int nest(int level, int levels) throws Exception {
    return level == levels ? level : loop.createTask(() -> nest(level + 1, levels), EAGER).await();
  }

  @Test
  void aTaskIsStartedAsUsualWhereTheLoopDoesNotRun() throws Exception {
    var task = loop.createTask(() -> trace.add("body"), EAGER);
    assertThat(trace).isEmpty();
    loop.runUntilComplete(task);

    assertThat(trace).containsExactly("body");
  }

  @Test
  void theTaskRunsInAContextOfItsOwn() throws Exception {
    ContextVar<String> var = ContextVar.of("var");
    loop.runUntilComplete(
        () -> {
          var.set("creator");
          loop.createTask(
              () -> {
                trace.add(var.get());
                var.set("task");
              },
              EAGER);
          trace.add(var.get());
        });

    assertThat(trace).containsExactly("creator", "creator");
  }

  @Test
  void theCreatorMayBeCancelledByTheTaskThatItStarts() throws Exception {
    loop.runUntilComplete(
        () -> {
          Task<?> creator =
              loop.createTask(
                  () -> {
                    Task<?> self = Task.currentTask();
                    loop.createTask(() -> self.cancel(), EAGER);
                    trace.add("goes on");
                    Asyncio.sleep(Duration.ZERO);
                    trace.add("not reached");
                  });
          assertThatThrownBy(creator::await).isInstanceOf(CancelledError.class);
        });

    assertThat(trace).containsExactly("goes on");
  }

  @Test
  void theFactoryMakesEveryTaskEagerUnlessItsOptionsSayOtherwise() throws Exception {
    loop.setTaskFactory(Asyncio.eagerTaskFactory());
    loop.runUntilComplete(
        () -> {
          loop.createTask(() -> trace.add("eager"));
          var lazy =
              loop.createTask(() -> trace.add("lazy"), TaskOptions.DEFAULT.eagerStart(false));
          trace.add("created");
          lazy.await();
        });

    assertThat(trace).containsExactly("eager", "created", "lazy");
  }

  @Test
  void aGroupTakesTasksThatAreDoneAtOnce() throws Exception {
    loop.setTaskFactory(Asyncio.eagerTaskFactory());
    loop.runUntilComplete(
        () ->
            assertThatThrownBy(
                    () ->
                        Asyncio.taskGroup(
                            group -> {
                              group.createTask(() -> "fine");
                              group.createTask(
                                  () -> {
                                    throw new IllegalStateException("at once");
                                  });
                              trace.add("body goes on");
                              Asyncio.sleep(Duration.ZERO);
                              trace.add("not reached");
                            }))
                .isInstanceOf(ExceptionGroup.class));

    assertThat(trace).containsExactly("body goes on");
  }

  //
  @Test
  void aTaskThatAWrongThreadMakesIsRefusedAndLeavesNothingBehind() throws Exception {
    loop.setDebug(true);
    for (TaskOptions options : List.of(EAGER, TaskOptions.DEFAULT)) {
      trace.clear();
      TaskOptions owning = options.owns(() -> trace.add("closed"));
      loop.runUntilComplete(
          () -> {
            var outcome =
                CompletableFuture.supplyAsync(
                    () -> loop.createTask(() -> trace.add("ran"), owning),
                    task -> Thread.ofPlatform().start(task));

            assertThatThrownBy(() -> Future.await(outcome))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("Non-thread-safe operation");
            Asyncio.sleep(Duration.ZERO);
            assertThat(Asyncio.allTasks()).containsExactly(Task.currentTask());
          });
      assertThat(trace).containsExactly("closed");
    }
  }
}
