// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Stage.settle;
import static io.github.asyncio4j.conformance.stage.Waiters.LONG;
import static io.github.asyncio4j.conformance.stage.Waiters.SHORT;
import static io.github.asyncio4j.conformance.stage.Waiters.done;
import static io.github.asyncio4j.conformance.stage.Waiters.drain;
import static io.github.asyncio4j.conformance.stage.Waiters.fill;
import static io.github.asyncio4j.conformance.stage.Waiters.gather;
import static io.github.asyncio4j.conformance.stage.Waiters.get;
import static io.github.asyncio4j.conformance.stage.Waiters.put;
import static io.github.asyncio4j.conformance.stage.Waiters.size;
import static io.github.asyncio4j.conformance.stage.Waiters.start;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.sync.LifoQueue;
import io.github.asyncio4j.sync.PriorityQueue;
import io.github.asyncio4j.sync.Queue;
import java.time.Duration;
import java.util.List;

/// The twins of `conformance/python/queues.py`.
final class QueuesScenarios {
  /// Returns a queue that has as many items as it has room for.
  private static Queue<Object> fullQueue() {
    var queue = new Queue<Object>(1);
    queue.putNowait(0);
    return queue;
  }

  @Scenario(value = "QU-01", task = true)
  void aQueueGivesItsItemsInTheOrderTheyCame(Stage stage) {
    var queue = new Queue<Integer>();
    stage.loop().callSoon(() -> stage.out("callback"));
    for (int item = 0; item < 3; item++) {
      queue.put(item);
    }
    for (int i = 0; i < 3; i++) {
      get(stage, "get", queue);
    }
    Asyncio.sleep(Duration.ZERO);
  }

  @Scenario(value = "QU-01", task = true)
  void aQueueKnowsItsSize(Stage stage) {
    var queue = new Queue<Integer>(2);
    size(stage, queue);
    for (int item = 0; item < 2; item++) {
      queue.putNowait(item);
      size(stage, queue);
    }
    stage.attempt("get_nowait", queue::getNowait);
    size(stage, queue);
    stage.attempt("maxsize", queue::maxsize);
  }

  @Scenario(value = "QU-01", task = true)
  void aQueueOfSizeZeroOrLessHasNoBound(Stage stage) {
    for (int maxsize : new int[] {0, -1}) {
      var queue = new Queue<Integer>(maxsize);
      for (int item = 0; item < 1000; item++) {
        queue.putNowait(item);
      }
      stage.out("maxsize " + queue.maxsize());
      size(stage, queue);
    }
  }

  @Scenario(value = "QU-01", task = true)
  void putNowaitAndGetNowaitNeverWait(Stage stage) {
    var queue = new Queue<Integer>(1);
    stage.attempt("get_nowait", queue::getNowait);
    stage.attempt("put_nowait", () -> queue.putNowait(1));
    stage.attempt("put_nowait", () -> queue.putNowait(2));
    stage.attempt("get_nowait", queue::getNowait);
    stage.attempt("get_nowait", queue::getNowait);
    size(stage, queue);
  }

  @Scenario(value = "QU-01", task = true)
  void thoseWhoWaitForAnItemGetItInTheirOrder(Stage stage) throws Exception {
    var queue = new Queue<Integer>();
    var tasks = start("abc", name -> () -> get(stage, name, queue));
    fill(queue, 1, 2);
    settle();
    stage.out("done " + done(tasks));
    queue.put(3);
    tasks.get(2).await();
  }

  @Scenario(value = "QU-01", task = true)
  void thoseWhoWaitForRoomPutInTheirOrder(Stage stage) {
    var queue = fullQueue();
    var tasks = start("abc", name -> () -> put(stage, name, queue, name));
    for (int i = 0; i < 3; i++) {
      get(stage, "main", queue);
      settle();
      size(stage, queue);
    }
    stage.out("done " + done(tasks));
    drain(stage, queue);
  }

  @Scenario(value = "QU-01", task = true)
  void anItemIsNotHandedToTheGetterThatItWakes(Stage stage) throws Exception {
    var queue = new Queue<Integer>();
    var a = start(() -> get(stage, "a", queue)).getFirst();
    queue.putNowait(1);
    size(stage, queue);
    stage.attempt("get_nowait", queue::getNowait);
    settle();
    stage.attempt("a done", a::done);
    queue.putNowait(2);
    a.await();
  }

  @Scenario(value = "QU-01", task = true)
  void roomIsNotKeptForThePutterThatItWakes(Stage stage) throws Exception {
    var queue = fullQueue();
    var a = start(() -> put(stage, "a", queue, "of a")).getFirst();
    get(stage, "main", queue);
    stage.attempt("put_nowait", () -> queue.putNowait("of main"));
    settle();
    stage.attempt("a done", a::done);
    get(stage, "main", queue);
    a.await();
    drain(stage, queue);
  }

  @Scenario(value = "QU-01", task = true)
  void aGetterWhoseItemWasTakenWaitsBehindTheOthers(Stage stage) throws Exception {
    var queue = new Queue<Integer>();
    var tasks = start("ab", name -> () -> get(stage, name, queue));
    queue.putNowait(1);
    queue.getNowait();
    settle();
    fill(queue, 2, 3);
    gather(tasks);
  }

  @Scenario(value = "QU-01", task = true)
  void aPutterWhoseRoomWasTakenWaitsBehindTheOthers(Stage stage) throws Exception {
    var queue = fullQueue();
    var tasks = start("ab", name -> () -> put(stage, name, queue, name));
    queue.getNowait();
    queue.putNowait("main");
    settle();
    for (int i = 0; i < 3; i++) {
      get(stage, "main", queue);
      settle();
    }
    gather(tasks);
  }

  @Scenario(value = "QU-01", task = true)
  void aCancelledGetterLeavesTheLine(Stage stage) throws Exception {
    var queue = new Queue<Integer>();
    var tasks = start("abc", name -> () -> get(stage, name, queue));
    tasks.get(1).cancel();
    tasks.get(1).await();
    fill(queue, 1, 2);
    gather(tasks.get(0), tasks.get(2));
    size(stage, queue);
  }

  @Scenario(value = "QU-01", task = true)
  void aCancelledPutterLeavesTheLineAndPutsNothing(Stage stage) throws Exception {
    var queue = fullQueue();
    var tasks = start("abc", name -> () -> put(stage, name, queue, name));
    tasks.get(1).cancel();
    tasks.get(1).await();
    get(stage, "main", queue);
    settle();
    get(stage, "main", queue);
    gather(tasks.get(0), tasks.get(2));
    drain(stage, queue);
  }

  @Scenario(
      value = {"QU-01", "R-38"},
      task = true)
  void aGetterThatIsWokenAndThenCancelledWakesTheNext(Stage stage) throws Exception {
    var queue = new Queue<Integer>();
    var tasks = start("abc", name -> () -> get(stage, name, queue));
    var c = tasks.get(2);
    queue.putNowait(1);
    stage.attempt("cancel a", () -> tasks.get(0).cancel());
    gather(tasks.get(0), tasks.get(1));
    settle();
    stage.attempt("c done", c::done);
    size(stage, queue);
    queue.putNowait(2);
    c.await();
  }

  @Scenario(
      value = {"QU-01", "R-38"},
      task = true)
  void anItemStaysWhenTheOnlyGetterIsCancelledAfterItWasWoken(Stage stage) throws Exception {
    var queue = new Queue<Integer>();
    var a = start(() -> get(stage, "a", queue)).getFirst();
    queue.putNowait(1);
    a.cancel();
    a.await();
    size(stage, queue);
    get(stage, "main", queue);
  }

  @Scenario(
      value = {"QU-01", "R-38"},
      task = true)
  void aPutterThatIsWokenAndThenCancelledWakesTheNext(Stage stage) throws Exception {
    var queue = fullQueue();
    var tasks = start("abc", name -> () -> put(stage, name, queue, name));
    var c = tasks.get(2);
    stage.attempt("get_nowait", queue::getNowait);
    stage.attempt("cancel a", () -> tasks.get(0).cancel());
    gather(tasks.get(0), tasks.get(1));
    settle();
    stage.attempt("c done", c::done);
    get(stage, "main", queue);
    c.await();
    drain(stage, queue);
  }

  @Scenario(
      value = {"QU-01", "R-38"},
      task = true)
  void roomStaysWhenTheOnlyPutterIsCancelledAfterItWasWoken(Stage stage) throws Exception {
    var queue = fullQueue();
    var a = start(() -> put(stage, "a", queue, "a")).getFirst();
    queue.getNowait();
    a.cancel();
    a.await();
    size(stage, queue);
    put(stage, "main", queue, "main");
    drain(stage, queue);
  }

  @Scenario(
      value = {"QU-01", "R-38"},
      task = true)
  void noItemIsLostWhenManyWokenGettersAreCancelled(Stage stage) {
    var queue = new Queue<Integer>();
    var tasks = start("abcdef", name -> () -> get(stage, name, queue));
    fill(queue, 1, 2, 3, 4);
    for (int position : new int[] {0, 1, 3}) {
      tasks.get(position).cancel();
    }
    settle(20);
    stage.out("done " + done(tasks));
    size(stage, queue);
    drain(stage, queue);
  }

  @Scenario(
      value = {"QU-01", "R-38"},
      task = true)
  void puttersKeepTheirOrderWhenRoomGivenBackIsTakenAtOnce(Stage stage) throws Exception {
    var queue = fullQueue();
    var tasks = start("abc", name -> () -> put(stage, name, queue, name));
    var a = tasks.removeFirst();
    queue.getNowait();
    a.cancel();
    queue.putNowait("main");
    a.await();
    settle();
    stage.out("done " + done(tasks));
    for (int i = 0; i < 2; i++) {
      get(stage, "main", queue);
      settle();
    }
    drain(stage, queue);
  }

  @Scenario(
      value = {"QU-01", "R-38"},
      task = true)
  void gettersKeepTheirOrderWhenAnItemGivenBackIsTakenAtOnce(Stage stage) throws Exception {
    var queue = new Queue<Integer>();
    var tasks = start("abc", name -> () -> get(stage, name, queue));
    var a = tasks.removeFirst();
    queue.putNowait(1);
    a.cancel();
    stage.attempt("get_nowait", queue::getNowait);
    a.await();
    settle();
    stage.out("done " + done(tasks));
    fill(queue, 2, 3);
    gather(tasks);
  }

  @Scenario(
      value = {"QU-01", "R-38"},
      task = true)
  void aGetterThatComesBeforeACancelledOneHasLeftIsServed(Stage stage) throws Exception {
    var queue = new Queue<Integer>();
    var a = start(() -> get(stage, "a", queue)).getFirst();
    VoidCoroutine getAsB = () -> get(stage, "b", queue);
    var b = Asyncio.createTask(getAsB);
    queue.putNowait(1);
    stage.attempt("get_nowait", queue::getNowait);
    a.cancel();
    a.await();
    settle();
    stage.attempt("b done", b::done);
    queue.putNowait(2);
    b.await();
  }

  @Scenario(value = "QU-01", task = true)
  void aPutWakesTheFirstGetterThatIsNotCancelled(Stage stage) throws Exception {
    var queue = new Queue<Integer>();
    var tasks = start("abc", name -> () -> get(stage, name, queue));
    tasks.get(0).cancel();
    tasks.get(1).cancel();
    queue.putNowait(1);
    gather(tasks);
  }

  @Scenario(value = "QU-01", task = true)
  void aGetWakesTheFirstPutterThatIsNotCancelled(Stage stage) throws Exception {
    var queue = fullQueue();
    var tasks = start("abc", name -> () -> put(stage, name, queue, name));
    tasks.get(0).cancel();
    tasks.get(1).cancel();
    stage.attempt("get_nowait", queue::getNowait);
    gather(tasks);
    drain(stage, queue);
  }

  @Scenario(
      value = {"QU-01", "TC-06"},
      task = true)
  void aGetWithATimeLimitTakesNothing(Stage stage) {
    var queue = new Queue<Integer>();
    Coroutine<Integer> get = queue::get;
    stage.attempt("limited", () -> Asyncio.waitFor(get, SHORT));
    queue.putNowait(1);
    size(stage, queue);
    stage.attempt("in time", () -> Asyncio.waitFor(get, LONG));
  }

  @Scenario(
      value = {"QU-01", "TC-06"},
      task = true)
  void aPutWithATimeLimitPutsNothing(Stage stage) {
    var queue = new Queue<Integer>(1);
    VoidCoroutine put = () -> queue.put(2);
    fill(queue, 1);
    stage.attempt("limited", () -> Asyncio.waitFor(put, SHORT));
    get(stage, "main", queue);
    size(stage, queue);
  }

  @Scenario(value = "QU-01", task = true)
  void aBoundedQueueMakesItsProducerWaitForItsConsumer(Stage stage) throws Exception {
    var queue = new Queue<Integer>(2);
    VoidCoroutine produce =
        () -> {
          for (int item = 0; item < 5; item++) {
            queue.put(item);
            stage.out("produced " + item);
          }
        };
    VoidCoroutine consume =
        () -> {
          for (int i = 0; i < 5; i++) {
            stage.out("consumed " + queue.get());
          }
        };
    gather(List.of(Asyncio.createTask(produce), Asyncio.createTask(consume)));
  }

  @Scenario(value = "QU-01", task = true)
  void aCallbackMayPutAndGet(Stage stage) {
    var loop = stage.loop();
    var queue = new Queue<Integer>(1);
    loop.callSoon(() -> queue.putNowait(1));
    loop.callSoon(() -> stage.out("queued after put_nowait"));
    get(stage, "main", queue);
    queue.putNowait(2);
    loop.callSoon(() -> stage.attempt("callback", queue::getNowait));
    put(stage, "main", queue, 3);
    drain(stage, queue);
  }

  @Scenario(value = "QU-01", task = true)
  void aLifoQueueGivesTheLatestItemFirst(Stage stage) {
    var queue = new LifoQueue<Integer>(3);
    fill(queue, 1, 2, 3);
    stage.attempt("put_nowait", () -> queue.putNowait(4));
    get(stage, "main", queue);
    queue.putNowait(5);
    size(stage, queue);
    drain(stage, queue);
  }

  @Scenario(value = "QU-01", task = true)
  void aPriorityQueueGivesTheLeastItemFirst(Stage stage) {
    var queue = new PriorityQueue<Integer>(5);
    fill(queue, 3, 1, 2, 1, 5);
    stage.attempt("put_nowait", () -> queue.putNowait(0));
    get(stage, "main", queue);
    queue.putNowait(4);
    size(stage, queue);
    drain(stage, queue);
  }

  @Scenario(value = "QU-01", task = true)
  void aGetterTakesWhatIsFirstWhenItRuns(Stage stage) throws Exception {
    var queues =
        List.of(new Queue<Integer>(), new PriorityQueue<Integer>(), new LifoQueue<Integer>());
    for (Queue<Integer> queue : queues) {
      var a = start(() -> get(stage, "a", queue)).getFirst();
      fill(queue, 2, 1, 3);
      a.await();
      drain(stage, queue);
    }
  }

  @Scenario(value = "QU-01", task = true)
  void aFullPriorityQueueTakesTheItemsOfItsPuttersInTheirOrder(Stage stage) {
    var queue = new PriorityQueue<Integer>(1);
    fill(queue, 5);
    start("914", name -> () -> put(stage, "put " + name, queue, Integer.valueOf(name)));
    for (int i = 0; i < 4; i++) {
      get(stage, "main", queue);
      settle();
    }
  }

  @Scenario({"QU-01", "SY-01"})
  void aQueueBelongsToTheLoopThatFirstWaited(Stage stage) throws Exception {
    var queue = new Queue<Integer>();
    try (var loop = stage.newLoop();
        var other = stage.newLoop()) {
      other.runUntilComplete(() -> queue.put(0));
      other.runUntilComplete(() -> get(stage, "other, without waiting", queue));
      loop.runUntilComplete(() -> getAndPut(stage, "loop", queue));
      other.runUntilComplete(() -> getAndPut(stage, "other", queue));
      loop.runUntilComplete(() -> get(stage, "loop again", queue));
    }
  }

  private static void getAndPut(Stage stage, String name, Queue<Integer> queue) throws Exception {
    var a = start(() -> get(stage, name, queue)).getFirst();
    put(stage, name + " put", queue, 1);
    a.await();
  }
}
