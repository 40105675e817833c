// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Stage.runBriefly;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.EventLoopPolicy;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.KeyboardInterrupt;
import io.github.asyncio4j.SystemExit;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Pair;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/// The twins of `conformance/python/loop.py`.
final class LoopScenarios {
  @Scenario({"R-01", "EL-20", "EL-12"})
  void callbacksQueuedWhileRunningWaitForTheNextIteration(Stage stage) {
    try (var loop = stage.newLoop()) {
      loop.callSoon(
          () -> {
            stage.out("first");
            loop.callSoon(() -> stage.out("queued by first"));
          });
      loop.callSoon(loop::stop);
      loop.callSoon(() -> stage.out("second"));
      loop.runForever();
      stage.out("stopped");
      runBriefly(loop);
    }
  }

  @Scenario("EL-20")
  void callbacksRunOnceInTheOrderTheyWereQueued(Stage stage) {
    try (var loop = stage.newLoop()) {
      for (String name : new String[] {"a", "b", "c"}) {
        loop.callSoon(() -> stage.out("callback " + name));
      }
      stage.out("queued");
      runBriefly(loop);
      runBriefly(loop);
    }
  }

  @Scenario({"R-02", "R-03", "EL-22"})
  void oneIterationRunsQueuedCallbacksThenIoThenTimers(Stage stage) {
    try (var loop = stage.newLoop();
        var pair = stage.openPair()) {
      pair.other.send("x");
      loop.callLater(Duration.ZERO, () -> stage.out("timer without delay"));
      loop.callAt(
          loop.time() - Duration.ofSeconds(1).toNanos(), () -> stage.out("timer in the past"));
      readOnce(stage, loop, pair);
      loop.callSoon(
          () -> {
            stage.out("soon");
            loop.callSoon(() -> stage.out("soon, next iteration"));
          });
      runBriefly(loop);
      stage.out("stopped");
      runBriefly(loop);
    }
  }

  @Scenario("R-05")
  void aCallbackThatQueuesItselfForeverStarvesNeitherIoNorTimers(Stage stage) {
    try (var loop = stage.newLoop();
        var pair = stage.openPair()) {
      pair.other.send("x");
      spin(loop);
      loop.callLater(
          Duration.ofMillis(20),
          () -> {
            stage.out("timer");
            loop.stop();
          });
      readOnce(stage, loop, pair);
      loop.runForever();
      stage.out("stopped");
    }
  }

  private static void spin(EventLoop loop) {
    loop.callSoon(() -> spin(loop));
  }

  /// Prints when the first end of the pair is readable, once.
  private static void readOnce(Stage stage, EventLoop loop, Pair pair) {
    var reader = pair.one.pollable();
    loop.addReader(
        reader,
        () -> {
          stage.out("io");
          loop.removeReader(reader);
        });
  }

  @Scenario({"R-04", "EL-23"})
  void aFarTimerDoesNotDelayWhatIsReady(Stage stage) {
    try (var loop = stage.newLoop()) {
      var far = loop.callLater(Duration.ofDays(40), () -> stage.out("too late"));
      loop.callSoon(() -> stage.out("ready"));
      loop.callSoon(loop::stop);
      loop.runForever();
      boolean isFar = far.when() - loop.time() > Duration.ofDays(30).toNanos();
      stage.out("more than a month ahead: " + isFar);
    }
  }

  @Scenario({"EL-11", "EL-12"})
  void stopLetsTheCurrentBatchFinish(Stage stage) {
    try (var loop = stage.newLoop()) {
      loop.callSoon(
          () -> {
            stage.out("stop");
            loop.stop();
            loop.callSoon(() -> stage.out("queued after stop"));
          });
      loop.callSoon(() -> stage.out("queued before stop ran"));
      loop.runForever();
      stage.out("returned");
      runBriefly(loop);
    }
  }

  @Scenario({"R-14", "EL-12"})
  void stopBeforeRunAllowsExactlyOneIteration(Stage stage) {
    try (var loop = stage.newLoop();
        var pair = stage.openPair()) {
      pair.other.send("x");
      readOnce(stage, loop, pair);
      loop.callSoon(
          () -> {
            stage.out("callback");
            loop.callSoon(() -> stage.out("queued by callback"));
          });
      loop.stop();
      loop.runForever();
      stage.out("returned");
      loop.callSoon(() -> loop.callSoon(() -> loop.callSoon(loop::stop)));
      loop.runForever();
      stage.out("the flag was cleared");
    }
  }

  @Scenario({"EL-12", "EL-15"})
  void aClosedLoopCanBeStoppedAndClosedAgain(Stage stage) {
    var loop = stage.newLoop();
    loop.close();
    stage.attempt("stop", loop::stop);
    stage.attempt("close", loop::close);
    stage.attempt("is closed", loop::isClosed);
  }

  @Scenario({"EL-13", "EL-14"})
  void isRunningAndIsClosedFollowTheLifeOfALoop(Stage stage) {
    var loop = stage.newLoop();
    printStates(stage, loop, "new");
    loop.callSoon(() -> printStates(stage, loop, "in a callback"));
    loop.callSoon(() -> Threads.runInThread(() -> printStates(stage, loop, "from another thread")));
    runBriefly(loop);
    printStates(stage, loop, "stopped");
    loop.close();
    printStates(stage, loop, "closed");
  }

  private static void printStates(Stage stage, EventLoop loop, String when) {
    stage.out(when + ": running " + loop.isRunning() + ", closed " + loop.isClosed());
  }

  @Scenario({"R-19", "EL-15"})
  void closeDropsQueuedCallbacksAndTimersWithoutRunningThem(Stage stage) {
    var loop = stage.newLoop();
    loop.callSoon(() -> stage.out("callback"));
    loop.callLater(Duration.ZERO, () -> stage.out("timer"));
    loop.close();
    stage.out("closed");
  }

  @Scenario({"EL-15", "EL-10", "EL-101", "R-22"})
  void aClosedLoopRefusesNewWork(Stage stage) {
    VoidCoroutine body = () -> stage.out("body");
    Runnable nothing = () -> stage.out("callback");
    var loop = stage.newLoop();
    loop.close();
    try (var pair = stage.openPair()) {
      var reader = pair.one.pollable();
      stage.attempt("call_soon", () -> loop.callSoon(nothing));
      stage.attempt("call_later", () -> loop.callLater(Duration.ZERO, nothing));
      stage.attempt("call_at", () -> loop.callAt(0, nothing));
      stage.attempt("call_soon_threadsafe", () -> loop.callSoonThreadsafe(nothing));
      stage.attempt("create_task", () -> loop.createTask(body));
      stage.attempt("run_forever", loop::runForever);
      stage.attempt("run_until_complete", () -> loop.runUntilComplete(body));
      stage.attempt("add_reader", () -> loop.addReader(reader, nothing));
      stage.attempt("add_writer", () -> loop.addWriter(reader, nothing));
      stage.attempt("run_in_executor", () -> loop.runInExecutor(null, () -> null));
      stage.attempt("remove_reader", () -> loop.removeReader(reader));
      stage.attempt("remove_writer", () -> loop.removeWriter(reader));
    }
  }

  @Scenario({"EL-15", "EL-24", "EL-30", "EL-124"})
  void aClosedLoopStillTellsTimeAndMakesFutures(Stage stage) {
    var loop = stage.newLoop();
    long before = loop.time();
    loop.close();
    stage.out("time goes on: " + (loop.time() >= before));
    Future<Integer> future = loop.createFuture();
    future.setResult(1);
    stage.attempt("future", future::result);
    loop.setDebug(true);
    stage.attempt("debug", loop::getDebug);
  }

  @Scenario("EL-15")
  void aRunningLoopCannotBeClosed(Stage stage) {
    try (var loop = stage.newLoop()) {
      loop.callSoon(() -> stage.attempt("close", loop::close));
      runBriefly(loop);
      stage.attempt("is closed", loop::isClosed);
    }
  }

  @Scenario({"R-20", "EL-10"})
  void aThreadRunsOneLoopAtATime(Stage stage) {
    VoidCoroutine body = () -> stage.out("body");
    refuse(stage, "run_forever again", (loop, other) -> loop.runForever());
    refuse(stage, "run_forever of another", (loop, other) -> other.runForever());
    refuse(stage, "run_until_complete again", (loop, other) -> loop.runUntilComplete(body));
    refuse(stage, "run_until_complete of another", (loop, other) -> other.runUntilComplete(body));
  }

  private static void refuse(Stage stage, String label, NestedRun call) {
    try (var loop = stage.newLoop();
        var other = stage.newLoop()) {
      loop.callSoon(() -> stage.attempt(label, () -> call.run(loop, other)));
      runBriefly(loop);
    }
  }

  /// Runs a loop inside a callback of the first of two.
  private interface NestedRun {
    void run(EventLoop loop, EventLoop other) throws Exception;
  }

  @Scenario("EL-10")
  void runUntilCompleteReturnsTheResultOrRaisesTheError(Stage stage) {
    Coroutine<Integer> succeed = () -> 42;
    VoidCoroutine fail =
        () -> {
          throw new Boom("boom");
        };
    try (var loop = stage.newLoop()) {
      stage.attempt("task", () -> loop.runUntilComplete(succeed));
      stage.attempt("failing task", () -> loop.runUntilComplete(fail));
      Future<String> future = loop.createFuture();
      loop.callSoon(() -> future.setResult("done"));
      stage.attempt("future", () -> loop.runUntilComplete(future));
      stage.attempt("same future again", () -> loop.runUntilComplete(future));
      Future<String> cancelled = loop.createFuture();
      cancelled.cancel();
      stage.attempt("cancelled future", () -> loop.runUntilComplete(cancelled));
    }
  }

  @Scenario("EL-10")
  void runUntilCompleteRefusesAFutureOfAnotherLoop(Stage stage) {
    try (var loop = stage.newLoop();
        var other = stage.newLoop()) {
      Future<String> future = other.createFuture();
      stage.attempt("run", () -> loop.runUntilComplete(future));
      stage.attempt("future is done", future::done);
    }
  }

  @Scenario({"R-17", "EL-10"})
  void stoppingRunUntilCompleteLeavesTheTaskPending(Stage stage) {
    try (var loop = stage.newLoop()) {
      Future<String> gate = loop.createFuture();
      Coroutine<String> body = gate::await;
      var task = loop.createTask(body);
      loop.callSoon(loop::stop);
      stage.attempt("run", () -> loop.runUntilComplete(task));
      stage.attempt("done", task::done);
      gate.setResult("late");
      stage.attempt("run again", () -> loop.runUntilComplete(task));
    }
  }

  @Scenario("R-15")
  void anInterruptOutOfACallbackLeavesTheRestOfTheBatchQueued(Stage stage) {
    try (var loop = stage.newLoop()) {
      loop.callSoon(
          () -> {
            stage.out("interrupt");
            throw new KeyboardInterrupt();
          });
      loop.callSoon(
          () -> {
            stage.out("exit");
            throw new SystemExit(3);
          });
      loop.callSoon(() -> stage.out("rest"));
      stage.attempt("first run", loop::runForever);
      stage.out("running " + loop.isRunning() + ", closed " + loop.isClosed());
      stage.attempt("second run", loop::runForever);
      runBriefly(loop);
    }
  }

  @Scenario({"R-18", "TK-06", "EL-10"})
  void anInterruptInATaskBreaksOutOfTheLoopAndTheMainTaskStaysPending(Stage stage) {
    try (var loop = stage.newLoop()) {
      Future<Integer> gate = loop.createFuture();
      Coroutine<Integer> wait = gate::await;
      VoidCoroutine interrupt =
          () -> {
            throw new KeyboardInterrupt();
          };
      var main = loop.createTask(wait);
      var interrupted = loop.createTask(interrupt);
      stage.attempt("run", () -> loop.runUntilComplete(main));
      stage.attempt("interrupted task", interrupted::result);
      stage.attempt("main is done", main::done);
      gate.setResult(1);
      stage.attempt("run again", () -> loop.runUntilComplete(main));
    }
  }

  @Scenario("EL-01")
  void theRunningLoopIsKnownInsideCallbacksAndTasksOnly(Stage stage) throws Exception {
    try (var loop = stage.newLoop()) {
      VoidCoroutine body = () -> stage.out("task: " + (Asyncio.getRunningLoop() == loop));
      stage.attempt("before", Asyncio::getRunningLoop);
      loop.callSoon(
          () -> {
            stage.out("callback: " + (Asyncio.getRunningLoop() == loop));
            stage.attempt("another thread", () -> Threads.inThread(Asyncio::getRunningLoop));
          });
      loop.runUntilComplete(body);
      stage.attempt("after", Asyncio::getRunningLoop);
    }
  }

  @Scenario({"EL-02", "EL-03", "EL-04"})
  void theCurrentLoopIsSetByHandAndTheRunningLoopGoesFirst(Stage stage) {
    Asyncio.setEventLoop(null);
    stage.attempt("none set", Asyncio::getEventLoop);
    try (var loop = stage.newLoop();
        var other = stage.newLoop()) {
      stage.attempt("a new loop is not set", Asyncio::getEventLoop);
      Asyncio.setEventLoop(loop);
      stage.out("set: " + (Asyncio.getEventLoop() == loop));
      other.callSoon(() -> stage.out("inside the other: " + (Asyncio.getEventLoop() == other)));
      runBriefly(other);
      stage.out("still set: " + (Asyncio.getEventLoop() == loop));
      stage.attempt("another thread", () -> Threads.inThread(Asyncio::getEventLoop));
      Asyncio.setEventLoop(null);
      stage.attempt("cleared", Asyncio::getEventLoop);
    }
  }

  @Scenario({"EL-05", "EL-04"})
  void thePolicyMakesTheLoops(Stage stage) {
    var standard = Asyncio.getEventLoopPolicy();
    var policy = new PrintingPolicy(stage, standard);
    Asyncio.setEventLoopPolicy(policy);
    try {
      stage.out("policy is set: " + (Asyncio.getEventLoopPolicy() == policy));
      Asyncio.newEventLoop().close();
      Asyncio.setEventLoopPolicy(null);
      Asyncio.newEventLoop().close();
      stage.out("policy is still set: " + (Asyncio.getEventLoopPolicy() == policy));
    } finally {
      Asyncio.setEventLoopPolicy(standard);
    }
    stage.out("first policy is back: " + (Asyncio.getEventLoopPolicy() == standard));
  }

  /// Prints when it makes a loop; a policy over another one.
  private record PrintingPolicy(Stage stage, EventLoopPolicy base) implements EventLoopPolicy {
    @Override
    public EventLoop getEventLoop() {
      return base.getEventLoop();
    }

    @Override
    public void setEventLoop(EventLoop loop) {
      base.setEventLoop(loop);
    }

    @Override
    public EventLoop newEventLoop() {
      stage.out("policy makes a loop");
      return base.newEventLoop();
    }
  }

  @Scenario({"R-23", "EL-21"})
  void callSoonThreadsafeSharesOneQueueWithCallSoon(Stage stage) {
    try (var loop = stage.newLoop()) {
      loop.callSoon(() -> stage.out("a"));
      loop.callSoonThreadsafe(() -> stage.out("b"));
      loop.callSoon(() -> stage.out("c"));
      loop.callSoonThreadsafe(() -> stage.out("d"));
      runBriefly(loop);
    }
  }

  @Scenario({"R-23", "R-02", "EL-21"})
  void whatAThreadHasPostedRunsBeforeWhatIsQueuedLater(Stage stage) {
    try (var loop = stage.newLoop();
        var pair = stage.openPair()) {
      readOnce(stage, loop, pair);
      loop.callSoon(
          () -> {
            Threads.runInThread(
                () -> loop.callSoonThreadsafe(() -> stage.out("posted by a thread")));
            loop.callSoon(() -> stage.out("queued after that"));
            pair.other.send("x");
            Threads.runInThread(
                () -> loop.callSoonThreadsafe(() -> stage.out("posted before the poll")));
          });
      runBriefly(loop);
      runBriefly(loop);
    }
  }

  @Scenario({"EL-21", "EL-06", "R-21"})
  void callSoonThreadsafeWakesASleepingLoop(Stage stage) throws Exception {
    try (var loop = stage.newLoop()) {
      var asleep = new CountDownLatch(1);
      // Asked for in a callback: the baton engine runs the loop in a thread of its own.
      var loopThread = new AtomicReference<Thread>();
      Runnable callback =
          () -> {
            stage.out(
                "called on the loop's thread: " + (Thread.currentThread() == loopThread.get()));
            loop.stop();
          };
      var work = stage.outside.announceThread();
      var poster =
          Thread.ofPlatform()
              .start(
                  () -> {
                    awaitQuietly(asleep);
                    loop.callSoonThreadsafe(callback);
                    work.close();
                  });
      loop.callSoon(
          () -> {
            loopThread.set(Thread.currentThread());
            asleep.countDown();
          });
      loop.runForever();
      poster.join();
      stage.out("returned");
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Scenario({"EL-21", "R-21"})
  void postsOfOneThreadAllArriveInOrder(Stage stage) {
    try (var loop = stage.newLoop()) {
      var arrived = new ArrayList<Integer>();
      Runnable post =
          () -> {
            for (int i = 0; i < 100_000; i++) {
              int number = i;
              loop.callSoonThreadsafe(() -> arrived.add(number));
            }
            loop.callSoonThreadsafe(loop::stop);
          };
      loop.callSoon(() -> Threads.runInThread(post));
      loop.runForever();
      stage.out("arrived " + arrived.size());
      stage.out("in order " + arrived.equals(arrived.stream().sorted().toList()));
    }
  }

  @Scenario({"EL-21", "EL-140"})
  void aPostCanBeCancelledBeforeItRuns(Stage stage) {
    try (var loop = stage.newLoop()) {
      var handle = loop.callSoonThreadsafe(() -> stage.out("cancelled callback"));
      loop.callSoonThreadsafe(() -> stage.out("other callback"));
      handle.cancel();
      runBriefly(loop);
      stage.attempt("cancelled", handle::cancelled);
    }
  }
}
