// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.benchmarks;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.VoidCoroutine;
import java.io.IOException;
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

/// What it costs to suspend a task, and to make one.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TaskBenchmark {
  private static final int OPERATIONS = 10_000;

  private long ran;

  /// A future that a callback completes: two iterations of the loop and one suspension.
  @Benchmark
  @OperationsPerInvocation(OPERATIONS)
  public void futureRoundTrip(LoopState state) throws Exception {
    EventLoop loop = state.loop;
    state.run(
        () -> {
          for (int i = 0; i < OPERATIONS; i++) {
            Future<Boolean> future = loop.createFuture();
            loop.callSoon(() -> future.setResult(true));
            future.await();
          }
        });
  }

  /// A task that is awaited at once.
  @Benchmark
  @OperationsPerInvocation(OPERATIONS)
  public long createTaskAwait(LoopState state) throws Exception {
    EventLoop loop = state.loop;
    state.run(
        () -> {
          for (int i = 0; i < OPERATIONS; i++) {
            loop.createTask(() -> ran++).await();
          }
        });
    return ran;
  }

  /// A task that fails and is awaited at once: the exception is made, and gets the frames of both.
  @Benchmark
  @OperationsPerInvocation(OPERATIONS)
  public long failedTaskAwait(LoopState state) throws Exception {
    EventLoop loop = state.loop;
    state.run(
        () -> {
          for (int i = 0; i < OPERATIONS; i++) {
            try {
              loop.createTask((VoidCoroutine) TaskBenchmark::fail).await();
            } catch (IOException e) {
              ran++;
            }
          }
        });
    return ran;
  }

  private static void fail() throws IOException {
    throw new IOException("refused");
  }

  /// A thousand tasks, of which the last one is awaited: they run in the order they were made.
  @Benchmark
  @OperationsPerInvocation(OPERATIONS)
  public long createTaskBatch(LoopState state) throws Exception {
    EventLoop loop = state.loop;
    state.run(
        () -> {
          for (int i = 0; i < OPERATIONS / Waves.SIZE; i++) {
            for (int j = 1; j < Waves.SIZE; j++) {
              loop.createTask(() -> ran++);
            }
            loop.createTask(() -> ran++).await();
          }
        });
    return ran;
  }
}
