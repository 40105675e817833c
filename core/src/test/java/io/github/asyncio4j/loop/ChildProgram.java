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

/// A program of the tests in a JVM of its own. Any thread; blocks.
final class ChildProgram {
  private ChildProgram() {}

  private static String placeOf(Class<?> type) throws IOException {
    String name = type.getName().replace('.', '/') + ".class";
    String found = Objects.requireNonNull(type.getResource('/' + name), name).toString();
    return Path.of(URI.create(found.substring(0, found.length() - name.length()))).toString();
  }

  /// Runs a program to its end and returns the lines that it prints; it must not complain.
  static List<String> outputOf(
      Path directory, List<String> flags, Class<?> program, List<String> arguments)
      throws Exception {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    String classPath = placeOf(EventLoop.class) + File.pathSeparator + placeOf(program);
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", classPath, program.getName()));
    command.addAll(arguments);
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
}
