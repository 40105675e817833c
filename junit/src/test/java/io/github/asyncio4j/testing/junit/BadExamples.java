// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing.junit;

import io.github.asyncio4j.AsyncGenerator;
import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.testing.TestLoop;
import io.github.asyncio4j.transport.DatagramProtocol;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Run by [AsyncioExtensionTest], which looks at how each of them fails.
@ExtendWith(AsyncioExtension.class)
final class BadExamples {
  // Keeps what a test leaves behind from being collected.
  private final List<Object> kept = new ArrayList<>();

  @AsyncioTest
  void failsItself(EventLoop loop) {
    loop.createTask(() -> waitsForNobody(loop), "worthless beside the exception");
    throw new IllegalStateException("own");
  }

  @AsyncioTest
  void leaksATask(EventLoop loop) {
    loop.createTask(() -> waitsForNobody(loop), "forgotten");
    Asyncio.sleep(Duration.ofSeconds(1));
  }

  private static void waitsForNobody(EventLoop loop) throws Exception {
    loop.createFuture().await();
  }

  @Test
  void leaksATaskBesideTheLoop(TestLoop loop) {
    loop.createTask(() -> waitsForNobody(loop), "forgotten");
  }

  @AsyncioTest
  void leaksAGenerator() throws Exception {
    var generator =
        AsyncGenerator.<Integer>of(
            out -> {
              out.yield(1);
              out.yield(2);
            });
    generator.anext();
    kept.add(generator);
  }

  @AsyncioTest
  @AsyncioOptions(clock = AsyncioOptions.Clock.REAL)
  void leaksATaskOnARealLoop(EventLoop loop) {
    loop.createTask(() -> waitsForNobody(loop), "forgotten");
  }

  @AsyncioTest
  void leaksAServer() throws Exception {
    kept.add(Asyncio.startServer((_, writer) -> writer.close(), "shop.test", 80));
  }

  @AsyncioTest
  void leaksAConnection() throws Exception {
    try (var server = Asyncio.startServer((_, writer) -> writer.close(), "shop.test", 80)) {
      kept.add(Asyncio.openConnection("shop.test", server.port()));
    }
    Asyncio.sleep(Duration.ofSeconds(1));
  }

  @AsyncioTest
  void leaksAnEndpoint(EventLoop loop) throws Exception {
    kept.add(
        loop.createDatagramEndpoint(
            () -> new DatagramProtocol() {},
            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 5353),
            null));
  }

  @AsyncioTest
  void failsInACallback(EventLoop loop) {
    loop.callSoon(
        () -> {
          throw new IllegalArgumentException("nobody sees me");
        });
  }

  @AsyncioTest
  @SuppressWarnings("try") // closed early, to wait for the end of what it serves
  void assertsInAHandler() throws Exception {
    try (var server =
        Asyncio.startServer(
            (reader, writer) -> {
              throw new AssertionError("not what was sent");
            },
            "test",
            80)) {
      try (var client = Asyncio.openConnection("test", 80)) {
        client.reader().read();
      }
      server.close();
      server.waitClosed();
    }
  }

  @AsyncioTest
  void neverAsksATaskForItsFailure(EventLoop loop) {
    kept.add(
        loop.createTask(
            () -> {
              throw new IllegalArgumentException("nobody asks");
            }));
  }

  @AsyncioTest
  void sleepsInTheJdk() throws Exception {
    Thread.sleep(1);
  }

  @AsyncioTest
  @AsyncioOptions(clock = AsyncioOptions.Clock.REAL)
  void sleepsInTheJdkOnARealLoop() throws Exception {
    Thread.sleep(1);
  }

  @AsyncioTest
  void deadlocks(EventLoop loop) throws Exception {
    loop.createFuture().await();
  }

  @AsyncioTest
  @AsyncioOptions(clock = AsyncioOptions.Clock.REAL)
  void asksARealLoopForItsTestLoop(TestLoop loop) {
    kept.add(loop);
  }

  @AsyncioTest
  @AsyncioOptions(clock = AsyncioOptions.Clock.REAL, limitSeconds = 1)
  void waitsForEver(EventLoop loop) throws Exception {
    loop.createTask(() -> waitsForNobody(loop), "child");
    loop.createFuture().await();
  }

  @AsyncioTest
  @AsyncioOptions(limitSeconds = 1)
  void yieldsForEver() {
    while (true) {
      Asyncio.sleep(Duration.ZERO);
    }
  }

  @AsyncioTest
  @AsyncioOptions(limitSeconds = 1)
  void cannotBeCancelled() {
    while (true) {
      try {
        Asyncio.sleep(Duration.ZERO);
      } catch (CancelledError e) {
        kept.clear();
        kept.add(e);
      }
    }
  }

  @AsyncioTest
  @AsyncioOptions(clock = AsyncioOptions.Clock.REAL, limitSeconds = 1)
  void blocksTheLoopInACallback(EventLoop loop) throws Exception {
    loop.callSoon(BadExamples::blocks);
    loop.createFuture().await();
  }

  private static void blocks() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  @AsyncioTest
  @AsyncioOptions(limitSeconds = 1)
  void keepsTheThreadBusy() {
    while (!Thread.currentThread().isInterrupted()) {
      Thread.onSpinWait();
    }
  }

  @AsyncioTest
  @AsyncioOptions(limitSeconds = 1)
  void leaksATaskThatYieldsForEver(EventLoop loop) {
    loop.createTask(this::yieldsForEver, "forgotten");
  }

  @Test
  @AsyncioOptions(clock = AsyncioOptions.Clock.REAL, limitSeconds = 1)
  void runsForEverBesideTheLoop(EventLoop loop) {
    loop.createTask(() -> waitsForNobody(loop), "forgotten");
    loop.runForever();
  }

  @AsyncioTest
  @AsyncioOptions(limitSeconds = -1)
  void hasALimitBelowZero(EventLoop loop) {
    kept.add(loop);
  }

  @AsyncioTest
  void failsInAGroup() throws Exception {
    Asyncio.taskGroup(
        group -> {
          group.createTask(() -> failsAfter(1));
        });
  }

  @AsyncioTest
  void failsTwiceInAGroup() throws Exception {
    Asyncio.taskGroup(
        group -> {
          group.createTask(() -> failsAfter(0));
          group.createTask(() -> failsAfter(0));
        });
  }

  @AsyncioTest
  void isAbortedInAGroup() throws Exception {
    Asyncio.taskGroup(
        group -> {
          group.createTask(() -> Assumptions.abort("not here"));
        });
  }

  @AsyncioTest
  void hasAnErrorInAGroup() throws Exception {
    Asyncio.taskGroup(
        group -> {
          group.createTask(() -> failsAfter(0));
          group.createTask(
              () -> {
                throw new IllegalStateException("no assertion");
              });
        });
  }

  private static void failsAfter(int seconds) {
    Asyncio.sleep(Duration.ofSeconds(seconds));
    throw new AssertionError("after " + seconds);
  }

  @SeededTest(4)
  void failsWithSeedsAboveThree(@Seed long seed) {
    if (seed > 3) {
      throw new IllegalStateException("more than three");
    }
  }

  @SeededTest(1)
  void leaksUnderASeed(EventLoop loop) {
    loop.createTask(() -> waitsForNobody(loop), "forgotten");
  }
}
