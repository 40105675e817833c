// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Thread-locals that follow a program. What is found by a ServiceLoader is found once in a JVM, so
/// the program has one of its own.
final class ContextPropagatorTest {
  private static final List<String> SEEN =
      List.of(
          "main task=main",
          "soon=a",
          "beside=a",
          "done=a",
          "handler=c",
          "timer=a",
          "nested=b",
          "caller=c",
          "eager=a",
          "child=a",
          "child later=a",
          "child at its end=own",
          "grandchild=own",
          "parent=b",
          "thread=a",
          "executor=null",
          "posted=other",
          "threadsafe=other",
          "entered=a",
          "left=b",
          "copied=a",
          "new=null",
          "generator=b",
          "beside a failing one=a",
          "task beside it=a",
          "end=main");

  @TempDir private Path directory;

  /// Returns the directory or archive that a class is loaded from.
  private static String rootOf(Class<?> type) throws Exception {
    String file = type.getName().replace('.', '/') + ".class";
    String url = Objects.requireNonNull(type.getResource("/" + file)).toString();
    return Path.of(URI.create(url.substring(0, url.length() - file.length()))).toString();
  }

  private Process start(Class<?>... providers) throws Exception {
    Path services = Files.createDirectories(directory.resolve("META-INF/services"));
    Files.write(
        services.resolve(ContextPropagator.class.getName()),
        Arrays.stream(providers).map(Class::getName).toList());
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            String.join(
                File.pathSeparator,
                rootOf(BaseEventLoop.class),
                rootOf(PropagationProgram.class),
                directory.toString()),
            PropagationProgram.class.getName())
        .redirectError(directory.resolve("errors").toFile())
        .start();
  }

  @Test
  void whatAThreadHasFollowsCallbacksTasksAndCallsInThreads() throws Exception {
    Process process =
        start(PropagationProgram.FailingPropagator.class, PropagationProgram.TracePropagator.class);

    List<String> lines;
    try (var output = process.inputReader(UTF_8)) {
      lines = output.lines().toList();
    }
    int exitCode = process.waitFor();

    String errors = Files.readString(directory.resolve("errors"));
    assertThat(exitCode).as(errors).isZero();
    assertThat(lines)
        .containsExactly(
            Arrays.stream(LoopKind.values())
                .map(kind -> kind + ": " + String.join(", ", SEEN))
                .toArray(String[]::new));
    assertThat(errors).contains("Context propagator has failed", "tracer is down");
  }

  @Test
  void withoutPropagatorsNothingIsCaptured() {
    var vars = ContextMap.EMPTY;

    assertThat(Propagation.IN_USE).isFalse();
    assertThat(Propagation.capture(vars)).isSameAs(vars);
  }

  @Test
  void theModuleMayLoadThem() {
    assertThat(BaseEventLoop.class.getModule().canUse(ContextPropagator.class)).isTrue();
  }
}
