// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Holds the classes of the library to the layers that ARCHITECTURE.md draws.
final class LayeringTest {
  private static final String ROOT = Edge.ROOT;
  private static final String FACADE = "Asyncio";

  /* A layer is a package below the root, save two: "" is the root itself without its facade. */
  private static final Map<String, Set<String>> MAY_USE = new LinkedHashMap<>();

  static {
    MAY_USE.put("transport", Set.of());
    MAY_USE.put("ssl", Set.of());
    MAY_USE.put("internal.jdk", Set.of());
    MAY_USE.put("internal.ffi", Set.of("internal.jdk"));
    MAY_USE.put("selector", Set.of("internal.ffi"));
    MAY_USE.put("socket", Set.of("internal.ffi", "selector"));
    MAY_USE.put("pipe", Set.of("internal.jdk", "internal.ffi", "selector", "socket"));
    MAY_USE.put(
        "",
        Set.of("transport", "ssl", "internal.jdk", "internal.ffi", "selector", "socket", "pipe"));
    MAY_USE.put("internal.tasks", Set.of("", "internal.jdk"));
    MAY_USE.put("internal.tls", Set.of("transport", "ssl", "internal.jdk", "socket", ""));
    MAY_USE.put(
        "internal.net",
        Set.of(
            "transport",
            "internal.jdk",
            "internal.ffi",
            "selector",
            "socket",
            "pipe",
            "ssl",
            "",
            "internal.tasks",
            "internal.tls"));
    MAY_USE.put(
        "internal.os",
        Set.of(
            "transport", "internal.jdk", "internal.ffi", "selector", "pipe", "", "internal.net"));
    MAY_USE.put(
        "loop",
        Set.of(
            "transport", "internal.ffi", "selector", "socket", "", "internal.net", "internal.os"));
    MAY_USE.put("stream", Set.of("transport", "ssl", "socket", "pipe", "", "internal.tasks"));
    MAY_USE.put(
        "process",
        Set.of("transport", "internal.jdk", "socket", "pipe", "", "internal.tasks", "stream"));
    MAY_USE.put("sync", Set.of(""));
    MAY_USE.put("flow", Set.of(""));
    MAY_USE.put(
        "testing",
        Set.of("transport", "internal.jdk", "selector", "socket", "", "internal.net", "stream"));
    MAY_USE.put(
        FACADE, Set.of("transport", "socket", "pipe", "", "internal.tasks", "stream", "process"));
    // It comes to the library by reflection, in the JVM of a program.
    MAY_USE.put("internal.inspect", Set.of());
    MAY_USE.put("internal.check", Set.of("", "stream", "sync", FACADE));
  }

  private static boolean isLegal(Edge edge) {
    String user = layerOf(edge.from());
    String used = layerOf(edge.to());
    return MAY_USE.containsKey(user) && (user.equals(used) || MAY_USE.get(user).contains(used));
  }

  @Test
  void everyClassUsesOnlyTheLayersBelowItsOwn() {
    List<Edge> edges = Edge.ofTheLibrary();

    assertThat(edges).isNotEmpty();
    assertThat(edges).filteredOn(edge -> !isLegal(edge)).isEmpty();
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
    assertThat(isLegal(new Edge(ROOT + ".selector.Selector", ROOT + ".EventLoop"))).isFalse();
    assertThat(isLegal(new Edge(ROOT + ".Future", ROOT + ".stream.StreamReader"))).isFalse();
    assertThat(isLegal(new Edge(ROOT + ".loop.Loop$1", ROOT + ".Asyncio$Runner"))).isFalse();
    assertThat(isLegal(new Edge(ROOT + ".Task", ROOT + ".internal.tasks.Gather"))).isFalse();
    assertThat(isLegal(new Edge(ROOT + ".internal.tasks.Wait", ROOT + ".Asyncio"))).isFalse();
    assertThat(isLegal(new Edge(ROOT + ".unknown.Type", ROOT + ".unknown.Type"))).isFalse();
    assertThat(isLegal(new Edge(ROOT + ".Asyncio$1", ROOT + ".stream.StreamReader"))).isTrue();
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
    List<Edge> edges = Edge.ofTheLibrary("-apionly");

    assertThat(edges).isNotEmpty();
    assertThat(edges)
        .filteredOn(edge -> isInternal(edge.to()) && !isInternal(edge.from()))
        .isEmpty();
  }

  private static boolean isInternal(String className) {
    return layerOf(className).startsWith("internal.");
  }
}
