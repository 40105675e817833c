// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.mistakes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Stdio;
import io.github.asyncio4j.SubprocessOptions;
import io.github.asyncio4j.process.Process;
import io.github.asyncio4j.transport.ProcessLookupException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Mistakes with child processes.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class ChildMistakesTest extends MistakeCase {
  private static final SubprocessOptions OPTIONS =
      SubprocessOptions.DEFAULT.stdin(Stdio.DEVNULL).stdout(Stdio.DEVNULL).stderr(Stdio.DEVNULL);

  @TempDir private Path place;

  ChildMistakesTest(LoopKind kind) {
    super(kind);
  }

  private static Process start(SubprocessOptions options, String... command) throws Exception {
    return Asyncio.createSubprocessExec(options, List.of(command));
  }

  @Mistake(2)
  void aProgramIsNotThere() throws Exception {
    run(
        () -> {
          assertThrows(
              NoSuchFileException.class,
              "/no/such/program: ENOENT (No such file or directory)",
              () -> start(OPTIONS, "/no/such/program"));
          assertThrows(
              NoSuchFileException.class,
              "no-such-program: not in /bin:/usr/bin",
              () -> start(OPTIONS.env(Map.of("PATH", "/bin:/usr/bin")), "no-such-program"));
        });
  }

  @Mistake(2)
  void aProgramCannotBeExecuted() throws Exception {
    Path file = Files.createFile(place.resolve("program"));
    run(
        () ->
            assertThrows(
                AccessDeniedException.class,
                file + ": EACCES (Permission denied)",
                () -> start(OPTIONS, file.toString())));
  }

  @Mistake(2)
  void aWorkingDirectoryIsNotThere() throws Exception {
    Path directory = place.resolve("missing");
    run(
        () ->
            assertThrows(
                NoSuchFileException.class,
                directory + ": no such working directory",
                () -> start(OPTIONS.cwd(directory), "true")));
  }

  @Mistake(2)
  void aCommandIsEmpty() throws Exception {
    run(() -> assertRefusesArgument("the command is empty", () -> start(OPTIONS)));
  }

  @Mistake(2)
  void anArgumentHasANul() throws Exception {
    run(
        () ->
            assertRefusesArgument(
                "NUL in argument 1: a\\0b", () -> start(OPTIONS, "true", "a\0b")));
  }

  @Mistake(2)
  void aVariableOfTheEnvironmentHasNoName() {
    assertRefusesArgument(
        "illegal name of an environment variable: 'A=B'", () -> OPTIONS.env(Map.of("A=B", "c")));
  }

  @Mistake(2)
  void inputIsGivenToAProcessWithoutAPipe() throws Exception {
    run(
        () -> {
          Process process = start(OPTIONS, "true");
          assertRefusesArgument(
              "4 bytes of input, and stdin of " + process + " is no pipe",
              () -> process.communicate("text"));
          process.await();
        });
  }

  @Mistake(2)
  void theOutputOfAProcessIsReadThatHasNoPipe() throws Exception {
    run(
        () -> {
          Process process = start(OPTIONS, "true");
          assertRefuses(
              "stdout of " + process + " is no pipe; SubprocessOptions.stdout(Stdio.PIPE) makes it",
              process::stdout);
          process.await();
        });
  }

  @Mistake(2)
  void aProcessIsKilledThatHasEnded() throws Exception {
    run(
        () -> {
          Process process = start(OPTIONS, "true");
          process.await();
          Asyncio.sleep(Duration.ZERO);
          Throwable thrown = catchThrowable(process::kill);
          assertThat(thrown)
              .isExactlyInstanceOf(ProcessLookupException.class)
              .hasMessageStartingWith("the process is gone: <")
              .hasMessageContaining("pid=" + process.pid() + " ");
        });
  }

  @Mistake(2)
  void aStreamOfAProcessCannotBeWhatItIsTo() {
    assertRefusesArgument("stdin cannot be STDOUT", () -> OPTIONS.stdin(Stdio.STDOUT));
  }

  @Mistake(2)
  void aDescriptorIsPassedThatIsNone() {
    assertRefusesArgument(
        "passFds: not a descriptor from 3 on: 1", () -> OPTIONS.passFds(List.of(1)));
  }

  @Mistake(2)
  void aUmaskIsNone() {
    assertRefusesArgument("umask is not in 0..0777: 512", () -> OPTIONS.umask(512));
  }
}
