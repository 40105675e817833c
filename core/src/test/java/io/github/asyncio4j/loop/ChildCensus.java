// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/// What there is of child processes: pipes and pidfds of this process by number, and its children,
/// those included that nobody has waited for.
record ChildCensus(Map<String, String> descriptors, Map<Long, String> children) {
  private static final Path PROC = Path.of("/proc");
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  static ChildCensus now() throws IOException {
    var descriptors = new TreeMap<String, String>();
    try (var entries = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (var entry : entries) {
        try {
          String target = Files.readSymbolicLink(entry).toString();
          if (target.startsWith("pipe:") || target.equals("anon_inode:[pidfd]")) {
            descriptors.put(entry.getFileName().toString(), target);
          }
        } catch (IOException e) {
          // Closed since the directory was read.
        }
      }
    }
    return new ChildCensus(descriptors, childrenOf(ProcessHandle.current().pid()));
  }

  /// Returns the children of a process by number, each with its state and program.
  static Map<Long, String> childrenOf(long parent) throws IOException {
    var children = new TreeMap<Long, String>();
    try (var entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (var entry : entries) {
        try {
          String stat = Files.readString(entry.resolve("stat"));
          String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
          if (Long.parseLong(fields[1]) == parent) {
            String program = stat.substring(stat.indexOf('('), stat.lastIndexOf(')') + 1);
            children.put(Long.valueOf(entry.getFileName().toString()), fields[0] + program);
          }
        } catch (IOException e) {
          // Gone since the directory was read.
        }
      }
    }
    return children;
  }

  /// Waits until there is nothing else than there was: threads close what the portable tier has
  /// opened, and wait for children whose loop was closed.
  void awaitAgain() throws IOException {
    long start = System.nanoTime();
    ChildCensus now = now();
    while (!now.equals(this) && System.nanoTime() - start < PATIENCE.toNanos()) {
      Thread.onSpinWait();
      now = now();
    }
    assertThat(now).isEqualTo(this);
  }
}
