// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.Asyncio;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// What [PidsLimitTest] runs in a control group of its own: a loop waits for the first time when
/// the group may have no more threads.
final class NoWaiterProgram {
  private NoWaiterProgram() {}

  /// Runs it.
  ///
  /// @param args the directory of the control group
  public static void main(String[] args) throws Exception {
    Path group = Path.of(args[0]);
    Asyncio.run(
        () -> {
          Files.writeString(
              group.resolve("pids.max"), Files.readString(group.resolve("pids.current")));
          Asyncio.sleep(Duration.ofMillis(150));
          var answer = Asyncio.getRunningLoop().createFuture();
          Asyncio.getRunningLoop().callLater(Duration.ofMillis(10), () -> answer.setResult("told"));
          System.out.println(answer.await());
          Files.writeString(group.resolve("pids.max"), "max");
        });
  }
}
