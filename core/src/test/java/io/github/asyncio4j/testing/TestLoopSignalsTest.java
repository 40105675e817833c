// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.internal.jdk.ProcessSignal;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Signals on a virtual clock (EL-113, EL-114).
@ParameterizedClass
@EnumSource(Engine.class)
final class TestLoopSignalsTest {
  private final Engine engine;

  TestLoopSignalsTest(Engine engine) {
    this.engine = engine;
  }

  private static Object handlerInForce(ProcessSignal signal) {
    Object current = signal.set(signal.newHandler(() -> {}));
    signal.set(current);
    return current;
  }

  @Test
  void aSignalComesWhenTheTestSendsItAndToThatLoopAlone() throws Exception {
    try (var loop = engine.newLoop(0);
        var other = engine.newLoop(0)) {
      other.addSignalHandler("SIGTERM", () -> other.callLater(Duration.ZERO, () -> {}));
      loop.runUntilComplete(
          () -> {
            Future<Long> told = loop.createFuture();
            loop.addSignalHandler("SIGTERM", () -> told.setResult(loop.time()));
            loop.callLater(Duration.ofHours(1), () -> loop.raiseSignal("TERM"));

            assertThat(told.await()).isEqualTo(Duration.ofHours(1).toNanos());
          });
      other.runUntilIdle();

      assertThat(other.time()).isZero();
    }
  }

  @Test
  void theSignalsOfTheProcessAreLeftAlone() {
    ProcessSignal usr1 = Objects.requireNonNull(ProcessSignal.of("USR1"));
    Object before = handlerInForce(usr1);
    try (var loop = engine.newLoop(0)) {
      loop.addSignalHandler("SIGUSR1", () -> {});

      assertThat(handlerInForce(usr1)).isSameAs(before);
    }
  }

  @Test
  void aSignalThatIsSentWhileTheTaskRunsWaitsForItsTurn() throws Exception {
    try (var loop = engine.newLoop(0)) {
      loop.runUntilComplete(
          () -> {
            var text = new StringBuilder();
            loop.addSignalHandler("SIGUSR1", () -> text.append("handler "));
            loop.raiseSignal("SIGUSR1");
            loop.raiseSignal("SIGUSR1");
            text.append("sent ");
            Asyncio.sleep(Duration.ZERO);

            assertThat(text.toString()).isEqualTo("sent handler ");
          });
    }
  }

  @Test
  void aSignalThatNobodyHandlesIsAMistakeOfTheTest() {
    try (var loop = engine.newLoop(0)) {
      assertThatIllegalStateException()
          .isThrownBy(() -> loop.raiseSignal("SIGTERM"))
          .withMessage("the loop handles no SIGTERM: <TestLoop seed=0 time=PT0S>");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> loop.raiseSignal("SIGNONE"))
          .withMessage("no such signal: SIGNONE");
      assertThatIllegalStateException()
          .isThrownBy(() -> loop.addSignalHandler("SIGKILL", () -> {}))
          .withMessage("sig SIGKILL cannot be caught: no process can");
    }
  }
}
