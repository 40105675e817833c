// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.asyncio4j.flow.Publishers;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What is done does not keep what it has captured, though the program keeps it.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class DoneKeepsNothingTest {
  /// Something large that a body or a callback captures.
  static final class Load {
    int size() {
      return 1;
    }
  }

  /// Captures a load, ends, and returns what a program might keep. In a task.
  @FunctionalInterface
  interface Keep {
    Object of(EventLoop loop, Load load) throws Exception;
  }

  private static final Map<String, Keep> KEPT = new TreeMap<>();

  private final BaseEventLoop loop;

  DoneKeepsNothingTest(LoopKind kind) {
    this.loop = kind.newLoop();
  }

  @AfterEach
  void closeLoop() {
    loop.close();
  }

  private static void pass() {
    Asyncio.sleep(Duration.ZERO);
  }

  private static Task<?> ended(Task<?> task) {
    Asyncio.wait(List.of(task));
    if (!task.cancelled()) {
      task.exception();
    }
    return task;
  }

  static {
    KEPT.put(
        "a task",
        (loop, load) ->
            ended(
                Asyncio.createTask(
                    () -> {
                      pass();
                      return load.size();
                    })));
    KEPT.put(
        "a task that never suspended",
        (loop, load) -> ended(Asyncio.createTask(() -> load.size())));
    KEPT.put(
        "an eager task",
        (loop, load) ->
            ended(
                Asyncio.createTask(
                    () -> {
                      pass();
                      return load.size();
                    },
                    TaskOptions.DEFAULT.eagerStart(true))));
    KEPT.put(
        "a task that owns",
        (loop, load) -> ended(Asyncio.createTask(() -> 1, TaskOptions.DEFAULT.owns(load::size))));
    KEPT.put(
        "a task that failed",
        (loop, load) ->
            ended(
                Asyncio.createTask(
                    () -> {
                      pass();
                      throw new IllegalStateException("size " + load.size());
                    })));
    KEPT.put(
        "a task that was cancelled",
        (loop, load) -> {
          Task<?> task =
              Asyncio.createTask(
                  () -> {
                    Asyncio.sleep(Duration.ofHours(1));
                    return load.size();
                  });
          pass();
          task.cancel();
          return ended(task);
        });
    KEPT.put(
        "a task that was cancelled before it started",
        (loop, load) -> {
          Task<?> task = Asyncio.createTask(() -> load.size());
          task.cancel();
          return ended(task);
        });
    KEPT.put(
        "the task of an executor's call",
        (loop, load) -> ended(Asyncio.createTask(() -> Asyncio.toThread(() -> load.size()))));
    KEPT.put(
        "the future of an executor's call",
        (loop, load) -> {
          var future = loop.runInExecutor(null, load::size);
          future.await();
          return future;
        });
    KEPT.put(
        "a call that was cancelled in the executor's queue",
        (loop, load) -> {
          var queue = new LinkedBlockingQueue<Runnable>();
          var future = loop.runInExecutor(queue::add, load::size);
          future.cancel();
          pass();
          return queue;
        });
    KEPT.put(
        "a gathering that has failed",
        (loop, load) -> {
          Future<Load> other = loop.createFuture();
          Future<Load> failing = loop.createFuture();
          Future<?> outer = Asyncio.gather(other, failing);
          failing.setException(new IllegalStateException("failed"));
          pass();
          assertThat(outer.exception()).hasMessage("failed");
          other.setResult(load);
          pass();
          return outer;
        });
    KEPT.put(
        "a timer that has fired",
        (loop, load) -> {
          Handle timer = loop.callLater(Duration.ofNanos(1), load::size);
          Asyncio.sleep(Duration.ofMillis(2));
          pass();
          assertThat(timer.cancelled()).isFalse();
          assertThat(timer.toString()).contains("DoneKeepsNothingTest");
          return timer;
        });
    KEPT.put(
        "a timer that was cancelled",
        (loop, load) -> {
          Handle timer = loop.callLater(Duration.ofHours(1), load::size);
          timer.cancel();
          return timer;
        });
    KEPT.put(
        "a callback that was cancelled",
        (loop, load) -> {
          Handle handle = loop.callSoon(load::size);
          handle.cancel();
          return handle;
        });
    KEPT.put(
        "a future whose callback has run",
        (loop, load) -> {
          Future<String> future = loop.createFuture();
          future.addDoneCallback(f -> load.size());
          future.setResult("");
          pass();
          return future;
        });
    KEPT.put(
        "a deadline",
        (loop, load) -> {
          var seen = new ArrayList<Object>();
          Asyncio.timeout(
              Duration.ofHours(1),
              timeout -> {
                seen.add(timeout);
                return load.size();
              });
          return seen;
        });
    KEPT.put(
        "a group",
        (loop, load) -> {
          var group = new TaskGroup();
          group.run(
              (TaskGroup g) -> {
                g.createTask(() -> load.size());
              });
          return group;
        });
    KEPT.put(
        "a generator that is exhausted",
        (loop, load) -> {
          var generator = AsyncGenerator.<Integer>of(out -> out.yield(load.size()));
          for (int size : generator) {
            assertThat(size).isEqualTo(1);
          }
          return generator;
        });
    KEPT.put(
        "a generator that was closed before it started",
        (loop, load) -> {
          var generator = AsyncGenerator.<Integer>of(out -> out.yield(load.size()));
          generator.close();
          return generator;
        });
    KEPT.put(
        "a subscription that is over",
        (loop, load) -> {
          var subscription = new CompletableFuture<Flow.Subscription>();
          var over = new CompletableFuture<Object>();
          Publishers.<Integer>ofGenerators(
                  loop, () -> AsyncGenerator.of(out -> out.yield(load.size())))
              .subscribe(new Last(subscription, over));
          Future.await(over);
          pass();
          return Objects.requireNonNull(subscription.join());
        });
  }

  /// Asks for everything and tells of the end.
  private record Last(
      CompletableFuture<Flow.Subscription> subscription, CompletableFuture<Object> over)
      implements Flow.Subscriber<Integer> {
    @Override
    public void onSubscribe(Flow.Subscription s) {
      subscription.complete(s);
      s.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(Integer item) {}

    @Override
    public void onError(Throwable failure) {
      over.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      over.complete("");
    }
  }

  static List<String> kept() {
    return List.copyOf(KEPT.keySet());
  }

  private static Object keep(EventLoop loop, String what, List<WeakReference<Load>> loads)
      throws Exception {
    var load = new Load();
    loads.add(new WeakReference<>(load));
    return Objects.requireNonNull(KEPT.get(what)).of(loop, load);
  }

  @ParameterizedTest
  @MethodSource("kept")
  void whatIsKept(String what) throws Exception {
    loop.runUntilComplete(
        () -> {
          var loads = new ArrayList<WeakReference<Load>>();
          var kept = new ArrayList<Object>();
          Task<?> making = Asyncio.createTask(() -> kept.add(keep(loop, what, loads)));
          making.await();
          // One collection is enough where nothing holds it.
          for (int i = 0; i < 100 && loads.getFirst().get() != null; i++) {
            System.gc();
            Asyncio.sleep(Duration.ofMillis(1));
          }
          assertThat(loads.getFirst().get()).isNull();
          assertThat(kept).hasSize(1);
        });
  }

  // TK-01
  @Test
  void theBodyOfADoneTaskIsNamedAndDoesNotRunAgain() throws Exception {
    loop.runUntilComplete(
        () -> {
          Coroutine<String> body = () -> "result";
          Task<String> task = loop.createTask(body);
          assertThat(task.getCoro()).isSameAs(body);
          String before = task.toString();

          task.await();

          assertThat(task.toString()).contains("coro=<DoneKeepsNothingTest.lambda()>");
          assertThat(before).contains("coro=<DoneKeepsNothingTest.lambda()>");
          assertThat(task.getCoro()).hasToString("<ended DoneKeepsNothingTest.lambda()>");
          assertThatIllegalStateException()
              .isThrownBy(() -> task.getCoro().run())
              .withMessageContaining("cannot run again");
        });
  }
}
