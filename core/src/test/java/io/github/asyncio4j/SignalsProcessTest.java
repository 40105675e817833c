// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.ChildJvm.Ended;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Signals by the state of the process (EL-113): each case is a JVM of its own, which sends the
/// signal to itself.
final class SignalsProcessTest {
  // Of the shell's: 128 and the number of SIGTERM.
  private static final int TERMINATED = 143;

  @TempDir private Path directory;

  @BeforeAll
  static void heedTheSignal() throws Throwable {
    Interrupts.heed();
  }

  private Ended run(String testCase, String... flags) throws Exception {
    return ChildJvm.run(directory, List.of(flags), SignalsProgram.class, testCase);
  }

  // EL-113
  @ParameterizedTest
  @ValueSource(strings = {"handled", "hangUp"})
  void aSignalThatIsHandledDoesNotEndTheProcess(String testCase) throws Exception {
    assertThat(run(testCase)).isEqualTo(new Ended(0, List.of("handled", "end"), ""));
  }

  //
  @Test
  void whenTheLoopIsClosedTheSignalEndsTheProcessAgain() throws Exception {
    assertThat(run("afterwards")).isEqualTo(new Ended(TERMINATED, List.of("handled"), ""));
  }

  @Test
  void whereTheJvmLeavesSignalsAloneTheRefusalSaysSo() throws Exception {
    Ended ended = run("refused", "-Xrs");

    assertThat(ended.output())
        .containsExactly(
            "IllegalStateException: sig SIGTERM cannot be caught: Signal already used by VM or OS:"
                + " SIGTERM, as under -Xrs",
            "removed false",
            "end");
  }

  @Test
  void withoutTheModuleOfTheJdkTheRefusalNamesIt() throws Exception {
    Ended ended = run("refused", "--limit-modules=java.base");

    assertThat(ended.output())
        .containsExactly(
            "UnsupportedOperationException: SIGTERM cannot be caught: the module jdk.unsupported is"
                + " missing",
            "removed false",
            "end");
  }

  @Test
  void whatTheProcessWasStartedIgnoringStaysIgnoredAndThatIsLogged() throws Exception {
    List<String> ignoring = List.of("/bin/sh", "-c", "trap '' INT; exec \"$0\" \"$@\"");

    Ended ended = ChildJvm.run(directory, ignoring, List.of(), SignalsProgram.class, "ignored");

    assertThat(ended.status()).isZero();
    assertThat(ended.output()).containsExactly("removed true", "end");
    assertThat(ended.errors())
        .contains("SIGINT will not come: the process was started ignoring it");
  }

  /// E11
  @ParameterizedTest
  @CsvSource({
    "manyInt,  KeyboardInterrupt, true",
    "manyInt,  KeyboardInterrupt, false",
    "manyTerm, CancelledError,    true",
    "manyTerm, CancelledError,    false"
  })
  void aThousandTasksCleanUpBeforeTheProcessEnds(String testCase, String thrown, boolean granted)
      throws Exception {
    var flags = new ArrayList<>(granted ? ChildJvm.GRANTED : List.<String>of());

    for (int round = 0; round < Load.of(1, 50); round++) {
      Ended ended = ChildJvm.run(directory, flags, SignalsProgram.class, testCase);

      assertThat(ended).isEqualTo(new Ended(0, List.of(thrown, "1000 have cleaned up", "end"), ""));
    }
  }
}
