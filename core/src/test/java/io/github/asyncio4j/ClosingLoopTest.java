// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.testing.ExceptionRecorder;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What a loop leaves behind when it is closed: nothing.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class ClosingLoopTest {
  private final LoopKind kind;
  private final BaseEventLoop loop;
  private final ExceptionRecorder failures;
  private final List<String> log = new CopyOnWriteArrayList<>();

  ClosingLoopTest(LoopKind kind) {
    this.kind = kind;
    this.loop = kind.newLoop();
    this.failures = ExceptionRecorder.on(loop);
  }

  @AfterEach
  void closeLoop() {
    loop.close();
  }

  // TK-08
  @Test
  void aPendingTaskIsReportedAndItsThreadEnds() throws Exception {
    var threads = new ArrayList<Thread>();
    Task<Object> pending =
        loop.createTask(
            () -> {
              threads.add(Thread.currentThread());
              try {
                return loop.createFuture().await();
              } finally {
                log.add("cleanup");
                try {
                  Asyncio.sleep(Duration.ofSeconds(1));
                } catch (CancelledError e) {
                  log.add("cannot suspend: " + e.getMessage());
                }
              }
            });
    Task<Object> neverStarted = loop.createTask(() -> log.add("never"));
    // One iteration starts the first only: the second is made by it.
    neverStarted.cancel();
    loop.runUntilComplete(() -> Asyncio.sleep(Duration.ZERO));
    loop.createTask(() -> log.add("never"));

    loop.close();

    threads.getFirst().join();
    assertThat(log).containsExactly("cleanup", "cannot suspend: sleep(): Event loop is closed");
    assertThat(failures.messages())
        .containsExactly(
            "Task was destroyed but it is pending!", "Task was destroyed but it is pending!");
    assertThat(failures.unexpected().getFirst().get("task")).isSameAs(pending);
    assertThat(pending.done()).isFalse();
  }

  // FT-06, R-56
  @Test
  void anExceptionThatNobodyRetrievedIsReportedAtTheLatestWhenTheLoopCloses() throws Exception {
    Task<Object> unseen =
        loop.createTask(
            () -> {
              throw new IllegalStateException("unseen");
            },
            "worker");
    Task<Object> seen =
        loop.createTask(
            () -> {
              throw new IllegalStateException("seen");
            });
    loop.runUntilComplete(
        () -> {
          assertThatThrownBy(seen::await).hasMessage("seen");
        });
    assertThat(failures.messages()).isEmpty();

    loop.close();

    assertThat(failures.messages())
        .containsExactly("Task exception was never retrieved: await it, or ask its exception()");
    ExceptionContext report = failures.unexpected().getFirst();
    assertThat(report.exception()).hasMessage("unseen");
    assertThat(String.valueOf(report.get("future"))).contains("name='worker'");
    assertThat(unseen.done()).isTrue();
  }

  // FT-06: when the future is collected, if that comes first.
  @Test
  void anExceptionOfACollectedFutureIsReportedOnTheLoop() throws Exception {
    loop.runUntilComplete(
        () -> {
          failAndForget();
          while (failures.unexpected().isEmpty()) {
            System.gc();
            Asyncio.sleep(Duration.ofMillis(5));
          }
        });

    assertThat(failures.messages())
        .containsExactly("Future exception was never retrieved: await it, or ask its exception()");
  }

  private void failAndForget() {
    loop.createFuture().setException(new IllegalStateException("lost"));
  }

  @Test
  void aTaskThatIgnoresItsEndDoesNotKeepTheLoopFromClosing() throws Exception {
    loop.createTask(
        () -> {
          while (true) {
            try {
              Asyncio.sleep(Duration.ofHours(1));
            } catch (CancelledError e) {
              log.add("ignored");
            }
          }
        });
    loop.runUntilComplete(() -> Asyncio.sleep(Duration.ZERO));
    try (var logged = LogRecorder.start()) {
      loop.close();

      assertThat(log).hasSizeGreaterThan(10);
      assertThat(logged.messages()).anyMatch(m -> m.startsWith("task ignores that its loop"));
    }
  }

  @Test
  void whateverAHandlerThrowsTheLoopIsClosedToTheEnd() throws Exception {
    // What the JDK opens once is open then.
    runOnce();
    long descriptors = Descriptors.count();
    BaseEventLoop other = kind.newLoop();
    other.createTask(() -> other.createFuture().await());
    other.runUntilComplete(() -> Asyncio.sleep(Duration.ZERO));
    other.setExceptionHandler(
        (l, context) -> {
          throw new SystemExit(7);
        });

    assertThatThrownBy(other::close).isInstanceOf(SystemExit.class);

    assertThat(other.isClosed()).isTrue();
    assertThat(Descriptors.count()).isEqualTo(descriptors);
  }

  @Test
  void tasksBlockedInTheJdkCanReleaseTheirConnectionsWhileTheLoopCloses() throws Exception {
    runWithBlockedConnections();
    long descriptors = Descriptors.count();
    for (int i = 0; i < 20; i++) {
      runWithBlockedConnections();
    }

    assertThat(Descriptors.count()).isEqualTo(descriptors);
  }

  private void runWithBlockedConnections() throws Exception {
    BaseEventLoop other = kind.newLoop();
    ExceptionRecorder.on(other);
    var ended = new CountDownLatch(10);
    other.runUntilComplete(
        () -> {
          Server server = Asyncio.startServer((reader, writer) -> reader.read(), "127.0.0.1", 0);
          var address = (InetSocketAddress) server.sockets().getFirst().getsockname();
          for (int i = 0; i < 10; i++) {
            var connection = Asyncio.openConnection("127.0.0.1", address.getPort());
            other.createTask(
                () -> {
                  try {
                    if (kind.carriesItsTasks()) {
                      Thread.sleep(60_000);
                    } else {
                      other.createFuture().await();
                    }
                  } finally {
                    connection.writer().close();
                    ended.countDown();
                  }
                });
          }
          Asyncio.sleep(Duration.ofMillis(1));
        });
    try (var logged = LogRecorder.start()) {
      other.close();
      ended.await();
      assertThat(logged.messages()).allMatch(m -> m.contains("unclosed"));
    }
  }

  // TC-10
  @Test
  void whoWaitsInAnotherThreadForATaskOfTheLoopIsReleased() throws Exception {
    var neverStarted = Asyncio.runCoroutineThreadsafe(() -> 1, loop);
    var neverEnded = loop.createFuture().toCompletableFuture();

    loop.close();

    assertThat(neverStarted).isCancelled();
    assertThat(neverEnded).isCancelled();
  }

  //
  @Test
  void queuedCallbacksAndTimersAreDroppedWithoutRunning() {
    loop.callSoon(() -> log.add("soon"));
    loop.callSoonThreadsafe(() -> log.add("posted"));
    loop.callLater(Duration.ZERO, () -> log.add("later"));

    loop.close();

    assertThat(log).isEmpty();
    assertThat(failures.messages()).isEmpty();
  }

  // G5 of the fault catalogue, in small.
  @Test
  void aThousandLoopsMadeAndClosedLeaveNoDescriptorAndNoThread() throws Exception {
    runOnce();
    long descriptors = Descriptors.count();
    int threads = Thread.activeCount();
    for (int i = 0; i < 1000; i++) {
      runOnce();
    }

    assertThat(Descriptors.count()).isEqualTo(descriptors);
    assertThat(Thread.activeCount()).isLessThanOrEqualTo(threads + 1);
  }

  private void runOnce() throws Exception {
    try (BaseEventLoop other = kind.newLoop()) {
      other.runUntilComplete(() -> Asyncio.sleep(Duration.ZERO));
    }
  }

  @Test
  void outcomesThatArriveAfterTheCloseAreDropped() throws Exception {
    var release = new CountDownLatch(1);
    var ran = new CountDownLatch(1);
    Future<Integer> job =
        loop.runInExecutor(
            null,
            () -> {
              release.await();
              ran.countDown();
              return 1;
            });
    loop.close();
    release.countDown();
    ran.await();

    assertThat(job.done()).isFalse();
    assertThat(failures.messages()).isEmpty();
  }

  // R-22, EL-15
  @Test
  void closeEndsWhileOtherThreadsGoOnPosting() throws Exception {
    var posting = new CountDownLatch(2);
    var refusals = new CopyOnWriteArrayList<String>();
    var threads = new ArrayList<Thread>();
    for (int i = 0; i < 2; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      while (true) {
                        loop.callSoonThreadsafe(() -> {});
                        posting.countDown();
                      }
                    } catch (IllegalStateException e) {
                      refusals.add(String.valueOf(e.getMessage()));
                    }
                  }));
    }
    posting.await();

    loop.close();

    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(refusals)
        .hasSize(2)
        .allSatisfy(text -> assertThat(text).startsWith("Event loop is closed: "));
  }
}
