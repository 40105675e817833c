// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.testing.ExceptionRecorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// The end of a runner (TC-11); what asyncio's runner shows is compared in the conformance tests.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class RunnerTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration SHORT = Duration.ofMillis(20);

  private final RunnerOptions options;
  private final List<String> events = new ArrayList<>();
  private LogRecorder log;

  RunnerTest(LoopKind kind) {
    this.options = RunnerOptions.DEFAULT.loopFactory(kind::newLoop);
  }

  @BeforeEach
  void startLog() {
    log = LogRecorder.start();
  }

  @AfterEach
  void stopLog() {
    log.close();
  }

  /// Starts a task and runs the loop until it is suspended.
  private static void leave(Runner runner, String name, VoidCoroutine body) throws Exception {
    runner.run(
        () -> {
          Asyncio.getRunningLoop().createTask(body, TaskOptions.named(name));
          Asyncio.sleep(Duration.ZERO);
        });
  }

  private static void refuseToEnd() {
    while (true) {
      try {
        Asyncio.sleep(HOUR);
      } catch (CancelledError e) {
        Asyncio.getRunningLoop(); // throws when the loop is closed
      }
    }
  }

  private void sleepUntilSomethingIsLogged() {
    try {
      Asyncio.sleep(HOUR);
    } finally {
      // The frames of this package are the library's own and not shown; those of java.util are.
      Stream.of(log)
          .forEach(
              log -> {
                while (log.messages().isEmpty()) {
                  Asyncio.sleep(Duration.ofMillis(1));
                }
              });
    }
  }

  private void spinUntilSomethingIsLogged() {
    try {
      Asyncio.sleep(HOUR);
    } finally {
      Stream.of(log)
          .forEach(
              log -> {
                while (log.messages().isEmpty()) {
                  Thread.onSpinWait();
                }
              });
    }
  }

  @Test
  void whatEndsInTimeIsNotReported() throws Exception {
    var runner = new Runner(options.shutdownTimeout(HOUR));
    leave(
        runner,
        "clean",
        () -> {
          try {
            Asyncio.sleep(HOUR);
          } finally {
            Asyncio.sleep(Duration.ofMillis(1));
            events.add("cleaned up");
          }
        });

    runner.close();

    assertThat(events).containsExactly("cleaned up");
    assertThat(log.messages()).isEmpty();
  }

  // TC-11
  @Test
  void aCleanupThatLooksAtAllTasksSeesNoneOfTheShutdownsOwn() throws Exception {
    Asyncio.run(
        () -> {
          Asyncio.createTask(
              () -> {
                try {
                  Asyncio.sleep(HOUR);
                } finally {
                  var others = new ArrayList<>(Asyncio.allTasks());
                  others.remove(Asyncio.currentTask());
                  events.add("others: " + others);
                  others.forEach(Task::cancel);
                }
              });
          var generator =
              AsyncGenerator.<Integer>of(
                  out -> {
                    try {
                      out.yield(1);
                    } finally {
                      Asyncio.sleep(Duration.ofMillis(1));
                      events.add("generator closed");
                    }
                  });
          generator.anext();
        },
        options);

    assertThat(events).containsExactly("others: []", "generator closed");
  }

  // (d) 17
  @Test
  void tasksThatTakeLongToEndAreReportedWithTheirStacksAndWaitedFor() throws Exception {
    var runner = new Runner(options, SHORT);
    leave(runner, "slow", this::sleepUntilSomethingIsLogged);

    runner.close();

    assertThat(log.messages())
        .singleElement()
        .asString()
        .startsWith("Runner.close() still waits, after PT0.02S, for 1 cancelled task\nslow\n  at ")
        .contains("java.util.stream.");
  }

  // (d) 17
  @Test
  void aTaskThatKeepsTheLoopFromRunningIsReportedToo() throws Exception {
    var runner = new Runner(options, SHORT);
    leave(runner, "busy", this::spinUntilSomethingIsLogged);

    runner.close();

    assertThat(log.messages())
        .singleElement()
        .asString()
        .contains("\nbusy\n")
        .contains("java.util.stream.");
  }

  @Test
  void ofManyTasksTheFirstTenAreShown() throws Exception {
    var runner = new Runner(options, SHORT);
    for (int i = 0; i < 12; i++) {
      leave(runner, "slow-" + i, this::sleepUntilSomethingIsLogged);
    }

    runner.close();

    assertThat(log.messages())
        .singleElement()
        .asString()
        .contains(" 12 cancelled tasks\nslow-0\n", "\nslow-9\n")
        .doesNotContain("slow-10")
        .endsWith("\nand 2 more");
  }

  // (d) 17
  @Test
  void aTaskThatRefusesToEndIsAbandonedWhenTheTimeIsOver() throws Exception {
    var runner = new Runner(options.shutdownTimeout(SHORT));
    EventLoop loop = runner.getLoop();
    ExceptionRecorder failures = ExceptionRecorder.on(loop);
    leave(runner, "stubborn", RunnerTest::refuseToEnd);

    runner.close();

    assertThat(loop.isClosed()).isTrue();
    assertThat(log.messages().getFirst())
        .startsWith(
            "Runner.close() waits no longer, after PT0.02S, for 1 cancelled task\nstubborn");
    assertThat(failures.messages()).containsExactly("Task was destroyed but it is pending!");
  }

  // (d) 17
  @Test
  void whoHasCalledRunIsToldOfThat() throws Exception {
    Asyncio.run(
        () -> {
          Asyncio.createTask(RunnerTest::refuseToEnd);
          Asyncio.sleep(Duration.ZERO);
          ExceptionRecorder.on(Asyncio.getRunningLoop());
        },
        options.shutdownTimeout(SHORT));

    assertThat(log.messages().getFirst())
        .startsWith("Asyncio.run() waits no longer, after PT0.02S, for 1 cancelled task\nTask-");
  }

  // (d) 17, EL-17
  @Test
  void aCallInTheDefaultExecutorIsReportedAndLeftAloneWhenTheTimeIsOver() throws Exception {
    var runner = new Runner(options.shutdownTimeout(SHORT.multipliedBy(2)), SHORT);
    var started = new CountDownLatch(1);
    var gate = new CountDownLatch(1);
    runner.run(
        () -> {
          Asyncio.getRunningLoop()
              .runInExecutor(
                  null,
                  () -> {
                    started.countDown();
                    gate.await();
                  });
        });
    started.await();

    runner.close();

    gate.countDown();
    assertThat(log.messages()).hasSize(2);
    assertThat(log.messages().getFirst())
        .startsWith(
            "Runner.close() still waits, after PT0.02S, for threads of the default executor: 1 call");
    assertThat(log.messages().getLast())
        .startsWith(
            "Runner.close() waits no longer, after PT0.04S, for threads of the default executor: 1 call"
                + " runs\nin asyncio_0\n  at ")
        .contains("CountDownLatch.await");
  }

  // EL-16
  @Test
  void openGeneratorsAreClosedBeforeTheLoop() throws Exception {
    var runner = new Runner(options);
    var generator = new AtomicReference<AsyncGenerator<String>>();
    runner.run(
        () -> {
          generator.set(
              AsyncGenerator.of(
                  out -> {
                    try {
                      out.yield("value");
                    } finally {
                      Asyncio.sleep(Duration.ofMillis(1));
                      events.add("generator closed");
                    }
                  }));
          events.add(generator.get().anext());
        });

    runner.close();

    assertThat(events).containsExactly("value", "generator closed");
  }

  //
  @Test
  void aSystemExitWhileTheRunnerClosesLeavesNoLoopOpen() throws Exception {
    var runner = new Runner(options);
    EventLoop loop = runner.getLoop();
    leave(
        runner,
        "exits",
        () -> {
          try {
            Asyncio.sleep(HOUR);
          } catch (CancelledError e) {
            throw new SystemExit(3);
          }
        });

    assertThatThrownBy(runner::close).isInstanceOf(SystemExit.class);
    assertThat(loop.isClosed()).isTrue();
  }

  //
  @Test
  void aRunnerCanGoOnAfterAKeyboardInterruptOfACallback() throws Exception {
    try (var runner = new Runner(options)) {
      VoidCoroutine main =
          () -> {
            EventLoop loop = Asyncio.getRunningLoop();
            loop.callSoon(
                () -> {
                  throw new KeyboardInterrupt();
                });
            loop.callSoon(() -> events.add("rest of the batch"));
            Asyncio.sleep(HOUR);
          };
      assertThatThrownBy(() -> runner.run(main)).isInstanceOf(KeyboardInterrupt.class);
      assertThat(events).isEmpty();

      assertThat(runner.run(() -> "again")).isEqualTo("again");
      assertThat(events).containsExactly("rest of the batch");
    }
  }

  @Test
  void aRunHasTheContextThatItIsGiven() throws Exception {
    ContextVar<String> variable = ContextVar.of("variable", "default");
    Context context = Context.copyContext();
    Coroutine<String> main =
        () -> {
          variable.set("set");
          return variable.get();
        };

    try (var runner = new Runner(options)) {
      assertThat(runner.run(main, context)).isEqualTo("set");
      assertThat(runner.run(() -> variable.get())).isEqualTo("default");
    }
    assertThat(context.get(variable)).isEqualTo("set");
  }

  @Test
  void aRunnerWhoseLoopWasClosedIsJustClosed() {
    var runner = new Runner(options);
    runner.getLoop().close();

    runner.close();
    runner.close();

    assertThatThrownBy(runner::getLoop)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("Runner is closed: ");
  }

  // TC-11; not as in asyncio, where it can still run.
  @Test
  void aRunnerThatIsClosedBeforeItsFirstUseIsClosed() {
    var runner = new Runner(options);

    runner.close();

    assertThatThrownBy(() -> runner.run(() -> 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("Runner is closed: ");
  }

  @Test
  void aRunnerIsNotClosedFromInside() throws Exception {
    try (var runner = new Runner(options)) {
      runner.run(
          () -> {
            assertThatThrownBy(runner::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("Cannot close a Runner whose loop is running: ");
          });
      assertThat(runner.run(() -> "again")).isEqualTo("again");
    }
  }

  @Test
  void aNegativeTimeoutIsRefused() {
    assertThatThrownBy(() -> options.shutdownTimeout(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("shutdownTimeout < 0: PT-0.001S");
  }

  @Test
  void aFactoryMustMakeALoop() {
    var runner = new Runner(options.loopFactory(() -> null));

    assertThatThrownBy(runner::getLoop)
        .isInstanceOf(NullPointerException.class)
        .hasMessage("loopFactory returned null");
  }

  @Test
  void aBodyWithoutAResultRunsInTheContextGiven() throws Exception {
    ContextVar<String> name = ContextVar.of("name");
    var context = new Context();
    try (var runner = new Runner(options)) {
      runner.run(() -> events.add(name.get("nobody")), context);
      runner.run(
          () -> {
            name.set("given");
          },
          context);
      runner.run(
          () -> {
            events.add(name.get("nobody"));
          },
          context);
    }

    assertThat(events).containsExactly("nobody", "given");
  }
}
