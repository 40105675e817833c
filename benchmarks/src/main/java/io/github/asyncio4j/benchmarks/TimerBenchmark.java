// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.benchmarks;

import io.github.asyncio4j.EventLoop;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What a timer costs, alone and among a million others that are pending.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TimerBenchmark {
  @Param({"0", "1000000"})
  public int pending;

  private final Duration[] delays = new Duration[Waves.SIZE];
  private long ran;
  private final Runnable callback = this::count;

  /// Fills the loop with timers that stay pending for all of the measurement.
  @Setup(Level.Trial)
  public void fill(LoopState state) throws Exception {
    var random = new Random(1);
    for (int i = 0; i < delays.length; i++) {
      delays[i] = Duration.ofSeconds(3600 + random.nextInt(3600));
    }
    state.run(
        () -> {
          for (int i = 0; i < pending; i++) {
            state.loop.callLater(
                Duration.ofMillis(3_600_000 + random.nextInt(3_600_000)), callback);
          }
        });
  }

  /// Schedules a timer and cancels it, as a timeout that is not needed.
  @Benchmark
  @OperationsPerInvocation(Waves.OPERATIONS)
  public long callLaterCancel(LoopState state) throws Exception {
    EventLoop loop = state.loop;
    state.run(
        () ->
            Waves.ofCallbacks(
                loop,
                () -> {
                  for (Duration delay : delays) {
                    loop.callLater(delay, callback).cancel();
                  }
                }));
    return ran;
  }

  /// Schedules a timer that is due at once, and runs it.
  @Benchmark
  @OperationsPerInvocation(Waves.OPERATIONS)
  public long callLaterFire(LoopState state) throws Exception {
    EventLoop loop = state.loop;
    state.run(
        () ->
            Waves.ofTimers(
                loop,
                () -> {
                  for (int i = 0; i < Waves.SIZE; i++) {
                    loop.callLater(Duration.ZERO, callback);
                  }
                }));
    return ran;
  }

  private void count() {
    ran++;
  }
}
