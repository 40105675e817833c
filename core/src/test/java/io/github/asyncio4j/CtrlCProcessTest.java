// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.ChildJvm.Ended;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How a process ends by Ctrl-C (TC-12): each case is a JVM of its own, which sends the signal to
/// itself.
final class CtrlCProcessTest {
  private static final int INTERRUPTED = 130;

  @TempDir private Path directory;

  @BeforeAll
  static void heedTheSignal() throws Throwable {
    Interrupts.heed();
  }

  private Ended run(String testCase, String... flags) throws Exception {
    return ChildJvm.run(directory, List.of(flags), CtrlCProgram.class, testCase);
  }

  private static String[] engine(String label) {
    return label.equals("loop-thread") ? ChildJvm.GRANTED.toArray(String[]::new) : new String[0];
  }

  @ParameterizedTest
  @CsvSource({
    "uncaught,          loop-thread, cleaned up",
    "uncaught,          baton,       cleaned up",
    "uncaughtInAThread, loop-thread, cleaned up",
    "stubborn,          loop-thread, refused",
    "stubborn,          baton,       refused",
    "busy,              loop-thread, ",
    "busy,              baton,       ",
    "blocked,           loop-thread, ",
    "blocked,           baton,       ",
    "closing,           loop-thread, closing",
    "between,           loop-thread, first run",
    "off,               loop-thread, ",
    "inAThread,         loop-thread, ",
    "chain,             loop-thread, passed on",
  })
  void theStatusIs130AndNothingIsOnStandardError(String testCase, String engine, String said)
      throws Exception {
    Ended ended = run(testCase, engine(engine));

    assertThat(ended)
        .isEqualTo(new Ended(INTERRUPTED, said == null ? List.of() : List.of(said), ""));
  }

  @Test
  void whoCatchesItGoesOn() throws Exception {
    assertThat(run("caught")).isEqualTo(new Ended(0, List.of("cleaned up", "caught", "end"), ""));
  }

  //
  @Test
  void aSystemExitInTheMainThreadEndsTheProcessWithItsStatus() throws Exception {
    assertThat(run("systemExit")).isEqualTo(new Ended(7, List.of(), ""));
  }

  //
  @Test
  void aSystemExitInAnotherThreadEndsThatThread() throws Exception {
    Ended ended = run("systemExitInAThread");

    assertThat(ended.status()).isZero();
    assertThat(ended.output()).containsExactly("end");
    assertThat(ended.errors()).contains("SystemExit: exit status 7");
  }

  @Test
  void otherExceptionsOfTheThreadAreWhatTheyWere() throws Exception {
    Ended ended = run("failure");

    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.errors())
        .startsWith("Exception in thread \"main\" java.lang.IllegalStateException: on purpose")
        .contains("\tat ");
  }

  @Test
  void aProgramThatHandlesWhatIsUncaughtDecidesItself() throws Exception {
    assertThat(run("ownHandler"))
        .isEqualTo(new Ended(1, List.of("cleaned up", "KeyboardInterrupt"), ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-Xrs", "--limit-modules=java.base"})
  void aJvmThatDoesNotLetUsAtSignalsRunsAllTheSame(String flag) throws Exception {
    assertThat(run("nothing", flag)).isEqualTo(new Ended(0, List.of("end"), ""));
  }
}
