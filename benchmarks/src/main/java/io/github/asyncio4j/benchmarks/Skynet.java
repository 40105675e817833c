// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.benchmarks;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.TaskGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A tree of tasks: each starts ten more and adds up what they return; the leaves return their
/// number.
///
/// Prints the sum, the seconds and the most memory that the process has had: `Skynet LEAVES
/// gather|group`. The peer of `peers/skynet.py`.
public final class Skynet {
  private static final int CHILDREN = 10;

  private final EventLoop loop = Asyncio.getRunningLoop();

  private Skynet() {}

  /// Runs once.
  public static void main(String[] args) throws Exception {
    int leaves = Integer.parseInt(args[0]);
    boolean group = args[1].equals("group");
    long start = System.nanoTime();
    long sum =
        Asyncio.run(() -> group ? new Skynet().group(0, leaves) : new Skynet().gather(0, leaves));
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        Locale.ROOT,
        "{\"sum\": %d, \"seconds\": %.3f, \"peak_kib\": %d}%n",
        sum,
        seconds,
        peakKibibytes());
  }

  private long gather(long first, int leaves) throws Exception {
    if (leaves == 1) {
      return first;
    }
    int part = leaves / CHILDREN;
    var children = new ArrayList<Task<Long>>(CHILDREN);
    for (int i = 0; i < CHILDREN; i++) {
      long number = first + (long) i * part;
      children.add(loop.createTask(() -> gather(number, part)));
    }
    return sum(Asyncio.<Long>gather(children).await());
  }

  private long group(long first, int leaves) throws Exception {
    if (leaves == 1) {
      return first;
    }
    int part = leaves / CHILDREN;
    var children = new ArrayList<Task<Long>>(CHILDREN);
    new TaskGroup()
        .run(
            group -> {
              for (int i = 0; i < CHILDREN; i++) {
                long number = first + (long) i * part;
                children.add(group.createTask(() -> group(number, part)));
              }
            });
    var sums = new ArrayList<Long>(CHILDREN);
    for (Task<Long> child : children) {
      sums.add(child.result());
    }
    return sum(sums);
  }

  private static long sum(List<Long> numbers) {
    return numbers.stream().mapToLong(Long::longValue).sum();
  }

  private static long peakKibibytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    throw new IOException("no VmHWM in /proc/self/status");
  }
}
