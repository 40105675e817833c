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

/// What an event does, on every loop (SY-03).
@ParameterizedClass
@EnumSource(LoopKind.class)
final class EventTest extends LoopTest {
  private final Event event = new Event();

  EventTest(LoopKind kind) {
    super(kind);
  }

  private Task<@Nullable Void> waiter(String name) {
    return start(
        () -> {
          event.await();
          log.add(name);
        });
  }

  @Test
  void anEventThatIsSetMakesNobodyWait() {
    event.set();

    event.await();

    assertThat(event.isSet()).isTrue();
  }

  @Test
  void whoWaitsGoesOnThoughTheEventIsClearedAgain() throws Exception {
    run(
        () -> {
          Task<?> a = waiter("a");
          Task<?> b = waiter("b");
          event.set();
          event.clear();
          Task<?> late = waiter("late");
          a.await();
          b.await();
          assertThat(late.done()).isFalse();
          event.set();
          late.await();
        });

    assertThat(log).containsExactly("a", "b", "late");
  }

  @Test
  void aWaiterThatIsCancelledLeavesTheOthersWaiting() throws Exception {
    run(
        () -> {
          Task<?> a = waiter("a");
          Task<?> b = waiter("b");
          a.cancel();
          assertThatThrownBy(a::await).isInstanceOf(CancelledError.class);
          assertThat(event).hasToString("<Event [unset, waiters:1]>");
          event.set();
          assertThat(event).hasToString("<Event [set, waiters:1]>");
          b.await();
        });

    assertThat(event).hasToString("<Event [set]>");
  }

  // SY-01
  @Test
  void theFirstWaitBindsTheEventToItsLoop() throws Exception {
    run(
        () -> {
          Task<?> a = waiter("a");
          event.set();
          a.await();
          event.clear();
        });

    assertRefusedByAnotherLoop(event::await);
  }

  @Test
  void aCallbackCannotWaitForTheEvent() throws Exception {
    run(() -> assertRefusedInCallback(event, "await()", event::await));
  }
}
