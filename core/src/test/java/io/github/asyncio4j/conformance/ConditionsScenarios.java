// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Stage.settle;
import static io.github.asyncio4j.conformance.stage.Waiters.SHORT;
import static io.github.asyncio4j.conformance.stage.Waiters.acquire;
import static io.github.asyncio4j.conformance.stage.Waiters.createTasks;
import static io.github.asyncio4j.conformance.stage.Waiters.done;
import static io.github.asyncio4j.conformance.stage.Waiters.gather;
import static io.github.asyncio4j.conformance.stage.Waiters.start;
import static io.github.asyncio4j.conformance.stage.Waiters.use;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.sync.Condition;
import io.github.asyncio4j.sync.Lock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/// The twins of `conformance/python/conditions.py`.
final class ConditionsScenarios {
  private static void await(Stage stage, String name, Condition condition) {
    try (var _ = condition.hold()) {
      stage.out(name + " waits");
      try {
        condition.await();
        stage.out(name + " woke, locked " + condition.locked());
      } catch (CancelledError e) {
        stage.out(name + " cancelled, locked " + condition.locked());
        throw e;
      }
    }
  }

  private static void signal(Condition condition, int count) {
    try (var _ = condition.hold()) {
      condition.signal(count);
    }
    settle();
  }

  @Scenario(value = "SY-04", task = true)
  void aConditionRefusesWaitAndNotifyWithoutItsLock(Stage stage) {
    var condition = new Condition();
    stage.attempt("wait", () -> condition.await());
    stage.attempt("notify", () -> condition.signal());
    stage.attempt("notify_all", () -> condition.signalAll());
    stage.attempt("wait_for", () -> condition.waitFor(() -> false));
    stage.attempt("release", () -> condition.release());
    stage.attempt("locked", condition::locked);
    var a = start(() -> await(stage, "a", condition)).getFirst();
    signal(condition, 1);
    stage.attempt("a done", a::done);
  }

  @Scenario(value = "SY-04", task = true)
  void aWaitGivesTheLockAwayAndHasItAgainWhenItReturns(Stage stage) throws Exception {
    var condition = new Condition();
    var a = start(() -> await(stage, "a", condition)).getFirst();
    stage.attempt("locked", condition::locked);
    acquire(stage, "main", condition);
    condition.signal();
    settle();
    stage.out("notified, a done " + a.done());
    condition.release();
    a.await();
    stage.attempt("locked", condition::locked);
  }

  @Scenario(value = "SY-04", task = true)
  void notifyWakesAsManyAsItIsToldInTheOrderOfWaiting(Stage stage) {
    var condition = new Condition();
    var tasks = start("abcdef", name -> () -> await(stage, name, condition));
    for (int count : new int[] {0, 1, 2, 100}) {
      stage.out("notify " + count);
      signal(condition, count);
    }
    stage.out("done " + done(tasks));
  }

  @Scenario(value = "SY-04", task = true)
  void notifyWakesOneAndNotifyAllWakesTheRest(Stage stage) throws Exception {
    var condition = new Condition();
    var tasks = start("abcd", name -> () -> await(stage, name, condition));
    try (var _ = condition.hold()) {
      condition.signal();
    }
    settle();
    stage.out("all");
    try (var _ = condition.hold()) {
      condition.signalAll();
    }
    gather(tasks);
  }

  @Scenario(value = "SY-04", task = true)
  void twoNotificationsInARowWakeTwo(Stage stage) {
    var condition = new Condition();
    var tasks = start("abc", name -> () -> await(stage, name, condition));
    try (var _ = condition.hold()) {
      condition.signal();
      condition.signal();
    }
    settle();
    stage.out("done " + done(tasks));
    signal(condition, 1);
  }

  @Scenario(value = "SY-04", task = true)
  void aNotificationThatNobodyWaitsForIsLost(Stage stage) {
    var condition = new Condition();
    try (var _ = condition.hold()) {
      condition.signal(5);
      condition.signalAll();
    }
    var a = start(() -> await(stage, "a", condition)).getFirst();
    stage.attempt("a done", a::done);
    signal(condition, 1);
    stage.attempt("a done", a::done);
  }

  @Scenario(
      value = {"SY-04", "SY-02"},
      task = true)
  void thoseWhoAreNotifiedHoldTheLockOneAfterTheOther(Stage stage) throws Exception {
    var condition = new Condition();
    var tasks = start("abc", name -> () -> inAndOut(stage, name, condition));
    try (var _ = condition.hold()) {
      condition.signalAll();
    }
    gather(tasks);
  }

  private static void inAndOut(Stage stage, String name, Condition condition) {
    try (var _ = condition.hold()) {
      condition.await();
      stage.out(name + " in");
      settle(2);
      stage.out(name + " out");
    }
  }

  @Scenario(
      value = {"SY-04", "SY-02"},
      task = true)
  void oneWhoIsNotifiedStandsBehindThoseWhoWaitForTheLock(Stage stage) throws Exception {
    var condition = new Condition();
    var a = start(() -> await(stage, "a", condition)).getFirst();
    acquire(stage, "main", condition);
    var b = start(() -> use(stage, "b", condition)).getFirst();
    condition.signal();
    condition.release();
    gather(a, b);
  }

  @Scenario(value = "SY-04", task = true)
  void aCancelledWaitHasTheLockAgain(Stage stage) {
    var condition = new Condition();
    var a = start(() -> await(stage, "a", condition)).getFirst();
    acquire(stage, "main", condition);
    a.cancel();
    settle();
    stage.out("a done " + a.done());
    condition.release();
    stage.attempt("a", () -> a.await());
    stage.attempt("locked", condition::locked);
  }

  @Scenario(
      value = {"SY-04", "TK-05"},
      task = true)
  void cancelsDoNotEndTheWaitForTheLockOfACondition(Stage stage) {
    var condition = new Condition();
    var a = start(() -> await(stage, "a", condition)).getFirst();
    acquire(stage, "main", condition);
    for (int i = 0; i < 3; i++) {
      a.cancel();
      settle();
      stage.out("a done " + a.done() + ", requests " + a.cancelling());
    }
    condition.release();
    stage.attempt("a", () -> a.await());
    stage.attempt("locked", condition::locked);
  }

  @Scenario(
      value = {"SY-04", "R-38"},
      task = true)
  void aNotificationGoesOnWhenTheOneNotifiedIsCancelled(Stage stage) throws Exception {
    var condition = new Condition();
    var tasks = start("abc", name -> () -> await(stage, name, condition));
    var a = tasks.get(0);
    try (var _ = condition.hold()) {
      condition.signal();
      a.cancel();
    }
    stage.attempt("a", () -> a.await());
    tasks.get(1).await();
    settle();
    stage.attempt("c done", tasks.get(2)::done);
    signal(condition, 1);
  }

  @Scenario(
      value = {"SY-04", "R-38"},
      task = true)
  void aNotificationGoesOnWhenTheCancelComesDuringTheWaitForTheLock(Stage stage) throws Exception {
    var condition = new Condition();
    var tasks = start("abc", name -> () -> await(stage, name, condition));
    var a = tasks.get(0);
    acquire(stage, "main", condition);
    condition.signal();
    settle();
    a.cancel();
    settle();
    stage.out("done " + done(tasks));
    condition.release();
    stage.attempt("a", () -> a.await());
    tasks.get(1).await();
    settle();
    stage.attempt("c done", tasks.get(2)::done);
    signal(condition, 1);
  }

  @Scenario(
      value = {"SY-04", "R-38"},
      task = true)
  void aCancelledWaiterIsNotCountedByNotify(Stage stage) throws Exception {
    var condition = new Condition();
    var tasks = start("abc", name -> () -> await(stage, name, condition));
    var a = tasks.get(0);
    try (var _ = condition.hold()) {
      a.cancel();
      condition.signal(2);
    }
    stage.attempt("a", () -> a.await());
    gather(tasks.get(1), tasks.get(2));
  }

  @Scenario(value = "SY-04", task = true)
  void waitForReturnsWhenItsPredicateHolds(Stage stage) {
    var condition = new Condition();
    var values = new ArrayList<Integer>();
    BooleanSupplier predicate =
        () -> {
          stage.out("predicate, " + values.size() + " values, locked " + condition.locked());
          return values.size() == 2;
        };
    VoidCoroutine body =
        () -> {
          try (var _ = condition.hold()) {
            condition.waitFor(predicate);
            stage.out("goes on, locked " + condition.locked());
          }
        };
    var task = start(body).getFirst();
    for (int value = 0; value < 2; value++) {
      try (var _ = condition.hold()) {
        values.add(value);
        condition.signal();
      }
      settle();
    }
    stage.attempt("done", task::done);
  }

  @Scenario(value = "SY-04", task = true)
  void waitForDoesNotSuspendWhenItsPredicateHolds(Stage stage) {
    var condition = new Condition();
    stage.loop().callSoon(() -> stage.out("callback"));
    try (var _ = condition.hold()) {
      condition.waitFor(() -> true);
      stage.out("with the lock");
    }
    condition.waitFor(() -> true);
    stage.out("without the lock");
    Asyncio.sleep(Duration.ZERO);
  }

  @Scenario(value = "SY-04", task = true)
  void anErrorOfThePredicateComesOutOfWaitForWithTheLockHeld(Stage stage) {
    var condition = new Condition();
    var calls = new ArrayList<Integer>();
    BooleanSupplier predicate =
        () -> {
          calls.add(1);
          if (calls.size() == 2) {
            throw new Boom("predicate");
          }
          return false;
        };
    VoidCoroutine body =
        () -> {
          try (var _ = condition.hold()) {
            try {
              condition.waitFor(predicate);
            } finally {
              stage.out("locked " + condition.locked());
            }
          }
        };
    var task = start(body).getFirst();
    signal(condition, 1);
    stage.attempt("task", () -> task.await());
    stage.attempt("locked", condition::locked);
  }

  @Scenario(
      value = {"SY-04", "TC-06"},
      task = true)
  void aWaitWithATimeLimitEndsWithTheLockHeld(Stage stage) {
    var condition = new Condition();
    VoidCoroutine await = condition::await;
    VoidCoroutine waitFor = () -> condition.waitFor(() -> false);
    try (var _ = condition.hold()) {
      stage.attempt("wait", () -> Asyncio.waitFor(await, SHORT));
      stage.attempt("locked", condition::locked);
      stage.attempt("wait_for", () -> Asyncio.waitFor(waitFor, SHORT));
      stage.attempt("locked", condition::locked);
    }
    stage.attempt("locked", condition::locked);
  }

  @Scenario(value = "SY-04", task = true)
  void twoConditionsMayShareALock(Stage stage) {
    var lock = new Lock();
    var full = new Condition(lock);
    var empty = new Condition(lock);
    var tasks = start(() -> await(stage, "a", full), () -> await(stage, "b", empty));
    lock.acquire();
    stage.out("full locked " + full.locked() + ", empty locked " + empty.locked());
    empty.signalAll();
    lock.release();
    settle();
    stage.out("a done " + tasks.getFirst().done() + ", b done " + tasks.getLast().done());
    signal(full, 1);
  }

  @Scenario(value = "SY-04", task = true)
  void aBufferOfTwoConditionsHandsOverInOrder(Stage stage) throws Exception {
    var lock = new Lock();
    var notFull = new Condition(lock);
    var notEmpty = new Condition(lock);
    var items = new ArrayList<Integer>();
    VoidCoroutine produce =
        () -> {
          for (int item = 0; item < 5; item++) {
            try (var _ = notFull.hold()) {
              notFull.waitFor(() -> items.size() < 2);
              items.add(item);
              stage.out("produced " + item);
              notEmpty.signal();
            }
          }
        };
    VoidCoroutine consume =
        () -> {
          for (int i = 0; i < 5; i++) {
            try (var _ = notEmpty.hold()) {
              notEmpty.waitFor(() -> !items.isEmpty());
              stage.out("consumed " + items.removeFirst());
              notFull.signal();
            }
          }
        };
    gather(List.of(Asyncio.createTask(consume), Asyncio.createTask(produce)));
  }

  @Scenario(
      value = {"SY-04", "TK-04"},
      task = true)
  void aWaiterThatSwallowsItsCancelStillHoldsTheLock(Stage stage) throws Exception {
    var condition = new Condition();
    VoidCoroutine body =
        () -> {
          try (var _ = condition.hold()) {
            try {
              condition.await();
            } catch (CancelledError e) {
              stage.out("swallowed");
            }
            settle();
            stage.out("goes on");
          }
        };
    var tasks = start(body);
    tasks.getFirst().cancel();
    tasks.addAll(createTasks("b", name -> () -> use(stage, name, condition)));
    gather(tasks);
  }

  @Scenario({"SY-01", "SY-04"})
  void aConditionBelongsToTheLoopThatFirstWaited(Stage stage) throws Exception {
    var condition = new Condition();
    try (var loop = stage.newLoop();
        var other = stage.newLoop()) {
      other.runUntilComplete(() -> use(stage, "other", condition));
      loop.runUntilComplete(() -> awaitHere(stage, "loop", condition));
      other.runUntilComplete(() -> awaitAFriend(stage, "other", condition));
      stage.attempt("locked", condition::locked);
      loop.runUntilComplete(() -> awaitHere(stage, "loop again", condition));
    }
  }

  private static void awaitAFriend(Stage stage, String name, Condition condition) {
    Runnable friend = () -> stage.attempt(name + " notify", () -> condition.signal());
    stage.loop().callSoon(friend);
    stage.attempt(name, () -> await(stage, name, condition));
  }

  private static void awaitHere(Stage stage, String name, Condition condition) {
    var task = start(() -> await(stage, name, condition)).getFirst();
    signal(condition, 1);
    stage.attempt(name, () -> task.await());
  }
}
