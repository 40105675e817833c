// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.os;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// Who is in a process group. Any thread.
final class GroupMembers {
  /*
   * kill(2) finds a process that has ended and that nobody has waited for, too. A grandchild gets a
   * new parent when its own has ended, the first process of the system or of the container, and
   * that may take its time to wait, or never do it.
   *
   * proc(5), /proc/PID/stat: pid, name in parentheses, state, parent, group.
   */
  private static final Path PROC = Path.of("/proc");
  private static final int STATE = 0;
  private static final int GROUP = 2;

  private GroupMembers() {}

  /// Tells whether somebody in a group has not ended; true when that cannot be seen.
  static boolean anyAlive(int group) {
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        if (isAliveIn(group, process)) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private static boolean isAliveIn(int group, Path process) {
    try {
      String stat = Files.readString(process.resolve("stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return fields[GROUP].equals(Integer.toString(group))
          && !fields[STATE].equals("Z")
          && !fields[STATE].equals("X");
    } catch (IOException e) {
      return false; // Gone since the directory was read.
    }
  }
}
