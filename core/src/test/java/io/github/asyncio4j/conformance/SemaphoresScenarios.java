// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Stage.settle;
import static io.github.asyncio4j.conformance.stage.Waiters.LONG;
import static io.github.asyncio4j.conformance.stage.Waiters.SHORT;
import static io.github.asyncio4j.conformance.stage.Waiters.acquire;
import static io.github.asyncio4j.conformance.stage.Waiters.createTasks;
import static io.github.asyncio4j.conformance.stage.Waiters.done;
import static io.github.asyncio4j.conformance.stage.Waiters.gather;
import static io.github.asyncio4j.conformance.stage.Waiters.gatherOutcomes;
import static io.github.asyncio4j.conformance.stage.Waiters.start;
import static io.github.asyncio4j.conformance.stage.Waiters.use;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Words;
import io.github.asyncio4j.sync.BoundedSemaphore;
import io.github.asyncio4j.sync.Semaphore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The twins of `conformance/python/semaphores.py`.
final class SemaphoresScenarios {
  private static void count(Stage stage, Semaphore semaphore) {
    int taken = 0;
    while (!semaphore.locked()) {
      semaphore.acquire();
      taken++;
    }
    for (int i = 0; i < taken; i++) {
      semaphore.release();
    }
    stage.out("permits " + taken);
  }

  @Scenario(value = "SY-05", task = true)
  void aSemaphoreOfLessThanZeroIsRefused(Stage stage) {
    stage.attempt("semaphore -1", () -> new Semaphore(-1).locked());
    stage.attempt("bounded -1", () -> new BoundedSemaphore(-1).locked());
    stage.attempt("semaphore 0", () -> new Semaphore(0).locked());
    stage.attempt("bounded 0", () -> new BoundedSemaphore(0).locked());
    stage.attempt("semaphore", () -> new Semaphore().locked());
    count(stage, new Semaphore());
    count(stage, new BoundedSemaphore());
  }

  @Scenario(value = "SY-05", task = true)
  void permitsAreTakenWithoutASuspensionWhileThereAreSome(Stage stage) {
    var semaphore = new Semaphore(2);
    stage.loop().callSoon(() -> stage.out("callback"));
    for (String name : new String[] {"first", "second"}) {
      acquire(stage, name, semaphore);
      stage.attempt("locked", semaphore::locked);
    }
    semaphore.release();
    stage.attempt("locked", semaphore::locked);
    Asyncio.sleep(Duration.ZERO);
  }

  @Scenario(value = "SY-05", task = true)
  void thoseWhoWaitForASemaphoreGetItInTheirOrder(Stage stage) {
    var semaphore = new Semaphore(0);
    var tasks = start("abcd", name -> () -> acquire(stage, name, semaphore));
    for (int i = 0; i < 2; i++) {
      stage.out("release");
      semaphore.release();
      settle();
    }
    stage.out("release twice");
    semaphore.release();
    semaphore.release();
    settle();
    stage.out("done " + done(tasks) + ", locked " + semaphore.locked());
  }

  @Scenario(value = "SY-05", task = true)
  void aSemaphoreBoundsHowManyWorkAtOnce(Stage stage) throws Exception {
    var semaphore = new Semaphore(2);
    var working = new ArrayList<String>();
    gather(createTasks("abcde", name -> () -> work(stage, name, semaphore, working)));
    stage.attempt("locked", semaphore::locked);
  }

  private static void work(Stage stage, String name, Semaphore semaphore, List<String> working) {
    try (var _ = semaphore.hold()) {
      working.add(name);
      stage.out(name + " works, " + working.size() + " at once");
      settle(3);
      working.remove(name);
    }
  }

  @Scenario(value = "SY-05", task = true)
  void aReleasedPermitIsForTheOneWhoWaitsAndNotForTheReleaser(Stage stage) {
    var semaphore = new Semaphore(1);
    semaphore.acquire();
    var a = start(() -> use(stage, "a", semaphore)).getFirst();
    semaphore.release();
    stage.out("locked " + semaphore.locked() + ", a is on its way");
    acquire(stage, "main", semaphore);
    stage.attempt("a done", a::done);
  }

  @Scenario(value = "SY-05", task = true)
  void aSemaphoreWithAFreePermitIsLockedUntilItsWaiterHasRun(Stage stage) throws Exception {
    var semaphore = new Semaphore(0);
    var a = start(() -> acquire(stage, "a", semaphore)).getFirst();
    semaphore.release();
    semaphore.release();
    stage.attempt("locked", semaphore::locked);
    a.await();
    stage.attempt("locked", semaphore::locked);
    count(stage, semaphore);
  }

  @Scenario(value = "SY-05", task = true)
  void aNewcomerWaitsBehindAWaiterThoughAPermitIsFree(Stage stage) {
    var semaphore = new Semaphore(0);
    var a = start(() -> acquire(stage, "a", semaphore)).getFirst();
    semaphore.release();
    semaphore.release();
    acquire(stage, "main", semaphore);
    stage.attempt("a done", a::done);
    stage.attempt("locked", semaphore::locked);
  }

  @Scenario(value = "SY-05", task = true)
  void manyNewcomersPassWhenTheWaiterTheyStandBehindHasRun(Stage stage) {
    var semaphore = new Semaphore(0);
    var tasks = start(() -> acquire(stage, "a", semaphore));
    tasks.addAll(createTasks("bcd", name -> () -> acquire(stage, name, semaphore)));
    for (int i = 0; i < 3; i++) {
      semaphore.release();
    }
    settle();
    stage.out("done " + done(tasks));
    semaphore.release();
    settle();
    stage.attempt("locked", semaphore::locked);
  }

  @Scenario(value = "SY-05", task = true)
  void aCancelledAcquireLeavesTheQueueOfASemaphore(Stage stage) throws Exception {
    var semaphore = new Semaphore(0);
    var tasks = start("abcd", name -> () -> acquire(stage, name, semaphore));
    var a = tasks.get(0);
    var c = tasks.get(2);
    a.cancel();
    stage.attempt("a", () -> a.await());
    c.cancel();
    stage.attempt("c", () -> c.await());
    semaphore.release();
    semaphore.release();
    gather(tasks.get(1), tasks.get(3));
    stage.attempt("locked", semaphore::locked);
  }

  @Scenario(
      value = {"SY-05", "R-38"},
      task = true)
  void aPermitGivenToAWaiterThatIsThenCancelledGoesToTheNext(Stage stage) throws Exception {
    var semaphore = new Semaphore(0);
    var tasks = start("abc", name -> () -> acquire(stage, name, semaphore));
    var a = tasks.get(0);
    var c = tasks.get(2);
    semaphore.release();
    stage.attempt("cancel a", () -> a.cancel());
    stage.attempt("a", () -> a.await());
    tasks.get(1).await();
    settle();
    stage.out("c done " + c.done() + ", locked " + semaphore.locked());
    semaphore.release();
    c.await();
  }

  @Scenario(
      value = {"SY-05", "R-38"},
      task = true)
  void aPermitGivenToTheOnlyWaiterThatIsThenCancelledIsFree(Stage stage) {
    var semaphore = new Semaphore(0);
    var a = start(() -> acquire(stage, "a", semaphore)).getFirst();
    semaphore.release();
    a.cancel();
    stage.attempt("locked", semaphore::locked);
    stage.attempt("a", () -> a.await());
    stage.attempt("locked", semaphore::locked);
    count(stage, semaphore);
  }

  @Scenario(
      value = {"SY-05", "R-38"},
      task = true)
  void permitsGivenToManyCancelledWaitersAreNotLost(Stage stage) {
    var semaphore = new Semaphore(0);
    var tasks = start("abcdefgh", name -> () -> acquire(stage, name, semaphore));
    for (int i = 0; i < 4; i++) {
      semaphore.release();
    }
    for (int position : new int[] {0, 2, 3, 5}) {
      tasks.get(position).cancel();
    }
    settle(20);
    stage.out("done " + done(tasks));
    List<Boolean> cancelled = tasks.stream().map(Task::cancelled).toList();
    stage.out("cancelled " + Words.show(cancelled));
    stage.attempt("locked", semaphore::locked);
    semaphore.release();
    count(stage, semaphore);
  }

  @Scenario(
      value = {"SY-05", "R-38"},
      task = true)
  void aPermitHandedBackByACancelIsNotForANewcomer(Stage stage) throws Exception {
    var semaphore = new Semaphore(1);
    semaphore.acquire();
    var tasks = start("ab", name -> () -> use(stage, name, semaphore));
    semaphore.release();
    tasks.getFirst().cancel();
    tasks.addAll(createTasks("c", name -> () -> use(stage, name, semaphore)));
    use(stage, "main", semaphore);
    gatherOutcomes(tasks);
    count(stage, semaphore);
  }

  @Scenario(value = "SY-05", task = true)
  void aSemaphoreDoesNotCountWaitersThatAreCancelled(Stage stage) {
    var semaphore = new Semaphore(1);
    semaphore.acquire();
    var a = start(() -> acquire(stage, "a", semaphore)).getFirst();
    a.cancel();
    semaphore.release();
    stage.attempt("locked", semaphore::locked);
    acquire(stage, "main", semaphore);
    stage.attempt("a", () -> a.await());
    stage.attempt("locked", semaphore::locked);
  }

  @Scenario(value = "SY-05", task = true)
  void aSemaphoreMayGrowBeyondItsFirstValue(Stage stage) {
    var semaphore = new Semaphore(1);
    for (int i = 0; i < 3; i++) {
      stage.attempt("release", semaphore::release);
    }
    count(stage, semaphore);
  }

  @Scenario(value = "SY-05", task = true)
  void aBoundedSemaphoreRefusesMoreReleasesThanAcquires(Stage stage) {
    var semaphore = new BoundedSemaphore(2);
    stage.attempt("full", semaphore::release);
    semaphore.acquire();
    semaphore.acquire();
    for (String name : new String[] {"first", "second", "third"}) {
      stage.attempt(name, semaphore::release);
    }
    count(stage, semaphore);
  }

  @Scenario(value = "SY-05", task = true)
  void aBoundedSemaphoreCountsAPermitGivenToAWaiterAsTaken(Stage stage) throws Exception {
    var semaphore = new BoundedSemaphore(1);
    semaphore.acquire();
    var a = start(() -> acquire(stage, "a", semaphore)).getFirst();
    stage.attempt("first", semaphore::release);
    stage.attempt("second", semaphore::release);
    stage.attempt("third", semaphore::release);
    a.await();
    count(stage, semaphore);
  }

  @Scenario(
      value = {"SY-05", "R-38"},
      task = true)
  void aBoundedSemaphoreIsFullAgainAfterACancelledGrant(Stage stage) {
    var semaphore = new BoundedSemaphore(1);
    semaphore.acquire();
    var a = start(() -> acquire(stage, "a", semaphore)).getFirst();
    semaphore.release();
    a.cancel();
    stage.attempt("a", () -> a.await());
    stage.attempt("release", semaphore::release);
    count(stage, semaphore);
  }

  @Scenario(value = "SY-05", task = true)
  void aPermitIsGivenBackWhenItsBlockFailsOrIsCancelled(Stage stage) {
    var semaphore = new BoundedSemaphore(1);
    stage.attempt("failed", () -> fail(semaphore));
    var task = start(() -> sleep(semaphore)).getFirst();
    stage.attempt("locked", semaphore::locked);
    task.cancel();
    stage.attempt("cancelled", () -> task.await());
    count(stage, semaphore);
  }

  private static void fail(Semaphore semaphore) {
    try (var _ = semaphore.hold()) {
      throw new Boom("boom");
    }
  }

  private static void sleep(Semaphore semaphore) {
    try (var _ = semaphore.hold()) {
      Asyncio.sleep(LONG);
    }
  }

  @Scenario(value = "SY-05", task = true)
  void aPermitMayBeReleasedByACallback(Stage stage) {
    var loop = stage.loop();
    var semaphore = new Semaphore(0);
    loop.callSoon(semaphore::release);
    loop.callSoon(() -> stage.out("queued after the release"));
    acquire(stage, "main", semaphore);
  }

  @Scenario(
      value = {"SY-05", "TC-06"},
      task = true)
  void anAcquireWithATimeLimitLeavesTheQueueOfASemaphore(Stage stage) throws Exception {
    var semaphore = new Semaphore(0);
    VoidCoroutine acquire = () -> acquire(stage, "in time", semaphore);
    stage.attempt("main", () -> Asyncio.waitFor(acquire, SHORT));
    var a = start(() -> acquire(stage, "a", semaphore)).getFirst();
    semaphore.release();
    a.await();
    count(stage, semaphore);
  }

  @Scenario({"SY-01", "SY-05"})
  void aSemaphoreBelongsToTheLoopOfItsFirstContendedUse(Stage stage) throws Exception {
    var semaphore = new Semaphore(1);
    try (var loop = stage.newLoop();
        var other = stage.newLoop()) {
      other.runUntilComplete(() -> use(stage, "other, alone", semaphore));
      loop.runUntilComplete(() -> contend(stage, "loop", semaphore));
      other.runUntilComplete(() -> use(stage, "other, still alone", semaphore));
      other.runUntilComplete(() -> contend(stage, "other", semaphore));
      stage.attempt("locked", semaphore::locked);
    }
  }

  private static void contend(Stage stage, String name, Semaphore semaphore) {
    acquire(stage, name, semaphore);
    var waiter = start(() -> use(stage, name + " waiter", semaphore)).getFirst();
    semaphore.release();
    stage.attempt(name, () -> waiter.await());
  }
}
