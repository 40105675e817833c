// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.Asyncio;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// What [PidsLimitTest] runs in a control group of its own: a loop runs for the first time when the
/// group may have no more threads.
final class NoWatchdogProgram {
  private NoWatchdogProgram() {}

  /// Runs it.
  ///
  /// @param args the directory of the control group
  public static void main(String[] args) throws Exception {
    // What the JDK itself needs for virtual threads is there then.
    Thread.startVirtualThread(() -> {}).join();
    Path limit = Path.of(args[0]).resolve("pids.max");
    Files.writeString(limit, Files.readString(limit.resolveSibling("pids.current")));
    Asyncio.run(() -> Asyncio.sleep(Duration.ofMillis(10)));
    boolean watched =
        Thread.getAllStackTraces().keySet().stream()
            .anyMatch(thread -> thread.getName().equals("asyncio4j-watchdog"));
    System.out.println(watched ? "watched" : "unwatched");
    Files.writeString(limit, "max");
  }
}
