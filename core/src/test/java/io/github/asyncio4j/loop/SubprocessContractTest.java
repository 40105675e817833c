// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Load;
import io.github.asyncio4j.LogRecorder;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Stdio;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.process.Process;
import io.github.asyncio4j.transport.ProcessLookupException;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.SubprocessProtocol;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What child processes do beyond what is recorded from CPython, on every loop.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class SubprocessContractTest extends ChildCase {
  @TempDir private Path place;

  SubprocessContractTest(LoopKind kind) {
    super(kind);
  }

  // Waiting.

  // SP-02, D-10, E6
  @Test
  void waitingIsForTheProcessAndNotForItsPipes() throws Exception {
    run(
        () -> {
          // The grandchild is given the pipe of the input too, so that closing that ends it.
          var process = shell(PIPES, "exec 3<&0; cat <&3 >/dev/null & exit 3");

          assertThat(process.await()).isEqualTo(3);
          assertThat(process.returncode()).isEqualTo(3);

          process.stdin().close();
          assertThat(process.stdout().read()).isEmpty();
        });
  }

  // SP-02, D-10
  @Test
  void aProcessEndsThoughNobodyReadsWhatItHasWritten() throws Exception {
    run(
        () -> {
          var process = exec(PIPES, "echo", "unread");

          assertThat(process.await()).isZero();

          assertThat(process.stdout().readline(UTF_8)).isEqualTo("unread");
        });
  }

  // SP-04
  @Test
  void aSignalAfterTheEndIsRefused() throws Exception {
    run(
        () -> {
          var process = exec(NOTHING, "true");
          process.await();
          passIterations();

          assertThatThrownBy(process::terminate)
              .isInstanceOf(ProcessLookupException.class)
              .hasMessageContaining("pid=" + process.pid());
        });
  }

  // SP-04
  @Test
  void aSignalMayBeSentByItsName() throws Exception {
    run(
        () -> {
          var one = exec(NOTHING, "sleep", "100");
          one.sendSignal("SIGTERM");
          assertThat(one.await()).isEqualTo(-15);
          var other = exec(NOTHING, "sleep", "100");
          assertThatIllegalArgumentException()
              .isThrownBy(() -> other.sendSignal("SIGNOTHING"))
              .withMessage("no such signal: SIGNOTHING");
          assertThatIllegalArgumentException().isThrownBy(() -> other.sendSignal("term"));
          other.sendSignal("KILL");
          assertThat(other.await()).isEqualTo(-9);
        });
  }

  // SP-05
  @Test
  void theSignalThatEndsAProcessIsToldAlsoWhenOthersFollow() throws Exception {
    run(
        () -> {
          var process = exec(NOTHING, "sleep", "100");
          process.terminate();
          process.kill();

          assertThat(process.await()).isIn(-15, -9);
        });
  }

  // Failing to start: E7

  @Test
  void aProgramThatIsNotThereIsNamed() throws Exception {
    run(
        () -> {
          assertThatThrownBy(() -> exec(NOTHING, "/no/such/program", "argument"))
              .isInstanceOfSatisfying(
                  NoSuchFileException.class,
                  e -> assertThat(e.getFile()).isEqualTo("/no/such/program"));
          assertThatThrownBy(() -> exec(NOTHING, "no-such-program"))
              .isInstanceOfSatisfying(
                  NoSuchFileException.class,
                  e -> assertThat(e.getFile()).isEqualTo("no-such-program"));
        });
  }

  @Test
  void aDirectoryToStartInThatIsNotThereIsNamed() throws Exception {
    Path file = Files.createFile(place.resolve("file"));
    run(
        () -> {
          assertThatThrownBy(() -> exec(NOTHING.cwd(place.resolve("nowhere")), "true"))
              .isInstanceOf(NoSuchFileException.class)
              .hasMessage(place.resolve("nowhere") + ": no such working directory");
          assertThatThrownBy(() -> exec(NOTHING.cwd(file), "true"))
              .isInstanceOf(NotDirectoryException.class)
              .hasMessage(file.toString());
        });
  }

  @Test
  void aProgramThatMustNotBeExecutedIsDenied() throws Exception {
    Path file = Files.createFile(place.resolve("file"));
    run(
        () ->
            assertThatThrownBy(() -> exec(NOTHING, file.toString()))
                .isInstanceOf(AccessDeniedException.class)
                .hasMessageStartingWith(file + ": EACCES"));
  }

  @Test
  void anInterpreterThatIsNotThereIsToldFromTheScript() throws Exception {
    Path script = script("#!/no/such/interpreter\n");
    run(
        () ->
            assertThatThrownBy(() -> exec(NOTHING, script.toString()))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageStartingWith(script + ": ENOENT")
                .hasMessageEndingWith("its interpreter"));
  }

  @Test
  void argumentsThatAreTooLongAreToldOf() throws Exception {
    run(
        () ->
            assertThatThrownBy(() -> exec(NOTHING, "true", "x".repeat(3_000_000)))
                .isInstanceOf(FileSystemException.class)
                .hasMessage("true: cannot be started: E2BIG (Argument list too long)"));
  }

  @Test
  void aFileThatCannotBeOpenedIsNamed() throws Exception {
    Path missing = place.resolve("missing");
    run(
        () -> {
          assertThatThrownBy(() -> exec(NOTHING.stdin(Stdio.from(missing)), "true"))
              .isInstanceOf(NoSuchFileException.class)
              .hasMessage(missing + ": ENOENT (No such file or directory)");
          assertThatThrownBy(() -> exec(NOTHING.stdout(Stdio.to(place)), "true"))
              .isInstanceOf(FileSystemException.class)
              .hasMessage(place + ": cannot be opened: EISDIR (Is a directory)");
        });
  }

  @Test
  void whatTheSystemCannotTakeIsRefusedWithItsPlace() throws Exception {
    run(
        () -> {
          assertThatIllegalArgumentException()
              .isThrownBy(() -> exec(NOTHING, "true", "one", "a\0b"))
              .withMessage("NUL in argument 2: a\\0b");
          assertThatIllegalArgumentException()
              .isThrownBy(() -> exec(NOTHING, "tr\0ue"))
              .withMessage("NUL in the program: tr\\0ue");
          assertThatIllegalArgumentException()
              .isThrownBy(() -> exec(NOTHING, "true", "a\uD800"))
              .withMessage("unpaired surrogate in argument 1: a\uD800");
          assertThatIllegalArgumentException()
              .isThrownBy(() -> exec(NOTHING))
              .withMessage("the command is empty");
        });
  }

  @Test
  void outsideOfATaskNothingIsStarted() {
    assertThatThrownBy(() -> exec(NOTHING, "true"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("subprocessExec()");
  }

  @Test
  void aProtocolForStreamsIsRefused() throws Exception {
    run(
        () -> {
          var transport =
              loop.subprocessExec(() -> new SubprocessProtocol() {}, NOTHING, "true").transport();

          assertThatIllegalArgumentException()
              .isThrownBy(() -> transport.setProtocol(new Protocol() {}))
              .withMessageStartingWith("a child process needs a SubprocessProtocol: ");
        });
  }

  // Options.

  @Test
  void theLeaderOfASessionJoinsNoOtherGroup() throws Exception {
    run(
        () -> {
          assertThatIllegalArgumentException()
              .isThrownBy(() -> exec(NOTHING.startNewSession(true).processGroup(7), "true"))
              .withMessage(
                  "processGroup(7) with startNewSession(true): the leader of a session leads its"
                      + " group");
          if (isNative()) {
            var said =
                outputOf(OUTPUT.startNewSession(true).processGroup(0), "cat", "/proc/self/stat");
            List<String> fields = List.of(said.split(" "));
            // pid (comm) state ppid pgrp session
            assertThat(fields.get(4)).isEqualTo(fields.get(0));
            assertThat(fields.get(5)).isEqualTo(fields.get(0));
          }
        });
  }

  @Test
  void filesAreReadWrittenAndAppendedTo() throws Exception {
    Path file = Files.writeString(place.resolve("file"), "something longer than what comes");
    run(
        () -> {
          shell(NOTHING.stdout(Stdio.to(file)), "echo one").await();
          shell(NOTHING.stderr(Stdio.appendTo(file)), "echo two >&2").await();

          assertThat(file).hasContent("one\ntwo\n");
          assertThat(outputOf(OUTPUT.stdin(Stdio.from(file)), "cat")).isEqualTo("one\ntwo\n");
        });
  }

  @Test
  void aFileIsMadeWithTheMaskOfTheChild() throws Exception {
    Path file = place.resolve("file");
    run(
        () -> {
          exec(NOTHING.umask(0077), "touch", file.toString()).await();

          assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
              .isEqualTo("rw-------");
          assertThat(outputOf(OUTPUT.umask(0027), "sh", "-c", "umask")).isEqualTo("0027\n");
          assertThat(outputOf(OUTPUT.umask(0), "printf", "<%s>", "-a b", "$HOME"))
              .isEqualTo("<-a b><$HOME>");
        });
  }

  @Test
  void aMissingProgramIsToldOfWithAMaskToo() throws Exception {
    Path file = Files.createFile(place.resolve("file"));
    run(
        () -> {
          assertThatThrownBy(() -> exec(NOTHING.umask(0), "no-such-program"))
              .isInstanceOf(NoSuchFileException.class)
              .hasMessageStartingWith("no-such-program: not in ");
          assertThatThrownBy(() -> exec(NOTHING.umask(0), file.toString()))
              .isInstanceOf(AccessDeniedException.class);
        });
  }

  @Test
  void textBeyondAsciiArrivesInUtf8() throws Exception {
    var locale = Charset.forName(System.getProperty("sun.jnu.encoding"));
    run(
        () -> {
          if (!isNative() && !locale.newEncoder().canEncode("ä\uD83D\uDE00")) {
            assertThatIllegalArgumentException()
                .isThrownBy(() -> exec(OUTPUT, "echo", "ä\uD83D\uDE00"))
                .withMessageStartingWith("the locale's charset " + locale + " cannot encode");
            return;
          }
          var process = exec(OUTPUT.env(Map.of("V", "ü€")), "/usr/bin/env");
          assertThat(process.communicate().stdout(UTF_8)).isEqualTo("V=ü€\n");
          assertThat(exec(OUTPUT, "echo", "ä\uD83D\uDE00").communicate().stdout(UTF_8))
              .isEqualTo("ä\uD83D\uDE00\n");
        });
  }

  // EL-130: what the program says of the process, in Java's words.
  @Test
  void theProcessIsKnownToTheJdkToo() throws Exception {
    run(
        () -> {
          var connection = loop.subprocessExec(() -> new SubprocessProtocol() {}, PIPES, "cat");
          var transport = connection.transport();

          var handle = transport.getExtraInfo("subprocess", ProcessHandle.class);

          assertThat(handle.pid()).isEqualTo(transport.getPid());
          assertThat(handle.isAlive()).isTrue();
          assertThat(transport.getExtraInfo("socket")).isNull();
          transport.close();
        });
  }

  // Cancelling.

  @Test
  void aStartThatIsCancelledLeavesNoChild() throws Exception {
    for (int iterations = 0; iterations < 5; iterations++) {
      int before = iterations;
      run(
          () -> {
            var starting = Asyncio.createTask(() -> exec(PIPES, "sleep", "100"));
            for (int i = 0; i < before; i++) {
              Asyncio.sleep(Duration.ZERO);
            }
            starting.cancel();

            try {
              Process process = starting.await();
              process.kill(); // It was too late for the cancel.
              process.await();
            } catch (CancelledError e) {
              assertThat(starting.cancelled()).isTrue();
            }

            assertThat(childrenNamed("sleep")).isEmpty();
          });
    }
  }

  // E9
  @Test
  void aCommunicateThatIsCancelledLeavesNoChild() throws Exception {
    run(
        () -> {
          for (int i = 0; i < Load.of(20, 1000); i++) {
            var process = exec(PIPES, "sleep", "100");
            var communicating = Asyncio.createTask(() -> process.communicate(new byte[200_000]));
            for (int j = 0; j < i % 5; j++) {
              Asyncio.sleep(Duration.ZERO);
            }
            communicating.cancel();

            assertThatThrownBy(communicating::await).isInstanceOf(CancelledError.class);

            if (i % 5 > 0) {
              assertThat(process.returncode()).isEqualTo(-9);
            } else {
              process.kill(); // It had not begun.
              process.await();
            }
          }
          assertThat(childrenNamed("sleep")).isEmpty();
        });
  }

  // E9
  @Test
  void whoIsCancelledTwiceLeavesNoChildEither() throws Exception {
    run(
        () -> {
          for (int i = 0; i < Load.of(10, 200); i++) {
            int between = i % 5;
            var process = exec(PIPES, "sleep", "100");
            cancelTwice(Asyncio.createTask(() -> process.communicate()), 3, between);
            assertThat(process.returncode()).as("communicate").isEqualTo(-9);

            var other = exec(PIPES, "sleep", "100");
            cancelTwice(
                Asyncio.createTask(() -> other.shutdown(Duration.ofMinutes(1))), 3, between);
            assertThat(other.returncode()).as("shutdown").isEqualTo(-9);
            other.close();

            var starting = Asyncio.createTask(() -> exec(PIPES, "sleep", "100"));
            cancelTwice(starting, 1 + i / 5 % 2, between);
            assertThat(childrenNamed("sleep")).as("start").isEmpty();
          }
        });
  }

  private static void cancelTwice(Task<?> task, int before, int between) throws Exception {
    for (int i = 0; i < before; i++) {
      Asyncio.sleep(Duration.ZERO);
    }
    task.cancel();
    for (int i = 0; i < between; i++) {
      Asyncio.sleep(Duration.ZERO);
    }
    task.cancel();
    try {
      // The child of a start that was over already.
      if (task.await() instanceof Process process) {
        process.kill();
        process.await();
      }
    } catch (CancelledError e) {
      assertThat(task.cancelled()).isTrue();
    }
  }

  @Test
  void aCommunicateWithATimeLimitEndsTheProcess() throws Exception {
    run(
        () -> {
          var process = exec(PIPES, "sleep", "100");

          assertThatThrownBy(
                  () -> Asyncio.timeout(Duration.ofMillis(10), () -> process.communicate()))
              .isInstanceOf(TimeoutException.class);

          assertThat(process.returncode()).isEqualTo(-9);
        });
  }

  private static List<String> childrenNamed(String program) throws IOException {
    return ChildCensus.childrenOf(ProcessHandle.current().pid()).values().stream()
        .filter(child -> child.endsWith("(" + program + ")"))
        .toList();
  }

  // The end of the loop.

  @Test
  void aChildIsKilledWhenItsLoopIsClosed() throws Exception {
    try (var log = LogRecorder.start()) {
      run(() -> exec(PIPES, "sleep", "100"));

      loop.close();

      assertThat(log.messages())
          .anyMatch(
              text -> text.startsWith("unclosed when its loop was closed: <SubprocessTransport"));
    }
    // That nothing is left is seen after each test.
  }

  @Test
  void aChildThatHasEndedIsNothingToWarnOf() throws Exception {
    try (var log = LogRecorder.start()) {
      run(
          () -> {
            exec(PIPES, "true").communicate();
            passIterations();
          });

      loop.close();

      assertThat(log.messages()).noneMatch(text -> text.contains("unclosed"));
    }
  }

  @Test
  void inputForNobodyIsRefused() throws Exception {
    run(
        () -> {
          var process = exec(OUTPUT, "true");

          assertThatIllegalArgumentException()
              .isThrownBy(() -> process.communicate("input"))
              .withMessageContaining("5 bytes of input, and stdin of ");
          assertThatThrownBy(process::stdin)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("stdin of ")
              .hasMessageContaining("SubprocessOptions.stdin(Stdio.PIPE)");
          process.await();
          assertThat(process.stdout().read()).isEmpty();
        });
  }

  @Test
  void theTextTellsTheState() throws Exception {
    run(
        () -> {
          Process process = exec(PIPES, "cat");
          assertThat(process).hasToString("<Process " + process.pid() + " running>");
          var output = process.communicate("abc");
          assertThat(process).hasToString("<Process " + process.pid() + " returncode=0>");
          assertThat(output).hasToString("Output[returncode=0, stdout=3 bytes, stderr=0 bytes]");
        });
  }

  private Path script(String text) throws IOException {
    Path script = Files.writeString(place.resolve("script"), text);
    return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
