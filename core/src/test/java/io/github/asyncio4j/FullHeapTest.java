// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The end of a task, or of a call in an executor, that finds the heap full: whoever awaits it is
/// told when there is memory again. Each case is a JVM of its own.
final class FullHeapTest {
  @TempDir private Path directory;

  private List<String> outputOf(List<String> flags, String how) throws Exception {
    var small = new ArrayList<>(flags);
    small.add("-Xmx32m");
    return ChildJvm.run(directory, small, FullHeapProgram.class, how).output();
  }

  @ParameterizedTest
  @CsvSource({
    "fails,        OutOfMemoryError",
    "is_cancelled, CancelledError",
    "succeeds,     a value",
  })
  void whatEndsWhileTheHeapIsFullIsToldWhenThereIsMemoryAgain(String how, String told)
      throws Exception {
    assertThat(outputOf(List.of("-Dio.github.asyncio4j.engine=baton"), how)).containsExactly(told);
    assertThat(outputOf(ChildJvm.GRANTED, how)).containsExactly(told);
  }

  @ParameterizedTest
  @CsvSource({"fails_aside, OutOfMemoryError", "succeeds_aside, a value"})
  void aCallInAnExecutorThatEndsWhileTheHeapIsFullIsToldOf(String how, String told)
      throws Exception {
    assertThat(outputOf(List.of("-Dio.github.asyncio4j.engine=baton"), how)).containsExactly(told);
    assertThat(outputOf(ChildJvm.GRANTED, how)).containsExactly(told);
  }

  // JDK 25: VirtualThread.afterYield schedules the end before it says that the thread is parked,
  // and
  // nothing wakes one that is left in between. On the baton engine the JDK itself loses the thread.
  @Test
  void aTimedCallOfTheJdkEndsThoughThereWasNoMemoryToScheduleItsEnd() throws Exception {
    var flags = new ArrayList<>(ChildJvm.GRANTED);
    flags.addAll(List.of("-Xmx16m", "-XX:+UseSerialGC"));
    assertThat(ChildJvm.run(directory, flags, FullHeapWaitProgram.class).output())
        .containsExactly("every wait was over");
  }
}
