// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.loop.ConnectionContextContract;
import java.util.Arrays;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// With seeds too: what is long under way may arrive after the client's protocol is joined.
@ParameterizedClass
@MethodSource("enginesAndSeeds")
final class MemoryContextTest extends ConnectionContextContract {
  private final Engine engine;
  private final long seed;

  MemoryContextTest(Engine engine, long seed) {
    this.engine = engine;
    this.seed = seed;
  }

  static Stream<Arguments> enginesAndSeeds() {
    return Arrays.stream(Engine.values())
        .flatMap(engine -> LongStream.range(0, 8).mapToObj(seed -> Arguments.of(engine, seed)));
  }

  @Override
  protected EventLoop newLoop() {
    return engine.newLoop(seed);
  }
}
