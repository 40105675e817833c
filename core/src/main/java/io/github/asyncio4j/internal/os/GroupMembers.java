// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.os;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/// Who is in a process group. Loop thread only.
final class GroupMembers implements AutoCloseable {
  /*
   * kill(2) finds a process that has ended and that nobody has waited for, too. A grandchild gets a
   * new parent when its own has ended, the first process of the system or of the container, and
   * that may take its time to wait, or never do it.
   *
   * proc(5), /proc/PID/stat: pid, name in parentheses, state, parent, group. To read one takes some
   * 20 us, and a machine may have tens of thousands of them: so a look takes no longer than the loop
   * can spare, and the next one goes on where it has ended.
   */
  private static final Path PROC = Path.of("/proc");
  private static final Duration LONGEST_LOOK = Duration.ofMillis(2);
  private static final int STATE = 0;
  private static final int GROUP = 2;

  private final int group;
  private final Path proc;
  private final long mostNanos;

  // Loop thread only. Who was alive at the last look; null for nobody.
  private @Nullable Path known;
  // A pass over all processes that is under way; null and null without one.
  private @Nullable DirectoryStream<Path> pass;
  private @Nullable Iterator<Path> rest;

  GroupMembers(int group) {
    this(group, PROC, LONGEST_LOOK);
  }

  /// @param proc as proc(5)
  /// @param longest how long a look may take; at least one process is looked at
  GroupMembers(int group, Path proc, Duration longest) {
    this.group = group;
    this.proc = proc;
    this.mostNanos = longest.toNanos();
  }

  /// Tells whether somebody in the group has not ended; true as long as that is not known.
  @SuppressWarnings("StreamResourceLeak") // The next look goes on with it; close() closes it.
  boolean anyAlive() {
    long start = System.nanoTime();
    if (known != null && isAlive(known)) {
      return true;
    }
    known = null;
    try {
      var left = rest;
      if (left == null) {
        pass = Files.newDirectoryStream(proc, "[0-9]*");
        left = pass.iterator();
        rest = left;
      }
      while (left.hasNext()) {
        Path process = left.next();
        if (isAlive(process)) {
          known = process;
          close();
          return true;
        }
        if (System.nanoTime() - start >= mostNanos) {
          return true;
        }
      }
      close();
      return false;
    } catch (IOException | DirectoryIteratorException e) {
      close();
      return true;
    }
  }

  private boolean isAlive(Path process) {
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

  /// Ends a pass that is under way; the next look begins another.
  @Override
  public void close() {
    var ended = pass;
    pass = null;
    rest = null;
    if (ended == null) {
      return;
    }
    try {
      ended.close();
    } catch (IOException e) {
      // The system closes it all the same.
      return;
    }
  }
}
