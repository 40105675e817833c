// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.benchmarks;

import io.github.asyncio4j.AsyncGenerator;
import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.TaskGroup;
import io.github.asyncio4j.sync.Lock;
import io.github.asyncio4j.sync.Queue;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What it costs to use what is built on tasks and futures.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PrimitiveBenchmark {
  private static final int OPERATIONS = 10_000;
  private static final int GROUP = 10;
  private static final Duration HOUR = Duration.ofHours(1);

  private long ran;

  /// A group of ten tasks that do nothing; for each task.
  @Benchmark
  @OperationsPerInvocation(OPERATIONS)
  public long taskGroup(LoopState state) throws Exception {
    state.run(
        () -> {
          for (int i = 0; i < OPERATIONS / GROUP; i++) {
            new TaskGroup()
                .run(
                    group -> {
                      for (int j = 0; j < GROUP; j++) {
                        group.createTask(() -> ran++);
                      }
                    });
          }
        });
    return ran;
  }

  /// A deadline that does not pass, around one iteration of the loop.
  @Benchmark
  @OperationsPerInvocation(OPERATIONS)
  public void timeoutSleep(LoopState state) throws Exception {
    state.run(
        () -> {
          for (int i = 0; i < OPERATIONS; i++) {
            Asyncio.timeout(HOUR, () -> Asyncio.sleep(Duration.ZERO));
          }
        });
  }

  /// Two tasks that take turns at a lock.
  @Benchmark
  @OperationsPerInvocation(OPERATIONS)
  public long lockHandOver(LoopState state) throws Exception {
    state.run(
        () -> {
          var lock = new Lock();
          Task<?> other = state.loop.createTask(() -> takeTurns(lock));
          takeTurns(lock);
          other.await();
        });
    return ran;
  }

  private void takeTurns(Lock lock) {
    for (int i = 0; i < OPERATIONS / 2; i++) {
      try (var _ = lock.hold()) {
        ran++;
        Asyncio.sleep(Duration.ZERO);
      }
    }
  }

  /// A producer and a consumer of a queue for one item.
  @Benchmark
  @OperationsPerInvocation(OPERATIONS)
  public long queueOfOne(LoopState state) throws Exception {
    EventLoop loop = state.loop;
    state.run(
        () -> {
          var queue = new Queue<Integer>(1);
          Future<?> producer =
              loop.createTask(
                  () -> {
                    for (int i = 0; i < OPERATIONS; i++) {
                      queue.put(i);
                    }
                  });
          for (int i = 0; i < OPERATIONS; i++) {
            ran += queue.get();
          }
          producer.await();
        });
    return ran;
  }

  /// A generator whose body does nothing but yield.
  @Benchmark
  @OperationsPerInvocation(OPERATIONS)
  public long generatorYield(LoopState state) throws Exception {
    state.run(
        () ->
            consume(
                out -> {
                  for (int i = 0; i < OPERATIONS; i++) {
                    out.yield(i);
                  }
                }));
    return ran;
  }

  /// A generator whose body lets an iteration of the loop pass before each value.
  @Benchmark
  @OperationsPerInvocation(OPERATIONS)
  public long generatorSleep(LoopState state) throws Exception {
    state.run(
        () ->
            consume(
                out -> {
                  for (int i = 0; i < OPERATIONS; i++) {
                    Asyncio.sleep(Duration.ZERO);
                    out.yield(i);
                  }
                }));
    return ran;
  }

  private void consume(AsyncGenerator.Body<Integer> body) {
    try (var numbers = AsyncGenerator.of(body)) {
      for (int number : numbers) {
        ran += number;
      }
    }
  }
}
