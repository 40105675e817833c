// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import io.github.asyncio4j.internal.ffi.Constants;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.internal.ffi.Syscalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Standard input, output and error as ends of pipes, without a change to what this process has
/// inherited (ADR 17).
final class StandardStreams {
  /*
   * O_NONBLOCK belongs to the open file, which the shell, the parent and all siblings share: whoever
   * sets it breaks their reads and writes, and must undo it whatever happens. So it is not set.
   *
   * A pipe or a terminal is opened anew by way of /proc, which gives an open file of our own. A
   * socket cannot be opened anew, but its calls can be told not to wait. Anything else, or where
   * that is not allowed, is for a thread.
   *
   * A named FIFO is opened anew for writing only. A new reader of one whose last writer has gone
   * is not told of the end: for poll(2) it waits for the first writer.
   */

  private static final String STANDARD = "/proc/self/fd/";

  private StandardStreams() {}

  static ReadEnd input() throws IOException {
    if (Native.isAvailable()) {
      var end = pollable(0, Constants.O_RDONLY);
      if (end != null) {
        return (ReadEnd) end;
      }
    }
    return StandardInput.newEnd();
  }

  /// @param fd 1 or 2
  static WriteEnd output(int fd) throws IOException {
    if (Native.isAvailable()) {
      var end = pollable(fd, Constants.O_WRONLY);
      if (end != null) {
        return (WriteEnd) end;
      }
    }
    return StandardOutput.of(fd).newEnd();
  }

  /// Returns an end that a selector can watch, or null when there is none.
  ///
  /// @throws IOException when the descriptor is closed
  private static @Nullable PipeEnd pollable(int fd, int access) throws IOException {
    Syscalls syscalls = Native.syscalls();
    DescriptorKind kind = DescriptorKind.of(syscalls, fd);
    return switch (kind) {
      case SOCKET -> new SharedSocketEnd(syscalls, fd);
      case FIFO ->
          access == Constants.O_WRONLY || isNameless(fd)
              ? openedAnew(syscalls, fd, access, kind)
              : null;
      case DEVICE -> Terminal.isTerminal(fd) ? openedAnew(syscalls, fd, access, kind) : null;
      case MASTER, FILE, DIRECTORY, DISK, OTHER -> null;
    };
  }

  private static boolean isNameless(int fd) {
    try {
      return Files.readSymbolicLink(Path.of(STANDARD + fd)).toString().startsWith("pipe:");
    } catch (IOException e) {
      return false; // No /proc.
    }
  }

  private static @Nullable PipeEnd openedAnew(
      Syscalls syscalls, int fd, int access, DescriptorKind kind) {
    int flags = access | Constants.O_NONBLOCK | Constants.O_CLOEXEC | Constants.O_NOCTTY;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ValueLayout.JAVA_INT);
      int opened = syscalls.open(errno, arena.allocateFrom(STANDARD + fd), flags, 0);
      // EACCES when it is another user's, ENXIO when nobody reads it any more.
      return opened < 0 ? null : new DescriptorEnd(syscalls, opened, kind);
    }
  }
}
