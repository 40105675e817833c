// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Stdio;
import io.github.asyncio4j.SubprocessOptions;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.internal.ffi.ErrnoSlots;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.process.Process;
import io.github.asyncio4j.transport.ProcessLookupException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// What [PidReuseTest] runs where there are few process numbers: children that end at once are sent
/// signals long after, while others get their numbers. Says how many were started, how many numbers
/// were given out again, and how many of the others were hit.
final class PidReuseProgram {
  private static final SubprocessOptions NOTHING =
      SubprocessOptions.DEFAULT.stdin(Stdio.DEVNULL).stdout(Stdio.DEVNULL).stderr(Stdio.DEVNULL);
  private static final int SIGKILL = 9;
  private static final int AT_ONCE = 8;
  private static final int REMEMBERED = 300;

  private final boolean byNumber;
  private final int count;
  private final Random random = new Random(2);

  // Loop thread only.
  private final Deque<Process> ended = new ArrayDeque<>();
  private final Set<Integer> numbers = new HashSet<>();
  private int started;
  private int reused;
  private int hit;

  private PidReuseProgram(int count, boolean byNumber) {
    this.count = count;
    this.byNumber = byNumber;
  }

  /// Runs it.
  ///
  /// @param args how many children; `number` for signals to numbers, which is wrong
  public static void main(String[] args) throws Exception {
    var program =
        new PidReuseProgram(Integer.parseInt(args[0]), args.length > 1 && args[1].equals("number"));
    Asyncio.run(program::run);
    System.out.println(program.started + " " + program.reused + " " + program.hit);
  }

  private void run() throws Exception {
    var tasks = new ArrayList<Task<?>>();
    for (int i = 0; i < AT_ONCE; i++) {
      tasks.add(Asyncio.createTask(() -> startVictims()));
      tasks.add(Asyncio.createTask(() -> startBystanders()));
    }
    for (var task : tasks) {
      task.await();
    }
    while (!ended.isEmpty()) {
      ended.removeFirst().close();
    }
  }

  private Process start(SubprocessOptions options, String... command) throws Exception {
    started++;
    Process process = Asyncio.createSubprocessExec(options, List.of(command));
    if (!numbers.add(process.pid())) {
      reused++;
    }
    return process;
  }

  private void startVictims() throws Exception {
    while (started < count) {
      boolean leads = random.nextBoolean();
      Process process = start(leads ? NOTHING.processGroup(0) : NOTHING, "/bin/true");
      if (random.nextInt(4) > 0) {
        process.await();
      } else if (random.nextBoolean()) {
        Asyncio.sleep(Duration.ofNanos(random.nextInt(2_000_000)));
      }
      ended.addLast(process);
      for (int i = 0; i < 4; i++) {
        signalAny();
      }
      if (ended.size() > REMEMBERED) {
        ended.removeFirst().close();
      }
    }
  }

  private void signalAny() {
    int place = random.nextInt(ended.size());
    for (Process process : ended) {
      if (place-- == 0) {
        signal(process);
        return;
      }
    }
  }

  private void signal(Process process) {
    if (byNumber) {
      var _ = Native.syscalls().kill(ErrnoSlots.take(), process.pid(), SIGKILL);
      return;
    }
    try {
      process.kill();
    } catch (ProcessLookupException e) {
      return; // It is known to be gone.
    }
  }

  private void startBystanders() throws Exception {
    while (started < count) {
      Process process = start(NOTHING, "/bin/sleep", "0.02");
      if (process.await() != 0) {
        hit++;
      }
    }
  }
}
