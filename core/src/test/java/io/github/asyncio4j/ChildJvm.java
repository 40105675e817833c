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

/// A program of the tests in a JVM of its own.
public final class ChildJvm {
  /// The flags that grant everything.
  public static final List<String> GRANTED =
      List.of(
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
          "--enable-native-access=ALL-UNNAMED");

  /// What came of it.
  ///
  /// @param status its exit status
  /// @param output the lines of its standard output
  /// @param errors its standard error output
  public record Ended(int status, List<String> output, String errors) {}

  private ChildJvm() {}

  /// Runs a program to its end.
  ///
  /// @param directory where to keep what it prints
  /// @param flags of the JVM
  /// @param program a class of the tests, from whose place it is loaded
  public static Ended run(Path directory, List<String> flags, Class<?> program, String... arguments)
      throws Exception {
    return run(directory, List.of(), flags, program, arguments);
  }

  /// As above.
  ///
  /// @param starter a command that gets the command line of the JVM as its last arguments
  public static Ended run(
      Path directory,
      List<String> starter,
      List<String> flags,
      Class<?> program,
      String... arguments)
      throws Exception {
    var command = new ArrayList<>(starter);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    String classPath = placeOf(EventLoop.class) + File.pathSeparator + placeOf(program);
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", classPath, program.getName()));
    command.addAll(List.of(arguments));
    Path output = directory.resolve("output");
    Path errors = directory.resolve("errors");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile())
            .start();
    try {
      assertThat(process.waitFor(100, TimeUnit.SECONDS)).as("%s ends", command).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Ended(
        process.exitValue(), Files.readAllLines(output, UTF_8), Files.readString(errors, UTF_8));
  }

  private static Path placeOf(Class<?> type) throws IOException {
    String name = type.getName().replace('.', '/') + ".class";
    String found = Objects.requireNonNull(type.getResource('/' + name), name).toString();
    return Path.of(URI.create(found.substring(0, found.length() - name.length())));
  }
}
