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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How a process ends by Ctrl-C (TC-12): each case is a JVM of its own, which sends the signal to
/// itself.
final class CtrlCProcessTest {
  private static final int INTERRUPTED = 130;

  @TempDir private Path directory;

  private record Ended(int status, List<String> output, String errors) {}

  @BeforeAll
  static void heedTheSignal() throws Throwable {
    Interrupts.heed();
  }

  private Ended run(String testCase, String... flags) throws Exception {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(flags));
    String classPath = placeOf(EventLoop.class) + File.pathSeparator + placeOf(CtrlCProgram.class);
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", classPath));
    command.addAll(List.of(CtrlCProgram.class.getName(), testCase));
    Path output = directory.resolve("output");
    Path errors = directory.resolve("errors");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile())
            .start();
    try {
      assertThat(process.waitFor(100, TimeUnit.SECONDS)).as("%s ends", testCase).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Ended(
        process.exitValue(), Files.readAllLines(output, UTF_8), Files.readString(errors, UTF_8));
  }

  private static Path placeOf(Class<?> type) throws IOException {
    String name = type.getName().replace('.', '/') + ".class";
    var found = Objects.requireNonNull(type.getResource('/' + name), name);
    String place = found.toString();
    return Path.of(URI.create(place.substring(0, place.length() - name.length())));
  }

  private static String[] engine(String label) {
    return label.equals("loop-thread")
        ? new String[] {
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
          "--enable-native-access=ALL-UNNAMED"
        }
        : new String[0];
  }

  @ParameterizedTest
  @CsvSource({
    "uncaught,          loop-thread, cleaned up",
    "uncaught,          baton,       cleaned up",
    "uncaughtInAThread, loop-thread, cleaned up",
    "stubborn,          loop-thread, refused",
    "stubborn,          baton,       refused",
    "busy,              loop-thread, ",
    "busy,              baton,       ",
    "blocked,           loop-thread, ",
    "blocked,           baton,       ",
    "closing,           loop-thread, closing",
    "between,           loop-thread, first run",
    "off,               loop-thread, ",
    "inAThread,         loop-thread, ",
    "chain,             loop-thread, passed on",
  })
  void theStatusIs130AndNothingIsOnStandardError(String testCase, String engine, String said)
      throws Exception {
    Ended ended = run(testCase, engine(engine));

    assertThat(ended)
        .isEqualTo(new Ended(INTERRUPTED, said == null ? List.of() : List.of(said), ""));
  }

  @Test
  void whoCatchesItGoesOn() throws Exception {
    assertThat(run("caught")).isEqualTo(new Ended(0, List.of("cleaned up", "caught", "end"), ""));
  }

  //
  @Test
  void aSystemExitInTheMainThreadEndsTheProcessWithItsStatus() throws Exception {
    assertThat(run("systemExit")).isEqualTo(new Ended(7, List.of(), ""));
  }

  //
  @Test
  void aSystemExitInAnotherThreadEndsThatThread() throws Exception {
    Ended ended = run("systemExitInAThread");

    assertThat(ended.status()).isZero();
    assertThat(ended.output()).containsExactly("end");
    assertThat(ended.errors()).contains("SystemExit: exit status 7");
  }

  @Test
  void otherExceptionsOfTheThreadAreWhatTheyWere() throws Exception {
    Ended ended = run("failure");

    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.errors())
        .startsWith("Exception in thread \"main\" java.lang.IllegalStateException: on purpose")
        .contains("\tat ");
  }

  @Test
  void aProgramThatHandlesWhatIsUncaughtDecidesItself() throws Exception {
    assertThat(run("ownHandler"))
        .isEqualTo(new Ended(1, List.of("cleaned up", "KeyboardInterrupt"), ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-Xrs", "--limit-modules=java.base"})
  void aJvmThatDoesNotLetUsAtSignalsRunsAllTheSame(String flag) throws Exception {
    assertThat(run("nothing", flag)).isEqualTo(new Ended(0, List.of("end"), ""));
  }
}
