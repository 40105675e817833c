// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.testing.ExceptionRecorder;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Calls that may block, in a thread of the default executor (TC-09).
@ParameterizedClass
@EnumSource(LoopKind.class)
final class ToThreadTest {
  private static final ContextVar<String> USER = ContextVar.of("user");

  private final BaseEventLoop loop;
  private final AtomicInteger leftInterrupted = new AtomicInteger();

  ToThreadTest(LoopKind kind) {
    this.loop = kind.newLoop();
  }

  @BeforeEach
  void useOneThread() {
    loop.setDefaultExecutor(new OneThread());
  }

  @AfterEach
  void closeLoop() {
    loop.close();
    assertThat(leftInterrupted).hasValue(0);
  }

  /// Looks whether a call leaves its thread interrupted. The next one would not see it, for the
  /// JDK's pool clears that itself.
  private final class OneThread extends ThreadPoolExecutor {
    OneThread() {
      super(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
    }

    @Override
    protected void afterExecute(Runnable call, Throwable failure) {
      if (Thread.currentThread().isInterrupted()) {
        leftInterrupted.incrementAndGet();
      }
    }
  }

  private static void waitFor(CountDownLatch latch) throws Exception {
    while (latch.getCount() > 0) {
      Asyncio.sleep(Duration.ofMillis(1));
    }
  }

  @Test
  void itReturnsWhatTheCallReturnsAndThrowsWhatItThrows() throws Exception {
    loop.runUntilComplete(
        () -> {
          Thread thread = Asyncio.toThread(() -> Thread.currentThread());
          assertThat(thread).isNotSameAs(Thread.currentThread());
          assertThatThrownBy(
                  () ->
                      Asyncio.toThread(
                          () -> {
                            throw new IOException("disk");
                          }))
              .isInstanceOf(IOException.class)
              .hasMessage("disk");
        });
  }

  @Test
  void theLoopGoesOnMeanwhile() throws Exception {
    var ticked = new CountDownLatch(1);
    loop.callLater(Duration.ofMillis(1), ticked::countDown);

    loop.runUntilComplete(() -> Asyncio.toThread(() -> ticked.await()));

    assertThat(ticked.getCount()).isZero();
  }

  @Test
  void theCallRunsInACopyOfTheContext() throws Exception {
    loop.runUntilComplete(
        () -> {
          USER.set("ann");
          String seen =
              Asyncio.toThread(
                  () -> {
                    String user = USER.get();
                    USER.set("bob");
                    return user;
                  });
          assertThat(seen).isEqualTo("ann");
          assertThat(USER.get()).isEqualTo("ann");
          // The thread is back in its own context.
          assertThat(loop.runInExecutor(null, () -> USER.get("none")).await()).isEqualTo("none");
        });
  }

  @Test
  void cancellingTheTaskInterruptsTheThread() throws Exception {
    var started = new CountDownLatch(1);
    var interrupted = new CountDownLatch(1);
    loop.runUntilComplete(
        () -> {
          Task<?> task =
              loop.createTask(
                  () ->
                      Asyncio.toThread(
                          () -> {
                            started.countDown();
                            try {
                              new CountDownLatch(1).await();
                            } catch (InterruptedException e) {
                              interrupted.countDown();
                            }
                          }));
          waitFor(started);
          task.cancel();

          assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
          waitFor(interrupted);
        });
  }

  @Test
  void anInterruptThatTheCallDoesNotHeedDoesNotMeetTheNextCall() throws Exception {
    var stop = new AtomicBoolean();
    var started = new CountDownLatch(1);
    loop.runUntilComplete(
        () -> {
          Task<?> task =
              loop.createTask(
                  () ->
                      Asyncio.toThread(
                          () -> {
                            started.countDown();
                            while (!stop.get() || !Thread.currentThread().isInterrupted()) {
                              Thread.onSpinWait();
                            }
                          }));
          waitFor(started);
          task.cancel();
          assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
          stop.set(true);

          Asyncio.toThread(() -> {});
          assertThat(leftInterrupted).hasValue(0);
        });
  }

  @Test
  void cancellingRacesWithTheEndOfTheCallWithoutALateInterrupt() throws Exception {
    loop.runUntilComplete(
        () -> {
          for (int i = 0; i < 500; i++) {
            Task<?> task = loop.createTask(() -> Asyncio.toThread(() -> 1));
            Asyncio.sleep(Duration.ZERO);
            task.cancel();
            loop.runInExecutor(null, () -> {}).await();
            assertThat(leftInterrupted).hasValue(0);
          }
        });
  }

  @Test
  void aCallThatHasNotStartedWhenTheTaskIsCancelledNeverRuns() throws Exception {
    var release = new CountDownLatch(1);
    var ran = new AtomicBoolean();
    loop.runUntilComplete(
        () -> {
          Future<?> blocker = loop.runInExecutor(null, () -> release.await());
          Task<?> task = loop.createTask(() -> Asyncio.toThread(() -> ran.set(true)));
          Asyncio.sleep(Duration.ZERO);
          task.cancel();
          assertThatThrownBy(task::await).isInstanceOf(CancelledError.class);
          release.countDown();
          blocker.await();
          loop.runInExecutor(null, () -> {}).await();
        });

    assertThat(ran).isFalse();
  }

  //
  @Test
  void cancellingAFutureOfRunInExecutorLeavesTheCallAlone() throws Exception {
    var started = new CountDownLatch(1);
    var release = new CountDownLatch(1);
    var interrupted = new AtomicBoolean();
    loop.runUntilComplete(
        () -> {
          Future<?> future =
              loop.runInExecutor(
                  null,
                  () -> {
                    started.countDown();
                    try {
                      release.await();
                    } catch (InterruptedException e) {
                      interrupted.set(true);
                    }
                  });
          waitFor(started);
          future.cancel();
          Asyncio.sleep(Duration.ZERO);
          release.countDown();
          loop.runInExecutor(null, () -> {}).await();
        });

    assertThat(interrupted).isFalse();
  }

  @Test
  void closingTheLoopInterruptsTheThread() throws Exception {
    var started = new CountDownLatch(1);
    var interrupted = new CountDownLatch(1);
    ExceptionRecorder.on(loop);
    loop.runUntilComplete(
        () -> {
          loop.createTask(
              () ->
                  Asyncio.toThread(
                      () -> {
                        started.countDown();
                        try {
                          new CountDownLatch(1).await();
                        } catch (InterruptedException e) {
                          interrupted.countDown();
                        }
                      }));
          waitFor(started);
        });

    loop.close();

    interrupted.await();
  }

  @Test
  void itIsRefusedOutsideATask() {
    assertThatThrownBy(() -> Asyncio.toThread(() -> 1)).isInstanceOf(IllegalStateException.class);
  }
}
