// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.mistakes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.asyncio4j.CachingResolver;
import io.github.asyncio4j.LoopKind;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Mistakes with executors, signals and names.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class ServiceMistakesTest extends MistakeCase {
  ServiceMistakesTest(LoopKind kind) {
    super(kind);
  }

  // Executors.

  @Mistake(2)
  void theDefaultExecutorIsUsedAfterItsEnd() throws Exception {
    run(
        () -> {
          loop.shutdownDefaultExecutor();
          assertRefuses(
              "Executor shutdown has been called; give runInExecutor() an executor of your own",
              () -> loop.runInExecutor(null, () -> "never"));
        });
  }

  @Mistake(1)
  void anExecutorIsUsedThatIsShutDown() throws Exception {
    ExecutorService executor = Executors.newSingleThreadExecutor();
    executor.close();
    run(
        () ->
            assertThat(catchThrowable(() -> loop.runInExecutor(executor, () -> "never")))
                .isExactlyInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining("rejected from")
                .hasMessageContaining("Terminated"));
  }

  @Mistake(1)
  void aCallIsNull() {
    assertThrows(
        NullPointerException.class,
        "call",
        () -> loop.runInExecutor(null, (Callable<String>) null));
  }

  // Signals.

  @Mistake(2)
  void aSignalHasNoSuchName() {
    assertRefusesArgument(
        "no such signal: SIGNOTHING", () -> loop.addSignalHandler("SIGNOTHING", () -> {}));
    assertRefusesArgument(
        "invalid signal number 4711", () -> loop.addSignalHandler(4711, () -> {}));
  }

  @Mistake(2)
  void aSignalCannotBeCaught() {
    assertRefuses(
        "sig SIGKILL cannot be caught: no process can",
        () -> loop.addSignalHandler("SIGKILL", () -> {}));
    assertRefuses(
        "sig SIGSEGV cannot be caught: the JVM works by it",
        () -> loop.addSignalHandler("SIGSEGV", () -> {}));
  }

  // Names.

  @Mistake(2)
  void aCacheOfNamesHasNoRoom() {
    assertRefusesArgument(
        "maxSize < 1: 0",
        () -> new CachingResolver(loop.getResolver(), Duration.ofSeconds(1), Duration.ZERO, 0));
  }
}
