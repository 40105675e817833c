// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Stdio;
import io.github.asyncio4j.SubprocessOptions;
import io.github.asyncio4j.internal.ffi.HookedSyscalls;
import io.github.asyncio4j.internal.ffi.Native;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A child that runs already when there is no memory for who is to own it: nobody else would ever
/// wait for it.
final class SpawnShortageTest extends ChildCase {
  private static final List<String> CALLS =
      List.of(
          "posix_spawnattr_destroy",
          "posix_spawn_file_actions_destroy",
          "close",
          "pidfd_open",
          "kill",
          "waitid");

  // Any thread, guarded by this object's lock: in which calls there is no memory, once each, and
  // since when.
  private final Set<String> failing = new HashSet<>();
  private boolean spawned;
  private Native.Installed installed;

  SpawnShortageTest() {
    super(LoopKind.EPOLL_LOOP_THREAD);
  }

  @BeforeEach
  @Override
  void openLoop() throws Exception {
    var spawning = new HookedSyscalls(Native.syscalls(), "posix_spawnp");
    spawning.hook(() -> {}, this::afterSpawn);
    HookedSyscalls outermost = spawning;
    for (String call : CALLS) {
      outermost = new HookedSyscalls(outermost, call);
      // A close that was made, as one that was not leaves its descriptor open.
      if (call.equals("close")) {
        outermost.hook(() -> {}, () -> failing(call));
      } else {
        outermost.hook(() -> failing(call), () -> {});
      }
    }
    installed = Native.install(outermost);
    super.openLoop();
  }

  @AfterEach
  void installNoHooks() {
    installed.close();
  }

  private synchronized void afterSpawn() {
    spawned = true;
    failing("posix_spawnp");
  }

  private synchronized void failing(String call) {
    if (spawned && failing.remove(call)) {
      throw new OutOfMemoryError("injected");
    }
  }

  private synchronized void failIn(Set<String> calls) {
    failing.addAll(calls);
    spawned = false;
  }

  private synchronized boolean hasFailedInAll() {
    return failing.isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "posix_spawnp",
        "posix_spawnattr_destroy",
        "posix_spawn_file_actions_destroy",
        "close",
        "pidfd_open",
        "posix_spawnp kill",
        "posix_spawnp waitid",
        "posix_spawnp close kill waitid",
        "pidfd_open kill waitid",
      })
  void aChildForWhoseOwnerThereIsNoMemoryIsGone(String calls) throws Exception {
    var pipes = SubprocessOptions.DEFAULT.stdin(Stdio.PIPE).stdout(Stdio.PIPE);
    run(
        () -> {
          exec(pipes, "cat").communicate();
          failIn(Set.of(calls.split(" ")));

          assertThatThrownBy(() -> exec(pipes, "sleep", "1000"))
              .isInstanceOf(OutOfMemoryError.class)
              .hasMessage("injected");
        });
    // Whoever puts it away may be a thread that has just been started; nothingIsLeft() waits for
    // it.
    assertThat(hasFailedInAll() || calls.startsWith("pidfd_open")).isTrue();
  }
}
