// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.github.asyncio4j.testing.ExceptionRecorder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// The traps of carrying virtual threads on the loop's own thread.
@ParameterizedClass
@EnumSource(
    value = LoopKind.class,
    names = {"EPOLL_LOOP_THREAD", "NIO_LOOP_THREAD"})
final class LoopThreadEngineTest {
  private final BaseEventLoop loop;
  private final ExceptionRecorder failures;

  LoopThreadEngineTest(LoopKind kind) {
    this.loop = kind.newLoop();
    this.failures = ExceptionRecorder.on(loop);
  }

  @AfterEach
  void closeLoop() {
    loop.close();
  }

  /// Runs a body that blocks in the JDK until a ticker of the same loop has ticked five times
  /// meanwhile. It ends only if the ticker goes on.
  private void whileATickerTicks(BlockingBody body) throws Exception {
    var fiveTicks = new CountDownLatch(5);
    loop.runUntilComplete(
        () -> {
          Task<?> ticker =
              loop.createTask(
                  () -> {
                    while (true) {
                      Asyncio.sleep(Duration.ofMillis(10));
                      fiveTicks.countDown();
                    }
                  });
          body.run(fiveTicks);
          ticker.cancel();
        });
    assertThat(fiveTicks.getCount()).isZero();
    assertThat(failures.messages()).isEmpty();
  }

  private interface BlockingBody {
    void run(CountDownLatch fiveTicks) throws Exception;
  }

  // Must show 7, one by one.
  @Test
  void aTaskInThreadSleepDoesNotStopTheLoop() throws Exception {
    whileATickerTicks(
        ticks -> {
          while (ticks.getCount() > 0) {
            Thread.sleep(10);
          }
        });
  }

  @Test
  void aTaskThatWaitsForALockDoesNotStopTheLoop() throws Exception {
    var lock = new ReentrantLock();
    var held = new CountDownLatch(1);
    whileATickerTicks(
        ticks -> {
          Thread holder =
              Thread.ofPlatform()
                  .start(
                      () -> {
                        lock.lock();
                        try {
                          held.countDown();
                          ticks.await();
                        } catch (InterruptedException e) {
                          throw new IllegalStateException(e);
                        } finally {
                          lock.unlock();
                        }
                      });
          held.await();
          lock.lock();
          try {
            assertThat(lock.isHeldByCurrentThread()).isTrue();
          } finally {
            lock.unlock();
          }
          holder.join();
        });
  }

  @Test
  void aTaskThatWaitsForAMonitorDoesNotStopTheLoop() throws Exception {
    var monitor = new Object();
    var held = new CountDownLatch(1);
    whileATickerTicks(
        ticks -> {
          Thread holder =
              Thread.ofPlatform()
                  .start(
                      () -> {
                        synchronized (monitor) {
                          held.countDown();
                          try {
                            ticks.await();
                          } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                          }
                        }
                      });
          held.await();
          synchronized (monitor) {
            holder.getName();
          }
          holder.join();
        });
  }

  @Test
  void aTaskThatTakesFromABlockingQueueDoesNotStopTheLoop() throws Exception {
    var queue = new LinkedBlockingQueue<String>();
    whileATickerTicks(
        ticks -> {
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      ticks.await();
                    } catch (InterruptedException e) {
                      throw new IllegalStateException(e);
                    }
                    queue.add("x");
                  });
          assertThat(queue.take()).isEqualTo("x");
        });
  }

  @Test
  void aTaskThatReadsABlockingSocketDoesNotStopTheLoop() throws Exception {
    readABlockingSocketWhileATickerTicks();
  }

  private void readABlockingSocketWhileATickerTicks() throws Exception {
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      whileATickerTicks(
          ticks -> {
            try (var client = new Socket(server.getInetAddress(), server.getLocalPort());
                Socket accepted = server.accept()) {
              Thread.ofPlatform()
                  .start(
                      () -> {
                        try {
                          ticks.await();
                          accepted.getOutputStream().write(7);
                        } catch (Exception e) {
                          throw new IllegalStateException(e);
                        }
                      });
              assertThat(client.getInputStream().read()).isEqualTo(7);
            }
          });
    }
  }

  @Test
  void aTaskThatSendsWithTheHttpClientDoesNotStopTheLoop() throws Exception {
    var answer = new CompletableFuture<byte[]>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
    server.createContext(
        "/",
        exchange -> {
          byte[] body = answer.join();
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try (HttpClient client = HttpClient.newHttpClient()) {
      whileATickerTicks(
          ticks -> {
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        ticks.await();
                      } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                      }
                      answer.complete("hi".getBytes(StandardCharsets.UTF_8));
                    });
            var request =
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/"))
                    .build();
            assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).body())
                .isEqualTo("hi");
          });
    } finally {
      server.stop(0);
    }
  }

  // The scheduler is inherited by threads started in a task, JDK-internal pollers included: after
  // the loop has ended, others must still be able to read sockets.
  @Test
  void afterTheLoopIsClosedUnrelatedVirtualThreadsStillReadSockets() throws Exception {
    readABlockingSocketWhileATickerTicks();
    loop.close();

    var read = new CompletableFuture<Integer>();
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var client = new Socket(server.getInetAddress(), server.getLocalPort());
        Socket accepted = server.accept()) {
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  read.complete(client.getInputStream().read());
                } catch (Exception e) {
                  read.completeExceptionally(e);
                }
              });
      accepted.getOutputStream().write(9);

      assertThat(read.get()).isEqualTo(9);
    }
  }

  @Test
  void aVirtualThreadStartedInATaskOutlivesTheLoop() throws Exception {
    var release = new CountDownLatch(1);
    var ended = new CompletableFuture<String>();
    loop.runUntilComplete(
        () -> {
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      release.await();
                      Thread.sleep(1);
                      ended.complete("ended");
                    } catch (InterruptedException e) {
                      ended.completeExceptionally(e);
                    }
                  });
        });
    loop.close();
    release.countDown();

    assertThat(ended.get()).isEqualTo("ended");
  }

  @Test
  void aTaskThatIsBlockedInTheJdkWhenTheLoopClosesIsInterruptedAndEnds() throws Exception {
    var ended = new CompletableFuture<String>();
    loop.createTask(
        () -> {
          try {
            Thread.sleep(Duration.ofHours(1));
          } catch (InterruptedException e) {
            // Blocks once more, now that there is no loop to carry the thread.
            LockSupport.parkNanos(1000);
            ended.complete("interrupted");
          }
        });
    loop.runUntilComplete(() -> Asyncio.sleep(Duration.ofMillis(1)));

    loop.close();

    assertThat(ended.get()).isEqualTo("interrupted");
  }

  @Test
  void cancellingATaskThatIsBlockedInTheJdkInterruptsIt() throws Exception {
    loop.runUntilComplete(
        () -> {
          Task<?> sleeper = loop.createTask(() -> Thread.sleep(Duration.ofHours(1)));
          Asyncio.sleep(Duration.ofMillis(1));

          sleeper.cancel();

          assertThatThrownBy(sleeper::await).isInstanceOf(CancelledError.class);
          assertThat(sleeper.cancelled()).isTrue();
        });
  }

  @Test
  @SuppressWarnings("ThreadPriorityCheck") // what it is about
  void threadYieldInATaskLetsOneIterationPass() throws Exception {
    var log = new ArrayList<String>();
    loop.runUntilComplete(
        () -> {
          loop.callSoon(() -> log.add("other"));
          Thread.yield();
          log.add("task");
        });

    assertThat(log).containsExactly("other", "task");
  }

  @Test
  void strayUnparksDoNotDisturbASuspendedTask() throws Exception {
    loop.runUntilComplete(
        () -> {
          var threads = new ArrayList<Thread>();
          Future<String> future = loop.createFuture();
          Task<String> waiter =
              loop.createTask(
                  () -> {
                    threads.add(Thread.currentThread());
                    LockSupport.unpark(Thread.currentThread());
                    return future.await();
                  });
          Asyncio.sleep(Duration.ZERO);
          for (int i = 0; i < 100; i++) {
            LockSupport.unpark(threads.getFirst());
            Asyncio.sleep(Duration.ZERO);
          }
          assertThat(waiter.done()).isFalse();
          future.setResult("ok");
          assertThat(waiter.await()).isEqualTo("ok");
        });
  }

  /// Suspends in its initialiser, where the JVM cannot unmount the thread.
  private static final class SuspendsWhenInitialised {
    static {
      Asyncio.sleep(Duration.ofMillis(1));
    }

    static void touch() {}
  }

  /// Yields in its initialiser.
  private static final class YieldsWhenInitialised {
    static {
      Asyncio.sleep(Duration.ZERO);
    }

    static void touch() {}
  }

  @Test
  void suspendingWhereTheThreadIsPinnedIsRefusedInsteadOfBlockingTheLoop() throws Exception {
    Runnable touch =
        failures.unexpected().isEmpty() && Initialised.FIRST.compareAndSet(false, true)
            ? SuspendsWhenInitialised::touch
            : YieldsWhenInitialised::touch;
    loop.runUntilComplete(
        () -> {
          assertThatThrownBy(touch::run)
              .isInstanceOf(ExceptionInInitializerError.class)
              .cause()
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("class initialiser");
          // The task is as good as before.
          Asyncio.sleep(Duration.ofMillis(1));
          Asyncio.sleep(Duration.ZERO);
        });
  }

  /// A class is initialised once per JVM, and these tests run twice.
  private static final class Initialised {
    static final java.util.concurrent.atomic.AtomicBoolean FIRST =
        new java.util.concurrent.atomic.AtomicBoolean();
    static final java.util.concurrent.atomic.AtomicBoolean FIRST_EAGER =
        new java.util.concurrent.atomic.AtomicBoolean();
  }

  /// Starts a task in its initialiser.
  private static final class StartsWhenInitialised {
    static final Task<String> TASK = startEagerly();

    private static Task<String> startEagerly() {
      return Asyncio.createTask(() -> "late", TaskOptions.DEFAULT.eagerStart(true));
    }
  }

  /// Does the same.
  private static final class StartsWhenInitialisedToo {
    static final Task<String> TASK = StartsWhenInitialised.startEagerly();
  }

  // TK-10
  @Test
  void anEagerTaskStartsLaterWhereItsCreatorIsPinned() throws Exception {
    loop.runUntilComplete(
        () -> {
          Task<String> task =
              Initialised.FIRST_EAGER.compareAndSet(false, true)
                  ? StartsWhenInitialised.TASK
                  : StartsWhenInitialisedToo.TASK;
          assertThat(task.done()).isFalse();
          assertThat(task.await()).isEqualTo("late");
        });
  }

  // A3 of the fault catalogue.
  @Test
  void noWakeUpIsLostWhenTimedAndUntimedAwaitsAlternate() throws Exception {
    int rounds = 30_000;
    int got =
        loop.runUntilComplete(
            () -> {
              int count = 0;
              for (int i = 0; i < rounds; i++) {
                Future<Integer> future = loop.createFuture();
                loop.callSoon(() -> future.setResult(1));
                count += i % 2 == 0 ? future.await() : Asyncio.waitFor(future, Duration.ofHours(1));
              }
              return count;
            });

    assertThat(got).isEqualTo(rounds);
  }
}
