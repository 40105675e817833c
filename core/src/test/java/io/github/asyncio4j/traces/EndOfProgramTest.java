// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.traces;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.ChildJvm;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a program leaves behind at its end.
final class EndOfProgramTest {
  // HotSpot waits 300 ms at the end of the process for a daemon thread in native code.
  @Test
  void aShortProgramWithoutFlagsHasStartedNoPollerOfTheJdk(@TempDir Path directory)
      throws Exception {
    ChildJvm.Ended ended = ChildJvm.run(directory, List.of(), ShortProgram.class);

    assertThat(ended.errors()).isEmpty();
    assertThat(ended.output()).containsExactly("end");
  }
}
