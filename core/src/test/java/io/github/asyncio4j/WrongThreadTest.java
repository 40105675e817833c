// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.sync.Barrier;
import io.github.asyncio4j.sync.BoundedSemaphore;
import io.github.asyncio4j.sync.BrokenBarrierError;
import io.github.asyncio4j.sync.Condition;
import io.github.asyncio4j.sync.Event;
import io.github.asyncio4j.sync.Lock;
import io.github.asyncio4j.sync.Queue;
import io.github.asyncio4j.sync.QueueShutDown;
import io.github.asyncio4j.sync.Semaphore;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// In debug mode a call from a thread that does not hold the loop is refused before it has changed
/// anything.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class WrongThreadTest {
  /// Makes, in a task, something that is in use. The call is to be made by a wrong thread first, in
  /// vain, and then by the right one, which ends the task that waits.
  @FunctionalInterface
  interface Scene {
    Subject set(EventLoop loop) throws Exception;
  }

  record Subject(Object object, @Nullable Task<?> waiter, VoidCoroutine call) {}

  private static final Map<String, Scene> SCENES = new TreeMap<>();

  private final BaseEventLoop loop;

  WrongThreadTest(LoopKind kind) {
    this.loop = kind.newLoop();
  }

  @AfterEach
  void closeLoop() {
    loop.close();
  }

  private static void pass() {
    Asyncio.sleep(Duration.ZERO);
  }

  private static Task<?> start(VoidCoroutine body) {
    Task<?> task = Asyncio.createTask(body);
    pass();
    return task;
  }

  private static void ignore(VoidCoroutine body, Class<? extends Throwable> expected)
      throws Exception {
    try {
      body.run();
    } catch (Throwable t) {
      assertThat(t).isInstanceOf(expected);
    }
  }

  private static Lock usedLock() throws Exception {
    var lock = new Lock();
    lock.acquire();
    Task<?> waiter =
        start(
            () -> {
              lock.acquire();
              lock.release();
            });
    lock.release();
    waiter.await();
    return lock;
  }

  static {
    SCENES.put(
        "Future.setResult",
        loop -> {
          Future<String> future = loop.createFuture();
          return new Subject(future, start(future::await), () -> future.setResult("x"));
        });
    SCENES.put(
        "Future.setException",
        loop -> {
          Future<String> future = loop.createFuture();
          return new Subject(
              future,
              start(() -> ignore(future::await, IOException.class)),
              () -> future.setException(new IOException("x")));
        });
    SCENES.put(
        "Future.cancel",
        loop -> {
          Future<String> future = loop.createFuture();
          return new Subject(
              future, start(() -> ignore(future::await, CancelledError.class)), future::cancel);
        });
    SCENES.put(
        "Future.addDoneCallback",
        loop -> {
          Future<String> future = loop.createFuture();
          return new Subject(future, null, () -> future.addDoneCallback(f -> {}));
        });
    SCENES.put(
        "Future.removeDoneCallback",
        loop -> {
          Future<String> future = loop.createFuture();
          Consumer<Future<String>> callback = f -> {};
          future.addDoneCallback(callback);
          return new Subject(future, null, () -> future.removeDoneCallback(callback));
        });
    SCENES.put(
        "Task.cancel",
        loop -> {
          Task<?> sleeper = start(() -> Asyncio.sleep(Duration.ofHours(1)));
          return new Subject(sleeper, sleeper, sleeper::cancel);
        });
    SCENES.put(
        "Task.uncancel",
        loop -> {
          Task<?> current = Task.currentTask();
          current.cancel();
          ignore(WrongThreadTest::pass, CancelledError.class);
          return new Subject(current, null, current::uncancel);
        });
    SCENES.put(
        "TaskGroup.createTask",
        loop -> {
          var group = new TaskGroup();
          Task<?> owner =
              start(
                  () ->
                      group.run(
                          (TaskGroup g) -> {
                            Asyncio.sleep(Duration.ofHours(1));
                          }));
          return new Subject(
              group,
              owner,
              () ->
                  group.createTask(
                      () -> {
                        group.cancel();
                      }));
        });
    SCENES.put(
        "TaskGroup.cancel",
        loop -> {
          var group = new TaskGroup();
          Task<?> owner =
              start(
                  () ->
                      group.run(
                          (TaskGroup g) -> {
                            Asyncio.sleep(Duration.ofHours(1));
                          }));
          return new Subject(group, owner, group::cancel);
        });
    SCENES.put(
        "Timeout.reschedule",
        loop -> {
          var seen = new CopyOnWriteArrayList<Timeout>();
          Task<?> owner =
              start(
                  () ->
                      ignore(
                          () ->
                              Asyncio.timeout(
                                  Duration.ofHours(1),
                                  timeout -> {
                                    seen.add(timeout);
                                    Asyncio.sleep(Duration.ofHours(2));
                                  }),
                          TimeoutException.class));
          return new Subject(seen.getFirst(), owner, () -> seen.getFirst().reschedule(0L));
        });
    SCENES.put(
        "EventLoop.callSoon",
        loop -> {
          var event = new Event();
          return new Subject(event, start(event::await), () -> loop.callSoon(event::set));
        });
    SCENES.put(
        "EventLoop.callLater",
        loop -> {
          var event = new Event();
          return new Subject(
              event, start(event::await), () -> loop.callLater(Duration.ofNanos(1), event::set));
        });
    SCENES.put(
        "EventLoop.callAt",
        loop -> {
          var event = new Event();
          return new Subject(event, start(event::await), () -> loop.callAt(0, event::set));
        });
    putSync();
    putQueue();
  }

  private static void putSync() {
    SCENES.put("Lock.acquire", loop -> acquiring(usedLock()));
    SCENES.put(
        "Lock.hold",
        loop -> {
          Lock lock = usedLock();
          return new Subject(lock, null, lock::hold);
        });
    SCENES.put(
        "Lock.release",
        loop -> {
          var lock = new Lock();
          lock.acquire();
          return new Subject(lock, start(lock::acquire), lock::release);
        });
    SCENES.put(
        "Event.set",
        loop -> {
          var event = new Event();
          return new Subject(event, start(event::await), event::set);
        });
    SCENES.put(
        "Event.clear",
        loop -> {
          var event = new Event();
          Task<?> waiter = start(event::await);
          event.set();
          waiter.await();
          return new Subject(event, null, event::clear);
        });
    SCENES.put("Condition.signal", loop -> signalling(Condition::signal));
    SCENES.put("Condition.signalAll", loop -> signalling(Condition::signalAll));
    SCENES.put(
        "Semaphore.acquire",
        loop -> {
          var semaphore = new Semaphore(0);
          Task<?> waiter = start(semaphore::acquire);
          semaphore.release();
          semaphore.release();
          waiter.await();
          return new Subject(semaphore, null, semaphore::acquire);
        });
    SCENES.put(
        "Semaphore.release",
        loop -> {
          var semaphore = new Semaphore(0);
          return new Subject(semaphore, start(semaphore::acquire), semaphore::release);
        });
    SCENES.put(
        "BoundedSemaphore.release",
        loop -> {
          var semaphore = new BoundedSemaphore(1);
          semaphore.acquire();
          return new Subject(semaphore, start(semaphore::acquire), semaphore::release);
        });
    SCENES.put(
        "Barrier.await",
        loop -> {
          var barrier = new Barrier(2);
          return new Subject(barrier, start(barrier::await), barrier::await);
        });
    SCENES.put("Barrier.abort", loop -> breaking(Barrier::abort));
    SCENES.put("Barrier.reset", loop -> breaking(Barrier::reset));
  }

  private static Subject acquiring(Lock lock) {
    return new Subject(lock, null, lock::acquire);
  }

  private static Subject signalling(Consumer<Condition> signal) {
    var condition = new Condition();
    Task<?> waiter =
        start(
            () -> {
              try (var _ = condition.hold()) {
                condition.await();
              }
            });
    condition.acquire();
    return new Subject(
        condition,
        waiter,
        () -> {
          signal.accept(condition);
          condition.release();
        });
  }

  private static Subject breaking(Consumer<Barrier> breaking) {
    var barrier = new Barrier(2);
    Task<?> waiter = start(() -> ignore(barrier::await, BrokenBarrierError.class));
    return new Subject(barrier, waiter, () -> breaking.accept(barrier));
  }

  private static void putQueue() {
    SCENES.put(
        "Queue.putNowait",
        loop -> {
          var queue = new Queue<String>(1);
          return new Subject(queue, start(queue::get), () -> queue.putNowait("x"));
        });
    SCENES.put(
        "Queue.put",
        loop -> {
          var queue = new Queue<String>(1);
          return new Subject(queue, start(queue::get), () -> queue.put("x"));
        });
    SCENES.put(
        "Queue.getNowait",
        loop -> {
          Queue<String> queue = full();
          return new Subject(queue, start(() -> queue.put("b")), queue::getNowait);
        });
    SCENES.put(
        "Queue.get",
        loop -> {
          Queue<String> queue = full();
          return new Subject(queue, start(() -> queue.put("b")), queue::get);
        });
    SCENES.put(
        "Queue.taskDone",
        loop -> {
          Queue<String> queue = full();
          String ignored = queue.getNowait();
          assertThat(ignored).isEqualTo("a");
          return new Subject(queue, start(queue::join), queue::taskDone);
        });
    SCENES.put(
        "Queue.shutdown",
        loop -> {
          var queue = new Queue<String>(1);
          return new Subject(
              queue, start(() -> ignore(queue::get, QueueShutDown.class)), queue::shutdown);
        });
    SCENES.put(
        "Queue.shutdown at once",
        loop -> {
          Queue<String> queue = full();
          return new Subject(
              queue,
              start(() -> ignore(() -> queue.put("b"), QueueShutDown.class)),
              () -> queue.shutdown(true));
        });
  }

  private static Queue<String> full() {
    var queue = new Queue<String>(1);
    queue.putNowait("a");
    return queue;
  }

  static List<String> scenes() {
    return List.copyOf(SCENES.keySet());
  }

  private static CompletableFuture<String> inAnotherThread(VoidCoroutine call) {
    var outcome = new CompletableFuture<String>();
    Thread.ofPlatform()
        .start(
            () -> {
              try {
                call.run();
                outcome.complete("not refused");
              } catch (IllegalStateException e) {
                outcome.complete(String.valueOf(e.getMessage()));
              } catch (Throwable t) {
                outcome.complete("threw " + t);
              }
            });
    return outcome;
  }

  @ParameterizedTest
  @MethodSource("scenes")
  void aRefusedCallHasChangedNothing(String scene) throws Exception {
    loop.setDebug(true);
    loop.runUntilComplete(
        () -> {
          Subject subject = SCENES.get(scene).set(loop);
          String before = subject.object().toString();

          String outcome = Future.await(inAnotherThread(subject.call()));

          assertThat(outcome).startsWith("Non-thread-safe operation invoked");
          assertThat(subject.object()).hasToString(before);
          pass();
          pass();
          Task<?> waiter = subject.waiter();
          if (waiter == null) {
            subject.call().run();
            assertThat(subject.object().toString()).isNotEqualTo(before);
            return;
          }
          assertThat(waiter.done()).isFalse();
          subject.call().run();
          Asyncio.wait(List.of(waiter));
        });
  }
}
