// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// One exception object that is thrown by several: it is never suppressed in itself.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class SameExceptionTwiceTest {
  private final BaseEventLoop loop;
  private final IOException failure = new IOException("connection lost");

  SameExceptionTwiceTest(LoopKind kind) {
    this.loop = kind.newLoop();
  }

  @AfterEach
  void closeLoop() {
    loop.close();
  }

  private void fail() throws IOException {
    throw failure;
  }

  @Test
  void byTwoTasksOfAGroupAndByItsBody() throws Exception {
    loop.runUntilComplete(
        () ->
            assertThatThrownBy(
                    () ->
                        Asyncio.taskGroup(
                            group -> {
                              VoidCoroutine failing = this::fail;
                              Task<?> first = group.createTask(failing);
                              group.createTask(failing);
                              first.await();
                            }))
                .isInstanceOfSatisfying(
                    ExceptionGroup.class,
                    e -> assertThat(e.exceptions()).isNotEmpty().containsOnly(failure)));
  }

  @Test
  void byATaskOfABlockOfTryThatLeavesWithIt() throws Exception {
    loop.runUntilComplete(
        () -> {
          assertThatThrownBy(
                  () -> {
                    try (var group = TaskGroup.open()) {
                      VoidCoroutine failing = this::fail;
                      Task<?> child =
                          group.createTask(failing, TaskOptions.DEFAULT.eagerStart(true));
                      child.await();
                    }
                  })
              .isInstanceOfAny(IOException.class, CancelledError.class);
          assertThat(failure.getSuppressed()).doesNotContain(failure);
        });
  }

  @Test
  void byABodyAndWhatItsTaskOwns() throws Exception {
    loop.runUntilComplete(
        () -> {
          VoidCoroutine failing = this::fail;
          Task<?> task =
              loop.createTask(failing, TaskOptions.DEFAULT.owns(this::fail).owns(this::fail));
          assertThatThrownBy(task::await).isSameAs(failure).hasNoSuppressedExceptions();
        });
  }

  @Test
  void byAllThatATaskOwns() throws Exception {
    loop.runUntilComplete(
        () -> {
          Task<?> task =
              loop.createTask(() -> 1, TaskOptions.DEFAULT.owns(this::fail).owns(this::fail));
          assertThatThrownBy(task::await).isSameAs(failure).hasNoSuppressedExceptions();
        });
  }

  @Test
  void byAFutureThatTwoDeadlinesAwait() throws Exception {
    loop.runUntilComplete(
        () -> {
          Future<String> future = loop.createFuture();
          future.setException(failure);
          Coroutine<String> waiting = future::await;
          for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> Asyncio.timeout(Duration.ofHours(1), waiting))
                .isSameAs(failure)
                .hasNoSuppressedExceptions();
          }
        });
  }
}
