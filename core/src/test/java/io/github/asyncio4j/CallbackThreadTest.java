// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.testing.ExceptionRecorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Callbacks that run while a task is inside a blocking call of the JDK.
@ParameterizedClass
@EnumSource(
    value = LoopKind.class,
    names = {"EPOLL_LOOP_THREAD", "NIO_LOOP_THREAD"})
final class CallbackThreadTest {
  private final BaseEventLoop loop;
  private final ExceptionRecorder failures;
  private final List<String> trace = new ArrayList<>();
  private final CountDownLatch taskMayGoOn = new CountDownLatch(1);

  CallbackThreadTest(LoopKind kind) {
    this.loop = kind.newLoop();
    this.failures = ExceptionRecorder.on(loop);
  }

  @AfterEach
  void closeLoop() {
    taskMayGoOn.countDown();
    loop.close();
    assertThat(failures.messages()).isEmpty();
  }

  /// Starts a task that the JDK suspends until the latch lets it go on.
  private Task<String> startBlockedTask() {
    Task<String> blocked =
        loop.createTask(
            () -> {
              taskMayGoOn.await();
              return "went on";
            });
    Asyncio.sleep(Duration.ZERO);
    return blocked;
  }

  private void lockAndUnlock(ReentrantLock lock, String who) {
    lock.lock();
    try {
      trace.add(who);
    } finally {
      lock.unlock();
    }
  }

  /// Runs something in another thread, and holds a lock until two wait for it there.
  private static void runWhileHolding(ReentrantLock lock, Runnable run)
      throws InterruptedException {
    Thread runner;
    lock.lock();
    try {
      runner = Thread.ofPlatform().start(run);
      while (lock.getQueueLength() < 2) {
        Thread.onSpinWait();
      }
    } finally {
      lock.unlock();
    }
    runner.join();
  }

  @Test
  void aCallbackMayWaitForALockBehindATask() throws Exception {
    var lock = new ReentrantLock();
    runWhileHolding(
        lock,
        () -> {
          loop.createTask(() -> lockAndUnlock(lock, "task"));
          loop.callSoon(() -> lockAndUnlock(lock, "callback"));
          loop.callSoon(loop::stop);
          loop.callSoon(() -> trace.add("after it"));
          loop.runForever();
        });

    assertThat(trace).containsExactly("task", "callback", "after it");
  }

  @Test
  void aCallbackMayWaitForATaskThatCanGoOnAlready() throws Exception {
    var lock = new ReentrantLock();
    var taskIsOut = new CountDownLatch(1);
    loop.runUntilComplete(
        () -> {
          Task<?> holder =
              loop.createTask(
                  () -> {
                    lock.lock();
                    try {
                      taskMayGoOn.await();
                      trace.add("task");
                    } finally {
                      lock.unlock();
                    }
                  });
          Asyncio.sleep(Duration.ZERO);
          loop.callSoon(
              () -> {
                // The task's continuation is queued behind the callback that waits for its lock.
                taskMayGoOn.countDown();
                loop.callSoon(() -> lockAndUnlock(lock, "callback"));
                loop.callSoon(taskIsOut::countDown);
              });
          holder.await();
          Asyncio.sleep(Duration.ZERO);
          Asyncio.sleep(Duration.ZERO);
        });

    assertThat(trace).containsExactly("task", "callback");
    assertThat(taskIsOut.getCount()).isZero();
  }

  @Test
  void whileACallbackWaitsNothingElseRuns() throws Exception {
    var posted = new CountDownLatch(1);
    loop.runUntilComplete(
        () -> {
          Task<String> blocked = startBlockedTask();
          loop.callSoon(
              () -> {
                trace.add("begins");
                loop.callSoon(() -> trace.add("queued by it"));
                Thread.ofPlatform()
                    .start(
                        () -> {
                          loop.callSoonThreadsafe(() -> trace.add("posted"));
                          posted.countDown();
                        });
                await(posted);
                trace.add("ends");
              });
          loop.callSoon(() -> trace.add("queued behind it"));
          Asyncio.sleep(Duration.ZERO);
          Asyncio.sleep(Duration.ZERO);
          Asyncio.sleep(Duration.ZERO);
          taskMayGoOn.countDown();
          assertThat(blocked.await()).isEqualTo("went on");
        });

    assertThat(trace).startsWith("begins", "ends", "queued behind it").hasSize(5);
    assertThat(trace).contains("queued by it", "posted");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aCallbackIsOneOfTheLoopAllTheSame() throws Exception {
    loop.setDebug(true);
    loop.setSlowCallbackDuration(Duration.ofHours(1));
    var thread = new AtomicReference<Thread>();
    var variable = ContextVar.of("variable");
    loop.runUntilComplete(
        () -> {
          Task<String> blocked = startBlockedTask();
          variable.set("value");
          loop.callSoon(
              () -> {
                thread.set(Thread.currentThread());
                assertThat(Asyncio.getRunningLoop()).isSameAs(loop);
                assertThat(Asyncio.currentTask()).isNull();
                assertThat(variable.get()).isEqualTo("value");
                Task<String> eager =
                    loop.createTask(
                        () -> {
                          trace.add("eager " + Task.currentTask().getName());
                          Asyncio.sleep(Duration.ZERO);
                          return "done";
                        },
                        TaskOptions.named("child").eagerStart(true));
                trace.add("created " + eager.done());
                loop.callLater(Duration.ZERO, () -> trace.add("timer"));
                assertThatThrownBy(() -> Asyncio.sleep(Duration.ZERO))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("outside a task");
              });
          Asyncio.sleep(Duration.ofMillis(1));
          taskMayGoOn.countDown();
          blocked.await();
        });

    assertThat(trace).containsExactly("eager child", "created false", "timer");
    assertThat(thread.get().isVirtual()).isTrue();
    loop.close();
    thread.get().join();
  }

  @Test
  void aCallbackRunsInTheLoopsThreadWhereNoTaskBlocks() throws Exception {
    var threads = new ArrayList<Thread>();
    loop.runUntilComplete(
        () -> {
          loop.callSoon(() -> threads.add(Thread.currentThread()));
          Asyncio.sleep(Duration.ZERO);
          Task<String> blocked = startBlockedTask();
          taskMayGoOn.countDown();
          blocked.await();
          loop.callSoon(() -> threads.add(Thread.currentThread()));
          Asyncio.sleep(Duration.ZERO);
        });

    assertThat(threads).containsOnly(Thread.currentThread());
  }

  //
  @Test
  void whatACallbackThrowsGoesWhereItAlwaysGoes() throws Exception {
    loop.runUntilComplete(
        () -> {
          startBlockedTask();
          loop.callSoon(
              () -> {
                throw new IllegalArgumentException("bad");
              });
          loop.callSoon(() -> trace.add("next"));
          Asyncio.sleep(Duration.ZERO);
        });
    assertThat(failures.take())
        .singleElement()
        .satisfies(report -> assertThat(report.exception()).hasMessage("bad"));

    loop.callSoon(
        () -> {
          throw new SystemExit(3);
        });
    loop.callSoon(() -> trace.add("kept for the next run"));
    assertThatThrownBy(loop::runForever).isInstanceOf(SystemExit.class);
    assertThat(trace).containsExactly("next");
    loop.callSoon(loop::stop);
    loop.runForever();
    assertThat(trace).containsExactly("next", "kept for the next run");
    loop.runUntilComplete(
        () -> {
          taskMayGoOn.countDown();
          Asyncio.sleep(Duration.ofMillis(1));
        });
  }

  @Test
  void theLibraryReportsFromACallbackToo() throws Exception {
    // The handler waits for a lock that a task waits for: as a logger's may.
    var lock = new ReentrantLock();
    var reported = new CountDownLatch(1);
    loop.setExceptionHandler(
        (_, context) -> {
          lockAndUnlock(lock, context.message());
          reported.countDown();
        });
    runWhileHolding(
        lock,
        () -> {
          loop.createTask(() -> lockAndUnlock(lock, "task"));
          loop.callSoon(
              () -> {
                throw new IllegalArgumentException("bad");
              });
          loop.callSoon(loop::stop);
          loop.runForever();
        });
    reported.await();
    loop.setExceptionHandler(failures);

    assertThat(trace).hasSize(2).startsWith("task");
  }
}
