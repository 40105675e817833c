// SPDX-License-Identifier: Apache-2.0

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// An example that runs in a JVM of its own, on the JDK and class path of the test.
final class Program implements AutoCloseable {
  /// What bin/asyncio4j.args grants.
  static final List<String> FLAGS =
      List.of(
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--enable-native-access=ALL-UNNAMED",
          "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED");

  private static final int TERMINATED_BY_SIGTERM = 128 + 15;

  private final Process process;
  private final BufferedReader output;
  private final CompletableFuture<String> errors;

  private Program(Process process) {
    this.process = process;
    this.output = process.inputReader(UTF_8);
    // Read on the side: a program that fills its pipe stops.
    this.errors =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return new String(process.getErrorStream().readAllBytes(), UTF_8);
              } catch (IOException e) {
                return e.toString();
              }
            },
            Program::inThread);
  }

  private static void inThread(Runnable task) {
    Thread.ofPlatform().daemon().start(task);
  }

  static Program start(List<String> flags, String... command) throws IOException {
    var line = new ArrayList<String>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(flags);
    line.addAll(List.of("-cp", System.getProperty("java.class.path")));
    line.addAll(List.of(command));
    return new Program(new ProcessBuilder(line).start());
  }

  /// Runs an example to its regular end and returns the lines that it prints.
  static List<String> run(List<String> flags, String... command) throws Exception {
    try (Program program = start(flags, command)) {
      List<String> lines = program.output.lines().toList();
      assertThat(program.errors.get()).isEmpty();
      assertThat(program.process.waitFor()).isZero();
      return lines;
    }
  }

  /// Runs an example that refuses its arguments, and returns what it says of them.
  static String refusal(List<String> flags, String... command) throws Exception {
    try (Program program = start(flags, command)) {
      assertThat(program.output.lines()).isEmpty();
      assertThat(program.process.waitFor()).isEqualTo(2);
      return program.errors.get();
    }
  }

  /// Waits for the end of an example that fails, and returns what it says of that.
  String failure() throws Exception {
    assertThat(process.waitFor()).isEqualTo(1);
    return errors.get();
  }

  /// Starts an example that serves on a free port.
  static Program serve(List<String> flags, String... command) throws IOException {
    var line = new ArrayList<>(List.of(command));
    line.addAll(List.of("--port", "0"));
    return start(flags, line.toArray(String[]::new));
  }

  /// Returns the port that the example says it serves on.
  int port() throws IOException {
    String line = output.readLine();
    assertThat(line).startsWith("serving on 127.0.0.1:");
    return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
  }

  /// Returns the next line that the program prints.
  String readLine() throws IOException {
    return output.readLine();
  }

  /// Writes to the input of the program.
  void type(String text) throws IOException {
    process.getOutputStream().write(text.getBytes(UTF_8));
    process.getOutputStream().flush();
  }

  /// Ends the input of the program.
  void endInput() throws IOException {
    process.getOutputStream().close();
  }

  /// Sends a signal: `SIGINT` is what Ctrl-C in the program's terminal does.
  void send(String signal) throws Exception {
    String pid = Long.toString(process.pid());
    String name = signal.substring("SIG".length());
    assertThat(new ProcessBuilder("kill", "-" + name, pid).start().waitFor()).isZero();
  }

  /// Reads what the program still prints, and checks its status and that it reports nothing.
  List<String> rest(int status) throws Exception {
    List<String> lines = output.lines().toList();
    assertThat(errors.get()).isEmpty();
    assertThat(process.waitFor()).isEqualTo(status);
    return lines;
  }

  /// Waits for the end of an example that logs, and returns what it has logged.
  String log(int status) throws Exception {
    assertThat(process.waitFor()).isEqualTo(status);
    return errors.get();
  }

  /// Ends a server as a supervisor does, and checks that it goes without a word.
  void terminate() throws Exception {
    assertThat(terminated()).isEmpty();
  }

  /// Ends a server as a supervisor does, and returns what it has said on its standard error.
  String terminated() throws Exception {
    // Process.destroy would close the streams too.
    process.toHandle().destroy();
    assertThat(output.lines()).isEmpty();
    assertThat(process.waitFor()).isEqualTo(TERMINATED_BY_SIGTERM);
    return errors.get();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
