// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.os;

import io.github.asyncio4j.Stdio;
import io.github.asyncio4j.SubprocessOptions;
import io.github.asyncio4j.internal.ffi.Constants;
import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.ErrnoSlots;
import io.github.asyncio4j.internal.ffi.SpawnPlan;
import io.github.asyncio4j.internal.ffi.Syscalls;
import io.github.asyncio4j.internal.jdk.MemoryPause;
import io.github.asyncio4j.pipe.PseudoTerminal;
import io.github.asyncio4j.pipe.ReadPipe;
import io.github.asyncio4j.pipe.WindowSize;
import io.github.asyncio4j.pipe.WritePipe;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The descriptors of a child's standard streams while it is started. One thread at a time; closing
/// it closes what is not handed over.
final class ChildStreams implements AutoCloseable {
  /*
   * What the child gets has numbers from 3 on here, so that putting one of its streams in its place
   * covers no other: those that are lower, as when this process was started without a standard
   * input, or a descriptor of the program's is one of the three, are copied first.
   *
   * The ends of a pipe have a mode each. Ours is made non-blocking, the child's is not.
   *
   * On Linux a terminal becomes the one that controls a session when the leader of that, which has
   * none, opens it without O_NOCTTY (ioctl_tty(2)). posix_spawn makes the session before it opens
   * files. The child opens the slave by the descriptor that this process has, as another mount of
   * the file system of devices may have another slave of that name.
   */

  private static final int STREAMS = 3;
  private static final Path NULL_DEVICE = Path.of("/dev/null");
  private static final int NEW_FILE_MODE = 0666;

  private final Syscalls syscalls;
  private final MemorySegment errno = ErrnoSlots.take();
  private final LinkedHashSet<Integer> toClose = new LinkedHashSet<>();

  // What the child gets; -1 for what it inherits, or has a copy of.
  private final int[] theirs = {-1, -1, -1};
  private final int[] ours = {-1, -1, -1};
  private boolean merged;
  // Ours until it is handed over.
  private @Nullable PseudoTerminal pty;
  private int slave = -1;

  ChildStreams(Syscalls syscalls) {
    this.syscalls = syscalls;
  }

  /// Opens all that the options ask for.
  ///
  /// @throws IllegalArgumentException when a descriptor of the options is not open
  /// @throws IOException when a file cannot be opened, or the system is out of descriptors
  void open(SubprocessOptions options) throws IOException {
    WindowSize window = options.pty();
    if (window == null) {
      open(0, Objects.requireNonNull(options.stdin()));
      open(1, Objects.requireNonNull(options.stdout()));
    } else {
      PseudoTerminal made = PseudoTerminal.open(window);
      pty = made;
      slave = copyIfLow(made.slaveFileno(), made.slaveFileno() >= STREAMS);
    }
    Stdio stderr = options.stderr();
    open(
        2,
        window == null
            ? Objects.requireNonNull(stderr)
            : Objects.requireNonNullElse(stderr, Stdio.STDOUT));
  }

  private void open(int fd, Stdio stream) throws IOException {
    switch (stream) {
      case Stdio.Plain.PIPE -> openPipe(fd);
      case Stdio.Plain.INHERIT -> {}
      case Stdio.Plain.STDOUT -> merged = true;
      case Stdio.Plain.DEVNULL -> theirs[fd] = openFile(NULL_DEVICE, Constants.O_RDWR);
      case Stdio.FileInput(Path file) -> theirs[fd] = openFile(file, Constants.O_RDONLY);
      case Stdio.FileOutput(Path file, boolean append) ->
          theirs[fd] =
              openFile(
                  file,
                  Constants.O_WRONLY
                      | Constants.O_CREAT
                      | (append ? Constants.O_APPEND : Constants.O_TRUNC));
      case Stdio.Descriptor(int given) -> theirs[fd] = given == fd ? -1 : copyIfLow(given, false);
    }
  }

  private void openPipe(int fd) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pair = arena.allocate(ValueLayout.JAVA_INT, 2);
      check("pipe2", syscalls.pipe2(errno, pair, Constants.O_CLOEXEC));
      int readEnd = owned(pair.getAtIndex(ValueLayout.JAVA_INT, 0));
      int writeEnd = owned(pair.getAtIndex(ValueLayout.JAVA_INT, 1));
      theirs[fd] = copyIfLow(fd == 0 ? readEnd : writeEnd, true);
      ours[fd] = fd == 0 ? writeEnd : readEnd;
    }
  }

  /// Opens a file without waiting: a FIFO that nobody reads is no file to write to.
  private int openFile(Path file, int flags) throws IOException {
    int fd;
    try (Arena arena = Arena.ofConfined()) {
      fd =
          syscalls.open(
              errno,
              arena.allocateFrom(file.toString()),
              flags | Constants.O_CLOEXEC | Constants.O_NONBLOCK | Constants.O_NOCTTY,
              NEW_FILE_MODE);
    }
    if (fd < 0) {
      throw SpawnFailure.ofFile(-fd, file);
    }
    var _ = owned(fd);
    // The child expects to wait for it.
    int mode = check("fcntl", syscalls.fcntl(errno, fd, Constants.F_GETFL, 0));
    check("fcntl", syscalls.fcntl(errno, fd, Constants.F_SETFL, mode & ~Constants.O_NONBLOCK));
    return copyIfLow(fd, true);
  }

  private int copyIfLow(int fd, boolean isOurs) throws IOException {
    if (fd >= STREAMS && isOurs) {
      return fd;
    }
    int copy = syscalls.fcntl(errno, fd, Constants.F_DUPFD_CLOEXEC, STREAMS);
    if (copy == -Errno.EBADF) {
      throw new IllegalArgumentException("not open: descriptor " + fd);
    }
    return owned(check("fcntl(F_DUPFD_CLOEXEC)", copy));
  }

  private int owned(int fd) {
    toClose.add(fd);
    return fd;
  }

  private static int check(String call, int result) throws IOException {
    if (result < 0) {
      throw Errno.ioException(call, -result);
    }
    return result;
  }

  /// Adds what the child does to have them.
  void planInto(SpawnPlan plan) {
    if (pty != null) {
      Path open = Path.of("/proc/self/fd", Integer.toString(slave));
      Path path = Files.exists(open) ? open : pty.slavePath();
      plan.open(0, path.toString(), Constants.O_RDWR);
      plan.dup2(0, 1);
    }
    for (int fd = 0; fd < STREAMS; fd++) {
      if (theirs[fd] >= 0) {
        plan.dup2(theirs[fd], fd);
      }
    }
    if (merged) {
      plan.dup2(1, 2);
    }
  }

  /// Closes what the child has now: the end of a pipe comes when the last copy is closed.
  void closeTheirs() {
    if (pty != null) {
      close(pty::closeSlave);
    }
    for (Integer fd : List.copyOf(toClose)) {
      if (fd != ours[0] && fd != ours[1] && fd != ours[2]) {
        toClose.remove(fd);
        syscalls.close(errno, fd);
      }
    }
  }

  /// Hands our ends of the pipes over, with a child that has been started.
  ChildProcess started(Child child) throws IOException {
    PseudoTerminal made = pty;
    if (made != null) {
      ReadPipe stderr = readPipe(2);
      pty = null;
      return new ChildProcess(child, made.writer(), made.reader(), stderr, made);
    }
    WritePipe stdin = ours[0] < 0 ? null : WritePipe.ofDescriptor(ours[0]);
    disown(0);
    ReadPipe stdout = null;
    ReadPipe stderr = null;
    try {
      stdout = readPipe(1);
      stderr = readPipe(2);
    } catch (Throwable t) {
      close(stdin);
      close(stdout);
      throw t;
    }
    return new ChildProcess(child, stdin, stdout, stderr, null);
  }

  private @Nullable ReadPipe readPipe(int fd) throws IOException {
    ReadPipe pipe = ours[fd] < 0 ? null : ReadPipe.ofDescriptor(ours[fd]);
    disown(fd);
    return pipe;
  }

  private void disown(int fd) {
    if (ours[fd] >= 0) {
      toClose.remove(ours[fd]);
    }
  }

  static void close(@Nullable AutoCloseable pipe) {
    if (pipe == null) {
      return;
    }
    try {
      pipe.close();
    } catch (Exception e) {
      // The system closes it all the same.
      return;
    }
  }

  @Override
  public void close() {
    close(pty);
    pty = null;
    while (!toClose.isEmpty()) {
      try {
        syscalls.close(errno, toClose.removeFirst());
      } catch (OutOfMemoryError e) {
        // On with the others: whether this one was closed before there was no memory nobody knows,
        // and to close its number once more might hit a stranger.
        MemoryPause.take();
      }
    }
  }
}
