// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Stage.settle;
import static io.github.asyncio4j.conformance.stage.Waiters.gather;
import static io.github.asyncio4j.conformance.stage.Waiters.start;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.sync.Event;
import java.time.Duration;

/// The twins of `conformance/python/events.py`.
final class EventsScenarios {
  private static void await(Stage stage, String name, Event event) {
    event.await();
    stage.out(name + " woke, set " + event.isSet());
  }

  @Scenario(value = "SY-03", task = true)
  void waitingForAnEventThatIsSetDoesNotSuspend(Stage stage) {
    var event = new Event();
    stage.attempt("is set", event::isSet);
    event.set();
    event.set();
    stage.attempt("is set", event::isSet);
    stage.loop().callSoon(() -> stage.out("callback"));
    event.await();
    event.await();
    stage.out("waited twice");
    Asyncio.sleep(Duration.ZERO);
  }

  @Scenario(
      value = {"SY-03", "R-01"},
      task = true)
  void setWakesAllWhoWaitForAnEventInTheirOrder(Stage stage) throws Exception {
    var loop = stage.loop();
    var event = new Event();
    var tasks = start("abc", name -> () -> await(stage, name, event));
    loop.callSoon(() -> stage.out("queued before"));
    event.set();
    loop.callSoon(() -> stage.out("queued after"));
    stage.out("set");
    gather(tasks);
  }

  @Scenario(value = "SY-03", task = true)
  void thoseWhoWaitedReturnThoughTheEventIsClearedAtOnce(Stage stage) throws Exception {
    var event = new Event();
    var tasks = start("ab", name -> () -> await(stage, name, event));
    VoidCoroutine waitLate = () -> await(stage, "late", event);
    var late = Asyncio.createTask(waitLate);
    event.set();
    event.clear();
    gather(tasks);
    settle();
    stage.out("late done " + late.done() + ", set " + event.isSet());
    event.set();
    late.await();
  }

  @Scenario(value = "SY-03", task = true)
  void aWaiterThatClearsAnEventDoesNotStopTheOthers(Stage stage) throws Exception {
    var event = new Event();
    VoidCoroutine clear =
        () -> {
          await(stage, "a", event);
          event.clear();
        };
    var tasks = start(clear, () -> await(stage, "b", event));
    event.set();
    gather(tasks);
    stage.attempt("is set", event::isSet);
  }

  @Scenario(value = "SY-03", task = true)
  void aWaiterThatWaitsAgainAfterClearNeedsAnotherSet(Stage stage) {
    var event = new Event();
    VoidCoroutine body =
        () -> {
          for (int turn = 0; turn < 3; turn++) {
            await(stage, "turn " + turn, event);
            event.clear();
          }
        };
    var task = start(body).getFirst();
    for (int turn = 0; turn < 3; turn++) {
      stage.out("set " + turn);
      event.set();
      settle();
    }
    stage.attempt("done", task::done);
  }

  @Scenario(
      value = {"SY-03", "R-38"},
      task = true)
  void aCancelWinsOverAnEventThatWasSet(Stage stage) {
    var event = new Event();
    var tasks = start("abc", name -> () -> await(stage, name, event));
    tasks.get(1).cancel();
    event.set();
    stage.attempt("cancel c", () -> tasks.get(2).cancel());
    stage.attempt("a", () -> tasks.get(0).await());
    stage.attempt("b", () -> tasks.get(1).await());
    stage.attempt("c", () -> tasks.get(2).await());
    stage.attempt("is set", event::isSet);
  }

  @Scenario(value = "SY-03", task = true)
  void aCancelledWaiterOfAnEventLeavesTheOthersWaiting(Stage stage) throws Exception {
    var event = new Event();
    var tasks = start("ab", name -> () -> await(stage, name, event));
    var a = tasks.getFirst();
    var b = tasks.getLast();
    a.cancel();
    stage.attempt("a", () -> a.await());
    stage.out("b done " + b.done() + ", set " + event.isSet());
    event.set();
    b.await();
  }

  @Scenario({"SY-01", "SY-03"})
  void anEventBelongsToTheLoopThatFirstWaitedForIt(Stage stage) throws Exception {
    var event = new Event();
    try (var loop = stage.newLoop();
        var other = stage.newLoop()) {
      loop.runUntilComplete(() -> awaitAndSet(stage, "loop", event));
      other.runUntilComplete(() -> await(stage, "other, set", event));
      event.clear();
      other.runUntilComplete(() -> awaitAndSet(stage, "other", event));
      event.clear();
      loop.runUntilComplete(() -> awaitAndSet(stage, "loop again", event));
    }
  }

  private static void awaitAndSet(Stage stage, String name, Event event) {
    stage.loop().callSoon(event::set);
    stage.attempt(name, () -> await(stage, name, event));
  }
}
