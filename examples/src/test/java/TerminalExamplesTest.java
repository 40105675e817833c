// SPDX-License-Identifier: Apache-2.0

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.pipe.PseudoTerminal;
import io.github.asyncio4j.pipe.Terminal;
import io.github.asyncio4j.pipe.WindowSize;
import io.github.asyncio4j.stream.StreamReader;
import io.github.asyncio4j.stream.StreamWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Runs the examples of files that grow and of terminals.
@Timeout(180)
final class TerminalExamplesTest {
  @TempDir Path directory;

  @Test
  void tailShowsTheLastLinesThenWhatComesAlsoFromTheNextFile() throws Exception {
    Path log = Files.writeString(directory.resolve("log"), "0\n".repeat(20) + "last\n");
    try (Program tail = Program.start(Program.FLAGS, "Tail", log.toString())) {
      for (int i = 0; i < 9; i++) {
        assertThat(tail.readLine()).isEqualTo("0");
      }
      assertThat(tail.readLine()).isEqualTo("last");

      Files.writeString(log, "more\n", StandardOpenOption.APPEND);
      assertThat(tail.readLine()).isEqualTo("more");

      Path old = Files.move(log, directory.resolve("log.1"));
      Files.writeString(old, "late\n", StandardOpenOption.APPEND);
      Path next = Files.writeString(directory.resolve("next"), "fresh\n");
      Files.move(next, log, StandardCopyOption.ATOMIC_MOVE);
      assertThat(tail.readLine()).isEqualTo("late");
      assertThat(tail.readLine()).isEqualTo("fresh");

      // Cut to nothing, then written again.
      Files.writeString(log, "");
      Files.writeString(log, "new\n", StandardOpenOption.APPEND);
      assertThat(tail.readLine()).isEqualTo("new");
    }
    assertThat(Program.refusal(Program.FLAGS, "Tail", directory.toString()))
        .startsWith("usage: Tail");
  }

  @Test
  void tailWithoutNativeAccessNamesTheFlag() throws Exception {
    Path log = Files.writeString(directory.resolve("log"), "");
    try (Program tail = Program.start(List.of(), "Tail", log.toString())) {
      assertThat(tail.failure()).contains("--enable-native-access");
    }
  }

  @Test
  void theReplShowsWhatTicksAboveWhatIsTyped() throws Exception {
    try (var pty = PseudoTerminal.open()) {
      Process repl = startIn(pty, "Repl");
      try {
        Asyncio.run(() -> converse(pty, repl));
      } finally {
        repl.destroyForcibly();
      }
    }
  }

  private static Process startIn(PseudoTerminal pty, String... command) throws IOException {
    var file = pty.slavePath().toFile();
    var line = new ArrayList<String>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(Program.FLAGS);
    line.addAll(List.of("-cp", System.getProperty("java.class.path")));
    line.addAll(List.of(command));
    return new ProcessBuilder(line)
        .redirectInput(file)
        .redirectOutput(file)
        .redirectError(file)
        .start();
  }

  private static void converse(PseudoTerminal pty, Process repl) throws Exception {
    StreamReader screen = Asyncio.openReadPipe(pty.reader());
    StreamWriter keys = Asyncio.openWritePipe(pty.writer());
    screen.readuntil("help.\r\n> ".getBytes(UTF_8));
    keys.write("every 0.05 tick\r");
    screen.readuntil("> every 0.05 tick\r\n".getBytes(UTF_8));
    screen.readuntil("number 1\r\n".getBytes(UTF_8));
    keys.write("grünx\177");
    // Twice, with what is being typed below.
    screen.readuntil("\r\033[Ktick\r\n> grün".getBytes(UTF_8));
    screen.readuntil("\r\033[Ktick\r\n> grün".getBytes(UTF_8));
    keys.write("\025nonsense\r");
    screen.readuntil("not known: nonsense\r\n".getBytes(UTF_8));
    keys.write("cancel 1\r\4");
    screen.readuntil("cancel 1\r\n".getBytes(UTF_8));
    int status = Asyncio.toThread(() -> repl.waitFor());
    assertThat(status).isZero();
    assertThat(Terminal.of(pty.slaveFileno()).isCooked()).isTrue();
    keys.close();
    screen.transport().close();
  }

  @Test
  void theReplTakesLinesFromAPipeToo() throws Exception {
    try (Program repl = Program.start(Program.FLAGS, "Repl")) {
      repl.type("every 0 x\nevery 1\nlist\nwhat\n");
      repl.endInput();
      assertThat(repl.rest(0))
          .containsExactly("too often: 0", "every SECONDS TEXT", "not known: what");
    }
  }

  @Test
  void ptyPassesKeysAndTheSizeOfTheWindowOn() throws Exception {
    String script =
        "trap 'echo interrupted' INT; trap 'stty size; exit 3' WINCH; stty size; echo up;"
            + " while :; do sleep 0.05; done";
    try (var pty = PseudoTerminal.open(new WindowSize(100, 30))) {
      Process inner = startIn(pty, "Pty", "sh", "-c", script);
      try {
        Asyncio.run(() -> resize(pty, inner));
      } finally {
        inner.destroyForcibly();
      }
    }
  }

  private static void resize(PseudoTerminal pty, Process inner) throws Exception {
    StreamReader screen = Asyncio.openReadPipe(pty.reader());
    StreamWriter keys = Asyncio.openWritePipe(pty.writer());
    screen.readuntil("30 100\r\nup\r\n".getBytes(UTF_8));
    assertThat(Terminal.of(pty.slaveFileno()).isCooked()).isFalse();
    keys.write("\3");
    screen.readuntil("interrupted\r\n".getBytes(UTF_8));
    pty.setWindowSize(new WindowSize(70, 20));
    // It was started in the session of this test, whose terminal is another one.
    String pid = Long.toString(inner.pid());
    new ProcessBuilder("kill", "-WINCH", pid).start();
    screen.readuntil("20 70\r\n".getBytes(UTF_8));
    int status = Asyncio.toThread(() -> inner.waitFor());
    assertThat(status).isEqualTo(3);
    assertThat(Terminal.of(pty.slaveFileno()).isCooked()).isTrue();
    keys.close();
    screen.transport().close();
  }

  @Test
  void ptyTypesWhatComesFromAPipeToo() throws Exception {
    try (Program pty = Program.start(Program.FLAGS, "Pty", "cat")) {
      pty.type("hello\n");
      pty.endInput();

      // What is typed is shown, and then what the command writes.
      assertThat(pty.rest(0)).containsExactly("hello", "hello");
    }
    // A job that keeps the terminal keeps nobody from leaving.
    try (Program pty = Program.start(Program.FLAGS, "Pty", "sh", "-c", "sleep 1000 & echo $!")) {
      String job = pty.readLine();

      assertThat(pty.rest(0)).isEmpty();
      var _ = ProcessHandle.of(Long.parseLong(job)).map(ProcessHandle::destroy);
    }
    try (Program pty = Program.start(List.of(), "Pty", "true")) {
      assertThat(pty.failure()).contains("--enable-native-access");
    }
    assertThat(Program.refusal(Program.FLAGS, "Pty", "--help")).startsWith("usage: Pty");
  }
}
