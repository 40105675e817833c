// SPDX-License-Identifier: Apache-2.0

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Looks up what the page for those who know asyncio calls things.
final class NamesTest {
  private static final Path PAGE = Path.of("..", "docs", "from-asyncio.md");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Pattern CALL = Pattern.compile("(?:\\b([A-Z]\\w*)\\.)?\\b([a-z]\\w*)\\(");
  private static final Pattern TYPE = Pattern.compile("(?<![-.\\w\"])([A-Z][a-z]\\w*)");

  // What stands for the reader's own, and words of the language.
  private static final Set<String> NOT_OURS = Set.of("cb", "f", "main", "try", "catch");

  private static final List<String> PACKAGES_OF_THE_JDK =
      List.of(
          "java.io.",
          "java.lang.",
          "java.net.",
          "java.nio.",
          "java.nio.channels.",
          "java.time.",
          "java.util.concurrent.",
          "javax.net.ssl.");

  @Test
  void everyNameOfTheJavaColumnExists() throws Exception {
    PublicApi api = PublicApi.read();
    var unknown = new ArrayList<String>();
    int rows = 0;
    for (String line : Files.readAllLines(PAGE)) {
      String[] cells = line.split(" ?\\| ?", -1);
      if (cells.length != 5 || cells[1].startsWith("---") || cells[1].equals("Python")) {
        continue;
      }
      rows++;
      CODE.matcher(cells[2])
          .results()
          .forEach(code -> lookUp(code.group(1), api).forEach(n -> unknown.add(n + " in " + line)));
    }

    assertThat(unknown).isEmpty();
    assertThat(rows).isGreaterThan(150);
  }

  private static List<String> lookUp(String code, PublicApi api) {
    var unknown = new ArrayList<String>();
    Matcher call = CALL.matcher(code);
    while (call.find()) {
      String type = call.group(1);
      String name = call.group(2);
      boolean known;
      if (type == null) {
        known = api.hasMethod(name) || NOT_OURS.contains(name);
      } else {
        // A type of the JDK is looked up below.
        known = !api.hasType(type) || api.hasMember(type, name);
      }
      if (!known) {
        unknown.add(name);
      }
    }
    TYPE.matcher(code)
        .results()
        .map(type -> type.group(1))
        .filter(type -> !api.hasType(type) && !isOfTheJdk(type))
        .forEach(unknown::add);
    return unknown;
  }

  private static boolean isOfTheJdk(String type) {
    return PACKAGES_OF_THE_JDK.stream()
        .anyMatch(
            name -> {
              try {
                Class.forName(name + type);
                return true;
              } catch (ClassNotFoundException e) {
                return false;
              }
            });
  }
}
