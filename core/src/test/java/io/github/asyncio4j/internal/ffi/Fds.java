// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;

/// Bare descriptors for tests. One thread.
public final class Fds {
  private static final int F_DUPFD = 0;

  private static final Arena ARENA = Arena.global();
  private static final MemorySegment ERRNO = ARENA.allocate(ValueLayout.JAVA_INT);
  private static final MemorySegment BYTES = ARENA.allocate(4096);

  private Fds() {}

  /// Opens two connected, non-blocking unix stream sockets.
  public static int[] socketpair() throws IOException {
    int type = Constants.SOCK_STREAM | Constants.SOCK_NONBLOCK | Constants.SOCK_CLOEXEC;
    MemorySegment pair = ARENA.allocate(ValueLayout.JAVA_INT, 2);
    check("socketpair", Native.syscalls().socketpair(ERRNO, Constants.AF_UNIX, type, 0, pair));
    return pair.toArray(ValueLayout.JAVA_INT);
  }

  /// Opens a blocking pipe: reading end, writing end.
  public static int[] pipe() throws IOException {
    MemorySegment pair = ARENA.allocate(ValueLayout.JAVA_INT, 2);
    check("pipe2", Native.syscalls().pipe2(ERRNO, pair, Constants.O_CLOEXEC));
    return pair.toArray(ValueLayout.JAVA_INT);
  }

  /// Duplicates a descriptor to the lowest free number from `least` on.
  public static int dup(int fd, int least) throws IOException {
    return check("dup", Native.syscalls().fcntl(ERRNO, fd, F_DUPFD, least));
  }

  /// Returns the descriptor flags.
  public static int descriptorFlags(int fd) throws IOException {
    return check("F_GETFD", Native.syscalls().fcntl(ERRNO, fd, Constants.F_GETFD, 0));
  }

  /// Returns the flags of the open file.
  public static int fileFlags(int fd) throws IOException {
    return check("F_GETFL", Native.syscalls().fcntl(ERRNO, fd, Constants.F_GETFL, 0));
  }

  public static int write(int fd, int count) throws IOException {
    return check("write", Native.syscalls().write(ERRNO, fd, BYTES, count));
  }

  public static int read(int fd, int count) throws IOException {
    return check("read", Native.syscalls().read(ERRNO, fd, BYTES, count));
  }

  /// Sends so many bytes in one piece.
  public static int send(int fd, int count) throws IOException {
    try (var arena = Arena.ofConfined()) {
      var bytes = arena.allocate(count);
      return check("send", Native.syscalls().send(ERRNO, fd, bytes, count, 0));
    }
  }

  public static void close(int... fds) throws IOException {
    for (int fd : fds) {
      check("close(fd " + fd + ")", Native.syscalls().close(ERRNO, fd));
    }
  }

  /// Returns the number under which this process has a file open.
  public static int of(Path file) throws IOException {
    try (var entries = Files.list(Path.of("/proc/self/fd"))) {
      return entries
          .filter(entry -> pointsTo(entry, file))
          .mapToInt(entry -> Integer.parseInt(entry.getFileName().toString()))
          .findFirst()
          .orElseThrow();
    }
  }

  private static boolean pointsTo(Path entry, Path file) {
    try {
      return Files.readSymbolicLink(entry).equals(file);
    } catch (IOException e) {
      return false; // The descriptor of the listing itself, gone by now.
    }
  }

  private static int check(String call, int result) throws IOException {
    if (result < 0) {
      throw Errno.ioException(call, -result);
    }
    return result;
  }
}
