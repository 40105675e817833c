// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Stdio;
import io.github.asyncio4j.SubprocessOptions;
import io.github.asyncio4j.process.Process;
import io.github.asyncio4j.stream.StreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// What [PidsLimitTest] runs in a control group of its own: a loop with a child is closed when the
/// group may have no more threads. Says whether the child is gone, and waited for.
final class NoThreadsProgram {
  private NoThreadsProgram() {}

  /// Runs it.
  ///
  /// @param args the directory of the control group; `later` when another thread waits for the
  ///   child
  public static void main(String[] args) throws Exception {
    Path group = Path.of(args[0]);
    var loop = Asyncio.newEventLoop();
    var pipes = SubprocessOptions.DEFAULT.stdin(Stdio.PIPE).stdout(Stdio.PIPE);
    var cat =
        loop.runUntilComplete(
            () -> Process.exec(loop, pipes, StreamReader.DEFAULT_LIMIT, List.of("cat")));
    Files.writeString(group.resolve("pids.max"), Files.readString(group.resolve("pids.current")));
    loop.close();
    Path process = Path.of("/proc", Integer.toString(cat.pid()));
    while (args.length > 1 && Files.exists(process)) {
      LockSupport.parkNanos(1_000_000);
    }
    System.out.println(Files.exists(process) ? "left" : "gone");
  }
}
