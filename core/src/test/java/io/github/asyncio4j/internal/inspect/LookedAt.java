// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.inspect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.EventLoop;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/// A program in a JVM of its own that hangs, and what an operator sees of it, who uses another JVM.
final class LookedAt implements AutoCloseable {
  private static final Path JDK = Path.of(System.getProperty("java.home"));
  static final String LIBRARY = placeOf(EventLoop.class).toString();
  static final String PROGRAMS = placeOf(LookedAt.class).toString();

  private final Process process;
  private final BufferedReader output;
  private final CompletableFuture<String> errors;

  /// What an operator gets.
  ///
  /// @param status the exit status
  record Seen(int status, String output, String errors) {}

  private LookedAt(Path runtime, List<String> arguments) throws IOException {
    process = new ProcessBuilder(java(runtime, arguments)).start();
    output = process.inputReader(UTF_8);
    errors =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return new String(process.getErrorStream().readAllBytes(), UTF_8);
              } catch (IOException e) {
                return e.toString();
              }
            },
            task -> Thread.ofPlatform().daemon().start(task));
  }

  /// Starts a program and waits until it hangs.
  ///
  /// @param arguments of `java`
  static LookedAt start(List<String> arguments) throws IOException {
    return start(JDK, arguments);
  }

  /// As above.
  ///
  /// @param runtime where that `java` is
  static LookedAt start(Path runtime, List<String> arguments) throws IOException {
    var program = new LookedAt(runtime, arguments);
    assertThat(program.output.readLine()).isEqualTo("hangs");
    return program;
  }

  /// Starts `HungProgram` with flags of the JVM, on the class path, and waits until it hangs.
  static LookedAt start(List<String> flags, String how) throws IOException {
    var arguments = new ArrayList<>(flags);
    arguments.addAll(List.of("-cp", LIBRARY + ":" + PROGRAMS, "inspected.HungProgram", how));
    return start(arguments);
  }

  private static List<String> java(Path runtime, List<String> arguments) {
    var command = new ArrayList<String>();
    command.add(runtime.resolve("bin").resolve("java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(arguments);
    return command;
  }

  Seen look(String command) throws Exception {
    return command(command, Long.toString(process.pid()));
  }

  /// Runs the command in a JVM of its own.
  static Seen command(String... arguments) throws Exception {
    return command(List.of(), arguments);
  }

  /// As above, with flags of that JVM.
  static Seen command(List<String> flags, String... arguments) throws Exception {
    var line = new ArrayList<>(flags);
    line.addAll(List.of("-cp", LIBRARY, Main.class.getName()));
    line.addAll(List.of(arguments));
    Process operator = new ProcessBuilder(java(JDK, line)).start();
    CompletableFuture<String> errors =
        CompletableFuture.supplyAsync(
            () -> operator.errorReader(UTF_8).lines().toList().toString(),
            task -> Thread.ofPlatform().daemon().start(task));
    String output = new String(operator.getInputStream().readAllBytes(), UTF_8);
    return new Seen(operator.waitFor(), output, errors.get());
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /// Ends the program by its input, and returns what it has printed to its standard error output.
  String end() throws Exception {
    process.getOutputStream().close();
    assertThat(output.lines()).isEmpty();
    assertThat(process.waitFor()).isZero();
    return errors.get();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private static Path placeOf(Class<?> type) {
    String name = type.getName().replace('.', '/') + ".class";
    String found = Objects.requireNonNull(type.getResource('/' + name), name).toString();
    return Path.of(URI.create(found.substring(0, found.length() - name.length())));
  }
}
