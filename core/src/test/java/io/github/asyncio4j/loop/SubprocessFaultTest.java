// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.Load;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.process.Process;
import io.github.asyncio4j.sync.Semaphore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Many children, large ones and hostile ones (E1, E5, E6, E7, E8, E12 of the fault catalogue).
@ParameterizedClass
@EnumSource(LoopKind.class)
final class SubprocessFaultTest extends ChildCase {
  private static final int AT_ONCE = 32;

  SubprocessFaultTest(LoopKind kind) {
    super(kind);
  }

  @Override
  Duration timeLimit() {
    return Duration.ofMinutes(Load.of(2, 20));
  }

  private List<Integer> statuses(int count, Semaphore places) throws Exception {
    var bodies = new ArrayList<Coroutine<Integer>>();
    for (int i = 0; i < count; i++) {
      int status = i % 256;
      bodies.add(
          () -> {
            try (var _ = places.hold()) {
              return shell(NOTHING, "exit " + status).await();
            }
          });
    }
    return Asyncio.gather(bodies).await();
  }

  // E1
  @Test
  void manyChildrenAtOnceEachGiveTheirStatus() throws Exception {
    int count = Load.of(100, 5000);
    run(
        () -> {
          long start = System.nanoTime();
          var statuses = statuses(count, new Semaphore(AT_ONCE));
          double seconds = (System.nanoTime() - start) / 1e9;

          for (int i = 0; i < count; i++) {
            assertThat(statuses.get(i)).isEqualTo(i % 256);
          }
          if (count == 5000) {
            System.out.printf("E1 %s: %.0f children a second%n", kind, count / seconds);
          }
        });
  }

  // E12
  @Test
  void childrenOfAProcessBuilderBesideOursGiveTheirStatus() throws Exception {
    int count = Load.of(50, 1000);
    run(
        () -> {
          Callable<List<Integer>> theirs =
              () -> {
                var statuses = new ArrayList<Integer>();
                for (int i = 0; i < count; i++) {
                  statuses.add(
                      new ProcessBuilder("/bin/sh", "-c", "exit " + i % 256).start().waitFor());
                }
                return statuses;
              };
          var running = loop.runInExecutor(null, theirs);

          var ours = statuses(count, new Semaphore(AT_ONCE));

          assertThat(running.await()).isEqualTo(ours);
        });
  }

  // E6
  @Test
  void aGrandchildThatKeepsThePipesDelaysNoWait() throws Exception {
    run(
        () -> {
          for (int i = 0; i < Load.of(5, 100); i++) {
            var process = shell(PIPES, "exec 3<&0; cat <&3 >/dev/null & exit 3");
            long start = System.nanoTime();
            assertThat(process.await()).isEqualTo(3);
            // From before its end: so it is an upper bound.
            long took = System.nanoTime() - start;
            if (Load.of(0, 1) == 1) {
              assertThat(Duration.ofNanos(took)).isLessThan(Duration.ofMillis(100));
            }
            process.close();
          }
        });
  }

  // E5
  @Test
  void muchInputAndMuchOutputMoveAtOnce() throws Exception {
    int pieces = Load.of(16, 1024);
    var piece = new byte[256 * 1024];
    new Random(1).nextBytes(piece);
    run(
        () -> {
          var process = exec(PIPES, "tee", "/dev/stderr");
          var sent = MessageDigest.getInstance("SHA-256");
          Coroutine<String> feeding =
              () -> {
                for (int i = 0; i < pieces; i++) {
                  sent.update(piece);
                  process.stdin().write(piece);
                  process.stdin().drain();
                }
                process.stdin().close();
                return HexFormat.of().formatHex(sent.digest());
              };
          List<Coroutine<String>> parts =
              List.of(
                  feeding,
                  () -> sumOf(process.stdout()::read),
                  () -> sumOf(process.stderr()::read));

          var sums = Asyncio.gather(parts).await();

          assertThat(sums.get(1)).isEqualTo(sums.get(0));
          assertThat(sums.get(2)).isEqualTo(sums.get(0));
          assertThat(process.await()).isZero();
        });
  }

  private interface Source {
    int read(ByteBuffer buffer) throws IOException;
  }

  private static String sumOf(Source source) throws Exception {
    var sum = MessageDigest.getInstance("SHA-256");
    var buffer = ByteBuffer.allocate(64 * 1024);
    while (source.read(buffer.clear()) >= 0) {
      sum.update(buffer.flip());
    }
    return HexFormat.of().formatHex(sum.digest());
  }

  // E7
  @Test
  void startsThatTheSystemRefusesLeaveNothing() throws Exception {
    int rounds = Load.of(5, 500);
    run(
        () -> {
          for (int i = 0; i < rounds; i++) {
            assertThatThrownBy(() -> exec(PIPES, "/no/such/program"))
                .isInstanceOf(NoSuchFileException.class);
            assertThatThrownBy(() -> exec(PIPES, "/etc/passwd"))
                .isInstanceOf(AccessDeniedException.class);
            assertThatThrownBy(() -> exec(PIPES, "true", "x".repeat(200_000)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("E2BIG");
          }
        });
  }

  // E8
  @Test
  void everyVectorOfArgumentsArrivesAsItIs() throws Exception {
    var random = new Random(8);
    int vectors = Load.of(20, 10_000);
    // The portable tier encodes in the charset of the locale.
    var encoder = Charset.forName(System.getProperty("sun.jnu.encoding")).newEncoder();
    var parts = Stream.of(PARTS).filter(part -> isNative() || encoder.canEncode(part)).toList();
    run(
        () -> {
          for (int i = 0; i < vectors; i++) {
            var command = new ArrayList<>(List.of("printf", "%s\\0"));
            int arguments = 1 + random.nextInt(8);
            for (int j = 0; j < arguments; j++) {
              command.add(hostile(random, parts));
            }
            Process process = exec(OUTPUT, command.toArray(String[]::new));

            var said = process.communicate().stdout(java.nio.charset.StandardCharsets.UTF_8);

            var expected = command.subList(2, command.size());
            assertThat(said).isEqualTo(String.join("\0", expected) + "\0");
          }
        });
  }

  private static final String[] PARTS = {
    "'",
    "\"",
    "\\",
    "$(id)",
    "`id`",
    "\n",
    " ",
    "*",
    "?",
    "~",
    ";",
    "&",
    "|",
    "<",
    ">",
    "(",
    ")",
    "{a,b}",
    "$HOME",
    "%s",
    "%",
    "#",
    "!",
    "\t",
    "\r",
    "é",
    "\uD83D\uDE00",
    "-n",
    "--",
    "a",
    "=",
    "\u0001",
    "\u007f",
    "\u0085",
    "\uFEFF",
    ""
  };

  private static String hostile(Random random, List<String> parts) {
    var text = new StringBuilder();
    for (int i = random.nextInt(12); i > 0; i--) {
      text.append(parts.get(random.nextInt(parts.size())));
    }
    return text.toString();
  }
}
