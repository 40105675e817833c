// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Load;
import io.github.asyncio4j.LogRecorder;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Stdio;
import io.github.asyncio4j.SubprocessOptions;
import io.github.asyncio4j.internal.ffi.Constants;
import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.ErrnoSlots;
import io.github.asyncio4j.internal.ffi.FaultInjector;
import io.github.asyncio4j.internal.ffi.Fds;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.internal.ffi.Siginfo;
import io.github.asyncio4j.pipe.WindowSize;
import io.github.asyncio4j.process.Process;
import io.github.asyncio4j.process.ProcessShutdown.Step;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Child processes that posix_spawn starts and pidfds watch: what only that can do, and what the
/// system refuses.
final class NativeChildTest extends ChildCase {
  private static final int SIGUSR1 = 10;

  private FaultInjector faults;
  private Native.Installed installed;
  @TempDir private Path place;

  NativeChildTest() {
    super(LoopKind.EPOLL_LOOP_THREAD);
  }

  @BeforeEach
  @Override
  void openLoop() throws Exception {
    faults = new FaultInjector(Native.syscalls(), 1);
    installed = Native.install(faults);
    super.openLoop();
  }

  @AfterEach
  void installNoFaults() {
    installed.close();
  }

  // What the child has.

  // E3
  @Test
  void aChildHasNoDescriptorOfThisProcess() throws Exception {
    int children = Load.of(20, 1000);
    var sockets = new ArrayList<ServerSocket>();
    try {
      for (int i = 0; i < Load.of(50, 500); i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      run(
          () -> {
            for (int i = 0; i < children; i++) {
              // The last one is that of the directory itself.
              assertThat(outputOf(OUTPUT, "ls", "/proc/self/fd")).isEqualTo("0\n1\n2\n3\n");
            }
          });
    } finally {
      for (var socket : sockets) {
        socket.close();
      }
    }
  }

  // E3
  @Test
  void aChildHasTheDescriptorsThatItIsPassedUnderTheirNumbers() throws Exception {
    int[] low = Fds.pipe();
    int high = Fds.dup(low[1], 300);
    run(
        () -> {
          var options = OUTPUT.passFds(List.of(high, low[0]));

          var said = Set.of(outputOf(options, "ls", "/proc/self/fd").split("\n"));

          assertThat(said).contains("" + high, "" + low[0]).hasSize(6);
        });
    Fds.close(low[0], low[1], high);
  }

  @Test
  void aDescriptorThatIsNotOpenIsRefused() throws Exception {
    run(
        () -> {
          assertThatIllegalArgumentException()
              .isThrownBy(() -> exec(NOTHING.stdout(Stdio.descriptor(999)), "true"))
              .withMessage("not open: descriptor 999");
          assertThatIllegalArgumentException()
              .isThrownBy(() -> exec(NOTHING.passFds(List.of(999)), "true"))
              .withMessage("passFds: not open: 999");
        });
  }

  // The pipes of the child take the numbers that are free.
  @Test
  void aDescriptorThatIsNotOpenIsRefusedThoughAPipeOfTheChildGetsItsNumber() throws Exception {
    run(
        () -> {
          exec(PIPES, "true").communicate();
          int[] closed = Fds.pipe();
          Fds.close(closed);

          assertThatIllegalArgumentException()
              .isThrownBy(() -> exec(PIPES.stderr(Stdio.descriptor(closed[0])), "true"))
              .withMessage("not open: descriptor " + closed[0]);
          assertThatIllegalArgumentException()
              .isThrownBy(() -> exec(PIPES.passFds(List.of(closed[0])), "true"))
              .withMessage("passFds: not open: " + closed[0]);
        });
  }

  // E4
  @Test
  void aChildBlocksAndIgnoresNoSignal() throws Exception {
    run(
        () -> {
          for (int i = 0; i < Load.of(5, 100); i++) {
            String status = outputOf(OUTPUT, "cat", "/proc/self/status");
            assertThat(status.lines())
                .filteredOn(line -> line.matches("Sig(Blk|Ign|Cgt):.*"))
                .hasSize(3)
                .allMatch(line -> line.endsWith("\t0000000000000000"));
          }
        });
  }

  // E4
  @Test
  void aChildInheritsTheEnvironmentAndTheDirectoryOfThisProcess() throws Exception {
    run(
        () -> {
          var environment = outputOf(OUTPUT, "env", "-0").split("\0");
          assertThat(environment)
              .containsExactlyInAnyOrderElementsOf(
                  System.getenv().entrySet().stream()
                      .map(variable -> variable.getKey() + "=" + variable.getValue())
                      .toList());
          assertThat(outputOf(OUTPUT, "pwd", "-P")).isEqualTo(Path.of("").toRealPath() + "\n");
        });
  }

  // E4
  @Test
  void aChildIsInTheGroupAndTheSessionThatItIsToldToBeIn() throws Exception {
    String[] ours = groupAndSession(Files.readString(Path.of("/proc/self/stat")));
    run(
        () -> {
          for (int i = 0; i < Load.of(5, 100); i++) {
            assertThat(groupAndSession(outputOf(OUTPUT, "cat", "/proc/self/stat"))).isEqualTo(ours);
            var session = exec(OUTPUT.startNewSession(true), "cat", "/proc/self/stat");
            var pid = "" + session.pid();
            assertThat(groupAndSession(session.communicate().stdout(UTF_8)))
                .containsExactly(pid, pid);
            var group = exec(OUTPUT.processGroup(0), "cat", "/proc/self/stat");
            assertThat(groupAndSession(group.communicate().stdout(UTF_8)))
                .containsExactly("" + group.pid(), ours[1]);
          }
        });
  }

  /// As proc(5) has it: behind the name come the state, the parent, the group and the session.
  private static String[] groupAndSession(String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return new String[] {fields[2], fields[3]};
  }

  @Test
  void standardStreamsMayChangePlaces() throws Exception {
    Path one = place.resolve("one");
    Path two = place.resolve("two");
    Files.createFile(one);
    Files.createFile(two);
    run(
        () -> {
          // Those of the JVM are its own, so a child that has files for them starts another one.
          var swapped = "exec 3>&1 1>&2 2>&3 3>&-; echo out; echo err >&2";
          shell(NOTHING.stdout(Stdio.to(one)).stderr(Stdio.to(two)), swapped).await();
          assertThat(one).hasContent("err");
          assertThat(two).hasContent("out");
          var same = NOTHING.stdout(Stdio.descriptor(1)).stderr(Stdio.descriptor(2));
          assertThat(exec(same, "true").await()).isZero();
          var other = NOTHING.stdout(Stdio.descriptor(2)).stderr(Stdio.descriptor(1));
          assertThat(exec(other, "true").await()).isZero();
        });
  }

  @Test
  void aFifoThatNobodyReadsIsNoFileToWriteTo() throws Exception {
    Path fifo = place.resolve("fifo");
    run(
        () -> {
          exec(NOTHING, "mkfifo", fifo.toString()).await();

          assertThatThrownBy(() -> exec(NOTHING.stdout(Stdio.to(fifo)), "true"))
              .isInstanceOf(FileSystemException.class)
              .hasMessage(fifo + ": cannot be opened: ENXIO (No such device or address)");
        });
  }

  // Pipelines.

  @Test
  void childrenAreJoinedByPipesThroughWhichNoByteComesHere() throws Exception {
    run(
        () -> {
          int[] first = Fds.pipe();
          int[] second = Fds.pipe();
          var printf = exec(NOTHING.stdout(Stdio.descriptor(first[1])), "printf", "b\\na\\nb\\n");
          var sort =
              exec(
                  NOTHING.stdin(Stdio.descriptor(first[0])).stdout(Stdio.descriptor(second[1])),
                  "sort");
          var uniq = exec(OUTPUT.stdin(Stdio.descriptor(second[0])), "uniq", "-c");
          Fds.close(first[0], first[1], second[0], second[1]);

          assertThat(uniq.communicate().stdout(UTF_8)).isEqualTo("      1 a\n      2 b\n");
          assertThat(printf.await() + sort.await()).isZero();
        });
  }

  // Signals.

  @Test
  void aSignalThatTheSystemDoesNotKnowIsRefused() throws Exception {
    run(
        () -> {
          try (var process = exec(PIPES, "cat")) {
            assertThatIllegalArgumentException()
                .isThrownBy(() -> process.sendSignal(65))
                .withMessage("no such signal: 65");
            process.sendSignal(0);
            assertThat(process.returncode()).isNull();
          }
        });
  }

  // E2, SP-05
  @Test
  void aStatusThatSomebodyElseHasTakenIsUnknown() throws Exception {
    try (var log = LogRecorder.start()) {
      run(
          () -> {
            faults.failKth("waitid", 1, Errno.ECHILD);
            var process = exec(NOTHING, "true");

            assertThat(process.await()).isEqualTo(255);

            assertThat(log.messages())
                .contains(
                    "somebody else has waited for child "
                        + process.pid()
                        + ", its exit status is lost: ECHILD (No child processes)");
            reap(process);
          });
    }
  }

  /// Waits for a child of which its loop believes that somebody else has.
  private static void reap(Process process) throws Exception {
    Native.syscalls()
        .waitid(
            ErrnoSlots.take(),
            Constants.P_PID,
            process.pid(),
            new Siginfo().segment(),
            Constants.WEXITED);
  }

  // What the system refuses: E7.

  @Test
  void everyShortageOnTheWayToAChildIsToldAndLeavesNothing() throws Exception {
    for (String call : List.of("pipe2", "posix_spawnp", "pidfd_open", "epoll_ctl", "open")) {
      for (int errno : new int[] {Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM, Errno.EAGAIN}) {
        for (int k = 1; k <= calls(call); k++) {
          int nth = k;
          run(
              () -> {
                faults.failKth(call, nth, errno);
                assertThatThrownBy(() -> exec(PIPES.stderr(Stdio.DEVNULL), "cat"))
                    .as(call + " " + nth)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(Errno.name(errno));
                faults.clear();
              });
        }
      }
    }
  }

  @Test
  void everyShortageOnTheWayToATerminalIsToldAndLeavesNothing() throws Exception {
    var pty = SubprocessOptions.DEFAULT.pty(new WindowSize(80, 24));
    run(
        () -> {
          exec(pty, "true").communicate();
          for (String call : List.of("open", "ioctl", "fcntl", "posix_spawnp", "epoll_ctl")) {
            int times = call.equals("ioctl") ? 4 : call.equals("epoll_ctl") ? 3 : 1;
            for (int k = 1; k <= times; k++) {
              faults.failKth(call, k, Errno.ENOMEM);
              assertThatThrownBy(() -> exec(pty, "cat"))
                  .as(call + " " + k)
                  .isInstanceOf(IOException.class)
                  .hasMessageContaining("ENOMEM");
              faults.clear();
            }
          }
        });
  }

  private static int calls(String call) {
    return switch (call) {
      case "pipe2" -> 2;
      // The pidfd, then an end each of the pipes.
      case "epoll_ctl" -> 3;
      default -> 1;
    };
  }

  @Test
  void tooManyProcessesAreToldOfByTheProgram() throws Exception {
    run(
        () -> {
          faults.failKth("posix_spawnp", 1, Errno.EAGAIN);
          assertThatThrownBy(() -> exec(PIPES, "cat"))
              .isInstanceOf(FileSystemException.class)
              .hasMessage("cat: cannot be started: EAGAIN (Resource temporarily unavailable)");
        });
  }

  // E7
  @Test
  void refusedStartsLeaveNoDescriptor() throws Exception {
    Path noFormat = Files.writeString(place.resolve("text"), "no program\n");
    Files.setPosixFilePermissions(
        noFormat, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
    int rounds = Load.of(10, 500);
    run(
        () -> {
          for (int i = 0; i < rounds; i++) {
            refused("/no/such/program", "ENOENT");
            refused("/etc/passwd", "EACCES");
            refused(noFormat.toString(), "ENOEXEC");
            assertThatThrownBy(() -> exec(PIPES, "true", "x".repeat(200_000)))
                .hasMessageContaining("E2BIG");
            faults.failKth("posix_spawnp", 1, Errno.EAGAIN);
            refused("true", "EAGAIN");
            faults.failKth("pipe2", 1 + i % 3, Errno.EMFILE);
            refused("true", "EMFILE");
            faults.clear();
          }
        });
  }

  private void refused(String program, String name) {
    assertThatThrownBy(() -> exec(PIPES, program))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(name);
  }

  @Test
  void anExhaustedTableOfDescriptorsIsSurvived() throws Exception {
    run(
        () -> {
          exec(PIPES, "true").communicate();
          var failures = new ArrayList<Exception>();
          try (var _ = DescriptorLimit.exhaust()) {
            for (int i = 0; i < 3; i++) {
              try {
                exec(PIPES, "true");
              } catch (IOException e) {
                failures.add(e);
              }
            }
          }
          assertThat(failures).hasSize(3).allMatch(e -> e.getMessage().contains("EMFILE"));
          assertThat(exec(PIPES, "true").communicate().returncode()).isZero();
        });
  }

  // SP-04
  @Test
  void aSignalToAChildThatIsGoneButNotToldOfDoesNothing() throws Exception {
    run(
        () -> {
          var process = exec(PIPES, "sleep", "100");
          Native.syscalls().kill(ErrnoSlots.take(), process.pid(), SIGUSR1);
          // It ends while this task keeps the loop from seeing it.
          while (!Files.readString(Path.of("/proc/" + process.pid() + "/stat")).contains(") Z ")) {
            Thread.onSpinWait();
          }

          process.terminate();
          process.kill();

          assertThat(process.communicate().returncode()).isEqualTo(-SIGUSR1);
        });
  }

  @Test
  void aGroupThatMayNotBeSignalledIsThereAllTheSame() throws Exception {
    run(
        () -> {
          var process = shell(NOTHING.processGroup(0), "sleep 1000 & exit 0");
          process.await();
          faults.failKth("pidfd_send_signal", 1, Errno.EPERM);

          var shutdown = process.shutdown(Duration.ofMinutes(1));

          assertThat(shutdown.step()).isEqualTo(Step.TERMINATED);
          process.close();
        });
  }

  @Test
  void theStreamsOfManyChildrenAreClosedWithThem() throws Exception {
    run(
        () -> {
          var outputs =
              Stream.iterate(0, i -> i + 1)
                  .limit(30)
                  .map(
                      i -> {
                        try {
                          return exec(OUTPUT, "echo", "" + i);
                        } catch (IOException e) {
                          throw new java.io.UncheckedIOException(e);
                        }
                      })
                  .toList();
          var said = new ArrayList<String>();
          for (var process : outputs) {
            said.add(process.communicate().stdout(UTF_8).strip());
          }
          assertThat(said.stream().map(Integer::valueOf).collect(Collectors.toList()))
              .isEqualTo(Stream.iterate(0, i -> i + 1).limit(30).toList());
        });
  }
}
