// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.ChildJvm;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whoever waits is woken wherever the memory ends on the way: what is to wake them does not fail
/// half-way, or is done again, or they are told that there is none.
final class ScarceMemoryTest {
  @TempDir private Path directory;

  private List<String> found(List<String> flags, int times) throws Exception {
    return ChildJvm.run(directory, flags, ScarceMemory.class, String.valueOf(times)).output();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 10})
  void nobodyIsLeftWaitingWhereverTheMemoryEndsOnTheLoopsOwnThread(int times) throws Exception {
    assertThat(found(ChildJvm.GRANTED, times)).containsExactly("searched");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 10})
  void nobodyIsLeftWaitingWhereverTheMemoryEndsOnTheBaton(int times) throws Exception {
    assertThat(found(List.of("-Dio.github.asyncio4j.engine=baton"), times))
        .containsExactly("searched");
  }
}
