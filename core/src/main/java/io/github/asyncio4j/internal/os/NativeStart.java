// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.os;

import io.github.asyncio4j.Lowlevel;
import io.github.asyncio4j.Stdio;
import io.github.asyncio4j.SubprocessOptions;
import io.github.asyncio4j.internal.ffi.Constants;
import io.github.asyncio4j.internal.ffi.ErrnoSlots;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.internal.ffi.SpawnPlan;
import io.github.asyncio4j.internal.ffi.Syscalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Starts a child by posix_spawn(3).
final class NativeStart implements Start {
  private static final int FIRST_OTHER = 3;

  private final Syscalls syscalls = Native.syscalls();
  private final MemorySegment errno = ErrnoSlots.take();
  private final Command command;
  private final SubprocessOptions options;

  /// @param options with all three standard streams, or a pseudo-terminal for those that it has not
  NativeStart(Command command, SubprocessOptions options) {
    this.command = command;
    this.options = options;
  }

  @Override
  public Started run() throws IOException {
    ensureOpen(options);
    var streams = new ChildStreams(syscalls);
    // Before there is a child, as somebody must have it: what comes after that may find no memory.
    var started = new NativeStarted(syscalls, leadsGroup(), streams);
    try {
      streams.open(options);
      spawn(streams, started.pid);
      streams.closeTheirs();
      return started;
    } catch (Throwable t) {
      started.abandon();
      throw t;
    }
  }

  /// Before anything is opened here: that could get the number of one that is not.
  private void ensureOpen(SubprocessOptions options) {
    for (Stdio stream :
        new @Nullable Stdio[] {options.stdin(), options.stdout(), options.stderr()}) {
      if (stream instanceof Stdio.Descriptor(int fd) && !isOpen(fd)) {
        throw new IllegalArgumentException("not open: descriptor " + fd);
      }
    }
    for (int fd : options.passFds()) {
      if (!isOpen(fd)) {
        throw new IllegalArgumentException("passFds: not open: " + fd);
      }
    }
  }

  private boolean isOpen(int fd) {
    return syscalls.fcntl(errno, fd, Constants.F_GETFD, 0) >= 0;
  }

  private static final class NativeStarted implements Started {
    private final Syscalls syscalls;
    private final boolean leadsGroup;
    private final ChildStreams streams;
    // Written by the system, once: 0 as long as there is no child.
    private final MemorySegment pid = Arena.ofAuto().allocate(ValueLayout.JAVA_INT);

    NativeStarted(Syscalls syscalls, boolean leadsGroup, ChildStreams streams) {
      this.syscalls = syscalls;
      this.leadsGroup = leadsGroup;
      this.streams = streams;
    }

    private int pid() {
      return pid.get(ValueLayout.JAVA_INT, 0);
    }

    @Override
    public ChildProcess adopt(Lowlevel lowlevel, Child.Listener listener) throws IOException {
      try (streams) {
        var child = NativeChild.watch(lowlevel, syscalls, pid(), leadsGroup, listener);
        try {
          return streams.started(child);
        } catch (Throwable t) {
          child.release();
          throw t;
        }
      }
    }

    @Override
    public void abandon() {
      try {
        streams.close();
      } finally {
        if (pid() != 0) {
          Orphans.killAndWait(syscalls, pid());
        }
      }
    }
  }

  private boolean leadsGroup() {
    Integer group = options.processGroup();
    return leadsSession() || (group != null && group == 0);
  }

  private boolean leadsSession() {
    return options.startNewSession() || options.pty() != null;
  }

  private void spawn(ChildStreams streams, MemorySegment pid) throws IOException {
    String program = program();
    try (var plan = new SpawnPlan(syscalls);
        Arena arena = Arena.ofConfined()) {
      plan.cleanSignals(options.restoreSignals());
      Integer group = options.processGroup();
      if (leadsSession()) {
        // Its group is its own: setpgid(2) refuses to say so once more.
        plan.newSession();
      } else if (group != null) {
        plan.processGroup(group);
      }
      // First, as paths that are opened are absolute or our own.
      streams.planInto(plan);
      keep(plan, options.passFds());
      if (options.cwd() != null) {
        plan.chdir(options.cwd().toString());
      }
      Map<String, String> env = options.env();
      MemorySegment envp = env == null ? Environment.inherited() : Environment.of(arena, env);
      int result = plan.spawn(program, command.arguments(), envp, pid);
      if (result < 0) {
        throw SpawnFailure.of(-result, command, options.cwd());
      }
    }
  }

  /// posix_spawnp looks in the `PATH` of this process, which need not be the child's.
  private String program() throws IOException {
    return options.env() == null
        ? command.program()
        : new ProgramSearch(command, options.cwd()).find();
  }

  /// Leaves the child its standard streams and some descriptors; it closes all others, whoever has
  /// opened them and when: the JDK's are not closed by exec.
  private void keep(SpawnPlan plan, List<Integer> fds) {
    int next = FIRST_OTHER;
    for (int fd : new TreeSet<>(fds)) {
      while (next < fd) {
        plan.close(next++);
      }
      plan.dup2(fd, fd);
      next++;
    }
    plan.closeFrom(next);
  }
}
