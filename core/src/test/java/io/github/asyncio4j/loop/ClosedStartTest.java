// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.internal.ffi.HookedSyscalls;
import io.github.asyncio4j.internal.ffi.Native;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A loop that is closed while a thread starts a child for it: the child is gone when that returns,
/// as the program may end then, and its daemon threads with it.
final class ClosedStartTest extends ChildCase {
  private HookedSyscalls spawning;
  private HookedSyscalls killing;
  private Native.Installed installed;

  ClosedStartTest() {
    super(LoopKind.EPOLL_LOOP_THREAD);
  }

  @BeforeEach
  @Override
  void openLoop() throws Exception {
    spawning = new HookedSyscalls(Native.syscalls(), "posix_spawnp");
    killing = new HookedSyscalls(spawning, "kill");
    installed = Native.install(killing);
    super.openLoop();
  }

  @AfterEach
  void installNoHooks() {
    installed.close();
  }

  /// Begins to start a child, and stops the loop.
  private void beginToStart() throws Exception {
    loop.runUntilComplete(
        () -> {
          var _ = Asyncio.createTask(() -> exec(PIPES, "sleep", "100"));
          Asyncio.sleep(Duration.ZERO);
          Asyncio.sleep(Duration.ZERO);
        });
    reports.clear();
  }

  private void close() {
    loop.close();
    // It says that a task was not ended.
    reports.clear();
  }

  @Test
  void aChildThatNobodyHasTakenYetIsKilledBeforeTheLoopIsClosed() throws Exception {
    var killer = new AtomicReference<Thread>();
    killing.hook(() -> killer.set(Thread.currentThread()), () -> {});
    beginToStart();
    awaitIdleStarter();

    close();

    // The task, which has its last turn, and not a daemon thread.
    assertThat(killer.get().getName()).doesNotStartWith("asyncio4j-");
  }

  /// Waits until the thread that starts children has nothing more to do.
  private static void awaitIdleStarter() {
    while (Thread.getAllStackTraces().entrySet().stream()
        .noneMatch(
            thread ->
                thread.getKey().getName().startsWith("asyncio4j-start-")
                    && thread.getKey().getState() == Thread.State.TIMED_WAITING)) {
      Thread.onSpinWait();
    }
  }

  @Test
  void oneThatIsJustBeingStartedIsWaitedFor() throws Exception {
    var starting = new CountDownLatch(1);
    var killed = new CountDownLatch(1);
    var closed = new CountDownLatch(1);
    Thread closer = Thread.currentThread();
    spawning.hook(
        () -> {
          starting.countDown();
          // Until the loop waits for it, if it does.
          while (closer.getState() != Thread.State.TIMED_WAITING && closed.getCount() > 0) {
            Thread.onSpinWait();
          }
        },
        () -> {});
    killing.hook(() -> {}, killed::countDown);
    beginToStart();
    starting.await();

    close();

    long left = killed.getCount();
    closed.countDown();
    assertThat(left).isZero();
  }
}
