// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Stage.settle;
import static io.github.asyncio4j.conformance.stage.Waiters.LONG;
import static io.github.asyncio4j.conformance.stage.Waiters.SHORT;
import static io.github.asyncio4j.conformance.stage.Waiters.createTasks;
import static io.github.asyncio4j.conformance.stage.Waiters.done;
import static io.github.asyncio4j.conformance.stage.Waiters.gather;
import static io.github.asyncio4j.conformance.stage.Waiters.start;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Words;
import io.github.asyncio4j.sync.Barrier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The twins of `conformance/python/barriers.py`.
final class BarriersScenarios {
  private static void await(Stage stage, String name, Barrier barrier) {
    stage.attempt(name, () -> barrier.await());
  }

  private static void state(Stage stage, Barrier barrier) {
    int waiting = barrier.nWaiting();
    stage.out("waiting " + waiting + " of " + barrier.parties() + ", broken " + barrier.broken());
  }

  @Scenario(value = "SY-06", task = true)
  void aBarrierNeedsAtLeastOneParty(Stage stage) {
    stage.attempt("parties 0", () -> new Barrier(0).parties());
    stage.attempt("parties -1", () -> new Barrier(-1).parties());
    stage.attempt("parties 1", () -> new Barrier(1).parties());
  }

  @Scenario(value = "SY-06", task = true)
  void aBarrierOfOneDoesNotMakeAnybodyWait(Stage stage) {
    var barrier = new Barrier(1);
    stage.loop().callSoon(() -> stage.out("callback"));
    await(stage, "first", barrier);
    await(stage, "second", barrier);
    state(stage, barrier);
    Asyncio.sleep(Duration.ZERO);
  }

  @Scenario(value = "SY-06", task = true)
  void aBarrierTellsEachPartyItsPlaceInTheOrderOfArrival(Stage stage) throws Exception {
    var barrier = new Barrier(4);
    var tasks = start("abc", name -> () -> await(stage, name, barrier));
    await(stage, "main", barrier);
    gather(tasks);
  }

  @Scenario(value = "SY-06", task = true)
  void nobodyPassesABarrierBeforeTheLastPartyHasCome(Stage stage) throws Exception {
    var barrier = new Barrier(3);
    state(stage, barrier);
    var tasks = new ArrayList<Task<Void>>();
    for (String party : new String[] {"a", "b"}) {
      tasks.addAll(start(party, name -> () -> await(stage, name, barrier)));
      state(stage, barrier);
    }
    await(stage, "main", barrier);
    state(stage, barrier);
    gather(tasks);
    state(stage, barrier);
  }

  @Scenario(value = "SY-06", task = true)
  void aBarrierCanBePassedAgainAndAgain(Stage stage) throws Exception {
    var barrier = new Barrier(2);
    List<List<Integer>> indexes =
        Stream.generate(() -> (List<Integer>) new ArrayList<Integer>()).limit(3).toList();
    gather(createTasks("ab", name -> () -> awaitThreeTimes(stage, name, barrier, indexes)));
    for (List<Integer> turn : indexes) {
      stage.out("indexes " + Words.show(turn.stream().sorted().toList()));
    }
    state(stage, barrier);
  }

  private static void awaitThreeTimes(
      Stage stage, String name, Barrier barrier, List<List<Integer>> indexes) {
    for (int turn = 0; turn < 3; turn++) {
      int index = barrier.await();
      stage.out(name + " turn " + turn);
      indexes.get(turn).add(index);
    }
  }

  @Scenario(value = "SY-06", task = true)
  void thoseWhoComeWhileABarrierDrainsWaitForTheNextRound(Stage stage) throws Exception {
    var barrier = new Barrier(3);
    var tasks = start("ab", name -> () -> await(stage, name, barrier));
    tasks.addAll(createTasks("cd", name -> () -> await(stage, name, barrier)));
    await(stage, "main", barrier);
    state(stage, barrier);
    settle(10);
    stage.out("done " + done(tasks));
    state(stage, barrier);
    await(stage, "main", barrier);
    gather(tasks);
  }

  @Scenario(value = "SY-06", task = true)
  void aPartyThatPassesAndComesAgainAtOnceIsOfTheNextRound(Stage stage) throws Exception {
    var barrier = new Barrier(2);
    var a = start(() -> await(stage, "a", barrier)).getFirst();
    await(stage, "main", barrier);
    var again = createTasks("a", _ -> () -> await(stage, "main again", barrier)).getFirst();
    a.await();
    settle();
    stage.out("again done " + again.done());
    state(stage, barrier);
    await(stage, "last", barrier);
    again.await();
  }

  @Scenario(value = "SY-06", task = true)
  void resetBreaksTheWaitOfThoseWhoAreThereAndTheBarrierGoesOn(Stage stage) throws Exception {
    var barrier = new Barrier(3);
    var tasks = start("ab", name -> () -> await(stage, name, barrier));
    barrier.reset();
    state(stage, barrier);
    gather(tasks);
    state(stage, barrier);
    tasks = start("cd", name -> () -> await(stage, name, barrier));
    await(stage, "main", barrier);
    gather(tasks);
  }

  @Scenario(value = "SY-06", task = true)
  void resetOfABarrierWhereNobodyWaitsChangesNothing(Stage stage) throws Exception {
    var barrier = new Barrier(2);
    stage.loop().callSoon(() -> stage.out("callback"));
    barrier.reset();
    state(stage, barrier);
    Asyncio.sleep(Duration.ZERO);
    var tasks = start("a", name -> () -> await(stage, name, barrier));
    await(stage, "main", barrier);
    gather(tasks);
  }

  @Scenario(value = "SY-06", task = true)
  void oneWhoComesDuringAResetIsOfTheNextRound(Stage stage) throws Exception {
    var barrier = new Barrier(3);
    var tasks = start("ab", name -> () -> await(stage, name, barrier));
    var c = createTasks("c", name -> () -> await(stage, name, barrier)).getFirst();
    barrier.reset();
    barrier.reset();
    gather(tasks);
    settle();
    stage.attempt("c done", c::done);
    state(stage, barrier);
    barrier.reset();
    c.await();
  }

  @Scenario(value = "SY-06", task = true)
  void resetWhileABarrierDrainsBreaksThoseWhoHaveNotLeft(Stage stage) throws Exception {
    var barrier = new Barrier(3);
    var tasks = start("ab", name -> () -> await(stage, name, barrier));
    await(stage, "main", barrier);
    barrier.reset();
    gather(tasks);
    state(stage, barrier);
    var c = start("c", name -> () -> await(stage, name, barrier)).getFirst();
    state(stage, barrier);
    barrier.reset();
    c.await();
  }

  @Scenario(value = "SY-06", task = true)
  void abortBreaksTheWaitOfAllAndOfAllWhoComeLater(Stage stage) throws Exception {
    var barrier = new Barrier(3);
    var tasks = start("ab", name -> () -> await(stage, name, barrier));
    barrier.abort();
    state(stage, barrier);
    gather(tasks);
    stage.loop().callSoon(() -> stage.out("callback"));
    await(stage, "main", barrier);
    await(stage, "main again", barrier);
    state(stage, barrier);
    Asyncio.sleep(Duration.ZERO);
  }

  @Scenario(value = "SY-06", task = true)
  void abortOfABarrierWhereNobodyWaitsBreaksIt(Stage stage) {
    var barrier = new Barrier(1);
    barrier.abort();
    barrier.abort();
    await(stage, "main", barrier);
    state(stage, barrier);
  }

  @Scenario(value = "SY-06", task = true)
  void abortWhileABarrierDrainsBreaksThoseWhoHaveNotLeft(Stage stage) throws Exception {
    var barrier = new Barrier(3);
    VoidCoroutine abort = barrier::abort;
    var tasks = start("ab", name -> () -> await(stage, name, barrier));
    tasks.addAll(createTasks("c", name -> () -> await(stage, name, barrier)));
    tasks.add(Asyncio.createTask(abort));
    await(stage, "main", barrier);
    gather(tasks);
    state(stage, barrier);
  }

  @Scenario(value = "SY-06", task = true)
  void resetMendsAnAbortedBarrier(Stage stage) throws Exception {
    var barrier = new Barrier(2);
    var a = start("a", name -> () -> await(stage, name, barrier));
    barrier.abort();
    gather(a);
    state(stage, barrier);
    barrier.reset();
    state(stage, barrier);
    var b = start("b", name -> () -> await(stage, name, barrier));
    await(stage, "main", barrier);
    gather(b);
  }

  @Scenario(value = "SY-06", task = true)
  void aCancelledPartyLeavesTheBarrierAndTheOthersWaitOn(Stage stage) throws Exception {
    var barrier = new Barrier(3);
    var tasks = start("ab", name -> () -> meet(stage, name, barrier));
    tasks.getFirst().cancel();
    settle();
    stage.out("b done " + tasks.getLast().done());
    state(stage, barrier);
    tasks.addAll(start("cd", name -> () -> meet(stage, name, barrier)));
    gather(tasks);
    state(stage, barrier);
  }

  private static void meet(Stage stage, String name, Barrier barrier) {
    try {
      barrier.await();
      stage.out(name + " passed");
    } catch (CancelledError e) {
      stage.out(name + " cancelled");
    }
  }

  @Scenario(
      value = {"SY-06", "R-38"},
      task = true)
  void aPartyCancelledAfterTheLastHasComeDoesNotHoldBackTheOthers(Stage stage) throws Exception {
    var barrier = new Barrier(4);
    var tasks = start("abc", name -> () -> await(stage, name, barrier));
    var b = tasks.get(1);
    await(stage, "main", barrier);
    stage.attempt("cancel b", () -> b.cancel());
    settle(10);
    stage.out("done " + done(tasks));
    state(stage, barrier);
    tasks = start("def", name -> () -> await(stage, name, barrier));
    await(stage, "main", barrier);
    gather(tasks);
  }

  @Scenario(
      value = {"SY-06", "R-38"},
      task = true)
  void aCancelWinsOverAResetAndTheBarrierGoesOn(Stage stage) throws Exception {
    var barrier = new Barrier(3);
    var tasks = start("ab", name -> () -> await(stage, name, barrier));
    barrier.reset();
    tasks.getFirst().cancel();
    settle(10);
    stage.out("done " + done(tasks));
    state(stage, barrier);
    tasks = start("cd", name -> () -> await(stage, name, barrier));
    await(stage, "main", barrier);
    gather(tasks);
  }

  @Scenario(
      value = {"SY-06", "TC-06"},
      task = true)
  void aWaitAtABarrierWithATimeLimitLeavesIt(Stage stage) throws Exception {
    var barrier = new Barrier(2);
    Coroutine<Integer> await = barrier::await;
    stage.attempt("limited", () -> Asyncio.waitFor(await, SHORT));
    state(stage, barrier);
    var a = start("a", name -> () -> await(stage, name, barrier));
    stage.attempt("in time", () -> Asyncio.waitFor(await, LONG));
    gather(a);
  }

  @Scenario(value = "SY-06", task = true)
  void oneCancelledWhileABarrierDrainsIsNotOfTheNextRound(Stage stage) throws Exception {
    var barrier = new Barrier(2);
    var a = start("a", name -> () -> await(stage, name, barrier)).getFirst();
    var tasks = createTasks("bc", name -> () -> await(stage, name, barrier));
    var b = tasks.getFirst();
    var c = tasks.getLast();
    stage.loop().callSoon(() -> b.cancel());
    await(stage, "main", barrier);
    gather(a, b);
    settle(10);
    stage.attempt("c done", c::done);
    state(stage, barrier);
    await(stage, "main", barrier);
    c.await();
  }

  @Scenario(value = "SY-06", task = true)
  void oneWhoWaitsOutsideABarrierMayBeOvertaken(Stage stage) throws Exception {
    var barrier = new Barrier(2);
    VoidCoroutine twice =
        () -> {
          await(stage, "a", barrier);
          await(stage, "a again", barrier);
        };
    var tasks = start(twice);
    var c = createTasks("c", name -> () -> await(stage, name, barrier)).getFirst();
    await(stage, "main", barrier);
    tasks.addAll(createTasks("b", name -> () -> await(stage, name, barrier)));
    gather(tasks);
    settle();
    stage.attempt("c done", c::done);
    state(stage, barrier);
    await(stage, "main", barrier);
    c.await();
  }

  @Scenario({"SY-01", "SY-06"})
  void aBarrierBelongsToTheLoopThatFirstWaitedAtIt(Stage stage) throws Exception {
    var barrier = new Barrier(2);
    try (var loop = stage.newLoop();
        var other = stage.newLoop()) {
      loop.runUntilComplete(() -> meetTwo(stage, "loop", barrier));
      other.runUntilComplete(() -> meetTwo(stage, "other", barrier));
      state(stage, barrier);
      loop.runUntilComplete(() -> meetTwo(stage, "loop again", barrier));
    }
  }

  private static void meetTwo(Stage stage, String name, Barrier barrier) throws Exception {
    gather(start("ab", party -> () -> await(stage, name + " " + party, barrier)));
  }
}
