// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.internal.jdk.ProcessSignal;
import io.github.asyncio4j.testing.ExceptionRecorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Signals of this process, as loops handle them (EL-113, EL-114, R-121 to R-123, D-08).
@ParameterizedClass
@EnumSource(LoopKind.class)
final class SignalsTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final ProcessSignal USR1 = signal("USR1");
  private static final ProcessSignal TERM = signal("TERM");

  private final LoopKind kind;
  private final EventLoop loop;
  private final ExceptionRecorder failures;
  private final List<String> log = new ArrayList<>();

  // Without it a signal too many would end the JVM.
  private final AtomicInteger strays = new AtomicInteger();
  private final Object stray = USR1.newHandler(strays::incrementAndGet);
  private Object before;

  SignalsTest(LoopKind kind) {
    this.kind = kind;
    loop = kind.newLoop();
    failures = ExceptionRecorder.on(loop);
  }

  private static ProcessSignal signal(String name) {
    return Objects.requireNonNull(ProcessSignal.of(name));
  }

  private static Object handlerOf(ProcessSignal signal) {
    Object current = signal.set(signal.newHandler(() -> {}));
    signal.set(current);
    return current;
  }

  @BeforeAll
  static void heedTheSignal() throws Throwable {
    Interrupts.heed();
  }

  @BeforeEach
  void catchStrays() {
    before = USR1.set(stray);
  }

  @AfterEach
  void theEarlierHandlerIsBack() {
    SignalThreads.settle();
    loop.close();
    assertThat(USR1.set(before)).isSameAs(stray);
    assertThat(strays).hasValue(0);
    assertThat(failures.messages()).isEmpty();
  }

  /// Runs the loop until a signal has been handled.
  private void runUntil(Future<?> handled) {
    handled.addDoneCallback(_ -> loop.stop());
    loop.runForever();
    assertThat(handled.done()).isTrue();
  }

  // EL-113
  @Test
  void theCallbackRunsOnTheLoopThreadAsAnOrdinaryHandle() throws Exception {
    Future<Boolean> running = loop.createFuture();
    loop.addSignalHandler("SIGUSR1", () -> running.setResult(Asyncio.getRunningLoop() == loop));

    loop.callSoon(USR1::raise);
    runUntil(running);

    assertThat(running.result()).isTrue();
  }

  // EL-113
  @Test
  void aNameIsTakenWithSigAndWithoutAndANumberToo() {
    int number = USR1.number();
    Runnable nothing = () -> {};

    loop.addSignalHandler("USR1", nothing);
    assertThat(loop.removeSignalHandler("SIGUSR1")).isTrue();
    loop.addSignalHandler(number, nothing);
    assertThat(loop.removeSignalHandler("USR1")).isTrue();
    loop.addSignalHandler("SIGUSR1", nothing);
    assertThat(loop.removeSignalHandler(number)).isTrue();
    assertThat(loop.removeSignalHandler(number)).isFalse();
  }

  // EL-113: the context is copied when the handler is added, and kept from signal to signal.
  @Test
  void theCallbackRunsInTheContextOfItsAddition() {
    ContextVar<String> value = ContextVar.of("value", "none");
    Future<?> second = loop.createFuture();
    value.set("added");
    loop.addSignalHandler(
        "SIGUSR1",
        () -> {
          log.add(value.get());
          if (log.size() == 2) {
            second.setResult(null);
          } else {
            value.set("first");
            USR1.raise();
          }
        });
    value.set("later");

    USR1.raise();
    runUntil(second);

    assertThat(log).containsExactly("added", "first");
    assertThat(value.get()).isEqualTo("later");
  }

  // EL-113
  @Test
  void aSecondHandlerReplacesTheFirst() {
    Future<?> handled = loop.createFuture();
    loop.addSignalHandler("SIGUSR1", () -> log.add("first"));
    loop.addSignalHandler("SIGUSR1", () -> handled.setResult(null));

    USR1.raise();
    runUntil(handled);

    assertThat(log).isEmpty();
  }

  // EL-114
  @Test
  void removingTellsWhetherThereWasAHandler() {
    assertThat(loop.removeSignalHandler("SIGUSR1")).isFalse();
    loop.addSignalHandler("SIGUSR1", () -> {});
    assertThat(loop.removeSignalHandler("SIGUSR1")).isTrue();
    assertThat(loop.removeSignalHandler("SIGUSR1")).isFalse();
    assertThat(loop.removeSignalHandler("SIGKILL")).isFalse();

    loop.addSignalHandler("SIGUSR1", () -> {});
    loop.close();

    assertThat(loop.removeSignalHandler("SIGUSR1")).isFalse();
  }

  // EL-114: removed after it has come, before its turn.
  @Test
  void aHandlerThatIsRemovedIsNotCalledAnyMore() {
    loop.addSignalHandler("SIGUSR1", () -> log.add("called"));
    Lowlevel.of(loop).signalArrived("USR1");
    loop.removeSignalHandler("SIGUSR1");

    loop.callSoon(loop::stop);
    loop.runForever();

    assertThat(log).isEmpty();
  }

  // D-08, R-122: asyncio's second loop takes the signals of the first.
  @Test
  void everyLoopGetsTheSignalsThatItAskedFor() throws Exception {
    var ready = new CountDownLatch(2);
    var others = new ArrayList<CompletableFuture<String>>();
    for (String wanted : List.of("both", "term")) {
      var told = new CompletableFuture<String>();
      others.add(told);
      Thread.ofPlatform().start(() -> told.complete(inAnotherLoop(wanted, ready)));
    }
    Future<?> usr1 = loop.createFuture();
    Future<?> term = loop.createFuture();
    loop.addSignalHandler("SIGUSR1", () -> usr1.setResult(null));
    loop.addSignalHandler("SIGTERM", () -> term.setResult(null));
    ready.await();

    USR1.raise();
    runUntil(usr1);
    // Each loop has the first before the second is sent.
    SignalThreads.settle();
    TERM.raise();
    runUntil(term);

    assertThat(others.get(0).get()).isEqualTo("[USR1, TERM]");
    assertThat(others.get(1).get()).isEqualTo("[TERM]");
  }

  private String inAnotherLoop(String wanted, CountDownLatch ready) {
    List<String> told = new ArrayList<>();
    try (var other = kind.newLoop()) {
      if (wanted.equals("both")) {
        other.addSignalHandler("SIGUSR1", () -> told.add("USR1"));
      }
      other.addSignalHandler(
          "SIGTERM",
          () -> {
            told.add("TERM");
            other.stop();
          });
      ready.countDown();
      other.runForever();
    }
    return told.toString();
  }

  // asyncio sets SIG_DFL.
  @Test
  void theEarlierHandlerIsBackWhenTheLastLoopLeaves() {
    EventLoop other = kind.newLoop();
    loop.addSignalHandler("SIGUSR1", () -> {});
    other.addSignalHandler("SIGUSR1", () -> {});
    assertThat(handlerOf(USR1)).isNotSameAs(stray);

    loop.removeSignalHandler("SIGUSR1");
    assertThat(handlerOf(USR1)).isNotSameAs(stray);
    other.close();

    assertThat(handlerOf(USR1)).isSameAs(stray);
  }

  @Test
  void aHandlerThatTheProgramSetsMeanwhileStays() {
    Object mine = USR1.newHandler(() -> {});
    loop.addSignalHandler("SIGUSR1", () -> {});
    USR1.set(mine);

    loop.removeSignalHandler("SIGUSR1");

    assertThat(USR1.set(stray)).isSameAs(mine);
  }

  // EL-113
  @Test
  void aHandlerThatTheProgramSetsMeanwhileIsReplacedByTheNextAddition() {
    Future<?> handled = loop.createFuture();
    Object mine = USR1.newHandler(() -> log.add("mine"));
    loop.addSignalHandler("SIGUSR1", () -> {});
    USR1.set(mine);
    try (var other = kind.newLoop()) {
      other.addSignalHandler("SIGUSR1", () -> {});
      loop.addSignalHandler("SIGUSR1", () -> handled.setResult(null));

      USR1.raise();
      runUntil(handled);
    }

    assertThat(log).isEmpty();
    loop.removeSignalHandler("SIGUSR1");
    assertThat(USR1.set(stray)).isSameAs(mine);
  }

  /// A handler of the program that calls the one before it, as is the custom, is no way round.
  @Test
  void aHandlerThatCallsTheOneBeforeItDoesNotGoInCircles() throws Exception {
    var called = new CompletableFuture<String>();
    loop.addSignalHandler("SIGUSR1", () -> log.add("of the loop"));
    Object[] ours = new Object[1];
    Object mine =
        USR1.newHandler(
            () -> {
              USR1.callHandler(ours[0]);
              called.complete("mine");
            });
    ours[0] = USR1.set(mine);
    try (var other = kind.newLoop()) {
      other.addSignalHandler("SIGUSR1", () -> {});
      loop.removeSignalHandler("SIGUSR1");
    }

    // Nobody has the signal: what is beneath is called, which was there at first.
    USR1.raise();

    assertThat(called.get()).isEqualTo("mine");
    assertThat(strays.getAndSet(0)).isEqualTo(1);
    assertThat(USR1.set(stray)).isSameAs(mine);
    assertThat(log).isEmpty();
  }

  // EL-113
  @Test
  void whatCannotBeCaughtIsRefusedWithTheReason() {
    Runnable nothing = () -> {};

    assertThatIllegalStateException()
        .isThrownBy(() -> loop.addSignalHandler("SIGKILL", nothing))
        .withMessage("sig SIGKILL cannot be caught: no process can");
    assertThatIllegalStateException()
        .isThrownBy(() -> loop.addSignalHandler("STOP", nothing))
        .withMessage("sig SIGSTOP cannot be caught: no process can");
    for (String name : List.of("SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGTRAP")) {
      assertThatIllegalStateException()
          .isThrownBy(() -> loop.addSignalHandler(name, nothing))
          .withMessage("sig " + name + " cannot be caught: the JVM works by it");
    }
    assertThatIllegalStateException()
        .isThrownBy(() -> loop.addSignalHandler("SIGQUIT", nothing))
        .withMessage("sig SIGQUIT cannot be caught: the JVM prints its threads on it");
    assertThat(loop.removeSignalHandler("SIGKILL")).isFalse();
  }

  // EL-113, EL-114
  @Test
  void whatIsNoSignalIsRefusedByItsNameOrNumber() {
    for (String name : List.of("SIGNONE", "", "SIG", "sigterm", "15", "RTMIN")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> loop.addSignalHandler(name, () -> {}))
          .withMessage("no such signal: " + name);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> loop.removeSignalHandler(name))
          .withMessage("no such signal: " + name);
    }
    for (int number : List.of(0, -1, 65, 1000)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> loop.addSignalHandler(number, () -> {}))
          .withMessage("invalid signal number " + number);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> loop.removeSignalHandler(number))
          .withMessage("invalid signal number " + number);
    }
  }

  // EL-15
  @Test
  void aClosedLoopTakesNoHandler() {
    loop.close();

    assertThatIllegalStateException()
        .isThrownBy(() -> loop.addSignalHandler("SIGUSR1", () -> {}))
        .withMessageStartingWith("Event loop is closed: ");
    assertThat(handlerOf(USR1)).isSameAs(stray);
  }

  //
  @Test
  void aCallbackThatFailsIsReportedAndCalledAgain() {
    Future<?> second = loop.createFuture();
    loop.addSignalHandler(
        "SIGUSR1",
        () -> {
          log.add("called");
          if (log.size() == 2) {
            second.setResult(null);
          } else {
            USR1.raise();
          }
          throw new IllegalArgumentException("on purpose");
        });

    USR1.raise();
    runUntil(second);

    assertThat(failures.take())
        .hasSize(2)
        .allSatisfy(report -> assertThat(report.exception()).hasMessage("on purpose"));
  }

  /// Whoever wants a coroutine starts a task: the compiler takes a Runnable, and what suspends in
  /// it is told that it is in no task. asyncio refuses a coroutine function.
  @Test
  void aCallbackThatSuspendsIsToldThatItMayNot() {
    Future<?> called = loop.createFuture();
    loop.addSignalHandler(
        "SIGUSR1",
        () -> {
          called.setResult(null);
          Asyncio.sleep(HOUR);
        });

    USR1.raise();
    runUntil(called);

    assertThat(failures.take())
        .singleElement()
        .satisfies(
            report ->
                assertThat(report.exception())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("task"));
  }

  //
  @Test
  void aSignalThatComesWhileTheLoopDoesNotRunIsToldWhenItDoes() {
    Future<?> handled = loop.createFuture();
    loop.addSignalHandler("SIGUSR1", () -> handled.setResult(null));
    var seen = new CountDownLatch(1);
    try (var other = kind.newLoop()) {
      other.addSignalHandler("SIGUSR1", other::stop);
      USR1.raise();
      other.runForever();
      seen.countDown();
    }

    runUntil(handled);

    assertThat(seen.getCount()).isZero();
  }

  //
  @Test
  void signalsThatComeTogetherMayBeToldOnceAndTheLastIsAlwaysTold() {
    Future<?> last = loop.createFuture();
    var sent = new AtomicInteger();
    var calls = new AtomicInteger();
    int count = Load.of(1000, 100_000);
    loop.addSignalHandler(
        "SIGUSR1",
        () -> {
          calls.incrementAndGet();
          if (sent.get() == count) {
            last.trySetResult(null);
          }
        });
    Thread.ofPlatform()
        .start(
            () -> {
              while (sent.incrementAndGet() < count) {
                USR1.raise();
              }
              USR1.raise();
            });

    runUntil(last);

    assertThat(calls.get()).isBetween(1, count);
  }

  // TC-12
  @Test
  void aHandlerForSigintTakesCtrlCFromTheRunnerAsLongAsItIsThere() {
    var options = RunnerOptions.DEFAULT.loopFactory(kind::newLoop).handleSigint(true);
    VoidCoroutine main =
        () -> {
          EventLoop running = Asyncio.getRunningLoop();
          Future<?> handled = running.createFuture();
          running.addSignalHandler("SIGINT", () -> handled.setResult(null));
          Interrupts.raise();
          handled.await();
          log.add("handled");
          running.removeSignalHandler("SIGINT");
          Interrupts.raise();
          Asyncio.sleep(HOUR);
        };

    assertThatThrownBy(() -> Asyncio.run(main, options)).isInstanceOf(KeyboardInterrupt.class);

    assertThat(log).containsExactly("handled");
    assertThat(Interrupts.isOfJvm()).isTrue();
  }

  // TC-12
  @Test
  void aHandlerThatIsAddedBeforeTheRunAlsoTakesCtrlC() throws Exception {
    var options = RunnerOptions.DEFAULT.loopFactory(() -> kind.newLoop()).handleSigint(true);
    try (var runner = new Runner(options)) {
      EventLoop running = runner.getLoop();
      Future<?> handled = running.createFuture();
      running.addSignalHandler("SIGINT", () -> handled.setResult(null));

      runner.run(
          () -> {
            Interrupts.raise();
            handled.await();
            log.add("handled");
          });
    }

    assertThat(log).containsExactly("handled");
    assertThat(Interrupts.isOfJvm()).isTrue();
  }

  // EL-151
  @Test
  void inDebugModeAnotherThreadIsRefused() throws Exception {
    loop.setDebug(true);
    var refused = new CompletableFuture<Throwable>();
    loop.callSoon(
        () ->
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        loop.addSignalHandler("SIGUSR1", () -> {});
                        refused.complete(new AssertionError("not refused"));
                      } catch (IllegalStateException e) {
                        refused.complete(e);
                      }
                      loop.callSoonThreadsafe(loop::stop);
                    }));
    loop.runForever();

    assertThat(refused.get()).hasMessageContaining("thread");
  }
}
