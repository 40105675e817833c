// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Stage.settle;
import static io.github.asyncio4j.conformance.stage.Waiters.LONG;
import static io.github.asyncio4j.conformance.stage.Waiters.SHORT;
import static io.github.asyncio4j.conformance.stage.Waiters.acquire;
import static io.github.asyncio4j.conformance.stage.Waiters.createTasks;
import static io.github.asyncio4j.conformance.stage.Waiters.gather;
import static io.github.asyncio4j.conformance.stage.Waiters.gatherOutcomes;
import static io.github.asyncio4j.conformance.stage.Waiters.start;
import static io.github.asyncio4j.conformance.stage.Waiters.use;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.sync.Lock;
import java.time.Duration;
import java.util.List;

/// The twins of `conformance/python/locks.py`.
final class LocksScenarios {
  @Scenario(value = "SY-02", task = true)
  void aFreeLockIsAcquiredWithoutASuspension(Stage stage) {
    var lock = new Lock();
    stage.loop().callSoon(() -> stage.out("callback"));
    stage.attempt("locked", lock::locked);
    acquire(stage, "main", lock);
    stage.attempt("locked", lock::locked);
    lock.release();
    stage.attempt("locked", lock::locked);
    acquire(stage, "main again", lock);
    Asyncio.sleep(Duration.ZERO);
  }

  @Scenario(value = "SY-02", task = true)
  void thoseWhoWaitForALockGetItInTheirOrder(Stage stage) throws Exception {
    var lock = new Lock();
    lock.acquire();
    var tasks = start("abc", name -> () -> use(stage, name, lock));
    stage.out("release");
    lock.release();
    gather(tasks);
    stage.attempt("locked", lock::locked);
  }

  @Scenario(value = "SY-02", task = true)
  void aLockIsHeldByOneTaskAtATime(Stage stage) throws Exception {
    var lock = new Lock();
    gather(createTasks("abc", name -> () -> inAndOut(stage, name, lock)));
  }

  private static void inAndOut(Stage stage, String name, Lock lock) {
    try (var _ = lock.hold()) {
      stage.out(name + " in");
      settle(2);
      stage.out(name + " out");
    }
  }

  @Scenario(value = "SY-02", task = true)
  void aReleasedLockIsForTheOneWhoWaitsAndNotForTheReleaser(Stage stage) {
    var lock = new Lock();
    lock.acquire();
    var a = start(() -> use(stage, "a", lock)).getFirst();
    lock.release();
    stage.out("locked " + lock.locked() + ", a is on its way");
    acquire(stage, "main", lock);
    stage.out("a done " + a.done());
  }

  @Scenario(value = "SY-02", task = true)
  void tasksThatTakeALockAgainAndAgainTakeTurns(Stage stage) throws Exception {
    var lock = new Lock();
    gather(createTasks("ab", name -> () -> takeThreeTimes(stage, name, lock)));
  }

  private static void takeThreeTimes(Stage stage, String name, Lock lock) {
    for (int turn = 0; turn < 3; turn++) {
      try (var _ = lock.hold()) {
        stage.out(name + " " + turn);
        Asyncio.sleep(Duration.ZERO);
      }
    }
  }

  @Scenario(value = "SY-02", task = true)
  void releaseOfALockThatIsNotLockedIsRefused(Stage stage) {
    var lock = new Lock();
    stage.attempt("fresh", lock::release);
    lock.acquire();
    stage.attempt("held", lock::release);
    stage.attempt("twice", lock::release);
    acquire(stage, "main", lock);
  }

  @Scenario(value = "SY-02", task = true)
  void aSecondReleaseIsRefusedWhileTheNextHolderIsOnItsWay(Stage stage) throws Exception {
    var lock = new Lock();
    lock.acquire();
    var a = start(() -> acquire(stage, "a", lock)).getFirst();
    stage.attempt("first", lock::release);
    stage.attempt("second", lock::release);
    a.await();
    stage.attempt("third", lock::release);
  }

  @Scenario(value = "SY-02", task = true)
  void aLockMayBeReleasedByAnotherTaskOrByACallback(Stage stage) throws Exception {
    var lock = new Lock();
    lock.acquire();
    VoidCoroutine release = lock::release;
    Asyncio.createTask(release).await();
    acquire(stage, "first", lock);
    stage.loop().callSoon(lock::release);
    acquire(stage, "second", lock);
  }

  @Scenario(value = "SY-02", task = true)
  void aLockIsNotReentrant(Stage stage) {
    var lock = new Lock();
    VoidCoroutine body =
        () -> {
          acquire(stage, "first", lock);
          acquire(stage, "second", lock);
        };
    var task = start(body).getFirst();
    stage.attempt("done", task::done);
    task.cancel();
    stage.attempt("task", () -> task.await());
    stage.attempt("locked", lock::locked);
  }

  @Scenario(value = "SY-02", task = true)
  void aCancelledAcquireLeavesTheQueueOfALock(Stage stage) throws Exception {
    var lock = new Lock();
    lock.acquire();
    var tasks = start("abc", name -> () -> use(stage, name, lock));
    var b = tasks.get(1);
    b.cancel();
    stage.attempt("b", () -> b.await());
    stage.out("release");
    lock.release();
    gather(tasks.get(0), tasks.get(2));
  }

  @Scenario(value = "SY-02", task = true)
  void aCancelledAcquireWakesNobodyWhileTheLockIsHeld(Stage stage) throws Exception {
    var lock = new Lock();
    lock.acquire();
    var tasks = start("ab", name -> () -> acquire(stage, name, lock));
    var b = tasks.get(1);
    tasks.getFirst().cancel();
    settle();
    stage.out("b done " + b.done() + ", locked " + lock.locked());
    lock.release();
    b.await();
  }

  @Scenario(
      value = {"SY-02", "R-38"},
      task = true)
  void aLockGivenToAWaiterThatIsThenCancelledGoesToTheNext(Stage stage) throws Exception {
    var lock = new Lock();
    lock.acquire();
    var tasks = start("ab", name -> () -> acquire(stage, name, lock));
    var a = tasks.getFirst();
    lock.release();
    stage.attempt("cancel a", () -> a.cancel());
    stage.attempt("a", () -> a.await());
    tasks.getLast().await();
    stage.attempt("locked", lock::locked);
  }

  @Scenario(
      value = {"SY-02", "R-38"},
      task = true)
  void aLockGivenToTheOnlyWaiterThatIsThenCancelledIsFree(Stage stage) {
    var lock = new Lock();
    lock.acquire();
    var a = start(() -> acquire(stage, "a", lock)).getFirst();
    lock.release();
    a.cancel();
    stage.attempt("a", () -> a.await());
    stage.attempt("locked", lock::locked);
    stage.loop().callSoon(() -> stage.out("callback"));
    acquire(stage, "main", lock);
    Asyncio.sleep(Duration.ZERO);
  }

  @Scenario(
      value = {"SY-02", "R-38"},
      task = true)
  void aLockHandedBackByACancelIsNotForANewcomer(Stage stage) throws Exception {
    var lock = new Lock();
    lock.acquire();
    var tasks = start("ab", name -> () -> use(stage, name, lock));
    lock.release();
    tasks.getFirst().cancel();
    tasks.addAll(createTasks("c", name -> () -> use(stage, name, lock)));
    use(stage, "main", lock);
    gatherOutcomes(tasks);
  }

  @Scenario(
      value = {"SY-02", "R-38"},
      task = true)
  void aLockPassesOverEveryCancelledWaiter(Stage stage) throws Exception {
    var lock = new Lock();
    lock.acquire();
    var tasks = start("abcdef", name -> () -> use(stage, name, lock));
    for (int position : new int[] {0, 1, 3, 4}) {
      tasks.get(position).cancel();
    }
    lock.release();
    gatherOutcomes(tasks);
    stage.attempt("locked", lock::locked);
  }

  @Scenario(value = "SY-02", task = true)
  void waitersThatAreAllCancelledDoNotMakeANewcomerWait(Stage stage) {
    var lock = new Lock();
    lock.acquire();
    var tasks = start("ab", name -> () -> acquireOrPrint(stage, name, lock));
    tasks.forEach(Task::cancel);
    lock.release();
    acquire(stage, "main", lock);
    settle();
    stage.attempt("locked", lock::locked);
  }

  private static void acquireOrPrint(Stage stage, String name, Lock lock) {
    try {
      lock.acquire();
    } catch (CancelledError e) {
      stage.out(name + " cancelled");
    }
  }

  @Scenario(
      value = {"SY-02", "TK-04"},
      task = true)
  void aWaiterThatSwallowsItsCancelAsksForTheLockFromTheEnd(Stage stage) throws Exception {
    var lock = new Lock();
    VoidCoroutine body =
        () -> {
          try {
            acquire(stage, "a", lock);
          } catch (CancelledError e) {
            use(stage, "a once more", lock);
          }
        };
    lock.acquire();
    var tasks = start(body, () -> use(stage, "b", lock));
    tasks.getFirst().cancel();
    settle();
    lock.release();
    gather(tasks);
  }

  @Scenario(value = "SY-02", task = true)
  void aLockIsReleasedWhenItsBlockFailsOrIsCancelled(Stage stage) {
    var lock = new Lock();
    stage.attempt("failed", () -> fail(lock));
    stage.attempt("locked", lock::locked);
    var task = start(() -> sleep(lock)).getFirst();
    stage.attempt("locked", lock::locked);
    task.cancel();
    stage.attempt("cancelled", () -> task.await());
    stage.attempt("locked", lock::locked);
  }

  private static void fail(Lock lock) {
    try (var _ = lock.hold()) {
      throw new Boom("boom");
    }
  }

  private static void sleep(Lock lock) {
    try (var _ = lock.hold()) {
      Asyncio.sleep(LONG);
    }
  }

  @Scenario(
      value = {"SY-01", "SY-02", "TC-06"},
      task = true)
  void anAcquireWithATimeLimitLeavesTheQueueOfALock(Stage stage) throws Exception {
    var lock = new Lock();
    lock.acquire();
    VoidCoroutine acquire = () -> acquire(stage, "in time", lock);
    stage.attempt("main", () -> Asyncio.waitFor(acquire, SHORT));
    var a = start(() -> use(stage, "a", lock)).getFirst();
    lock.release();
    a.await();
    stage.attempt("locked", lock::locked);
  }

  @Scenario({"SY-01", "SY-02"})
  void aLockBelongsToTheLoopOfItsFirstContendedUse(Stage stage) throws Exception {
    var lock = new Lock();
    try (var loop = stage.newLoop();
        var other = stage.newLoop()) {
      other.runUntilComplete(() -> use(stage, "other, alone", lock));
      loop.runUntilComplete(() -> contend(stage, "loop", lock));
      other.runUntilComplete(() -> use(stage, "other, still alone", lock));
      other.runUntilComplete(() -> contend(stage, "other", lock));
      stage.attempt("locked", lock::locked);
    }
  }

  private static void contend(Stage stage, String name, Lock lock) {
    List<Task<Void>> waiters;
    acquire(stage, name, lock);
    try {
      waiters = start(() -> use(stage, name + " waiter", lock));
    } finally {
      lock.release();
    }
    stage.attempt(name, () -> waiters.getFirst().await());
  }
}
