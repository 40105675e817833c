// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Cancellation and deadlines where a task is in a blocking call of the JDK (design 3).
@ParameterizedClass
@EnumSource(
    value = LoopKind.class,
    names = {"EPOLL_LOOP_THREAD", "NIO_LOOP_THREAD"})
final class CancellationAndTheJdkTest {
  private static final Duration SHORT = Duration.ofMillis(5);

  private final BaseEventLoop loop;

  CancellationAndTheJdkTest(LoopKind kind) {
    this.loop = kind.newLoop();
  }

  @AfterEach
  void closeLoop() {
    loop.close();
  }

  private static void passThrough(ReentrantLock lock) {
    lock.lock();
    try {
      assertThat(lock.isHeldByCurrentThread()).isTrue();
    } finally {
      lock.unlock();
    }
  }

  // TC-02, TC-03
  @Test
  void aDeadlineInABlockingCallIsATimeout() throws Exception {
    loop.runUntilComplete(
        () -> {
          assertThatThrownBy(() -> Asyncio.timeout(SHORT, () -> Thread.sleep(60_000)))
              .isInstanceOf(TimeoutException.class);
          var queue = new LinkedBlockingQueue<String>();
          assertThatThrownBy(() -> Asyncio.waitFor(() -> queue.poll(1, TimeUnit.MINUTES), SHORT))
              .isInstanceOf(TimeoutException.class);
          // Nothing of it is left behind.
          Thread.sleep(1);
        });
  }

  // EL-16, TC-02
  @Test
  void theBodyOfAGeneratorInABlockingCallIsCancelledAsAnyOther() throws Exception {
    AsyncGenerator.Body<Integer> body =
        out -> {
          out.yield(1);
          Thread.sleep(60_000);
        };
    loop.runUntilComplete(
        () -> {
          assertThatThrownBy(
                  () ->
                      Asyncio.timeout(
                          SHORT,
                          () -> {
                            for (int number : AsyncGenerator.of(body)) {
                              assertThat(number).isEqualTo(1);
                            }
                          }))
              .isInstanceOf(TimeoutException.class);
          Task<?> consumer =
              loop.createTask(() -> AsyncGenerator.of(body).forEach(n -> assertThat(n).isOne()));
          Asyncio.sleep(SHORT);
          consumer.cancel();
          Asyncio.wait(List.of(consumer));
          assertThat(consumer.cancelled()).isTrue();
        });
  }

  // TC-01
  @Test
  void aBlockThatItsGroupCancelsInABlockingCallIsCancelled() throws Exception {
    loop.runUntilComplete(
        () -> {
          Task<?> block =
              loop.createTask(
                  () -> {
                    try (var group = TaskGroup.open()) {
                      group.createTask(group::cancel);
                      Thread.sleep(60_000);
                    }
                  });
          Asyncio.wait(List.of(block));
          assertThat(block.cancelled()).isTrue();
        });
  }

  //
  @Test
  void anInterruptWhoseRequestIsTakenBackTooLateIsACancellation() throws Exception {
    loop.runUntilComplete(
        () -> {
          Task<?> task = loop.createTask(() -> Thread.sleep(60_000));
          Asyncio.sleep(SHORT);
          task.cancel();
          task.uncancel();
          Asyncio.wait(List.of(task));
          assertThat(task.cancelled()).isTrue();
        });
  }

  @Test
  void anInterruptOfTheJdkAfterADeadlineIsNone() throws Exception {
    loop.runUntilComplete(
        () -> {
          Task<?> task =
              loop.createTask(
                  () -> {
                    assertThatThrownBy(() -> Asyncio.timeout(SHORT, () -> Thread.sleep(60_000)))
                        .isInstanceOf(TimeoutException.class);
                    throw new InterruptedException("its own");
                  });
          assertThatThrownBy(task::await).hasMessage("its own");
        });
  }

  @Test
  void theInterruptOfADeadlineDoesNotOutliveACallThatIgnoresIt() throws Exception {
    var lock = new ReentrantLock();
    loop.runUntilComplete(
        () -> {
          Future<String> gate = loop.createFuture();
          Task<?> holder =
              loop.createTask(
                  () -> {
                    lock.lock();
                    try {
                      gate.await();
                    } finally {
                      lock.unlock();
                    }
                  });
          Asyncio.sleep(Duration.ZERO);
          loop.callLater(SHORT.multipliedBy(3), () -> gate.setResult(""));
          Asyncio.timeout(SHORT, () -> passThrough(lock));
          // Would throw if the interrupt were still there.
          Thread.sleep(1);
          holder.await();
        });
  }

  @Test
  void aTaskCancelledInALockItWaitsForEndsCancelledThoughItsCleanupBlocks() throws Exception {
    var lock = new ReentrantLock();
    loop.runUntilComplete(
        () -> {
          Future<String> gate = loop.createFuture();
          loop.createTask(
              () -> {
                lock.lock();
                try {
                  gate.await();
                } finally {
                  lock.unlock();
                }
              });
          Task<?> waiter =
              loop.createTask(
                  () -> {
                    passThrough(lock);
                    try {
                      loop.createFuture().await();
                    } finally {
                      Thread.sleep(1);
                    }
                  });
          Asyncio.sleep(SHORT);
          waiter.cancel();
          gate.setResult("");

          assertThatThrownBy(waiter::await).isInstanceOf(CancelledError.class);
          assertThat(waiter.cancelled()).isTrue();
        });
  }

  //
  @Test
  void aFailingTaskOfAGroupEndsABlockingCallOfTheBody() throws Exception {
    loop.runUntilComplete(
        () -> {
          assertThatThrownBy(
                  () ->
                      Asyncio.taskGroup(
                          group -> {
                            group.createTask(
                                () -> {
                                  throw new IllegalArgumentException("task");
                                });
                            Thread.sleep(60_000);
                          }))
              .isInstanceOfSatisfying(
                  ExceptionGroup.class,
                  e ->
                      assertThat(e.exceptions())
                          .singleElement()
                          .isInstanceOf(IllegalArgumentException.class));
          assertThat(Thread.interrupted()).isFalse();
          Asyncio.sleep(Duration.ZERO);
        });
  }

  // TK-02
  @Test
  void theInterruptOfABlockingCallIsTheCancellationAndCleanupMayAwait() throws Exception {
    loop.runUntilComplete(
        () -> {
          var cleaned = new java.util.concurrent.atomic.AtomicBoolean();
          Task<?> task =
              loop.createTask(
                  () -> {
                    try {
                      Thread.sleep(60_000);
                    } finally {
                      Asyncio.sleep(Duration.ofMillis(1));
                      cleaned.set(true);
                    }
                  });
          Asyncio.sleep(Duration.ofMillis(1));
          task.cancel();
          assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
          assertThat(task.cancelled()).isTrue();
          assertThat(cleaned).isTrue();
        });
  }

  @Test
  void aSecondCancelAfterABlockingCallWasEndedByTheFirstIsNotLost() throws Exception {
    loop.runUntilComplete(
        () -> {
          Task<?> task =
              loop.createTask(
                  () -> {
                    try {
                      Thread.sleep(60_000);
                    } catch (InterruptedException e) {
                      Task.currentTask().cancel("again");
                    }
                    Asyncio.sleep(Duration.ofHours(1));
                  });
          Asyncio.sleep(Duration.ofMillis(1));
          task.cancel();
          assertThatThrownBy(task::await).isInstanceOf(CancelledError.class).hasMessage("again");
        });
  }

  // TC-01
  @Test
  void aBlockOfTryThatIsLeftByAnInterruptFailsItsTaskWithTheGroup() throws Exception {
    loop.runUntilComplete(
        () -> {
          Task<?> task =
              loop.createTask(
                  () -> {
                    try (var group = TaskGroup.open()) {
                      group.createTask(
                          () -> {
                            throw new IllegalArgumentException("task");
                          });
                      Thread.sleep(60_000);
                      group.join();
                    }
                  });
          assertThatThrownBy(task::await).isInstanceOf(ExceptionGroup.class);
        });
  }

  @Test
  void aCancelThatABlockedBodyOfAGeneratorIgnoresIsThrownInItsConsumer() throws Exception {
    var lock = new ReentrantLock();
    loop.runUntilComplete(
        () -> {
          Future<String> gate = loop.createFuture();
          var generator =
              AsyncGenerator.<Integer>of(
                  out -> {
                    passThrough(lock);
                    out.yield(1);
                  });
          Task<?> consumer =
              loop.createTask(
                  () -> {
                    assertThat(generator.anext()).isEqualTo(1);
                    gate.await();
                  });
          lock.lock();
          try {
            Asyncio.sleep(Duration.ofMillis(1));
            consumer.cancel();
          } finally {
            lock.unlock();
          }
          assertThatThrownBy(consumer::await).isInstanceOf(CancelledError.class);
          generator.close();
        });
  }
}
