// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.EventLoop;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who sends a file, by the flags of the JVM. Each case is a JVM of its own.
final class SendfileFlagsTest {
  private static final String NATIVE = "--enable-native-access=ALL-UNNAMED";
  private static final String EXPORTS = "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED";

  @TempDir private Path directory;

  private static String placeOf(Class<?> type) throws IOException {
    String name = type.getName().replace('.', '/') + ".class";
    String found = Objects.requireNonNull(type.getResource('/' + name), name).toString();
    return Path.of(URI.create(found.substring(0, found.length() - name.length()))).toString();
  }

  private List<String> outputOf(String... flags) throws Exception {
    Path sent = Files.writeString(directory.resolve("file"), "content");
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(flags));
    String classPath =
        placeOf(EventLoop.class) + File.pathSeparator + placeOf(SendfileProgram.class);
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", classPath));
    command.addAll(List.of(SendfileProgram.class.getName(), sent.toString()));
    Path output = directory.resolve("output");
    Path errors = directory.resolve("errors");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile())
            .start();
    try {
      assertThat(process.waitFor(100, TimeUnit.SECONDS)).as("it ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(errors).hasContent("");
    return Files.readAllLines(output, UTF_8);
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
