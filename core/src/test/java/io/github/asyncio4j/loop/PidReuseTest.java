// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.ChildJvm;
import io.github.asyncio4j.Load;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Signals to children that have ended, where their numbers are soon those of others (E2 of the
/// fault catalogue).
///
/// A pid namespace of its own has 400 numbers, of which 100 go round. Where the system allows none,
/// the same is done among the numbers that there are, and the output says so.
final class PidReuseTest {
  private static final String FEW_NUMBERS = "echo 400 >/proc/sys/kernel/pid_max && exec \"$@\"";
  private static final List<List<String>> NAMESPACES =
      List.of(
          List.of("unshare", "--pid", "--fork", "--mount-proc"),
          List.of("unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc"));

  @TempDir private Path directory;

  /// Returns what a command line in a small namespace begins with; nothing when there is none.
  private static List<String> starter() throws Exception {
    for (List<String> namespace : NAMESPACES) {
      var starter = new ArrayList<>(namespace);
      starter.addAll(List.of("sh", "-c", FEW_NUMBERS, "sh"));
      var trial = new ArrayList<>(starter);
      trial.add("true");
      var process =
          new ProcessBuilder(trial)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (process.waitFor() == 0) {
        return starter;
      }
    }
    System.out.println("E2: no pid namespace with a pid_max of its own is allowed here");
    return List.of();
  }

  private int[] outcomeOf(List<String> starter, String... arguments) throws Exception {
    var ended =
        ChildJvm.run(directory, starter, ChildJvm.GRANTED, PidReuseProgram.class, arguments);
    assertThat(ended.output()).as(ended.errors()).hasSize(1);
    return List.of(ended.output().getFirst().split(" ", -1)).stream()
        .mapToInt(Integer::parseInt)
        .toArray();
  }

  // E2
  @Test
  void noSignalToAChildReachesTheNextOwnerOfItsNumber() throws Exception {
    List<String> starter = starter();
    for (int round = 0; round < Load.of(1, 10); round++) {
      int[] outcome = outcomeOf(starter, Integer.toString(Load.of(600, 2000)));

      assertThat(outcome[2]).as("others that were hit").isZero();
      if (!starter.isEmpty()) {
        assertThat(outcome[1]).as("numbers that were given out again").isGreaterThan(100);
      }
    }
  }

  /// What the other test would find.
  @Test
  void aSignalToANumberReachesOthers() throws Exception {
    List<String> starter = starter();
    if (starter.isEmpty()) {
      return;
    }
    int[] outcome = outcomeOf(starter, "1000", "number");

    assertThat(outcome[2]).isPositive();
  }
}
