// SPDX-License-Identifier: Apache-2.0

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Compiles and runs the code that the documentation shows.
@ParameterizedClass
@MethodSource("flags")
@Timeout(180)
final class DocsTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern JAVA_BLOCK =
      Pattern.compile("^```java\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

  /* What the blocks of a page take for granted. */
  private static final String AROUND =
      """
      import io.github.asyncio4j.*;
      import io.github.asyncio4j.sync.*;

      int received;

      String fetch(String what) throws IOException {
        return Asyncio.sleep(Duration.ofMillis(1), "<" + what + ">");
      }

      boolean receive() {
        Asyncio.sleep(Duration.ofMillis(1));
        return ++received < 3;
      }
      """;

  @TempDir Path directory;
  @Parameter List<String> flags;

  static List<List<String>> flags() {
    return List.of(Program.FLAGS, List.of());
  }

  @Test
  void thePageOnTasksIsTrue() throws Exception {
    List<String> blocks = blocksOf(ROOT.resolve("docs/tasks.md"));
    assertThat(blocks).hasSizeGreaterThan(10);

    assertThat(Program.run(flags, write(blocks).toString()))
        .contains("doing something else", "hello", "<user><cart>", "r-1", "<page 3>");
  }

  @Test
  void theServerOfTheReadmeCompiles() throws Exception {
    List<String> blocks = blocksOf(ROOT.resolve("README.md"));
    assertThat(blocks).hasSize(1);
    Path program = Files.writeString(directory.resolve("EchoServer.java"), blocks.getFirst());
    String classPath = System.getProperty("java.class.path");

    var messages = new ByteArrayOutputStream();
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(null, messages, messages, "-cp", classPath, "-d", "" + directory, "" + program);

    assertThat(messages.toString(UTF_8)).isEmpty();
    assertThat(status).isZero();
  }

  private static List<String> blocksOf(Path page) throws IOException {
    return JAVA_BLOCK
        .matcher(Files.readString(page))
        .results()
        .map((MatchResult block) -> block.group(1))
        .toList();
  }

  /// Writes a program that runs each block, in a task of a loop unless it makes one itself.
  private Path write(List<String> blocks) throws IOException {
    var calls = new ArrayList<String>();
    var methods = new ArrayList<String>();
    for (String block : blocks) {
      String name = "block" + methods.size();
      methods.add("void " + name + "() throws Exception {\n" + block + "}\n");
      calls.add(
          block.contains("Asyncio.run(") ? name + "();" : "Asyncio.run(() -> " + name + "());");
    }
    String main =
        calls.stream()
            .map(call -> "  " + call + "\n")
            .collect(Collectors.joining("", "void main() throws Exception {\n", "}\n"));
    return Files.writeString(
        directory.resolve("Page.java"), AROUND + main + String.join("\n", methods));
  }
}
