// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What CPython printed for one scenario.
///
/// @param theme the name of the file that holds its Python half, without its ending
/// @param ids the rows of the specification that it pins
record Recording(String theme, List<String> ids, List<String> lines) {
  private static final Path EXPECTED = Path.of("../conformance/expected");
  private static final String ENDING = ".txt";
  private static final String HEADER = "# ";

  /// All of them, by the name of their scenario.
  static final Map<String, Recording> ALL = readAll();

  private static Map<String, Recording> readAll() {
    var all = new TreeMap<String, Recording>();
    try (var files = Files.newDirectoryStream(EXPECTED, "*" + ENDING)) {
      for (var file : files) {
        read(file, all);
      }
    } catch (IOException e) {
      throw new ExceptionInInitializerError(e);
    }
    return all;
  }

  private static void read(Path file, Map<String, Recording> all) throws IOException {
    String fileName = file.getFileName().toString();
    String theme = fileName.substring(0, fileName.length() - ENDING.length());
    List<String> lines = List.of();
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith(HEADER)) {
        String[] nameAndIds = line.substring(HEADER.length()).split(": ", 2);
        lines = new ArrayList<>();
        var recording = new Recording(theme, List.of(nameAndIds[1].split(" ")), lines);
        if (all.put(nameAndIds[0], recording) != null) {
          throw new IllegalStateException("two recordings of one name: " + nameAndIds[0]);
        }
      } else if (!line.isEmpty()) {
        lines.add(line);
      }
    }
  }
}
