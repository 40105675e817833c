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

/// What a barrier does, on every loop (SY-06).
@ParameterizedClass
@EnumSource(LoopKind.class)
final class BarrierTest extends LoopTest {
  private final Barrier barrier = new Barrier(3);

  BarrierTest(LoopKind kind) {
    super(kind);
  }

  private Task<@Nullable Void> party(String name) {
    return start(
        () -> {
          try {
            log.add(name + " " + barrier.await());
          } catch (BrokenBarrierError e) {
            log.add(name + " broken");
          }
        });
  }

  private void startParties(String... names) {
    for (String name : names) {
      party(name);
    }
    pass();
  }

  @Test
  void theLastToComeGoesOnFirstAndEachHasItsPlace() throws Exception {
    run(
        () -> {
          startParties("a", "b");
          assertThat(barrier.nWaiting()).isEqualTo(2);
          assertThat(barrier).hasToString("<Barrier [filling, waiters:2/3]>");
          log.add("main " + barrier.await());
          assertThat(barrier).hasToString("<Barrier [draining, waiters:0/3]>");
          pass();
        });

    assertThat(log).containsExactly("main 2", "a 0", "b 1");
    assertThat(barrier.nWaiting()).isZero();
    assertThat(barrier.parties()).isEqualTo(3);
  }

  @Test
  void whoComesWhileTheBarrierDrainsIsOfTheNextRound() throws Exception {
    run(
        () -> {
          startParties("a", "b");
          barrier.await();
          Task<?> next = loop.createTask(() -> log.add("main " + barrier.await()));
          pass();
          pass();
          assertThat(next.done()).isFalse();
          startParties("c", "d");
          next.await();
        });

    assertThat(log).containsExactly("a 0", "b 1", "d 2", "main 0", "c 1");
  }

  @Test
  void aBarrierOfOneMakesNobodyWait() {
    var alone = new Barrier(1);

    assertThat(alone.await()).isZero();
    assertThat(alone.await()).isZero();
  }

  @Test
  void resetBreaksTheWaitOfThoseWhoAreThereAndTheBarrierGoesOn() throws Exception {
    run(
        () -> {
          startParties("a", "b");
          barrier.reset();
          assertThat(barrier.broken()).isFalse();
          startParties("c", "d", "e");
        });

    assertThat(log).containsExactly("a broken", "b broken", "e 2", "c 0", "d 1");
  }

  @Test
  void abortBreaksTheBarrierForGoodUntilItIsReset() throws Exception {
    run(
        () -> {
          startParties("a");
          barrier.abort();
          startParties("b");
          assertThat(barrier.broken()).isTrue();
          assertThat(barrier).hasToString("<Barrier [broken]>");
          barrier.reset();
          startParties("c", "d", "e");
        });

    assertThat(log).containsExactly("a broken", "b broken", "e 2", "c 0", "d 1");
  }

  @Test
  void whoWasWokenAndHasNotRunYetIsBrokenByAnAbort() throws Exception {
    run(
        () -> {
          startParties("a", "b");
          assertThat(barrier.await()).isEqualTo(2);
          barrier.abort();
          pass();
        });

    assertThat(log).containsExactly("a broken", "b broken");
  }

  // A place is given when all have come, so that each comes once whoever was cancelled before.
  @Test
  void aPartyThatIsCancelledLeavesAndEveryPlaceIsGivenOnce() throws Exception {
    run(
        () -> {
          Task<?> a = party("a");
          party("b");
          a.cancel();
          assertThatThrownBy(a::await).isInstanceOf(CancelledError.class);
          assertThat(barrier.nWaiting()).isEqualTo(1);
          startParties("c", "d");
        });

    assertThat(log).containsExactly("d 2", "b 0", "c 1");
  }

  @Test
  void aPartyThatIsCancelledAfterTheLastHasComeDoesNotHoldBackTheOthers() throws Exception {
    run(
        () -> {
          Task<?> a = party("a");
          party("b");
          barrier.await();
          a.cancel();
          assertThatThrownBy(a::await).isInstanceOf(CancelledError.class);
          pass();
          startParties("c", "d", "e");
        });

    assertThat(log).containsExactly("b 1", "e 2", "c 0", "d 1");
  }

  @Test
  void fewerThanOnePartyIsRefused() {
    assertThatThrownBy(() -> new Barrier(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("parties must be >= 1: 0");
  }

  // SY-01
  @Test
  void theFirstWaitBindsTheBarrierToItsLoop() throws Exception {
    run(
        () -> {
          startParties("a", "b");
          barrier.await();
          pass();
        });

    assertRefusedByAnotherLoop(barrier::await);
    assertThat(barrier.nWaiting()).isZero();
  }

  @Test
  void aCallbackCannotWaitAtTheBarrier() throws Exception {
    run(() -> assertRefusedInCallback(barrier, "await()", barrier::await));
  }
}
