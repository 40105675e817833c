// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Task;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What a lock does, on every loop (SY-02).
@ParameterizedClass
@EnumSource(LoopKind.class)
final class LockTest extends LoopTest {
  private final Lock lock = new Lock();

  LockTest(LoopKind kind) {
    super(kind);
  }

  private Task<@Nullable Void> locker(String name) {
    return start(
        () -> {
          try (var _ = lock.hold()) {
            log.add(name + " in");
            pass();
          }
          log.add(name + " out");
        });
  }

  @Test
  void aFreeLockIsTakenAndReleasedOutsideATaskAndWithoutALoop() {
    lock.acquire();
    assertThat(lock.locked()).isTrue();
    lock.release();
    try (var _ = lock.hold()) {
      assertThat(lock.locked()).isTrue();
    }

    assertThat(lock.locked()).isFalse();
  }

  @Test
  void tasksGetTheLockInTheOrderInWhichTheyAsked() throws Exception {
    run(
        () -> {
          lock.acquire();
          Task<?> a = locker("a");
          Task<?> b = locker("b");
          lock.release();
          Task<?> c = locker("c");
          a.await();
          b.await();
          c.await();
        });

    assertThat(log).containsExactly("a in", "a out", "b in", "b out", "c in", "c out");
  }

  @Test
  void whoComesBetweenTheReleaseAndTheNextOneDoesNotOvertakeIt() throws Exception {
    run(
        () -> {
          lock.acquire();
          Task<?> a = locker("a");
          lock.release();
          assertThat(lock.locked()).isFalse();
          lock.acquire();
          log.add("main in");
          lock.release();
          a.await();
        });

    assertThat(log).containsExactly("a in", "a out", "main in");
  }

  @Test
  void aWaiterThatIsCancelledAfterItWasWokenWakesTheNext() throws Exception {
    run(
        () -> {
          lock.acquire();
          Task<?> a = locker("a");
          Task<?> b = locker("b");
          lock.release();
          a.cancel();
          assertThatThrownBy(a::await).isInstanceOf(CancelledError.class);
          b.await();
        });

    assertThat(log).containsExactly("b in", "b out");
    assertThat(lock).hasToString("<Lock [unlocked]>");
  }

  @Test
  void aLockThatOnlyCancelledTasksWaitForIsTakenAtOnce() throws Exception {
    run(
        () -> {
          lock.acquire();
          Task<?> a = locker("a");
          lock.release();
          lock.acquire();
          Task<?> b = locker("b");
          b.cancel();
          lock.release();
          lock.acquire();
          log.add("main in");
          lock.release();
          a.await();
          assertThatThrownBy(b::await).isInstanceOf(CancelledError.class);
        });

    assertThat(log).containsExactly("a in", "a out", "main in");
  }

  @Test
  void aTaskThatIsCancelledWhileItHoldsTheLockReleasesIt() throws Exception {
    run(
        () -> {
          Task<?> a =
              start(
                  () -> {
                    try (var _ = lock.hold()) {
                      loop.createFuture().await();
                    }
                  });
          a.cancel();
          assertThatThrownBy(a::await).isInstanceOf(CancelledError.class);
        });

    assertThat(lock.locked()).isFalse();
  }

  @Test
  void aLockThatIsNotLockedCannotBeReleased() {
    assertThatThrownBy(lock::release)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Lock is not acquired: <Lock [unlocked]>");
  }

  @Test
  void itsTextTellsItsStateAndHowManyWait() throws Exception {
    assertThat(lock).hasToString("<Lock [unlocked]>");
    run(
        () -> {
          lock.acquire();
          assertThat(lock).hasToString("<Lock [locked]>");
          Task<?> a = locker("a");
          assertThat(lock).hasToString("<Lock [locked, waiters:1]>");
          lock.release();
          assertThat(lock).hasToString("<Lock [unlocked, waiters:1]>");
          a.await();
        });
  }

  // SY-01
  @Test
  void onlyAWaitBindsTheLockToALoop() throws Exception {
    run(
        () -> {
          lock.acquire();
          lock.release();
        });
    try (var other = kind.newLoop()) {
      other.runUntilComplete(() -> lock.acquire());
    }
    run(
        () -> {
          Task<?> a = locker("a");
          lock.release();
          a.await();
          lock.acquire();
        });

    assertRefusedByAnotherLoop(lock::acquire);
    assertThat(lock).hasToString("<Lock [locked]>");
  }

  @Test
  void aCallbackCannotWaitForTheLock() throws Exception {
    run(
        () -> {
          lock.acquire();
          assertRefusedInCallback(lock, "acquire()", lock::acquire);
          lock.release();
          assertThat(lock.locked()).isFalse();
        });
  }

  @Test
  void whereNoLoopRunsNobodyCanWaitForTheLock() {
    lock.acquire();

    assertThatThrownBy(lock::acquire)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("acquire() called outside a task: <Lock [locked]>;");
  }

  // EL-15
  @Test
  void tasksThatWaitWhenTheLoopIsClosedEndWithoutTheLock() throws Exception {
    var closing = kind.newLoop();
    closing.setExceptionHandler((_, _) -> {});
    closing.runUntilComplete(
        () -> {
          for (String name : new String[] {"a", "b"}) {
            closing.createTask(
                () -> {
                  try (var _ = lock.hold()) {
                    log.add(name + " in");
                    closing.createFuture().await();
                  } finally {
                    log.add(name + " out");
                  }
                });
          }
          pass();
          pass();
        });

    closing.close();

    assertThat(log).containsExactlyInAnyOrder("a in", "a out", "b out");
  }
}
