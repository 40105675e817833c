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

  private static final String LOG_WARNINGS =
      """
      handlers = java.util.logging.ConsoleHandler
      .level = WARNING
      """;

  /* What the blocks of a page take for granted. */
  private static final String AROUND =
      """
      import io.github.asyncio4j.*;
      import io.github.asyncio4j.flow.*;
      import io.github.asyncio4j.loop.*;
      import io.github.asyncio4j.pipe.*;
      import io.github.asyncio4j.process.*;
      import io.github.asyncio4j.selector.*;
      import io.github.asyncio4j.socket.*;
      import io.github.asyncio4j.ssl.*;
      import io.github.asyncio4j.stream.*;
      import io.github.asyncio4j.sync.*;
      import io.github.asyncio4j.testing.*;
      import io.github.asyncio4j.transport.*;
      import java.net.http.*;
      import javax.net.ssl.SSLContext;

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
  void thePageForThoseWhoKnowAsyncioIsTrue() throws Exception {
    assertThat(outputOf("docs/from-asyncio.md"))
        .containsExactly(
            "<other>",
            "<page>",
            "<third>",
            "[<a>, <b>]",
            "<a><b>",
            "held: true",
            "<in time>",
            "bytes until the end: 0");
  }

  @Test
  void thePageOnTheNetworkIsTrue() throws Exception {
    assertThat(outputOf("docs/network.md"))
        .containsExactly(
            "HELLO",
            "got 5 bytes",
            "silent",
            "echo",
            "not a question",
            "ping",
            "over a file, true",
            "the file is gone: true",
            "done: work, clean: true",
            "hello from one of two");
  }

  @Test
  void thePageOnRunningItIsTrue() throws Exception {
    List<String> output = outputOf("docs/operations.md");

    assertThat(output.getFirst())
        .startsWith("<SelectorEventLoop ")
        .contains(" engine=", " selector=");
    assertThat(output).anyMatch(line -> line.startsWith("* Task(name='Task-"));
  }

  @Test
  void thePageOnBlockingIsTrue() throws Exception {
    assertThat(outputOf("docs/blocking.md"))
        .containsExactly(
            "an answer",
            "connection 1 is back",
            "42 rows by connection 1",
            "canceling statement due to user request",
            "hello",
            "from elsewhere");
  }

  @Test
  void theExamplesOfThePackagesAreTrue() throws Exception {
    var blocks = new ArrayList<String>();
    for (Path page : PublicApi.packagePages(ROOT.resolve("core/src/main/java"))) {
      blocks.addAll(blocksOf(page));
    }
    assertThat(blocks).hasSizeGreaterThanOrEqualTo(10);

    assertThat(outputOf(blocks))
        .contains(
            "hello",
            "user and cart",
            "one",
            "called",
            "woken",
            "you say: hello",
            "done: 3",
            "gave up after PT1M",
            "echo on a free port: true");
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

  private List<String> outputOf(String page) throws Exception {
    List<String> blocks = blocksOf(ROOT.resolve(page));
    assertThat(blocks).isNotEmpty();
    return outputOf(blocks);
  }

  /// Runs a program of these blocks. It may log what it does, but nothing that is worth a warning.
  private List<String> outputOf(List<String> blocks) throws Exception {
    Path log = Files.writeString(directory.resolve("log.properties"), LOG_WARNINGS);
    var options = new ArrayList<String>(flags);
    options.add("-Djava.util.logging.config.file=" + log);
    return Program.run(options, write(blocks).toString());
  }

  /// Returns the code that a page shows, or that the comments of a source file show.
  private static List<String> blocksOf(Path page) throws IOException {
    String text = Files.readString(page);
    if (page.toString().endsWith(".java")) {
      text = text.replaceAll("(?m)^/// ?", "");
    }
    return JAVA_BLOCK.matcher(text).results().map((MatchResult block) -> block.group(1)).toList();
  }

  /// Writes a program that runs each block, in a task of a loop unless it makes one itself. What
  /// needs files that nobody has is only compiled.
  private Path write(List<String> blocks) throws IOException {
    var calls = new ArrayList<String>();
    var methods = new ArrayList<String>();
    for (String block : blocks) {
      String name = "block" + methods.size();
      methods.add("void " + name + "() throws Exception {\n" + block + "}\n");
      if (!block.contains(".pem\"")) {
        boolean runsItself = block.contains("Asyncio.run(") || block.contains("loop.run");
        calls.add(runsItself ? name + "();" : "Asyncio.run(() -> " + name + "());");
      }
    }
    String main =
        calls.stream()
            .map(call -> "  " + call + "\n")
            .collect(Collectors.joining("", "void main() throws Exception {\n", "}\n"));
    return Files.writeString(
        directory.resolve("Page.java"), AROUND + main + String.join("\n", methods));
  }
}
