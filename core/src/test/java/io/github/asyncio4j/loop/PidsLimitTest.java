// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.ChildJvm;
import io.github.asyncio4j.Load;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Children where a control group may have no more processes and threads (E7 of the fault
/// catalogue).
///
/// Where the system allows no control group of our own the output says so; what the system would
/// say then is injected by [NativeChildTest].
final class PidsLimitTest {
  private static final Path GROUPS = Path.of("/sys/fs/cgroup/pids");
  private static final String IN_GROUP = "echo $$ >\"$0\"/cgroup.procs && exec \"$@\"";
  private static final String REFUSED =
      "true: cannot be started: EAGAIN (Resource temporarily unavailable)";

  private final Path group = GROUPS.resolve("asyncio4j-" + ProcessHandle.current().pid());
  @TempDir private Path directory;

  @AfterEach
  void removeGroup() throws IOException {
    Files.deleteIfExists(group);
  }

  private boolean mayHaveGroup() {
    try {
      Files.createDirectory(group);
      return Files.isWritable(group.resolve("pids.max"));
    } catch (IOException e) {
      System.out.println("E7: no control group is allowed here: " + e);
      return false;
    }
  }

  private ChildJvm.Ended run(List<String> flags, Class<?> program, String... more)
      throws Exception {
    var starter = List.of("sh", "-c", IN_GROUP, group.toString());
    var quiet = new ArrayList<>(flags);
    // What the JVM says of threads that it cannot make goes to standard output.
    quiet.add("-Xlog:disable");
    var arguments = new ArrayList<>(List.of(group.toString()));
    arguments.addAll(List.of(more));
    return ChildJvm.run(directory, starter, quiet, program, arguments.toArray(String[]::new));
  }

  private void startsAreRefused(List<String> flags) throws Exception {
    if (!mayHaveGroup()) {
      return;
    }
    int count = Load.of(20, 500);

    var ended = run(flags, PidsLimitProgram.class, "" + count);

    assertThat(ended.output())
        .as(ended.errors())
        .containsExactly("{" + REFUSED + "=" + count + "}", "true", "0");
    assertThat(ended.errors()).isEmpty();
  }

  // E7
  @Test
  void whatIsRefusedForWantOfProcessesIsToldAndLeavesNothing() throws Exception {
    startsAreRefused(ChildJvm.GRANTED);
  }

  // E7
  @Test
  void soItIsWithoutAnyFlag() throws Exception {
    startsAreRefused(List.of());
  }

  private void loopIsClosedWithoutThreads(List<String> flags, String... more) throws Exception {
    if (!mayHaveGroup()) {
      return;
    }

    var ended = run(flags, NoThreadsProgram.class, more);

    assertThat(ended.output()).as(ended.errors()).containsExactly("gone");
    assertThat(ended.status()).isZero();
  }

  @Test
  void aChildOfALoopThatIsClosedIsKilledAndWaitedForWhereNoThreadCanBeHad() throws Exception {
    loopIsClosedWithoutThreads(ChildJvm.GRANTED);
  }

  // A thread of the JDK waits for it.
  @Test
  void soItIsKilledWithoutAnyFlag() throws Exception {
    loopIsClosedWithoutThreads(List.of(), "later");
  }

  private void loopWaits(List<String> flags) throws Exception {
    if (!mayHaveGroup()) {
      return;
    }

    var ended = run(flags, NoWaiterProgram.class);

    assertThat(ended.output()).as(ended.errors()).containsExactly("told");
    assertThat(ended.errors()).doesNotContain("OutOfMemoryError");
  }

  @Test
  void aLoopWaitsWhereNoThreadCanBeHad() throws Exception {
    loopWaits(ChildJvm.GRANTED);
  }

  // There a thread of its own would wait for the loop, which waits itself then.
  @Test
  void soItWaitsWithoutAnyFlag() throws Exception {
    loopWaits(List.of());
  }

  @Test
  void aLoopRunsWhereTheThreadThatWatchesItCannotBeHad() throws Exception {
    if (!mayHaveGroup()) {
      return;
    }

    var ended = run(ChildJvm.GRANTED, NoWatchdogProgram.class);

    assertThat(ended.output()).as(ended.errors()).containsExactly("unwatched");
    assertThat(ended.errors()).isEmpty();
    assertThat(ended.status()).isZero();
  }

  // The thread that watches the loop cannot be had either.
  @Test
  void soItWaitsInDebugMode() throws Exception {
    loopWaits(List.of("-Dio.github.asyncio4j.debug=true"));
  }
}
