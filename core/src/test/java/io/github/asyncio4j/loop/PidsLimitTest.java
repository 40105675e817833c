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

  private void startsAreRefused(List<String> flags) throws Exception {
    if (!mayHaveGroup()) {
      return;
    }
    int count = Load.of(20, 500);
    var starter = List.of("sh", "-c", IN_GROUP, group.toString());

    var ended =
        ChildJvm.run(
            directory, starter, flags, PidsLimitProgram.class, group.toString(), "" + count);

    assertThat(ended.output())
        .as(ended.errors())
        .containsExactly("{" + REFUSED + "=" + count + "}", "true", "0");
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
    var starter = List.of("sh", "-c", IN_GROUP, group.toString());
    var quiet = new ArrayList<>(flags);
    // What the JVM says of threads that it cannot make goes to standard output.
    quiet.add("-Xlog:disable");
    var arguments = new ArrayList<>(List.of(group.toString()));
    arguments.addAll(List.of(more));

    var ended =
        ChildJvm.run(
            directory, starter, quiet, NoThreadsProgram.class, arguments.toArray(String[]::new));

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
}
