// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.LineNumberInfo;
import java.lang.classfile.attribute.LineNumberTableAttribute;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Holds files and methods to a size at which they can be read in one go.
final class SizeTest {
  private static final int MAX_FILE_LINES = 600;
  private static final int MAX_METHOD_LINES = 80;

  /* A file goes in here with its own limit and the reason why it cannot be split. */
  private static final Map<String, Integer> LONGER_FILES =
      Map.of(
          // One delegation per function of asyncio's module.
          "src/main/java/io/github/asyncio4j/Asyncio.java",
          900,
          // One delegation per function of a socket object, for both kinds of socket.
          "src/main/java/io/github/asyncio4j/socket/Socket.java",
          700);

  @Test
  void noFileIsLongerThanSixHundredLines() throws IOException {
    List<Path> files =
        Stream.of("src/main/java", "src/test/java")
            .flatMap(directory -> Sources.list(directory, ".java").stream())
            .toList();
    List<String> tooLong = new ArrayList<>();
    for (Path file : files) {
      int lines = Files.readAllLines(file).size();
      String name = Sources.MODULE.relativize(file).toString();
      if (lines > LONGER_FILES.getOrDefault(name, MAX_FILE_LINES)) {
        tooLong.add(name + ": " + lines + " lines");
      }
    }

    assertThat(files).isNotEmpty();
    assertThat(tooLong).isEmpty();
  }

  @Test
  void noMethodIsLongerThanEightyLines() throws IOException {
    List<Path> classes = Sources.list("target/classes", ".class");
    List<String> tooLong = new ArrayList<>();
    for (Path file : classes) {
      ClassModel type = ClassFile.of().parse(file);
      for (MethodModel method : type.methods()) {
        int lines = bodyLines(method);
        if (lines > MAX_METHOD_LINES) {
          String owner = type.thisClass().name().stringValue();
          tooLong.add(owner + "." + method.methodName() + ": " + lines + " lines");
        }
      }
    }

    assertThat(classes).isNotEmpty();
    assertThat(tooLong).isEmpty();
  }

  /* Constructors and initialisers are left out: their code comes from all over the class. */
  private static int bodyLines(MethodModel method) {
    if (method.code().isEmpty() || method.methodName().stringValue().startsWith("<")) {
      return 0;
    }
    CodeModel code = method.code().get();
    IntSummaryStatistics lines =
        code.findAttributes(Attributes.lineNumberTable()).stream()
            .map(LineNumberTableAttribute::lineNumbers)
            .flatMap(List::stream)
            .mapToInt(LineNumberInfo::lineNumber)
            .summaryStatistics();
    return lines.getCount() == 0 ? 0 : lines.getMax() - lines.getMin() + 1;
  }
}
