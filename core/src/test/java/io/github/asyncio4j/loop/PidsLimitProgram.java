// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Stdio;
import io.github.asyncio4j.SubprocessOptions;
import io.github.asyncio4j.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;

/// What [PidsLimitTest] runs in a control group of its own: as many starts as told when that may
/// have no more processes, and one when it may again. Says what came of them.
final class PidsLimitProgram {
  private static final SubprocessOptions PIPES =
      SubprocessOptions.DEFAULT.stdin(Stdio.PIPE).stdout(Stdio.PIPE).stderr(Stdio.PIPE);

  private PidsLimitProgram() {}

  /// Runs it.
  ///
  /// @param args the directory of the control group; how many starts
  public static void main(String[] args) throws Exception {
    Path group = Path.of(args[0]);
    Asyncio.run(() -> run(group, Integer.parseInt(args[1])));
  }

  private static void run(Path group, int count) throws Exception {
    // The threads that start children, and those of the JDK, are there then.
    var first = new ArrayList<Task<?>>();
    for (int i = 0; i < 32; i++) {
      first.add(
          Asyncio.createTask(() -> Asyncio.createSubprocessExec(PIPES, "true").communicate()));
    }
    for (var task : first) {
      task.await();
    }
    var before = ChildCensus.now().descriptors();
    Path most = group.resolve("pids.max");
    Files.writeString(most, Files.readString(group.resolve("pids.current")));
    Map<String, Integer> outcomes = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      outcomes.merge(outcome(), 1, Integer::sum);
    }
    Files.writeString(most, "max");
    System.out.println(outcomes);
    System.out.println(ChildCensus.now().descriptors().equals(before));
    System.out.println(Asyncio.createSubprocessExec(PIPES, "true").communicate().returncode());
  }

  private static String outcome() {
    try {
      return "started " + Asyncio.createSubprocessExec(PIPES, "true").communicate();
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    } catch (OutOfMemoryError e) {
      return "no thread";
    }
  }
}
