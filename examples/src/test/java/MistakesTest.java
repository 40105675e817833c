// SPDX-License-Identifier: Apache-2.0

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What javac says of the mistakes that people make in their first hour, with the class path of a
/// project that has the dependency of the README and no other.
@Timeout(60)
final class MistakesTest {
  private static final Path MISTAKES = Path.of("../acceptance/mistakes");

  @TempDir Path directory;

  private record Outcome(int status, String output) {}

  static List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(MISTAKES)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void thereAreTenMistakesAndMore() throws Exception {
    assertThat(names()).hasSizeGreaterThanOrEqualTo(10);
  }

  @ParameterizedTest
  @MethodSource("names")
  void aMistakeIsAnErrorAtItsLine(String name) throws Exception {
    String program = Files.readString(MISTAKES.resolve(name));
    int line = (int) program.substring(0, program.indexOf("// mistake")).lines().count();

    Outcome outcome = compile(name, program);

    assertThat(outcome.output())
        .contains(name + ":" + line + ": error: ")
        .endsWith("1 error\n")
        .doesNotContain("exception has occurred in the compiler");
    assertThat(outcome.status()).isOne();
  }

  @ParameterizedTest
  @MethodSource("names")
  void whatToWriteInsteadCompiles(String name) throws Exception {
    String program = Files.readString(MISTAKES.resolve(name));

    assertThat(compile(name, program.replaceAll("// instead: (.*)\\n.*// mistake", "$1")))
        .isEqualTo(new Outcome(0, ""));
  }

  private Outcome compile(String name, String program) throws IOException {
    Path source = Files.writeString(directory.resolve(name), program);
    String classPath = Files.readString(Path.of("target/compile.classpath"));
    var output = new StringWriter();
    var printer = new PrintWriter(output);
    int status =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(printer, printer, "-cp", classPath, "-d", "" + directory, "" + source);
    return new Outcome(status, output.toString());
  }
}
