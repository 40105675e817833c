// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who sends a file, by the flags of the JVM. Each case is a JVM of its own.
final class SendfileFlagsTest {
  private static final String NATIVE = "--enable-native-access=ALL-UNNAMED";
  private static final String EXPORTS = "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED";

  @TempDir private Path directory;

  private List<String> outputOf(String... flags) throws Exception {
    Path sent = Files.writeString(directory.resolve("file"), "content");
    ChildJvm.Ended ended =
        ChildJvm.run(directory, List.of(flags), SendfileProgram.class, sent.toString());
    assertThat(ended.errors()).isEmpty();
    return ended.output();
  }

  // EL-109
  @Test
  void withoutAFlagTheSystemSendsIt() throws Exception {
    assertThat(outputOf()).containsExactly("NIO", "sent 7", "content");
  }

  // EL-109
  @Test
  void withBothFlagsTheSystemSendsItFromANativeSocket() throws Exception {
    assertThat(outputOf(NATIVE, EXPORTS)).containsExactly("NATIVE", "sent 7", "content");
  }

  // EL-109, R-127
  @Test
  void withoutTheExportAFileForANativeSocketIsReadAndTheRefusalNamesTheFlag() throws Exception {
    assertThat(outputOf(NATIVE))
        .containsExactly(
            "NATIVE",
            "sendfile is not available: sendfile from a native socket is not possible: start java"
                + " with --add-exports java.base/sun.nio.ch=ALL-UNNAMED",
            "read 7",
            "content");
  }
}
