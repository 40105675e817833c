// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.mistakes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.sync.Barrier;
import io.github.asyncio4j.sync.BoundedSemaphore;
import io.github.asyncio4j.sync.BrokenBarrierError;
import io.github.asyncio4j.sync.Condition;
import io.github.asyncio4j.sync.Event;
import io.github.asyncio4j.sync.Lock;
import io.github.asyncio4j.sync.Queue;
import io.github.asyncio4j.sync.QueueEmpty;
import io.github.asyncio4j.sync.QueueFull;
import io.github.asyncio4j.sync.QueueShutDown;
import io.github.asyncio4j.sync.Semaphore;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Mistakes with locks, events, conditions, semaphores, barriers and queues.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class SyncMistakesTest extends MistakeCase {
  SyncMistakesTest(LoopKind kind) {
    super(kind);
  }

  @Mistake(2)
  void aLockIsReleasedThatNobodyHas() {
    assertRefuses("Lock is not acquired: <Lock [unlocked]>", new Lock()::release);
  }

  @Mistake(2)
  void aConditionIsUsedWithoutItsLock() throws Exception {
    run(
        () -> {
          var condition = new Condition();
          assertRefuses(
              "cannot wait on un-acquired lock: <Condition [unlocked]>", () -> condition.await());
          assertRefuses(
              "cannot notify on un-acquired lock: <Condition [unlocked]>", condition::signalAll);
        });
  }

  @Mistake(2)
  void aLockIsSharedByTwoLoops() throws Exception {
    var lock = new Lock();
    run(
        () -> {
          lock.acquire();
          Task<?> waiting = loop.createTask((VoidCoroutine) lock::acquire);
          Asyncio.sleep(Duration.ZERO);
          waiting.cancel();
          assertThat(catchThrowable(waiting::await)).isInstanceOf(CancelledError.class);
        });

    try (EventLoop other = kind.newLoop()) {
      other.runUntilComplete(
          () ->
              assertRefuses(
                  "<Lock [locked]> is bound to a different event loop: "
                      + loop
                      + ", not "
                      + other
                      + "; each loop needs one of its own",
                  lock::acquire));
    }
  }

  @Mistake(2)
  void aCallbackWaitsForALock() throws Exception {
    run(
        () -> {
          var lock = new Lock();
          lock.acquire();
          assertThat(thrownInCallback(lock::acquire))
              .hasMessage(
                  "acquire() called outside a task: <Lock [locked]>; a callback cannot wait, have it"
                      + " start a task: createTask(() -> ...)");
        });
  }

  @Mistake(2)
  void aSemaphoreBeginsBelowZero() {
    assertRefusesArgument("Semaphore initial value must be >= 0: -1", () -> new Semaphore(-1));
  }

  @Mistake(2)
  void aSemaphoreIsReleasedOnceTooOften() {
    var semaphore = new BoundedSemaphore(1);
    assertRefusesArgument(
        "BoundedSemaphore released too many times: " + semaphore, semaphore::release);
  }

  @Mistake(2)
  void aBarrierIsForNobody() {
    assertRefusesArgument("parties must be >= 1: 0", () -> new Barrier(0));
  }

  @Mistake(2)
  void aBarrierIsUsedThatWasAborted() throws Exception {
    run(
        () -> {
          var barrier = new Barrier(2);
          barrier.abort();
          assertThrows(
              BrokenBarrierError.class, "Barrier aborted: " + barrier, () -> barrier.await());
        });
  }

  @Mistake(2)
  void aQueueHasNoRoom() {
    var queue = new Queue<String>(1);
    queue.putNowait("a");
    assertThrows(
        QueueFull.class,
        "queue is full: maxsize=1; put() waits for room",
        () -> queue.putNowait("b"));
  }

  @Mistake(2)
  void aQueueHasNothing() {
    assertThrows(
        QueueEmpty.class,
        "queue is empty; get() waits for an item",
        new Queue<String>()::getNowait);
  }

  @Mistake(1)
  void aQueueIsUsedThatIsShutDown() {
    var queue = new Queue<String>();
    queue.shutdown();
    assertThrows(
        QueueShutDown.class, "put() on a queue that is shut down", () -> queue.putNowait("a"));
    assertThrows(
        QueueShutDown.class, "get() on a queue that is shut down and empty", queue::getNowait);
  }

  @Mistake(1)
  void aNullIsPut() {
    assertThrows(NullPointerException.class, "item", () -> new Queue<String>().putNowait(null));
  }

  @Mistake(2)
  void anItemIsDoneOnceTooOften() {
    var queue = new Queue<String>();
    assertRefusesArgument("taskDone() called too many times: <Queue maxsize=0>", queue::taskDone);
  }

  // The methods of Object.

  private static final String HINT =
      "wait(), notify() and notifyAll() are methods of every Java object, for its monitor; tasks"
          + " wait and are woken by await(), signal() and signalAll()";

  @Mistake(2)
  void theMonitorOfAPrimitiveIsTakenForItsOwnMethods() throws Exception {
    var event = new Event();
    var condition = new Condition();
    var barrier = new Barrier(2);
    Map<String, VoidCoroutine> calls = new TreeMap<>();
    calls.put("event.wait()", event::wait);
    calls.put("event.wait(1000)", () -> event.wait(1000));
    calls.put("condition.wait()", condition::wait);
    calls.put("condition.notify()", condition::notify);
    calls.put("condition.notifyAll()", condition::notifyAll);
    calls.put("barrier.wait()", barrier::wait);

    calls.forEach(
        (name, call) -> {
          // Through two tasks: it is said once.
          Throwable thrown = catchThrowable(() -> run(() -> loop.createTask(call).await()));

          assertThat(thrown)
              .as(name)
              .isExactlyInstanceOf(IllegalMonitorStateException.class)
              .hasMessage("current thread is not owner");
          assertThat(thrown.getSuppressed())
              .as(name)
              .singleElement()
              .extracting(Throwable::getMessage)
              .isEqualTo(HINT);
        });
  }

  @Mistake(2)
  void aCallbackTakesTheMonitorOfAPrimitiveForItsOwnMethods() throws Exception {
    var condition = new Condition();
    run(
        () -> {
          loop.callSoon(condition::notifyAll);
          Asyncio.sleep(Duration.ZERO);
        });

    assertThat(report().exception().getSuppressed())
        .singleElement()
        .extracting(Throwable::getMessage)
        .isEqualTo(HINT);
  }
}
