// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Threads of tasks that the JDK has left in a critical section, as it does where the stack ends
/// within one: they can be suspended all the same.
@ParameterizedClass
@EnumSource(
    value = LoopKind.class,
    names = {"EPOLL_LOOP_THREAD", "EPOLL_CALLBACK_THREAD", "NIO_LOOP_THREAD"})
final class PinnedThreadTest {
  private final BaseEventLoop loop;

  PinnedThreadTest(LoopKind kind) {
    this.loop = kind.newLoop();
  }

  @AfterEach
  void closeLoop() {
    loop.close();
  }

  private static void pin() throws ReflectiveOperationException {
    Method begin =
        Class.forName("java.lang.VirtualThread").getDeclaredMethod("disableSuspendAndPreempt");
    begin.setAccessible(true);
    begin.invoke(Thread.currentThread());
  }

  @Test
  void aPinnedTaskIsSuspendedByItsNextAwait() throws Exception {
    var log = new ArrayList<String>();
    loop.runUntilComplete(
        () -> {
          loop.callSoon(() -> log.add("loop"));
          pin();
          pin();
          Asyncio.sleep(Duration.ZERO);
          log.add("task");
          Asyncio.sleep(Duration.ofMillis(1));
        });
    assertThat(log).containsExactly("loop", "task");
  }

  // TK-10
  @Test
  void aPinnedTaskStartsAnotherEagerly() throws Exception {
    var log = new ArrayList<String>();
    loop.runUntilComplete(
        () -> {
          pin();
          Task<?> child =
              loop.createTask(() -> log.add("child"), TaskOptions.DEFAULT.eagerStart(true));
          log.add("task");
          child.await();
        });
    assertThat(log).containsExactly("child", "task");
  }

  @Test
  void aPinnedTaskThatGoesOnWhileItsLoopIsStoppedComesBackWhenThatRuns() throws Exception {
    var goOn = new CountDownLatch(1);
    var pinned = new CountDownLatch(1);
    Task<List<String>> task =
        loop.createTask(
            () -> {
              goOn.await();
              pin();
              pinned.countDown();
              Asyncio.sleep(Duration.ZERO);
              return List.of(Thread.currentThread().getName(), "came back");
            },
            TaskOptions.DEFAULT.name("pinned"));
    loop.runUntilComplete(() -> Asyncio.sleep(Duration.ZERO));
    goOn.countDown();
    pinned.await();

    assertThat(loop.runUntilComplete(task)).containsExactly("pinned", "came back");
  }

  // What leaves it so. Linking at the end of the stack does too, once in some thousand times.
  @Test
  void aTaskThatIsInterruptedAtTheEndOfItsStackAwaitsAsBefore() throws Exception {
    for (int round = 0; round < 100; round++) {
      int shift = round % 20;
      List<String> log = loop.runUntilComplete(() -> interruptedWhereTheStackEnds(shift));
      assertThat(log).containsExactly("overflow", "awaited");
    }
  }

  private List<String> interruptedWhereTheStackEnds(int shift) throws Exception {
    var log = new ArrayList<String>();
    try {
      shifted(shift, new int[] {20});
    } catch (StackOverflowError e) {
      log.add("overflow");
    }
    Thread.interrupted();
    Future<String> future = loop.createFuture();
    loop.callSoon(() -> future.setResult("awaited"));
    log.add(future.await());
    return log;
  }

  // The stack ends in other places each time.
  private static void shifted(int frames, int[] left) {
    if (frames > 0) {
      shifted(frames - 1, left);
    } else {
      interruptedOnTheWayBack(left);
    }
  }

  @SuppressWarnings("InfiniteRecursion") // until the stack ends
  private static void interruptedOnTheWayBack(int[] left) {
    try {
      interruptedOnTheWayBack(left);
    } catch (StackOverflowError e) {
      if (left[0]-- > 0) {
        Thread.currentThread().interrupt();
        Thread.interrupted();
      }
      throw e;
    }
  }
}
