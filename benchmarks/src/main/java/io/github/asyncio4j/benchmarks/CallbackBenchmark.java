// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.benchmarks;

import io.github.asyncio4j.EventLoop;
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

/// What it costs to schedule a callback and to run it.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CallbackBenchmark {
  private long ran;
  private final Runnable callback = this::count;

  /// From the loop's own thread.
  @Benchmark
  @OperationsPerInvocation(Waves.OPERATIONS)
  public long callSoon(LoopState state) throws Exception {
    EventLoop loop = state.loop;
    state.run(
        () ->
            Waves.ofCallbacks(
                loop,
                () -> {
                  for (int i = 0; i < Waves.SIZE; i++) {
                    loop.callSoon(callback);
                  }
                }));
    return ran;
  }

  /// From another thread, while the loop takes what is there: wake-ups are part of the cost.
  @Benchmark
  @OperationsPerInvocation(Waves.OPERATIONS)
  public long callSoonThreadsafe(LoopState state) throws Exception {
    EventLoop loop = state.loop;
    state.run(
        () -> {
          var done = loop.<Boolean>createFuture();
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 0; i < Waves.OPERATIONS; i++) {
                      loop.callSoonThreadsafe(callback);
                    }
                    loop.callSoonThreadsafe(() -> done.setResult(true));
                  });
          done.await();
        });
    return ran;
  }

  private void count() {
    ran++;
  }
}
