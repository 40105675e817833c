// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Looks at the members of a process group on a machine with many processes.
final class GroupMembersTest {
  private static final Duration NO_TIME = Duration.ZERO;

  @TempDir private Path proc;

  private void process(int pid, String state, int group) throws IOException {
    Path directory = Files.createDirectories(proc.resolve(Integer.toString(pid)));
    Files.writeString(
        directory.resolve("stat"), pid + " (a (b) c) " + state + " 1 " + group + " 0 0 -1\n");
  }

  @Test
  void oneThatHasNotEndedIsFoundAndOneThatHasCountsForNobody() throws Exception {
    process(10, "Z", 7);
    process(11, "S", 8);
    try (var members = new GroupMembers(7, proc, Duration.ofMinutes(1))) {
      assertThat(members.anyAlive()).isFalse();
      process(12, "S", 7);
      assertThat(members.anyAlive()).isTrue();
      process(12, "Z", 7);
      assertThat(members.anyAlive()).isFalse();
    }
  }

  @Test
  void aLookThatIsOverBeforeAllAreSeenGoesOnInTheNextOne() throws Exception {
    for (int pid = 10; pid < 20; pid++) {
      process(pid, "Z", 7);
    }
    try (var members = new GroupMembers(7, proc, NO_TIME)) {
      for (int i = 0; i < 10; i++) {
        assertThat(members.anyAlive()).as("look %s", i).isTrue();
      }
      assertThat(members.anyAlive()).isFalse();
      // And all over again.
      assertThat(members.anyAlive()).isTrue();
    }
  }

  @Test
  void whoIsKnownToLiveIsLookedAtAlone() throws Exception {
    for (int pid = 10; pid < 20; pid++) {
      process(pid, "S", 7);
    }
    try (var members = new GroupMembers(7, proc, NO_TIME)) {
      assertThat(members.anyAlive()).isTrue();
      for (int i = 0; i < 100; i++) {
        assertThat(members.anyAlive()).isTrue();
      }
      for (int pid = 10; pid < 20; pid++) {
        process(pid, "Z", 7);
      }
      int looks = 0;
      while (members.anyAlive()) {
        looks++;
      }
      assertThat(looks).isEqualTo(10);
    }
  }

  @Test
  void whatCannotBeSeenCountsAsThere() {
    try (var members = new GroupMembers(7, proc.resolve("none"), NO_TIME)) {
      assertThat(members.anyAlive()).isTrue();
    }
  }
}
