// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The end of a task that finds the heap full: whoever awaits it is told when there is memory
/// again. Each case is a JVM of its own.
final class FullHeapTest {
  @TempDir private Path directory;

  private static String placeOf(Class<?> type) throws IOException {
    String name = type.getName().replace('.', '/') + ".class";
    String found = Objects.requireNonNull(type.getResource('/' + name), name).toString();
    return Path.of(URI.create(found.substring(0, found.length() - name.length()))).toString();
  }

  private List<String> outputOf(String... flagsAndArguments) throws Exception {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx32m",
            "-cp",
            placeOf(EventLoop.class) + File.pathSeparator + placeOf(FullHeapProgram.class)));
    command.addAll(List.of(flagsAndArguments));
    Path output = directory.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(output.toFile())
            .redirectError(directory.resolve("errors").toFile())
            .start();
    try {
      assertThat(process.waitFor(100, TimeUnit.SECONDS)).as("it ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    return Files.readAllLines(output, UTF_8);
  }

  @ParameterizedTest
  @CsvSource({
    "fails,        OutOfMemoryError",
    "is_cancelled, CancelledError",
    "succeeds,     a value",
  })
  void theEndOfATaskIsToldWhenThereIsMemoryAgain(String how, String told) throws Exception {
    String program = FullHeapProgram.class.getName();

    assertThat(outputOf("-Dio.github.asyncio4j.engine=baton", program, how)).containsExactly(told);
    assertThat(
            outputOf(
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
                "--enable-native-access=ALL-UNNAMED",
                program,
                how))
        .containsExactly(told);
  }
}
