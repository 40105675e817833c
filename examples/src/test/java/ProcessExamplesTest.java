// SPDX-License-Identifier: Apache-2.0

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Runs the examples of child processes, with the flags of the JVM and with none.
@ParameterizedClass
@MethodSource("flags")
@Timeout(180)
final class ProcessExamplesTest {
  @Parameter List<String> flags;

  static List<List<String>> flags() {
    return List.of(Program.FLAGS, List.of());
  }

  // SP-01, SP-02
  @Test
  void subprocessRelaysInputOutputErrorsAndStatus() throws Exception {
    try (Program program = subprocess("sh", "-c", "cat; echo fehlgeschlagen: ö >&2; exit 7")) {
      program.type("grün\n");
      assertThat(program.readLine()).isEqualTo("grün");
      program.endInput();

      assertThat(program.log(7)).isEqualTo("fehlgeschlagen: ö\n");
    }
  }

  @Test
  void subprocessLosesNothingOfMuchInputOrOutput() throws Exception {
    try (Program program = subprocess("sh", "-c", "wc -c; yes | head -n 1000000")) {
      program.type("1234567\n".repeat(100_000));
      program.endInput();

      var lines = new ArrayList<>(Collections.nCopies(1_000_000, "y"));
      lines.addFirst("800000");
      assertThat(program.rest(0).equals(lines)).isTrue();
    }
  }

  @Test
  void subprocessEndsWithTheCommandWhateverInputMayCome() throws Exception {
    try (Program program = subprocess("true")) {
      assertThat(program.rest(0)).isEmpty();
    }
  }

  // SP-04
  @Test
  void subprocessPassesSigtermOnAndTellsOfASignal() throws Exception {
    try (Program program =
        subprocess("sh", "-c", "trap 'exit 5' TERM; echo up; while :; do sleep 0.05; done")) {
      assertThat(program.readLine()).isEqualTo("up");
      program.send("SIGTERM");

      assertThat(program.rest(5)).isEmpty();
    }
    try (Program program = subprocess("sh", "-c", "kill -KILL $$")) {
      assertThat(program.rest(128 + 9)).isEmpty();
    }
  }

  @Test
  void subprocessTellsThatACommandCannotBeStarted() throws Exception {
    try (Program program = subprocess("/nowhere")) {
      assertThat(program.log(127)).startsWith("Subprocess: /nowhere: ");
    }
    try (Program program = subprocess("/")) {
      assertThat(program.log(126)).startsWith("Subprocess: /: ");
    }
    assertThat(Program.refusal(flags, "Subprocess", "--"))
        .isEqualTo("usage: Subprocess -- COMMAND [ARGUMENT...]\n");
  }

  private Program subprocess(String... command) throws Exception {
    var words = new ArrayList<>(List.of("Subprocess", "--"));
    words.addAll(List.of(command));
    return Program.start(flags, words.toArray(String[]::new));
  }

  @Test
  void theSupervisorRestartsWhatEndsAndPassesSigtermOn() throws Exception {
    String work = "trap 'echo bye; exit 4' TERM; echo up; while :; do sleep 0.05; done";
    // With native access what a command has started gets the signal too.
    String worker = flags.isEmpty() ? work : "(" + work + ") & wait";
    try (Program program =
        Program.start(flags, "Supervisor", "failing=echo a=b; exit 3", "worker=" + worker)) {
      var lines = new ArrayList<String>();
      while (Collections.frequency(lines, "failing | ended, status 3") < 3
          || !lines.contains("worker | up")) {
        lines.add(program.readLine());
      }
      assertThat(Collections.frequency(lines, "failing | a=b")).isGreaterThanOrEqualTo(3);
      assertThat(lines).doesNotContain("worker | bye");
      program.send("SIGTERM");

      assertThat(restOf(program))
          .contains(
              "worker | bye", "worker | ended" + (flags.isEmpty() ? ", status 4" : " by signal 15"))
          .noneMatch(line -> line.startsWith("worker | started"));
      assertThat(program.log(0)).contains(": sends SIGTERM").doesNotContain("SIGKILL", "Exception");
    }
  }

  @Test
  void theSupervisorShowsLinesOfAnyLength() throws Exception {
    try (Program program =
        Program.start(flags, "Supervisor", "long=head -c 300000 /dev/zero | tr '\\0' x; echo")) {
      int shown = 0;
      String line = program.readLine();
      while (!line.equals("long | ended, status 0")) {
        shown += (int) line.substring("long | ".length()).chars().filter(c -> c == 'x').count();
        line = program.readLine();
      }
      assertThat(shown).isEqualTo(300_000);
      program.send("SIGTERM");

      var _ = restOf(program);
      assertThat(program.log(0)).doesNotContain("Exception");
    }
    assertThat(Program.refusal(flags, "Supervisor", "nameless"))
        .isEqualTo("usage: Supervisor NAME=COMMAND...\n");
  }

  private static List<String> restOf(Program program) throws Exception {
    var lines = new ArrayList<String>();
    for (String line = program.readLine(); line != null; line = program.readLine()) {
      lines.add(line);
    }
    return lines;
  }
}
