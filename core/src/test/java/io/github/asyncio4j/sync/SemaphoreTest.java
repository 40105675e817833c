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

/// What semaphores do, on every loop (SY-05).
@ParameterizedClass
@EnumSource(LoopKind.class)
final class SemaphoreTest extends LoopTest {
  SemaphoreTest(LoopKind kind) {
    super(kind);
  }

  private Task<@Nullable Void> taker(String name, Semaphore semaphore) {
    return start(
        () -> {
          semaphore.acquire();
          log.add(name);
        });
  }

  @Test
  void permitsAreTakenAndGivenBackOutsideATask() {
    var semaphore = new Semaphore(2);

    semaphore.acquire();
    try (var _ = semaphore.hold()) {
      assertThat(semaphore.locked()).isTrue();
    }

    assertThat(semaphore).hasToString("<Semaphore [unlocked, value:1]>");
    assertThat(new Semaphore()).hasToString("<Semaphore [unlocked, value:1]>");
  }

  @Test
  void nobodyOvertakesAWaiterThoughAPermitIsLeft() throws Exception {
    var semaphore = new Semaphore(0);
    run(
        () -> {
          Task<?> a = taker("a", semaphore);
          semaphore.release();
          semaphore.release();
          assertThat(semaphore).hasToString("<Semaphore [locked, waiters:1]>");
          semaphore.acquire();
          log.add("main");
          a.await();
        });

    assertThat(log).containsExactly("a", "main");
    assertThat(semaphore).hasToString("<Semaphore [locked]>");
  }

  @Test
  void aPermitGrantedToATaskThatIsCancelledGoesToTheNext() throws Exception {
    var semaphore = new Semaphore(0);
    run(
        () -> {
          Task<?> a = taker("a", semaphore);
          Task<?> b = taker("b", semaphore);
          semaphore.release();
          a.cancel();
          assertThatThrownBy(a::await).isInstanceOf(CancelledError.class);
          b.await();
        });

    assertThat(log).containsExactly("b");
    assertThat(semaphore.value()).isZero();
  }

  @Test
  void thousandsOfPermitsReleasedAtOnceReachThousandsOfTasksInOrder() throws Exception {
    int count = 20_000;
    var semaphore = new Semaphore(0);
    run(
        () -> {
          var next = new int[1];
          for (int i = 0; i < count; i++) {
            int number = i;
            loop.createTask(
                () -> {
                  semaphore.acquire();
                  assertThat(next[0]).isEqualTo(number);
                  next[0]++;
                });
          }
          pass();
          for (int i = 0; i < count; i++) {
            semaphore.release();
          }
          pass();
          assertThat(next[0]).isEqualTo(count);
        });
  }

  @Test
  void aBoundedSemaphoreRefusesAPermitTooMuch() {
    var semaphore = new BoundedSemaphore(1);

    assertThatThrownBy(semaphore::release)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("released too many times")
        .hasMessageContaining("<BoundedSemaphore [unlocked, value:1]>");
    semaphore.acquire();
    semaphore.release();
    assertThat(semaphore.locked()).isFalse();
    assertThatThrownBy(new BoundedSemaphore()::release)
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void fewerThanNoPermitsAreRefused() {
    assertThatThrownBy(() -> new Semaphore(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Semaphore initial value must be >= 0: -1");
    assertThatThrownBy(() -> new BoundedSemaphore(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  // SY-01
  @Test
  void theFirstWaitBindsTheSemaphoreToItsLoop() throws Exception {
    var semaphore = new Semaphore(0);
    run(
        () -> {
          Task<?> a = taker("a", semaphore);
          semaphore.release();
          a.await();
        });

    assertRefusedByAnotherLoop(semaphore::acquire);
  }

  @Test
  void aCallbackCannotWaitForAPermit() throws Exception {
    var semaphore = new Semaphore(0);
    run(() -> assertRefusedInCallback(semaphore, "acquire()", semaphore::acquire));
  }
}
