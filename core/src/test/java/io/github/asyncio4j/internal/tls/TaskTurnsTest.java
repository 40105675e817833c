// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Context;
import io.github.asyncio4j.DelegatingEngine;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.TlsKit;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.ssl.SslEngineFactory;
import io.github.asyncio4j.ssl.SslEngineFactory.Side;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Who computes when, while the threads have more to do than they can.
final class TaskTurnsTest {
  private static final SslEngineFactory ENGINES = SslEngineFactory.of(TlsKit.client());

  private final CountDownLatch over = new CountDownLatch(1);
  private final CountDownLatch go = new CountDownLatch(1);
  // In the order in which the threads came to them.
  private final ConcurrentLinkedQueue<String> ran = new ConcurrentLinkedQueue<>();
  private final AtomicInteger released = new AtomicInteger();

  /// Leaves one thread, which waits for `go`: what it does then it does in order.
  @BeforeEach
  void leaveOneThread() throws Exception {
    int processors = TaskTurns.AT_A_TIME / 2;
    var waiting = new CountDownLatch(processors);
    for (int i = 0; i < processors; i++) {
      CountDownLatch until = i == 0 ? go : over;
      TaskTurns.THREADS.execute(
          () -> {
            waiting.countDown();
            await(until);
          });
    }
    waiting.await();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterEach
  void letAllThreadsGo() {
    go.countDown();
    over.countDown();
  }

  private static void run(VoidCoroutine body) throws Exception {
    try (var loop = LoopKind.EPOLL_LOOP_THREAD.newLoop()) {
      loop.runUntilComplete(() -> Asyncio.timeout(Duration.ofSeconds(60), body));
    }
  }

  /// An engine whose tasks are asked for in vain, which is noted.
  private final class Party {
    final DelegatedTasks tasks;

    Party(String name) {
      var engine =
          new DelegatingEngine(ENGINES.newEngine(Side.CLIENT, null, -1)) {
            @Override
            public @Nullable Runnable getDelegatedTask() {
              ran.add(name);
              return null;
            }
          };
      var factory =
          new SslEngineFactory() {
            @Override
            public javax.net.ssl.SSLEngine newEngine(Side side, @Nullable String host, int port) {
              throw new IllegalStateException("nobody asks");
            }

            @Override
            public void release(javax.net.ssl.SSLEngine engine) {
              released.incrementAndGet();
            }
          };
      tasks = new DelegatedTasks(Asyncio.getRunningLoop(), factory, engine);
    }

    Future<@Nullable Void> start() {
      Future<@Nullable Void> ended = Asyncio.getRunningLoop().createFuture();
      tasks.start(Context.copyContext(), _ -> ended.setResult(null));
      return ended;
    }
  }

  private List<Future<@Nullable Void>> startMany(String name, int count) {
    var all = new ArrayList<Future<@Nullable Void>>();
    for (int i = 0; i < count; i++) {
      all.add(new Party(name).start());
    }
    return all;
  }

  private static int waiting() {
    return TaskTurns.OF_LOOP.get(Asyncio.getRunningLoop()).waiting();
  }

  @Test
  void aLoopGivesTheThreadsAFewTasksAtATimeAndEachHasItsTurn() throws Exception {
    run(
        () -> {
          var all = startMany("one", 100);
          assertThat(waiting()).isEqualTo(100 - TaskTurns.AT_A_TIME);
          assertThat(ran).isEmpty();
          go.countDown();
          for (var each : all) {
            each.await();
          }
          assertThat(ran).hasSize(100);
          assertThat(waiting()).isZero();
        });
  }

  @Test
  void whoHasBegunGoesBeforeWhoHasNot() throws Exception {
    run(
        () -> {
          // One that has run before: the thread that is left lets it, then waits again.
          var begun = new Party("begun");
          go.countDown();
          begun.start().await();
          ran.clear();
          var again = new CountDownLatch(1);
          TaskTurns.THREADS.execute(() -> await(again));
          try {
            var all = startMany("at work", TaskTurns.AT_A_TIME);
            all.addAll(startMany("fresh", 2));
            all.add(begun.start());
            all.addAll(startMany("fresh", 1));
            again.countDown();
            for (var each : all) {
              each.await();
            }
            assertThat(List.copyOf(ran).subList(TaskTurns.AT_A_TIME, ran.size()))
                .containsExactly("begun", "fresh", "fresh", "fresh");
          } finally {
            again.countDown();
          }
        });
  }

  // C1: what nobody waits for any more.
  @Test
  void theEndOfAConnectionTakesItsTurnAway() throws Exception {
    run(
        () -> {
          var all = startMany("at work", TaskTurns.AT_A_TIME);
          var waiting = new Party("waiting");
          waiting.start();
          var last = new Party("last").start();
          assertThat(waiting.tasks.areRunning()).isTrue();

          waiting.tasks.release();
          waiting.tasks.release();

          assertThat(released.get()).isEqualTo(1);
          assertThat(waiting()).isEqualTo(1);
          go.countDown();
          for (var each : all) {
            each.await();
          }
          last.await();
          assertThat(ran).doesNotContain("waiting").contains("last");
          assertThat(released.get()).isEqualTo(1);
        });
  }

  @Test
  void aLoopWithManyClientsLeavesTurnsToAnother() throws Exception {
    run(
        () -> {
          var many = startMany("many", 100);
          var submitted = new CountDownLatch(1);
          var other =
              new Thread(
                  () -> {
                    try {
                      run(
                          () -> {
                            var only = new Party("only").start();
                            submitted.countDown();
                            only.await();
                          });
                    } catch (Exception e) {
                      ran.add(e.toString());
                    }
                  });
          other.start();
          submitted.await();
          go.countDown();
          for (var each : many) {
            each.await();
          }
          other.join();
          assertThat(List.copyOf(ran).indexOf("only")).isEqualTo(TaskTurns.AT_A_TIME);
        });
  }
}
