// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Stage.settle;
import static io.github.asyncio4j.conformance.stage.Waiters.drain;
import static io.github.asyncio4j.conformance.stage.Waiters.fill;
import static io.github.asyncio4j.conformance.stage.Waiters.gather;
import static io.github.asyncio4j.conformance.stage.Waiters.get;
import static io.github.asyncio4j.conformance.stage.Waiters.put;
import static io.github.asyncio4j.conformance.stage.Waiters.size;
import static io.github.asyncio4j.conformance.stage.Waiters.start;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.sync.LifoQueue;
import io.github.asyncio4j.sync.PriorityQueue;
import io.github.asyncio4j.sync.Queue;
import io.github.asyncio4j.sync.QueueShutDown;
import java.time.Duration;
import java.util.List;

/// The twins of `conformance/python/queue_shutdown.py`.
final class QueueShutdownScenarios {
  private static void join(Stage stage, String name, Queue<?> queue) {
    stage.attempt(name, () -> queue.join());
  }

  private static Task<Void> startJoiner(Stage stage, Queue<?> queue) {
    return start(() -> join(stage, "joiner", queue)).getFirst();
  }

  private static Queue<Integer> queueOf(Integer... items) {
    var queue = new Queue<Integer>();
    fill(queue, items);
    return queue;
  }

  @Scenario(value = "QU-02", task = true)
  void joinOfAQueueThatHadNoItemsDoesNotSuspend(Stage stage) {
    var queue = new Queue<Integer>();
    stage.loop().callSoon(() -> stage.out("callback"));
    join(stage, "join", queue);
    Asyncio.sleep(Duration.ZERO);
  }

  @Scenario(value = "QU-02", task = true)
  void joinWaitsUntilEveryItemIsDoneAndNotOnlyTaken(Stage stage) throws Exception {
    var queue = queueOf(1, 2);
    var joiner = startJoiner(stage, queue);
    drain(stage, queue);
    for (int i = 0; i < 2; i++) {
      settle();
      stage.attempt("joined", joiner::done);
      stage.attempt("task_done", queue::taskDone);
    }
    joiner.await();
  }

  @Scenario(value = "QU-02", task = true)
  void taskDoneMoreOftenThanPutIsRefused(Stage stage) {
    var queue = new Queue<Integer>();
    stage.attempt("task_done", queue::taskDone);
    fill(queue, 1, 2);
    for (int i = 0; i < 3; i++) {
      stage.attempt("task_done", queue::taskDone);
    }
    queue.putNowait(3);
    stage.attempt("task_done", queue::taskDone);
  }

  @Scenario(value = "QU-02", task = true)
  void taskDoneCountsItemsThatAreStillInTheQueue(Stage stage) {
    var queue = queueOf(1);
    stage.attempt("task_done", queue::taskDone);
    join(stage, "join", queue);
    size(stage, queue);
  }

  @Scenario(value = "QU-02", task = true)
  void allWhoJoinGoOnInTheirOrder(Stage stage) throws Exception {
    var queue = queueOf(1);
    var tasks = start("abc", name -> () -> join(stage, name, queue));
    tasks.get(1).cancel();
    tasks.get(1).await();
    queue.taskDone();
    gather(tasks);
  }

  @Scenario(value = "QU-02", task = true)
  void anItemPutMeanwhileMakesJoinWaitLonger(Stage stage) throws Exception {
    var queue = queueOf(1);
    var joiner = startJoiner(stage, queue);
    queue.putNowait(2);
    queue.taskDone();
    settle();
    stage.attempt("joined", joiner::done);
    queue.taskDone();
    joiner.await();
  }

  @Scenario(
      value = {"QU-02", "SY-03"},
      task = true)
  void joinReturnsThoughAnItemIsPutRightAfterTheLastWasDone(Stage stage) throws Exception {
    var queue = queueOf(1);
    var joiner = startJoiner(stage, queue);
    queue.taskDone();
    queue.putNowait(2);
    var late = start(() -> join(stage, "late", queue)).getFirst();
    stage.out("joined " + joiner.done() + ", late " + late.done());
    queue.taskDone();
    late.await();
  }

  @Scenario(
      value = {"QU-02", "QU-01"},
      task = true)
  void aPoolOfWorkersDoesAllThatWasPut(Stage stage) {
    var queue = new Queue<Integer>(2);
    var workers = start("ab", name -> () -> work(stage, name, queue));
    for (int item = 0; item < 6; item++) {
      queue.put(item);
    }
    join(stage, "join", queue);
    for (Task<Void> worker : workers) {
      worker.cancel();
      stage.attempt("worker", () -> worker.await());
    }
  }

  private static void work(Stage stage, String name, Queue<Integer> queue) {
    while (true) {
      int item = queue.get();
      Asyncio.sleep(Duration.ZERO);
      stage.out(name + " does " + item);
      queue.taskDone();
    }
  }

  @Scenario(
      value = {"QU-01", "QU-02", "TK-04"},
      task = true)
  void joinDoesNotWaitForItemsThatAreNotInYet(Stage stage) throws Exception {
    var queue = new Queue<Integer>(1);
    fill(queue, 1);
    var a = start(() -> put(stage, "a", queue, 2)).getFirst();
    var joiner = startJoiner(stage, queue);
    queue.taskDone();
    joiner.await();
    stage.attempt("a done", a::done);
    a.cancel();
    a.await();
  }

  @Scenario(value = "QU-03", task = true)
  void aQueueThatIsShutDownTakesNothingAndGivesWhatItHas(Stage stage) {
    var queue = queueOf(1, 2);
    stage.attempt("shutdown", () -> queue.shutdown());
    put(stage, "put", queue, 3);
    stage.attempt("put_nowait", () -> queue.putNowait(3));
    size(stage, queue);
    get(stage, "get", queue);
    stage.attempt("get_nowait", queue::getNowait);
    get(stage, "get", queue);
    stage.attempt("get_nowait", queue::getNowait);
  }

  @Scenario(value = "QU-03", task = true)
  void aQueueThatIsShutDownNeverMakesAnybodyWait(Stage stage) {
    var queue = new Queue<Integer>(1);
    fill(queue, 1);
    queue.shutdown();
    stage.loop().callSoon(() -> stage.out("callback"));
    put(stage, "put, full", queue, 2);
    get(stage, "get", queue);
    get(stage, "get, empty", queue);
    put(stage, "put, empty", queue, 2);
    Asyncio.sleep(Duration.ZERO);
  }

  @Scenario(value = "QU-03", task = true)
  void shutdownWakesThoseWhoWaitForAnItemInTheirOrder(Stage stage) throws Exception {
    var queue = new Queue<Integer>();
    var tasks = start("abc", name -> () -> get(stage, name, queue));
    queue.shutdown();
    stage.out("shut down");
    gather(tasks);
  }

  @Scenario(value = "QU-03", task = true)
  void shutdownWakesThoseWhoWaitForRoomInTheirOrder(Stage stage) throws Exception {
    var queue = new Queue<Object>(1);
    fill(queue, 0);
    var tasks = start("abc", name -> () -> put(stage, name, queue, name));
    queue.shutdown();
    gather(tasks);
    drain(stage, queue);
  }

  @Scenario(
      value = {"QU-03", "QU-02"},
      task = true)
  void joinOfAQueueThatWasShutDownWaitsForWhatItHas(Stage stage) throws Exception {
    var queue = queueOf(1, 2);
    var joiner = startJoiner(stage, queue);
    queue.shutdown();
    for (int i = 0; i < 2; i++) {
      settle();
      stage.attempt("joined", joiner::done);
      get(stage, "get", queue);
      stage.attempt("task_done", queue::taskDone);
    }
    joiner.await();
  }

  @Scenario(
      value = {"QU-03", "QU-02"},
      task = true)
  void anImmediateShutdownDropsTheItemsAndLetsJoinersGo(Stage stage) throws Exception {
    var queue = queueOf(1, 2, 3);
    var joiner = startJoiner(stage, queue);
    queue.shutdown(true);
    size(stage, queue);
    joiner.await();
    get(stage, "get", queue);
    stage.attempt("get_nowait", queue::getNowait);
    put(stage, "put", queue, 4);
    stage.attempt("task_done", queue::taskDone);
  }

  @Scenario(
      value = {"QU-03", "QU-02"},
      task = true)
  void joinAfterAnImmediateShutdownWaitsForItemsThatWereTaken(Stage stage) throws Exception {
    var queue = queueOf(1, 2, 3);
    get(stage, "get", queue);
    var joiner = startJoiner(stage, queue);
    queue.shutdown(true);
    settle();
    stage.attempt("joined", joiner::done);
    stage.attempt("task_done", queue::taskDone);
    joiner.await();
    stage.attempt("task_done", queue::taskDone);
  }

  @Scenario(value = "QU-03", task = true)
  void anImmediateShutdownWakesAllWhoWait(Stage stage) throws Exception {
    var queue = new Queue<Integer>();
    var full = new Queue<Integer>(1);
    fill(full, 0);
    var getters = start("ab", name -> () -> get(stage, name, queue));
    var putters = start("cd", name -> () -> put(stage, name, full, 1));
    full.shutdown(true);
    queue.shutdown(true);
    putters.addAll(getters);
    gather(putters);
    size(stage, full);
  }

  @Scenario(value = "QU-03", task = true)
  void aQueueMayBeShutDownTwice(Stage stage) {
    var queue = queueOf(1, 2);
    queue.shutdown();
    queue.shutdown();
    get(stage, "get", queue);
    queue.shutdown(true);
    get(stage, "get", queue);
    queue.shutdown();
    size(stage, queue);
  }

  @Scenario(value = "QU-03", task = true)
  void aGetterOnItsWayGetsItsItemUnlessTheShutdownIsImmediate(Stage stage) throws Exception {
    for (boolean immediate : new boolean[] {false, true}) {
      var queue = new Queue<Integer>();
      var tasks = start("ab", name -> () -> get(stage, name, queue));
      queue.putNowait(1);
      queue.shutdown(immediate);
      gather(tasks);
    }
  }

  @Scenario(value = "QU-03", task = true)
  void aPutterOnItsWayIsRefusedByAShutdown(Stage stage) throws Exception {
    for (boolean immediate : new boolean[] {false, true}) {
      var queue = new Queue<Object>(1);
      fill(queue, 0);
      var a = start(() -> put(stage, "a", queue, "a")).getFirst();
      stage.attempt("get_nowait", queue::getNowait);
      queue.shutdown(immediate);
      a.await();
      size(stage, queue);
    }
  }

  @Scenario(
      value = {"QU-03", "R-38"},
      task = true)
  void aCancelWinsOverAShutdown(Stage stage) throws Exception {
    var queue = new Queue<Integer>();
    var tasks = start("ab", name -> () -> get(stage, name, queue));
    tasks.getFirst().cancel();
    queue.shutdown();
    stage.attempt("cancel b", () -> tasks.getLast().cancel());
    gather(tasks);
    get(stage, "main", queue);
  }

  @Scenario(value = "QU-03", task = true)
  void aShutdownKeepsTheOrderOfPriorityAndLifoQueues(Stage stage) {
    for (Queue<Integer> queue : List.of(new PriorityQueue<Integer>(), new LifoQueue<Integer>())) {
      fill(queue, 2, 1, 3);
      queue.shutdown();
      for (int i = 0; i < 4; i++) {
        get(stage, "get", queue);
      }
    }
  }

  @Scenario(value = "QU-03", task = true)
  void consumersEndWhenTheQueueTheyReadIsShutDown(Stage stage) throws Exception {
    var queue = new Queue<Integer>(1);
    var tasks = start("ab", name -> () -> consume(stage, name, queue));
    for (int item = 0; item < 4; item++) {
      queue.put(item);
    }
    queue.shutdown();
    gather(tasks);
  }

  private static void consume(Stage stage, String name, Queue<Integer> queue) {
    try {
      while (true) {
        stage.out(name + " got " + queue.get());
        Asyncio.sleep(Duration.ZERO);
      }
    } catch (QueueShutDown e) {
      stage.out(name + " ends");
    }
  }

  @Scenario({"QU-03", "SY-01"})
  void aQueueMayBeShutDownAfterItsLoopEnded(Stage stage) throws Exception {
    var queue = new Queue<Integer>(1);
    try (var loop = stage.newLoop()) {
      loop.runUntilComplete(() -> getOne(stage, queue));
    }
    fill(queue, 2);
    queue.shutdown();
    stage.attempt("put_nowait", () -> queue.putNowait(3));
    stage.attempt("get_nowait", queue::getNowait);
    stage.attempt("get_nowait", queue::getNowait);
  }

  private static void getOne(Stage stage, Queue<Integer> queue) throws Exception {
    var a = start(() -> get(stage, "a", queue)).getFirst();
    queue.putNowait(1);
    a.await();
  }
}
