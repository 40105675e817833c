// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;

/// That a class of the library uses another one.
///
/// @param from the full name of the class that uses
/// @param to the full name of the class that is used
record Edge(String from, String to) {
  /// The package that all others are below.
  static final String ROOT = "io.github.asyncio4j";

  private static final Pattern LINE = Pattern.compile("\\s+(\\S+)\\s+->\\s+(\\S+)\\s.*");

  /// Returns all of the library's, as `jdeps` sees them.
  static List<Edge> ofTheLibrary(String... options) {
    StringWriter out = new StringWriter();
    PrintWriter printer = new PrintWriter(out);
    String classes = Sources.MODULE.resolve("target/classes").toString();
    var arguments = new ArrayList<>(List.of(options));
    arguments.addAll(List.of("-verbose:class", "-filter:none", classes));
    int status =
        ToolProvider.findFirst("jdeps")
            .orElseThrow()
            .run(printer, printer, arguments.toArray(String[]::new));
    assertThat(status).as(out.toString()).isZero();
    return out.toString()
        .lines()
        .map(LINE::matcher)
        .filter(Matcher::matches)
        .map(edge -> new Edge(edge.group(1), edge.group(2)))
        .filter(edge -> edge.from.startsWith(ROOT + ".") && edge.to.startsWith(ROOT + "."))
        .toList();
  }
}
