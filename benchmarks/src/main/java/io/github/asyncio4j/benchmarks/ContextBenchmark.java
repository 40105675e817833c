// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.benchmarks;

import io.github.asyncio4j.Context;
import io.github.asyncio4j.ContextVar;
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
import org.openjdk.jmh.infra.Blackhole;

/// What it costs to copy the current context, which every callback and task without one of its own
/// does.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ContextBenchmark {
  private static final int VARIABLES = 10;

  /// With ten variables set, inside a task.
  @Benchmark
  @OperationsPerInvocation(Waves.OPERATIONS)
  public void copyContext(LoopState state, Blackhole blackhole) throws Exception {
    state.run(
        () -> {
          for (int i = 0; i < VARIABLES; i++) {
            ContextVar.<Integer>of("v" + i).set(i);
          }
          for (int i = 0; i < Waves.OPERATIONS; i++) {
            blackhole.consume(Context.copyContext());
          }
        });
  }
}
