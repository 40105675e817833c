// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;

/// Holds the classes of the library to the layers that ARCHITECTURE.md draws.
final class LayeringTest {
  private static final String ROOT = "io.github.asyncio4j";
  private static final String FACADE = "Asyncio";
  private static final Pattern EDGE = Pattern.compile("\\s+(\\S+)\\s+->\\s+(\\S+)\\s.*");

  /* A layer is a package below the root, save two: "" is the root itself without its facade. */
  private static final Map<String, Set<String>> MAY_USE = new LinkedHashMap<>();

  static {
    MAY_USE.put("transport", Set.of());
    MAY_USE.put("internal.jdk", Set.of());
    MAY_USE.put("internal.ffi", Set.of("internal.jdk"));
    MAY_USE.put("selector", Set.of("internal.ffi"));
    MAY_USE.put("socket", Set.of("internal.ffi", "selector"));
    MAY_USE.put("", Set.of("transport", "internal.jdk", "internal.ffi", "selector", "socket"));
    MAY_USE.put(
        "internal.net",
        Set.of("transport", "internal.jdk", "internal.ffi", "selector", "socket", ""));
    MAY_USE.put(
        "loop", Set.of("transport", "internal.ffi", "selector", "socket", "", "internal.net"));
    MAY_USE.put("stream", Set.of("transport", "socket", ""));
    MAY_USE.put("sync", Set.of(""));
    MAY_USE.put(
        "testing",
        Set.of("transport", "internal.jdk", "selector", "socket", "", "internal.net", "stream"));
    MAY_USE.put(FACADE, Set.of("transport", "socket", "", "stream"));
    MAY_USE.put("internal.check", Set.of("", "stream", "sync", FACADE));
  }

  private record Edge(String from, String to) {
    boolean isLegal() {
      String user = layerOf(from);
      String used = layerOf(to);
      return MAY_USE.containsKey(user) && (user.equals(used) || MAY_USE.get(user).contains(used));
    }
  }

  @Test
  void everyClassUsesOnlyTheLayersBelowItsOwn() {
    List<Edge> edges = edgesOfTheLibrary();

    assertThat(edges).isNotEmpty();
    assertThat(edges).filteredOn(edge -> !edge.isLegal()).isEmpty();
  }

  @Test
  void theLayersHaveNoCycle() {
    List<String> upwards = List.copyOf(MAY_USE.keySet());

    MAY_USE.forEach(
        (user, used) ->
            assertThat(upwards.subList(0, upwards.indexOf(user)))
                .as("layers below '%s'", user)
                .containsAll(used));
  }

  @Test
  void aClassThatUsesALayerAboveItIsFound() {
    assertThat(new Edge(ROOT + ".selector.Selector", ROOT + ".EventLoop").isLegal()).isFalse();
    assertThat(new Edge(ROOT + ".Future", ROOT + ".stream.StreamReader").isLegal()).isFalse();
    assertThat(new Edge(ROOT + ".loop.Loop$1", ROOT + ".Asyncio$Runner").isLegal()).isFalse();
    assertThat(new Edge(ROOT + ".unknown.Type", ROOT + ".unknown.Type").isLegal()).isFalse();
    assertThat(new Edge(ROOT + ".Asyncio$1", ROOT + ".stream.StreamReader").isLegal()).isTrue();
  }

  private static String layerOf(String className) {
    String below = className.substring(ROOT.length() + 1);
    if (below.equals(FACADE) || below.startsWith(FACADE + "$")) {
      return FACADE;
    }
    int end = below.lastIndexOf('.');
    return end < 0 ? "" : below.substring(0, end);
  }

  @Test
  void noExportedSignatureNamesAnInternalType() {
    List<Edge> edges = edgesOfTheLibrary("-apionly");

    assertThat(edges).isNotEmpty();
    assertThat(edges)
        .filteredOn(edge -> isInternal(edge.to()) && !isInternal(edge.from()))
        .isEmpty();
  }

  private static boolean isInternal(String className) {
    return layerOf(className).startsWith("internal.");
  }

  private static List<Edge> edgesOfTheLibrary(String... options) {
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
        .map(EDGE::matcher)
        .filter(Matcher::matches)
        .map(edge -> new Edge(edge.group(1), edge.group(2)))
        .filter(edge -> edge.from().startsWith(ROOT + ".") && edge.to().startsWith(ROOT + "."))
        .toList();
  }
}
