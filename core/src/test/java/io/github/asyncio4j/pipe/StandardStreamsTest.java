// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.EventLoop;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Standard input, output and error of a JVM of its own, of every kind that they can be; with
/// native access and without.
@ParameterizedClass
@EnumSource(StandardStreamsTest.Tier.class)
final class StandardStreamsTest {
  enum Tier {
    NATIVE("--enable-native-access=ALL-UNNAMED"),
    // Any flag that changes nothing.
    PORTABLE("-Dportable=true");

    private final String flag;

    Tier(String flag) {
      this.flag = flag;
    }
  }

  @Parameter private Tier tier;
  @TempDir private Path directory;

  private List<String> command(String... arguments) throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add(tier.flag);
    String classPath =
        placeOf(EventLoop.class) + File.pathSeparator + placeOf(StandardProgram.class);
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", classPath));
    command.add(StandardProgram.class.getName());
    command.addAll(List.of(arguments));
    return command;
  }

  private static Path placeOf(Class<?> type) {
    String name = type.getName().replace('.', '/') + ".class";
    var found = Objects.requireNonNull(type.getResource('/' + name), name);
    String place = found.toString();
    return Path.of(URI.create(place.substring(0, place.length() - name.length())));
  }

  /// Runs a line of the shell in which `$@` is the program.
  private ProcessBuilder shell(String line, String... arguments) throws IOException {
    var command = new ArrayList<>(List.of("sh", "-c", line, "sh"));
    command.addAll(command(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true);
  }

  private static String outcomeOf(ProcessBuilder builder, String input) throws Exception {
    Process process = builder.start();
    try {
      try (var out = process.getOutputStream()) {
        out.write(input.getBytes(US_ASCII));
      } catch (IOException e) {
        // It has ended without reading it.
        assertThat(e).hasMessage("Broken pipe");
      }
      String output = new String(process.getInputStream().readAllBytes(), US_ASCII);
      assertThat(process.waitFor(100, TimeUnit.SECONDS)).isTrue();
      return output + "exit " + process.exitValue() + "\n";
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void pipesAreReadAndWrittenToTheirEnd() throws Exception {
    assertThat(outcomeOf(shell("\"$@\"", "shout"), "one\ntwo\nrest"))
        .isEqualTo("ONE\nTWO\nRESTend\nexit 0\n");
  }

  @Test
  void filesAreReadAndWritten() throws Exception {
    Path input = Files.writeString(directory.resolve("input"), "one\ntwo\n");
    Path output = directory.resolve("output");
    assertThat(outcomeOf(shell("\"$@\" <" + input + " >" + output, "shout"), ""))
        .isEqualTo("end\nexit 0\n");
    assertThat(output).hasContent("ONE\nTWO\n");
  }

  @Test
  void devNullIsAtItsEndAtOnce() throws Exception {
    assertThat(outcomeOf(shell("\"$@\" </dev/null >/dev/null", "shout"), ""))
        .isEqualTo("end\nexit 0\n");
  }

  @Test
  void aNamedFifoIsReadToItsEndThoughItsWriterHasGone() throws Exception {
    Path fifo = directory.resolve("fifo");
    String line = "mkfifo %1$s; (echo one >%1$s) & \"$@\" <%1$s".formatted(fifo);
    assertThat(outcomeOf(shell(line, "shout"), "")).isEqualTo("ONE\nend\nexit 0\n");
  }

  @Test
  void aStreamThatIsClosedSaysSo() throws Exception {
    assertThat(outcomeOf(shell("\"$@\" <&-", "closed"), ""))
        .satisfiesAnyOf(
            outcome -> assertThat(outcome).contains("EBADF").endsWith("exit 0\n"),
            // The portable tier finds it when it reads.
            outcome -> assertThat(outcome).isEqualTo("exit 0\n"));
  }

  @Test
  void whatIsSharedKeepsItsModeWhileItIsUsedAndAfter() throws Exception {
    String after = "; grep flags /proc/self/fdinfo/0 /proc/self/fdinfo/1";
    String outcome = outcomeOf(shell("\"$@\"" + after, "modes"), "line\n");

    assertThat(outcome)
        .startsWith("0 blocks\n1 blocks\n2 blocks\ntold\n")
        .contains("/proc/self/fdinfo/0:flags:")
        .doesNotContainPattern("flags:\\s*0*4\\d\\d\\d");
  }

  @Test
  void whatWasWrittenLastIsThereAfterTheEnd() throws Exception {
    assertThat(outcomeOf(shell("\"$@\"", "bye"), "")).isEqualTo("bye\nexit 0\n");
    Path output = directory.resolve("output");
    assertThat(outcomeOf(shell("\"$@\" >" + output, "bye"), "")).isEqualTo("exit 0\n");
    assertThat(output).hasContent("bye\n");
  }

  @Test
  void muchIsWrittenWhoeverReadsSlowly() throws Exception {
    assertThat(outcomeOf(shell("\"$@\" | wc -c", "much", "3000000"), ""))
        .isEqualTo("3000000\nexit 0\n");
  }

  @Test
  void oneLoopLeavesTheNextWhatItHasNotRead() throws Exception {
    Process process = shell("exec \"$@\"", "twice").start();
    try (var input = process.outputWriter();
        var output = process.inputReader()) {
      for (String line : List.of("one", "two")) {
        input.write(line + "\n");
        input.flush();
        assertThat(output.readLine()).isEqualTo("got " + line);
        // Until then the first loop takes what comes.
        assertThat(output.readLine()).isEqualTo(line.equals("one") ? "between" : null);
      }
      assertThat(process.waitFor(100, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void anOlderEndOfTheInputReadsOnWhenTheNewerOneIsClosed() throws Exception {
    // A named FIFO is read by a thread on each tier.
    Path fifo = directory.resolve("fifo");
    Process process = shell("mkfifo %1$s; exec \"$@\" <%1$s".formatted(fifo), "older").start();
    try (var output = process.inputReader()) {
      while (!Files.exists(fifo)) {
        Thread.onSpinWait();
      }
      try (var input = Files.newBufferedWriter(fifo)) {
        input.write("one\n");
        input.flush();
        assertThat(output.readLine()).isEqualTo("second one");
        assertThat(output.readLine()).isEqualTo("go on");
        input.write("two\n");
        input.flush();
        assertThat(output.readLine()).isEqualTo("first two");
      }
      assertThat(process.waitFor(100, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aReadThatWaitsKeepsNobodyAlive() throws Exception {
    Process process = shell("exec \"$@\"", "waits").start();
    try {
      assertThat(process.waitFor(100, TimeUnit.SECONDS)).isTrue();
      assertThat(new String(process.getInputStream().readAllBytes(), US_ASCII))
          .isEqualTo("cancelled\n");
    } finally {
      process.destroyForcibly();
    }
  }

  // The mode of a terminal is as before, however the program ends.
  @Test
  void aTerminalIsCookedAgainAfterTheEnd() throws Exception {
    if (tier == Tier.PORTABLE) {
      return;
    }
    for (String end : List.of("key", "TERM", "INT", "HUP")) {
      try (var pty = PseudoTerminal.open()) {
        var terminal = Terminal.of(pty.slaveFileno());
        var file = pty.slavePath().toFile();
        // What is started by nohup, or in the background, ignores one of them from its start.
        var heeding = new ArrayList<>(List.of("env", "--default-signal=HUP,INT"));
        heeding.addAll(command("raw"));
        Process process =
            new ProcessBuilder(heeding)
                .redirectInput(file)
                .redirectOutput(file)
                .redirectError(Redirect.INHERIT)
                .start();
        try {
          awaitText(pty, "raw\r\n");
          assertThat(terminal.isCooked()).isFalse();
          if (end.equals("key")) {
            pty.writer().write(ByteBuffer.wrap(new byte[] {'q'}));
          } else {
            new ProcessBuilder("kill", "-" + end, Long.toString(process.pid())).start().waitFor();
          }
          assertThat(process.waitFor(100, TimeUnit.SECONDS)).isTrue();
          assertThat(process.exitValue() == 0).as(end).isEqualTo(end.equals("key"));
          assertThat(terminal.isCooked()).as(end).isTrue();
          assertThat(terminal.isEchoing()).as(end).isTrue();
        } finally {
          process.destroyForcibly();
        }
      }
    }
  }

  private static void awaitText(PseudoTerminal pty, String text) throws Exception {
    Asyncio.run(
        () -> {
          var screen = Asyncio.openReadPipe(pty.reader());
          assertThat(screen.readuntil(text.getBytes(US_ASCII))).asString().isEqualTo(text);
          screen.transport().close();
        });
  }
}
