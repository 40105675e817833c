// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.selector.Pollable;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Engine.class)
final class TestLoopTest {
  private final Engine engine;
  private final TestLoop loop;
  private final List<String> log = new ArrayList<>();

  TestLoopTest(Engine engine) {
    this.engine = engine;
    this.loop = engine.newLoop(0);
  }

  @AfterEach
  void closeLoop() {
    loop.setExceptionHandler((l, context) -> {});
    loop.close();
  }

  private static Duration seconds(long seconds) {
    return Duration.ofSeconds(seconds);
  }

  // Time.

  @Test
  void theClockStartsAtZeroAndJumpsToEachTimerInTurn() throws Exception {
    assertThat(loop.time()).isZero();

    loop.runUntilComplete(
        () -> {
          Asyncio.sleep(Duration.ofDays(400));
          log.add("slept until " + loop.time());
          Asyncio.sleep(Duration.ofNanos(1));
          log.add("slept until " + loop.time());
        });

    long days = Duration.ofDays(400).toNanos();
    assertThat(log).containsExactly("slept until " + days, "slept until " + (days + 1));
  }

  @Test
  void aTimeoutOfAnHourTakesNoTime() {
    long start = System.nanoTime();

    assertThatThrownBy(
            () ->
                loop.runUntilComplete(
                    () -> Asyncio.waitFor(loop.<Integer>createFuture(), Duration.ofHours(1))))
        .isInstanceOf(TimeoutException.class);

    assertThat(Duration.ofNanos(loop.time())).isEqualTo(Duration.ofHours(1));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(seconds(1800));
  }

  @Test
  void theClockStandsStillWhileAnythingIsReady() throws Exception {
    loop.callLater(seconds(1), () -> log.add("timer"));

    loop.runUntilComplete(
        () -> {
          for (int i = 0; i < 1000; i++) {
            Asyncio.sleep(Duration.ZERO);
          }
        });

    assertThat(loop.time()).isZero();
    assertThat(log).isEmpty();
  }

  @Test
  void advanceFiresWhatIsDueByThenAndStopsTheClockThere() {
    loop.callLater(seconds(1), () -> log.add("1 at " + loop.time() / 1_000_000_000));
    loop.callLater(seconds(3), () -> log.add("3 at " + loop.time() / 1_000_000_000));
    loop.callLater(seconds(4), () -> log.add("4"));

    loop.advance(seconds(3));

    assertThat(log).containsExactly("1 at 1", "3 at 3");
    assertThat(Duration.ofNanos(loop.time())).isEqualTo(seconds(3));

    loop.advance(Duration.ofMillis(999));
    assertThat(log).hasSize(2);
    loop.advance(Duration.ofMillis(1));
    assertThat(log).endsWith("4");
  }

  @Test
  void runUntilIdleRunsWhatIsReadyAndLeavesTheClockAlone() {
    loop.callLater(seconds(1), () -> log.add("timer"));
    loop.callSoon(() -> loop.callSoon(() -> loop.callSoon(() -> log.add("third iteration"))));

    loop.runUntilIdle();

    assertThat(log).containsExactly("third iteration");
    assertThat(loop.time()).isZero();
  }

  @Test
  void anIdleLoopIsNoDeadlockWhileItIsAdvanced() {
    loop.createTask(() -> loop.createFuture().await());

    loop.runUntilIdle();
    loop.advance(Duration.ofDays(1));

    assertThat(loop.pendingTasks()).hasSize(1);
  }

  @Test
  void aDurationBelowZeroIsRefused() {
    assertThatThrownBy(() -> loop.advance(Duration.ofNanos(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PT-0.000000001S");
  }

  // Other threads.

  @Test
  void aCallInAnExecutorIsWaitedForReallyAndTakesNoVirtualTime() throws Exception {
    var mayEnd = new CountDownLatch(1);
    Thread.ofPlatform().start(mayEnd::countDown);

    String result =
        loop.runUntilComplete(
            () ->
                Asyncio.waitFor(
                    loop.runInExecutor(
                        null,
                        () -> {
                          mayEnd.await();
                          return "done";
                        }),
                    Duration.ofMillis(1)));

    assertThat(result).isEqualTo("done");
    assertThat(loop.time()).isZero();
  }

  @Test
  void aCallThatWasCancelledBeforeItStartedIsNotWaitedFor() throws Exception {
    try (var executor = Executors.newSingleThreadExecutor()) {
      var release = new CountDownLatch(1);
      executor.execute(() -> awaitQuietly(release));

      loop.runUntilComplete(
          () -> {
            Future<Integer> never = loop.runInExecutor(executor, () -> 1);
            never.cancel();
            Asyncio.sleep(seconds(5));
          });

      assertThat(Duration.ofNanos(loop.time())).isEqualTo(seconds(5));
      release.countDown();
    }
  }

  @Test
  void theEndOfTheDefaultExecutorIsWaitedFor() throws Exception {
    loop.runUntilComplete(
        () -> {
          loop.runInExecutor(null, () -> 1).await();
          loop.shutdownDefaultExecutor(Duration.ofMinutes(1));
        });

    assertThat(loop.time()).isZero();
  }

  @Test
  void outsideWorkKeepsTheClockUntilItIsClosed() throws Exception {
    String result =
        loop.runUntilComplete(
            () -> {
              Future<String> future = loop.createFuture();
              var work = loop.outsideWork();
              Thread.ofPlatform()
                  .start(
                      () -> {
                        loop.callSoonThreadsafe(() -> future.setResult("posted"));
                        work.close();
                      });
              return Asyncio.waitFor(future, Duration.ofMillis(1));
            });

    assertThat(result).isEqualTo("posted");
    assertThat(loop.time()).isZero();
  }

  @Test
  void whatIsPostedByAnUnknownThreadBeforeTheLoopRunsIsNoDeadlock() throws Exception {
    Future<String> future = loop.createFuture();
    Thread.ofPlatform()
        .start(() -> loop.callSoonThreadsafe(() -> future.setResult("posted")))
        .join();

    assertThat(loop.runUntilComplete(future)).isEqualTo("posted");
  }

  @Test
  void workThatEndsAfterTheSelectorHasLookedIsNeitherADeadlockNorJumpedOver() {
    for (long timeout : new long[] {-1, seconds(3600).toNanos()}) {
      // What the selector calls when it has seen no wake-up; this one comes a moment later.
      loop.outsideWork().close();
      loop.idle(timeout);
      assertThat(loop.time()).isZero();
    }

    assertThatThrownBy(() -> loop.idle(-1)).isInstanceOf(DeadlockError.class);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // Deadlock.

  @Test
  void aDeadlockEndsTheRunAndNamesEachTaskAndItsPlace() {
    assertThatThrownBy(
            () ->
                loop.runUntilComplete(
                    () -> {
                      loop.createTask(this::waitsForNobody, "worker");
                      loop.createFuture().await();
                    }))
        .isInstanceOf(DeadlockError.class)
        .hasMessageContaining("deadlock")
        .hasMessageContaining("seed=0")
        .hasMessageContaining("pending tasks: 2")
        .hasMessageContaining("name='worker'")
        .hasMessageContaining("TestLoopTest.waitsForNobody(TestLoopTest.java:");
  }

  private void waitsForNobody() throws Exception {
    loop.createFuture().await();
  }

  @Test
  void theTasksOfADeadlockCanStillBeLookedAt() {
    Task<?> task = loop.createTask(this::waitsForNobody);

    assertThatThrownBy(loop::runForever).isInstanceOf(DeadlockError.class);

    assertThat(task.done()).isFalse();
    assertThat(loop.pendingTasks()).containsExactly(task);
    assertThat(loop.isRunning()).isFalse();
  }

  // Seeds.

  @Test
  void withSeedZeroTimersOfOneInstantKeepTheirOrder() {
    assertThat(orderOfTimers(0)).isEqualTo(IntStream.range(0, 10).boxed().toList());
  }

  @Test
  void otherSeedsTryOtherOrdersAndRepeatThem() {
    var orders = new HashSet<List<Integer>>();
    for (long seed = 1; seed <= 50; seed++) {
      List<Integer> order = orderOfTimers(seed);
      assertThat(order).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
      assertThat(orderOfTimers(seed)).isEqualTo(order);
      orders.add(order);
    }

    assertThat(orders).hasSizeGreaterThan(40);
  }

  private List<Integer> orderOfTimers(long seed) {
    var order = new ArrayList<Integer>();
    try (var seeded = engine.newLoop(seed)) {
      for (int i = 0; i < 10; i++) {
        int number = i;
        seeded.callAt(1000, () -> order.add(number));
      }
      seeded.callAt(999, () -> assertThat(order).isEmpty());
      seeded.advance(Duration.ofSeconds(1));
    }
    return order;
  }

  @Test
  void noSeedChangesTheOrderOfCallSoon() {
    for (long seed = 0; seed < 20; seed++) {
      var order = new ArrayList<Integer>();
      try (var seeded = engine.newLoop(seed)) {
        for (int i = 0; i < 10; i++) {
          int number = i;
          seeded.callSoon(() -> order.add(number));
        }
        seeded.runUntilIdle();
      }
      assertThat(order).isSorted().hasSize(10);
    }
  }

  @Test
  void cancelledTimersOfAnInstantDoNotCountInAChoice() {
    try (var seeded = engine.newLoop(3)) {
      seeded.callAt(5, () -> log.add("a"));
      seeded.callAt(5, () -> log.add("b")).cancel();
      seeded.callAt(5, () -> log.add("c"));
      seeded.advance(Duration.ofNanos(5));
    }

    assertThat(log).containsExactlyInAnyOrder("a", "c");
  }

  // What there is not.

  @Test
  void whatNeedsADescriptorIsRefusedWithAWord() throws Exception {
    assertThatThrownBy(() -> loop.addReader(Pollable.of(0), () -> {}))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("SelectorEventLoop");
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Socket socket = Socket.open(StandardProtocolFamily.INET, SocketType.STREAM);
      socket.connect(server.getLocalSocketAddress());
      loop.runUntilComplete(
          () ->
              assertThatThrownBy(
                      () ->
                          loop.createConnection(
                              () -> new Protocol() {}, ConnectionOptions.DEFAULT.sock(socket)))
                  .isInstanceOf(UnsupportedOperationException.class)
                  .hasMessageContaining("SelectorEventLoop"));
      assertThat(socket.isOpen()).isFalse();
    }
  }

  @Test
  void socketsOfItsNetworkServeAndConnect() throws Exception {
    Socket listener = loop.network().open(StandardProtocolFamily.INET, SocketType.STREAM);
    listener.bind(new InetSocketAddress(InetAddress.ofLiteral("10.0.0.9"), 80));
    Socket client = loop.network().open(StandardProtocolFamily.INET, SocketType.STREAM);
    List<String> log = new ArrayList<>();
    loop.runUntilComplete(
        () -> {
          Server server =
              loop.createServer(
                  () ->
                      new Protocol() {
                        @Override
                        public void dataReceived(ByteBuffer data) {
                          log.add("received " + data.remaining());
                        }
                      },
                  ServerOptions.DEFAULT.sock(listener));
          client.connect(Objects.requireNonNull(listener.getsockname()));
          Asyncio.sleep(Duration.ofSeconds(1));
          assertThat(client.finishConnect()).isTrue();
          Transport transport =
              loop.createConnection(() -> new Protocol() {}, ConnectionOptions.DEFAULT.sock(client))
                  .transport();
          transport.write(new byte[5]);
          Asyncio.sleep(Duration.ofSeconds(1));
          transport.close();
          server.close();
          server.waitClosed();
        });
    assertThat(log).containsExactly("received 5");
  }
}
