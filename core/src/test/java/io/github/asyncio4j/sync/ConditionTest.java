// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Task;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What a condition does, on every loop (SY-04).
@ParameterizedClass
@EnumSource(LoopKind.class)
final class ConditionTest extends LoopTest {
  private final Condition condition = new Condition();

  ConditionTest(LoopKind kind) {
    super(kind);
  }

  private Task<@Nullable Void> waiter(String name) {
    return start(
        () -> {
          try (var _ = condition.hold()) {
            condition.await();
            assertThat(condition.locked()).isTrue();
            log.add(name);
          } catch (CancelledError e) {
            log.add(name + " cancelled: " + e.getMessage());
            throw e;
          }
        });
  }

  @Test
  void signalsWakeTheTasksInTheOrderInWhichTheyCame() throws Exception {
    run(
        () -> {
          waiter("a");
          waiter("b");
          waiter("c");
          Task<?> d = waiter("d");
          condition.acquire();
          condition.signal();
          condition.signal(0);
          condition.signal(2);
          condition.release();
          pass();
          assertThat(log).containsExactly("a", "b", "c");
          condition.acquire();
          condition.signalAll();
          condition.release();
          d.await();
        });

    assertThat(condition).hasToString("<Condition [unlocked]>");
  }

  @Test
  void aTaskThatIsCancelledAfterItsSignalPassesItOn() throws Exception {
    run(
        () -> {
          Task<?> a = waiter("a");
          Task<?> b = waiter("b");
          condition.acquire();
          condition.signal();
          condition.release();
          a.cancel("why");
          assertThatThrownBy(a::await).isInstanceOf(CancelledError.class);
          b.await();
        });

    assertThat(log).containsExactly("a cancelled: why", "b");
  }

  @Test
  void aTaskThatIsCancelledBeforeASignalWakesNobody() throws Exception {
    run(
        () -> {
          Task<?> a = waiter("a");
          Task<?> b = waiter("b");
          a.cancel();
          assertThatThrownBy(a::await).isInstanceOf(CancelledError.class);
          pass();
          pass();
          assertThat(b.done()).isFalse();
          condition.acquire();
          condition.signal();
          condition.release();
          b.await();
        });
  }

  @Test
  void aCancelledTaskHoldsTheLockAgainHoweverOftenItIsCancelled() throws Exception {
    run(
        () -> {
          Task<?> a =
              start(
                  () -> {
                    try (var _ = condition.hold()) {
                      try {
                        condition.await();
                      } finally {
                        log.add("locked " + condition.locked());
                      }
                    }
                  });
          condition.acquire();
          for (String message : new String[] {"first", "second", "third"}) {
            a.cancel(message);
            pass();
            pass();
            assertThat(a.done()).isFalse();
          }
          condition.release();
          assertThatThrownBy(a::await).isInstanceOf(CancelledError.class).hasMessage("third");
        });

    assertThat(log).containsExactly("locked true");
    assertThat(condition.locked()).isFalse();
  }

  //
  @Test
  void everyCancellationOfAWaitIsKept() throws Exception {
    run(
        () -> {
          Task<?> a =
              start(
                  () -> {
                    condition.acquire();
                    try {
                      condition.await();
                    } catch (CancelledError e) {
                      log.add(e.getMessage() + " after " + e.getSuppressed()[0].getMessage());
                    }
                    condition.release();
                  });
          condition.acquire();
          a.cancel("first");
          pass();
          a.cancel("second");
          pass();
          condition.release();
          a.await();
        });

    assertThat(log).containsExactly("second after first");
  }

  @Test
  void waitForReturnsWhenThePredicateHoldsAndTestsItWithTheLock() throws Exception {
    var value = new AtomicInteger();
    run(
        () -> {
          Task<?> a =
              start(
                  () -> {
                    try (var _ = condition.hold()) {
                      condition.waitFor(
                          () -> {
                            assertThat(condition.locked()).isTrue();
                            return value.get() == 2;
                          });
                      log.add("value " + value);
                    }
                  });
          for (int i = 0; i < 2; i++) {
            value.incrementAndGet();
            condition.acquire();
            condition.signal();
            condition.release();
            pass();
            pass();
          }
          a.await();
        });

    assertThat(log).containsExactly("value 2");
  }

  @Test
  void whatThePredicateThrowsComesOutWithTheLockHeld() throws Exception {
    run(
        () -> {
          condition.acquire();
          assertThatThrownBy(
                  () ->
                      condition.waitFor(
                          () -> {
                            throw new IllegalArgumentException("predicate");
                          }))
              .hasMessage("predicate");
          assertThat(condition.locked()).isTrue();
        });
  }

  @Test
  void nothingGoesWithoutTheLock() {
    assertThatThrownBy(condition::await)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("cannot wait on un-acquired lock: <Condition [unlocked]>");
    assertThatThrownBy(condition::signal)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("cannot notify on un-acquired lock: <Condition [unlocked]>");
    assertThatThrownBy(condition::signalAll).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(condition::release).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void conditionsMayShareALock() throws Exception {
    var lock = new Lock();
    var one = new Condition(lock);
    var other = new Condition(lock);
    run(
        () -> {
          Task<?> a =
              start(
                  () -> {
                    try (var _ = one.hold()) {
                      one.await();
                    }
                  });
          try (var _ = other.hold()) {
            assertThat(one.locked()).isTrue();
            other.signalAll();
          }
          pass();
          assertThat(a.done()).isFalse();
          try (var _ = lock.hold()) {
            one.signal();
          }
          a.await();
        });
  }

  // SY-01
  @Test
  void theFirstWaitBindsTheConditionToItsLoop() throws Exception {
    run(
        () -> {
          Task<?> a = waiter("a");
          condition.acquire();
          condition.signal();
          condition.release();
          a.await();
        });
    condition.acquire();

    assertRefusedByAnotherLoop(condition::await);
    assertThat(condition.locked()).isTrue();
  }

  @Test
  void aCallbackCannotWaitAndKeepsTheLock() throws Exception {
    run(
        () -> {
          condition.acquire();
          assertRefusedInCallback(condition, "await()", condition::await);
          assertThat(condition.locked()).isTrue();
        });
  }

  // EL-15
  @Test
  void tasksThatWaitWhenTheLoopIsClosedEndThoughTheLockIsTaken() throws Exception {
    var closing = kind.newLoop();
    closing.setExceptionHandler((_, _) -> {});
    closing.runUntilComplete(
        () -> {
          closing.createTask(
              () -> {
                condition.acquire();
                try {
                  condition.await();
                } finally {
                  log.add("out");
                }
              });
          pass();
          condition.acquire();
        });

    closing.close();

    assertThat(log).containsExactly("out");
  }
}
