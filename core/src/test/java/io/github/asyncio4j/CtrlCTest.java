// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// The first SIGINT, in this process (TC-12). A second one would end it: see [CtrlCProcessTest].
@ParameterizedClass
@EnumSource(LoopKind.class)
final class CtrlCTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final LoopKind kind;
  private final RunnerOptions options;
  private final List<String> events = new ArrayList<>();
  private LogRecorder log;

  CtrlCTest(LoopKind kind) {
    this.kind = kind;
    this.options = RunnerOptions.DEFAULT.loopFactory(kind::newLoop).handleSigint(true);
  }

  @BeforeAll
  static void heedTheSignal() throws Throwable {
    Interrupts.heed();
  }

  @BeforeEach
  void startLog() {
    log = LogRecorder.start();
  }

  @AfterEach
  void theJvmHasTheSignalAgain() {
    log.close();
    assertThat(Interrupts.isOfJvm()).isTrue();
  }

  private List<String> warnings() {
    return log.records().stream()
        .filter(record -> record.getLevel() == Level.WARNING)
        .map(record -> record.getMessage())
        .toList();
  }

  private void interrupted(VoidCoroutine main) {
    assertThatThrownBy(() -> Asyncio.run(main, options))
        .isInstanceOf(KeyboardInterrupt.class)
        .hasCauseInstanceOf(CancelledError.class);
  }

  @Test
  void mainIsCancelledAndItsCleanupMayAwait() {
    interrupted(
        () -> {
          Interrupts.raise();
          try {
            Asyncio.sleep(HOUR);
          } finally {
            Asyncio.sleep(Duration.ofMillis(1));
            events.add("main " + Task.currentTask().cancelling());
          }
        });

    assertThat(events).containsExactly("main 1");
    assertThat(warnings()).isEmpty();
  }

  @Test
  void theTasksThatAreLeftAreCancelledByTheRunner() {
    interrupted(
        () -> {
          Asyncio.createTask(
              () -> {
                try {
                  Asyncio.sleep(HOUR);
                } finally {
                  Asyncio.sleep(Duration.ofMillis(1));
                  events.add("other");
                }
              });
          Interrupts.raise();
          Asyncio.sleep(HOUR);
        });

    assertThat(events).containsExactly("other");
  }

  @Test
  void aTaskGroupOfMainEndsFirst() {
    interrupted(
        () ->
            new TaskGroup()
                .run(
                    group -> {
                      group.createTask(
                          () -> {
                            try {
                              Interrupts.raise();
                              Asyncio.sleep(HOUR);
                            } finally {
                              events.add("member");
                            }
                          });
                    }));

    assertThat(events).containsExactly("member");
  }

  @Test
  void aMainThatIsBlockedByTheJdkIsInterruptedWhereTasksHaveThreadsOfTheirOwn() {
    if (!kind.carriesItsTasks()) {
      // Such a call blocks the loop, as it does in asyncio, and comes to its own end.
      interrupted(
          () -> {
            Interrupts.raise();
            Thread.sleep(1);
            Asyncio.sleep(HOUR);
          });
      return;
    }
    interrupted(
        () -> {
          Interrupts.raise();
          new CountDownLatch(1).await();
        });
  }

  @Test
  void aMainThatSwallowsItKeepsItsResultAndThatIsLogged() throws Exception {
    String result =
        Asyncio.run(
            () -> {
              Interrupts.raise();
              assertThatThrownBy(() -> Asyncio.sleep(HOUR)).isInstanceOf(CancelledError.class);
              return "result";
            },
            options);

    assertThat(result).isEqualTo("result");
    assertThat(warnings())
        .singleElement()
        .asString()
        .startsWith("Ctrl-C was lost: the main task was cancelled and went on: <Task finished");
  }

  @Test
  void aMainThatFailsInItsCleanupKeepsItsExceptionAndThatIsLogged() {
    VoidCoroutine main =
        () -> {
          Interrupts.raise();
          try {
            Asyncio.sleep(HOUR);
          } catch (CancelledError e) {
            throw new IllegalArgumentException("cleanup", e);
          }
        };

    assertThatThrownBy(() -> Asyncio.run(main, options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("cleanup");
    assertThat(warnings()).hasSize(1);
  }

  @Test
  void aMainThatSomebodyElseCancelsTooIsJustCancelled() {
    VoidCoroutine main =
        () -> {
          Interrupts.raise();
          try {
            Asyncio.sleep(HOUR);
          } finally {
            Task.currentTask().cancel();
          }
        };

    assertThatThrownBy(() -> Asyncio.run(main, options)).isInstanceOf(CancelledError.class);
    assertThat(warnings()).hasSize(1);
  }

  //
  @Test
  void aSystemExitDuringTheCleanupGoesItsWay() {
    VoidCoroutine main =
        () -> {
          Interrupts.raise();
          try {
            Asyncio.sleep(HOUR);
          } catch (CancelledError e) {
            throw new SystemExit(3);
          }
        };

    assertThatThrownBy(() -> Asyncio.run(main, options)).isInstanceOf(SystemExit.class);
    assertThat(warnings()).isEmpty();
  }

  //
  @Test
  void aTaskThatThrowsKeyboardInterruptEndsTheRunToo() {
    VoidCoroutine main =
        () -> {
          Asyncio.createTask(
              () -> {
                throw new KeyboardInterrupt();
              });
          try {
            Asyncio.sleep(HOUR);
          } finally {
            events.add("main is cancelled by close");
          }
        };

    assertThatThrownBy(() -> Asyncio.run(main, options)).isInstanceOf(KeyboardInterrupt.class);
    assertThat(events).containsExactly("main is cancelled by close");
  }

  @Test
  void aRunnerIsInterruptedInEachOfItsRuns() {
    try (var runner = new Runner(options)) {
      for (int i = 0; i < 3; i++) {
        VoidCoroutine main =
            () -> {
              Interrupts.raise();
              Asyncio.sleep(HOUR);
            };
        assertThatThrownBy(() -> runner.run(main)).isInstanceOf(KeyboardInterrupt.class);
        assertThat(Interrupts.isOfJvm()).isTrue();
      }
    }
  }

  @Test
  void theSignalIsGivenBackHoweverTheRunEnds() {
    Coroutine<Boolean> look = Interrupts::isOfJvm;
    VoidCoroutine fail =
        () -> {
          throw new IllegalArgumentException();
        };

    try (var runner = new Runner(options)) {
      assertThat(catchThrowable(() -> assertThat(runner.run(look)).isFalse())).isNull();
      assertThat(Interrupts.isOfJvm()).isTrue();
      assertThatThrownBy(() -> runner.run(fail)).isInstanceOf(IllegalArgumentException.class);
      assertThat(Interrupts.isOfJvm()).isTrue();
      //
      VoidCoroutine stop =
          () -> {
            runner.getLoop().stop();
            Asyncio.sleep(HOUR);
          };
      assertThatThrownBy(() -> runner.run(stop)).isInstanceOf(IllegalStateException.class);
      assertThat(Interrupts.isOfJvm()).isTrue();
    }
  }

  @Test
  void aHandlerOfTheProgramIsLeftAlone() throws Exception {
    var received = new CompletableFuture<String>();
    Object mine = Interrupts.newHandler(() -> received.complete("mine"));
    Object before = Interrupts.set(mine);
    try {
      Asyncio.run(
          () -> {
            assertThat(Interrupts.current()).isSameAs(mine);
            Interrupts.raise();
            assertThat(received.get()).isEqualTo("mine");
            Asyncio.sleep(Duration.ofMillis(1));
          },
          options);
      assertThat(Interrupts.current()).isSameAs(mine);
    } finally {
      Interrupts.set(before);
    }
  }

  @Test
  void aHandlerThatIsSetDuringTheRunStays() throws Exception {
    Object mine = Interrupts.newHandler(() -> {});
    Object ofRun = Asyncio.run(() -> Interrupts.set(mine), options);
    assertThat(Interrupts.current()).isSameAs(mine);

    // What the program saved stands for the JVM's handler, and a later run takes it as such.
    Interrupts.set(ofRun);
    interrupted(
        () -> {
          Interrupts.raise();
          Asyncio.sleep(HOUR);
        });
  }

  @Test
  void aHandlerThatPassesTheSignalOnIsNoHindrance() {
    interrupted(
        () -> {
          var before = new Object[1];
          Object mine =
              Interrupts.newHandler(
                  () -> {
                    Interrupts.set(before[0]);
                    Interrupts.raise();
                  });
          before[0] = Interrupts.set(mine);
          Interrupts.raise();
          Asyncio.sleep(HOUR);
        });
  }

  @Test
  void ofTwoRunsAtTheSameTimeTheFirstHasTheSignal() {
    var release = new CountDownLatch(1);
    var second =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                release.await();
                return Asyncio.run(
                    () -> {
                      Interrupts.raise();
                      Asyncio.sleep(Duration.ofMillis(1));
                      return "not cancelled";
                    },
                    options);
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            },
            task -> Thread.ofPlatform().start(task));

    interrupted(
        () -> {
          release.countDown();
          Asyncio.sleep(HOUR);
        });

    assertThat(second.join()).isEqualTo("not cancelled");
  }

  @Test
  void itIsNotHandledWhenTheOptionsForbidItOrTheThreadIsNotTheMainOne() throws Exception {
    Coroutine<Boolean> look = Interrupts::isOfJvm;
    assertThat(Asyncio.run(look, options.handleSigint(false))).isTrue();

    var inThread = new CompletableFuture<Boolean>();
    Thread.ofPlatform()
        .start(
            () -> {
              try {
                inThread.complete(Asyncio.run(look, options.handleSigint(null)));
              } catch (Exception e) {
                inThread.completeExceptionally(e);
              }
            });
    assertThat(inThread.get()).isTrue();
  }

  @Test
  void aSignalBeforeTheLoopRunsIsNotLost() {
    try (var loop = kind.newLoop()) {
      VoidCoroutine body = () -> Asyncio.sleep(HOUR);
      Task<?> main = loop.createTask(body);
      SigintHold hold = SigintHold.take(main, true);
      raiseAndWait(hold);

      Throwable failure = catchThrowable(() -> loop.runUntilComplete(main));

      assertThat(failure).isInstanceOf(CancelledError.class);
      assertThatThrownBy(() -> hold.end(failure)).isInstanceOf(KeyboardInterrupt.class);
    }
  }

  @Test
  void aSignalJustAsMainEndsIsNotLost() throws Exception {
    try (var loop = kind.newLoop()) {
      Task<String> main = loop.createTask(() -> "result");
      SigintHold hold = SigintHold.take(main, true);
      assertThat(loop.runUntilComplete(main)).isEqualTo("result");
      raiseAndWait(hold);

      assertThatThrownBy(() -> hold.end(null)).isInstanceOf(KeyboardInterrupt.class).hasNoCause();
    }
  }

  private static void raiseAndWait(SigintHold hold) {
    Interrupts.raise();
    while (!hold.isSignalled()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aThreadThatDecidesItselfAboutWhatIsUncaughtIsLeftAlone() throws Exception {
    VoidCoroutine main =
        () -> {
          throw new KeyboardInterrupt();
        };
    var uncaught = new CompletableFuture<Throwable>();
    Thread.ofPlatform()
        .uncaughtExceptionHandler((_, e) -> uncaught.complete(e))
        .start(
            () -> {
              try {
                Asyncio.run(main, options);
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });

    assertThat(uncaught.get()).isInstanceOf(KeyboardInterrupt.class);
  }
}
