// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.testing.ExceptionRecorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Locks that a task holds or stands in line for inside a blocking call of the JDK: nobody may wait
/// for ever behind it, neither its own loop nor another thread.
@ParameterizedClass
@EnumSource(
    value = LoopKind.class,
    names = {"EPOLL_LOOP_THREAD", "EPOLL_CALLBACK_THREAD", "NIO_LOOP_THREAD"})
@SuppressWarnings({
  "LockNotBeforeTry", // one thread lets the other have it
  "ThreadPriorityCheck" // Thread.yield is what is tested
})
final class LocksOfTheJdkTest {
  private final BaseEventLoop loop;
  private final List<String> log = new CopyOnWriteArrayList<>();

  LocksOfTheJdkTest(LoopKind kind) {
    this.loop = kind.newLoop();
  }

  @AfterEach
  void closeLoop() {
    loop.close();
  }

  // TK-10
  @Test
  void aCallbackGetsALockThatATaskHoldsWhichItHasStartedEagerly() throws Exception {
    for (int round = 0; round < 3; round++) {
      var monitor = new Object();
      var done = loop.<String>createFuture();
      loop.callSoon(
          () -> {
            loop.createTask(
                () -> {
                  synchronized (monitor) {
                    Thread.sleep(20);
                    log.add("task");
                  }
                  Asyncio.sleep(Duration.ZERO);
                  log.add("task goes on");
                },
                TaskOptions.DEFAULT.eagerStart(true));
            synchronized (monitor) {
              log.add("callback");
            }
            done.setResult("done");
          });

      assertThat(loop.runUntilComplete(done)).isEqualTo("done");
      loop.runUntilComplete(() -> Asyncio.sleep(Duration.ofMillis(1)));
    }

    assertThat(log.subList(0, 2)).containsExactly("task", "callback");
    assertThat(log).hasSize(9).filteredOn("task goes on"::equals).hasSize(3);
  }

  // What it waits for only the loop can give: the callback must not wait for it.
  @Test
  void aTaskThatACallbackHasStartedEagerlyMayWaitForTheLoop() throws Exception {
    BlockingQueue<String> queue = new LinkedBlockingQueue<>();
    Future<String> taken = loop.createFuture();
    loop.callSoon(
        () -> {
          loop.createTask(
              () -> taken.setResult(queue.take()), TaskOptions.DEFAULT.eagerStart(true));
          loop.callSoon(() -> queue.add("from the loop"));
        });

    assertThat(loop.runUntilComplete(taken)).isEqualTo("from the loop");
  }

  @Test
  void aCallbackGetsALockOfATaskThatItsOwnTaskHasStarted() throws Exception {
    var lock = new ReentrantLock();
    Future<String> done = loop.createFuture();
    loop.callSoon(
        () -> {
          loop.createTask(
              () ->
                  loop.createTask(
                      () -> {
                        lock.lock();
                        try {
                          Thread.sleep(20);
                        } finally {
                          lock.unlock();
                        }
                      },
                      TaskOptions.DEFAULT.eagerStart(true)),
              TaskOptions.DEFAULT.eagerStart(true));
          lock.lock();
          lock.unlock();
          done.setResult("done");
        });

    assertThat(loop.runUntilComplete(done)).isEqualTo("done");
  }

  // What is closed for a task that never ran is a program's code too.
  @Test
  void closeGetsALockForAnOwnedResourceThatATaskHolds() throws Exception {
    var lock = new ReentrantLock();
    loop.setExceptionHandler((l, context) -> log.add(context.message()));
    loop.createTask(
        () -> {
          lock.lock();
          try {
            blockFor(20);
          } finally {
            lock.unlock();
          }
        });
    loop.runUntilComplete(() -> Asyncio.sleep(Duration.ZERO));
    loop.createTask(
        () -> log.add("never"),
        TaskOptions.DEFAULT.owns(
            () -> {
              lock.lock();
              lock.unlock();
              log.add("closed");
            }));

    loop.close();

    assertThat(log).contains("closed").doesNotContain("never");
  }

  // TC-10
  @Test
  void closeGetsALockForWhoeverIsToldOfItThatATaskHolds() throws Exception {
    var lock = new ReentrantLock();
    loop.setExceptionHandler((l, context) -> log.add(context.message()));
    loop.createTask(
        () -> {
          lock.lock();
          try {
            Thread.sleep(Duration.ofHours(1));
          } finally {
            lock.unlock();
          }
        });
    loop.runUntilComplete(() -> Asyncio.sleep(Duration.ZERO));
    var _ =
        Asyncio.runCoroutineThreadsafe(() -> log.add("never"), loop)
            .whenComplete(
                (result, failure) -> {
                  lock.lock();
                  lock.unlock();
                  log.add("told");
                });

    loop.close();

    assertThat(log).contains("told").doesNotContain("never");
  }

  private static void blockFor(long millis) {
    long end = System.nanoTime() + millis * 1_000_000;
    while (System.nanoTime() < end) {
      try {
        Thread.sleep(1);
      } catch (InterruptedException e) {
        // The closing loop's.
      }
    }
  }

  @Test
  void aTaskThatComesBackTwiceIsCarriedAndLetGoAsOften() throws Exception {
    for (int round = 0; round < 200; round++) {
      var lock = new ReentrantLock();
      lock.lock();
      Task<String> task =
          loop.createTask(
              () -> {
                lock.lock();
                lock.unlock();
                Asyncio.sleep(Duration.ZERO);
                return "result";
              });
      loop.runUntilComplete(() -> Asyncio.sleep(Duration.ZERO));
      while (!lock.hasQueuedThreads()) {
        Thread.onSpinWait();
      }

      lock.unlock();

      // At once, so that the loop may run before the task has found that it does not.
      assertThat(loop.runUntilComplete(task)).isEqualTo("result");
    }
  }

  // EL-15
  @Test
  void closeGetsALockOfTheExceptionHandlerThatATaskHolds() throws Exception {
    var lock = new ReentrantLock();
    loop.setExceptionHandler(
        (l, context) -> {
          lock.lock();
          try {
            log.add("handler: " + context.message());
          } finally {
            lock.unlock();
          }
        });
    loop.createTask(
        () -> {
          lock.lock();
          try {
            Thread.sleep(20);
          } finally {
            lock.unlock();
          }
          try {
            Asyncio.sleep(Duration.ofHours(1));
          } catch (CancelledError e) {
            log.add(e.getMessage());
            throw e;
          }
        });
    loop.runUntilComplete(() -> Asyncio.sleep(Duration.ZERO));

    loop.close();

    assertThat(log)
        .containsExactly(
            "sleep(): Event loop is closed", "handler: Task was destroyed but it is pending!");
  }

  // EL-15
  @Test
  void closeRefusesTheBodyOfAGeneratorThatIsInABlockingCallBeforeItReports() throws Exception {
    var lock = new ReentrantLock();
    loop.setExceptionHandler(
        (l, context) -> {
          lock.lock();
          try {
            log.add("handler: " + context.message());
          } finally {
            lock.unlock();
          }
        });
    AsyncGenerator<String> values =
        AsyncGenerator.of(
            out -> {
              lock.lock();
              try {
                Thread.sleep(20);
              } finally {
                lock.unlock();
              }
              try {
                Asyncio.sleep(Duration.ofHours(1));
              } catch (CancelledError e) {
                log.add(e.getMessage());
              }
            });
    loop.createTask(values::anext);
    loop.runUntilComplete(() -> Asyncio.sleep(Duration.ZERO));

    loop.close();

    assertThat(log)
        .containsExactly(
            "sleep(): Event loop is closed", "handler: Task was destroyed but it is pending!");
  }

  /// Returns a thread that gets a lock after the task that has queued for it before.
  private Thread behind(ReentrantLock lock, int queued) {
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  lock.lock();
                  log.add("thread");
                  lock.unlock();
                });
    while (lock.getQueueLength() < queued) {
      Thread.onSpinWait();
    }
    return thread;
  }

  @Test
  void aTaskInTheQueueOfALockLetsOthersThroughWhileItsLoopIsStopped() throws Exception {
    var lock = new ReentrantLock();
    lock.lock();
    Task<?> task =
        loop.createTask(
            () -> {
              lock.lock();
              log.add("task has the lock");
              lock.unlock();
              // Here it uses the loop again.
              Asyncio.sleep(Duration.ZERO);
              log.add("task goes on in " + (Asyncio.getRunningLoop() == loop ? "its" : "no"));
              return "result";
            });
    loop.runUntilComplete(() -> Asyncio.sleep(Duration.ZERO));
    Thread behind = behind(lock, 2);

    lock.unlock();
    behind.join();

    assertThat(log).containsExactly("task has the lock", "thread");
    assertThat(task.done()).isFalse();
    assertThat(loop.<Object>runUntilComplete(() -> task.await())).isEqualTo("result");
    assertThat(log).endsWith("task goes on in its");
  }

  @Test
  void aTaskWhoseBodyEndsWhileItsLoopIsStoppedIsDoneWhenThatRuns() throws Exception {
    var lock = new ReentrantLock();
    lock.lock();
    Task<String> task =
        loop.createTask(
            () -> {
              lock.lock();
              lock.unlock();
              return "result";
            });
    loop.runUntilComplete(() -> Asyncio.sleep(Duration.ZERO));
    Thread behind = behind(lock, 2);
    lock.unlock();
    behind.join();

    assertThat(task.done()).isFalse();
    assertThat(loop.runUntilComplete(task)).isEqualTo("result");
  }

  @Test
  void aGeneratorThatYieldsWhileItsLoopIsStoppedHasTheValueWhenThatRuns() throws Exception {
    var lock = new ReentrantLock();
    lock.lock();
    var body = new CompletableFuture<Thread>();
    AsyncGenerator<String> values =
        AsyncGenerator.of(
            out -> {
              body.complete(Thread.currentThread());
              lock.lock();
              lock.unlock();
              out.yield("value");
            });
    Task<String> task = loop.createTask(values::anext);
    loop.runUntilComplete(() -> Asyncio.sleep(Duration.ZERO));
    Thread behind = behind(lock, 2);
    lock.unlock();
    behind.join();
    awaitRest(body.join());

    assertThat(values.toString()).startsWith("<AsyncGenerator running");
    assertThat(loop.runUntilComplete(task)).isEqualTo("value");
  }

  @Test
  void aGeneratorThatEndsWhileItsLoopIsStoppedHasEndedWhenThatRuns() throws Exception {
    var lock = new ReentrantLock();
    lock.lock();
    var body = new CompletableFuture<Thread>();
    AsyncGenerator<String> values =
        AsyncGenerator.of(
            out -> {
              body.complete(Thread.currentThread());
              lock.lock();
              lock.unlock();
            });
    Task<String> task = loop.createTask(() -> values.anext("end"));
    loop.runUntilComplete(() -> Asyncio.sleep(Duration.ZERO));
    Thread behind = behind(lock, 2);
    lock.unlock();
    behind.join();
    awaitRest(body.join());

    assertThat(values.toString()).startsWith("<AsyncGenerator running");
    assertThat(loop.runUntilComplete(task)).isEqualTo("end");
    assertThat(values).hasToString("<AsyncGenerator ended>");
  }

  // Until it waits for its loop.
  private static void awaitRest(Thread thread) {
    while (thread.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
  }

  @Test
  void whatATaskDoesToTheLoopThatIsStoppedHappensWhenItRuns() throws Exception {
    var failures = ExceptionRecorder.on(loop);
    var lock = new ReentrantLock();
    lock.lock();
    var called = new CountDownLatch(1);
    Future<String> future = loop.createFuture();
    loop.createTask(
        () -> {
          lock.lock();
          lock.unlock();
          called.countDown();
          loop.callSoon(() -> log.add("callback"));
          future.setResult("set");
        });
    loop.runUntilComplete(() -> Asyncio.sleep(Duration.ZERO));
    Thread behind = behind(lock, 2);
    lock.unlock();
    behind.join();
    called.await();

    loop.callSoon(() -> log.add("earlier callback"));
    assertThat(future.done()).isFalse();
    assertThat(loop.runUntilComplete(future)).isEqualTo("set");
    assertThat(log).containsExactly("thread", "earlier callback", "callback");
    assertThat(failures.messages()).isEmpty();
  }

  @Test
  void aLoopThatClosesWhileATaskGoesOnWithoutItTellsTheTask() throws Exception {
    var lock = new ReentrantLock();
    lock.lock();
    var closed = new CountDownLatch(1);
    var ended = new CountDownLatch(1);
    loop.setExceptionHandler((l, context) -> log.add(context.message()));
    loop.createTask(
        () -> {
          lock.lock();
          lock.unlock();
          awaitUninterruptibly(closed);
          try {
            Asyncio.sleep(Duration.ZERO);
          } catch (CancelledError e) {
            log.add(e.getMessage());
          }
          ended.countDown();
        });
    loop.runUntilComplete(() -> Asyncio.sleep(Duration.ZERO));
    Thread behind = behind(lock, 2);
    lock.unlock();
    behind.join();

    loop.close();
    closed.countDown();
    ended.await();

    assertThat(log)
        .containsExactly(
            "thread", "Task was destroyed but it is pending!", "sleep(): Event loop is closed");
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    while (true) {
      try {
        latch.await();
        return;
      } catch (InterruptedException e) {
        // The closing loop's.
      }
    }
  }

  @Test
  void aTaskThatYieldsToTheJdkForEverDoesNotKeepTheLoopFromItsEnd() throws Exception {
    var threads = new ArrayList<Thread>();
    var stop = new CountDownLatch(1);
    loop.setExceptionHandler((l, context) -> log.add(context.message()));
    loop.createTask(
        () -> {
          threads.add(Thread.currentThread());
          while (stop.getCount() > 0) {
            Thread.yield();
          }
        });
    loop.runUntilComplete(() -> Asyncio.sleep(Duration.ofMillis(1)));

    loop.close();

    stop.countDown();
    threads.getFirst().join();
    assertThat(log).containsExactly("Task was destroyed but it is pending!");
    assertThatThrownBy(() -> loop.callSoon(() -> {}))
        .hasMessageStartingWith("Event loop is closed: ");
  }
}
