// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.LogRecorder;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.SubprocessOptions;
import io.github.asyncio4j.internal.ffi.ErrnoSlots;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.process.ProcessShutdown.Step;
import io.github.asyncio4j.transport.SubprocessProtocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// The end of a process that is not left to chance: input closed, SIGTERM, SIGKILL, on every loop.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class ProcessShutdownTest extends ChildCase {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofMillis(20);
  // For a process to end by a signal while other tests run.
  private static final Duration ENOUGH = Duration.ofMillis(500);

  /// Ignores what it is asked, when its output has said so.
  private static final String STUBBORN = "trap '' TERM; echo ready; while :; do sleep 0.05; done";

  ProcessShutdownTest(LoopKind kind) {
    super(kind);
  }

  @Test
  void aProcessThatEndsWithItsInputIsSentNoSignal() throws Exception {
    run(
        () -> {
          var process = exec(PIPES, "cat");
          process.stdin().write("the last words");

          var shutdown = process.shutdown(LONG);

          assertThat(shutdown.step()).isEqualTo(Step.INPUT_CLOSED);
          assertThat(shutdown.returncode()).isZero();
          assertThat(shutdown.isClean()).isTrue();
          assertThat(shutdown.took()).isLessThan(LONG);
          assertThat(text(process.stdout().read())).isEqualTo("the last words");
        });
  }

  @Test
  void aProcessThatIgnoresTheEndOfItsInputIsTerminated() throws Exception {
    run(
        () -> {
          var process = exec(PIPES, "sleep", "100");

          var shutdown = process.shutdown(ENOUGH);

          assertThat(shutdown.step()).isEqualTo(Step.TERMINATED);
          assertThat(shutdown.returncode()).isEqualTo(-15);
          assertThat(shutdown.isClean()).isTrue();
          assertThat(shutdown.took()).isGreaterThanOrEqualTo(ENOUGH);
        });
  }

  @Test
  void aProcessThatIgnoresEverythingIsKilled() throws Exception {
    run(
        () -> {
          var process = shell(PIPES, STUBBORN);
          process.stdout().readline();

          var shutdown = process.shutdown(SHORT);

          assertThat(shutdown.step()).isEqualTo(Step.KILLED);
          assertThat(shutdown.returncode()).isEqualTo(-9);
          assertThat(shutdown.isClean()).isFalse();
          assertThat(shutdown.took()).isGreaterThanOrEqualTo(SHORT.multipliedBy(2));
          process.close();
        });
  }

  @Test
  void withoutAnInputTheFirstStepIsASignal() throws Exception {
    run(
        () -> {
          var process = exec(NOTHING, "sleep", "100");

          var shutdown = process.shutdown(LONG);

          assertThat(shutdown.step()).isEqualTo(Step.TERMINATED);
          assertThat(shutdown.took()).isLessThan(LONG);
        });
  }

  @Test
  void aProcessThatHasEndedIsLeftAlone() throws Exception {
    run(
        () -> {
          var process = shell(NOTHING, "exit 7");
          process.await();

          var shutdown = process.shutdown(LONG);

          assertThat(shutdown.step()).isEqualTo(Step.ENDED);
          assertThat(shutdown.returncode()).isEqualTo(7);
        });
  }

  @Test
  void eachStepIsTold() throws Exception {
    try (var log = LogRecorder.start()) {
      run(
          () -> {
            var process = shell(PIPES, STUBBORN);
            process.stdout().readline();
            process.shutdown(SHORT);
            String prefix = "shutdown of process " + process.pid() + ": ";
            assertThat(log.messages())
                .filteredOn(text -> text.startsWith(prefix))
                .map(text -> text.substring(prefix.length()))
                .startsWith(
                    "closes its input, and waits PT0.02S",
                    "sends SIGTERM, and waits PT0.02S",
                    "sends SIGKILL")
                .last()
                .asString()
                .startsWith("KILLED, returncode -9, after PT");
            process.close();
          });
    }
  }

  @Test
  void aShutdownThatIsCancelledKills() throws Exception {
    run(
        () -> {
          var process = shell(PIPES, STUBBORN);
          process.stdout().readline();
          var shutdown = Asyncio.createTask(() -> process.shutdown(LONG));
          passIterations();
          shutdown.cancel();

          assertThatThrownBy(shutdown::await).isInstanceOf(CancelledError.class);

          assertThat(process.await()).isEqualTo(-9);
          process.close();
        });
  }

  @Test
  void aBlockOfTryEndsTheProcessAndClosesItsPipes() throws Exception {
    run(
        () -> {
          var process = exec(PIPES, "cat");
          try (process) {
            process.stdin().write("hello\n");
            assertThat(process.stdout().readline(UTF_8)).isEqualTo("hello");
          }

          assertThat(process.returncode()).isZero();
          assertThat(process.stdin().isClosing()).isTrue();
          assertThat(process.stdout().atEof()).isTrue();
          process.close();
        });
  }

  @Test
  void aProcessThatWritesForEverIsEndedByTheEndOfTheBlock() throws Exception {
    run(
        () -> {
          var process = exec(OUTPUT, "yes");
          try (process) {
            assertThat(process.stdout().readline(UTF_8)).isEqualTo("y");
          }

          assertThat(process.returncode()).isEqualTo(-15);
        });
  }

  @Test
  void aBlockThatIsCancelledKills() throws Exception {
    run(
        () -> {
          var process = shell(PIPES, STUBBORN);
          process.stdout().readline();
          var block =
              Asyncio.createTask(
                  () -> {
                    try (process) {
                      process.await();
                    }
                  });
          passIterations();
          block.cancel();
          passIterations();
          // While it waits for the end of the process.
          block.cancel();

          assertThatThrownBy(block::await).isInstanceOf(CancelledError.class);

          assertThat(process.await()).isEqualTo(-9);
        });
  }

  @Test
  void aGraceMayBeLongerThanTheClockGoes() throws Exception {
    run(
        () -> {
          var process = exec(PIPES, "cat");

          var shutdown = process.shutdown(Duration.ofSeconds(Long.MAX_VALUE));

          assertThat(shutdown.step()).isEqualTo(Step.INPUT_CLOSED);
          process.close();
        });
  }

  @Test
  void aNegativeGraceIsRefused() throws Exception {
    run(
        () -> {
          try (var process = exec(PIPES, "cat")) {
            assertThatIllegalArgumentException()
                .isThrownBy(() -> process.shutdown(Duration.ofNanos(-1)))
                .withMessage("grace < 0: PT-0.000000001S");
          }
        });
  }

  // Process groups.

  @Test
  void aWholeGroupIsShutDown() throws Exception {
    run(
        () -> {
          if (!isNative()) {
            refusesForWantOfDescriptors(PIPES.startNewSession(true), "startNewSession(true)");
            return;
          }
          var process =
              shell(
                  PIPES.startNewSession(true),
                  "sleep 1000 & echo $!; sleep 1001 & echo $!; cat; exit 0");
          var members = List.of(process.stdout().readline(UTF_8), process.stdout().readline(UTF_8));

          process.stdin().close();
          process.await();
          var shutdown = process.shutdown(LONG);

          assertThat(shutdown.returncode()).isZero();
          assertThat(shutdown.step()).isEqualTo(Step.TERMINATED);
          assertThat(shutdown.took()).isLessThan(LONG);
          assertThat(members).noneMatch(ProcessShutdownTest::isAlive);
          process.close();
        });
  }

  @Test
  void aMemberOfAGroupThatIgnoresEverythingIsKilled() throws Exception {
    run(
        () -> {
          if (!isNative()) {
            refusesForWantOfDescriptors(PIPES.processGroup(0), "processGroup(0)");
            return;
          }
          var process =
              shell(PIPES.processGroup(0), "(trap '' TERM; echo; exec sleep 1000) & echo $!; cat");
          var first = process.stdout().readline(UTF_8);
          var second = process.stdout().readline(UTF_8);
          String member = first.isEmpty() ? second : first;

          process.stdin().close();
          process.await();
          var shutdown = process.shutdown(SHORT);

          assertThat(shutdown.step()).isEqualTo(Step.KILLED);
          assertThat(shutdown.returncode()).isZero();
          process.close();
          assertThat(isAlive(member)).isFalse();
        });
  }

  @Test
  void theGroupOfAProcessThatIsGoneIsEndedByTheEndOfTheBlock() throws Exception {
    run(
        () -> {
          if (!isNative()) {
            return;
          }
          int pid;
          var before = ChildCensus.now().descriptors();
          try (var process = shell(NOTHING.processGroup(0), "sleep 1000 & exit 0")) {
            pid = process.pid();
            assertThat(process.await()).isZero();
            passIterations();
          }

          assertThat(membersOf(pid)).noneMatch(ProcessShutdownTest::isAlive);
          assertThat(ChildCensus.now().descriptors()).isEqualTo(before);
        });
  }

  @Test
  void aGroupThatIsNotAskedAboutAnyMoreHoldsNoDescriptor() throws Exception {
    run(
        () -> {
          if (!isNative()) {
            return;
          }
          var before = ChildCensus.now().descriptors();
          var options = NOTHING.processGroup(0);
          var command = List.of("/bin/sh", "-c", "sleep 1000 & exit 0");
          var ended = loop.<Void>createFuture();
          var transport =
              loop.subprocessExec(() -> new Ending(ended), options, command).transport();
          ended.await();
          passIterations();
          assertThat(transport.signalGroup(0)).isTrue();

          transport.close();

          assertThat(ChildCensus.now().descriptors()).isEqualTo(before);
          assertThat(transport.signalGroup(0)).isFalse();
          Native.syscalls().kill(ErrnoSlots.take(), -transport.getPid(), 9);
        });
  }

  private record Ending(Future<Void> ended) implements SubprocessProtocol {
    @Override
    public void connectionLost(@Nullable Exception exc) {
      ended.setResult(null);
    }
  }

  private static List<String> membersOf(int group) throws IOException {
    var members = new ArrayList<String>();
    try (var entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (var entry : entries) {
        try {
          String stat = Files.readString(entry.resolve("stat"));
          if (stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[2].equals("" + group)) {
            members.add(entry.getFileName().toString());
          }
        } catch (IOException e) {
          // Gone since the directory was read.
        }
      }
    }
    return members;
  }

  private void refusesForWantOfDescriptors(SubprocessOptions options, String keyword) {
    assertThatThrownBy(() -> exec(options, "true"))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageStartingWith(keyword + " of a child process");
  }

  /// Not one that its new parent has yet to wait for.
  private static boolean isAlive(String pid) {
    try {
      return !Files.readString(Path.of("/proc", pid, "stat")).contains(") Z ");
    } catch (IOException e) {
      return false;
    }
  }
}
