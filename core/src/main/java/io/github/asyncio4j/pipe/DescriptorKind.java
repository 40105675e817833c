// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import io.github.asyncio4j.internal.ffi.Constants;
import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.Statx;
import io.github.asyncio4j.internal.ffi.Syscalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;

/// What a descriptor is open on.
enum DescriptorKind {
  FIFO("pipe"),
  SOCKET("socket"),
  DEVICE("character device"),
  /// The side of a pseudo-terminal where its program is watched.
  MASTER("pseudo-terminal"),
  FILE("regular file"),
  DIRECTORY("directory"),
  DISK("block device"),
  OTHER("something else");

  private final String text;

  DescriptorKind(String text) {
    this.text = text;
  }

  /// Asks the system.
  ///
  /// @throws IOException when it is not open
  static DescriptorKind of(Syscalls syscalls, int fd) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      var statx = new Statx(arena);
      int result =
          syscalls.statx(
              arena.allocate(ValueLayout.JAVA_INT),
              fd,
              arena.allocateFrom(""),
              Constants.AT_EMPTY_PATH,
              Constants.STATX_TYPE,
              statx.segment());
      if (result < 0) {
        throw Errno.ioException("statx(fd " + fd + ")", -result);
      }
      return switch (statx.type()) {
        case Constants.S_IFIFO -> FIFO;
        case Constants.S_IFSOCK -> SOCKET;
        case Constants.S_IFCHR -> isMaster(syscalls, fd, arena) ? MASTER : DEVICE;
        case Constants.S_IFREG -> FILE;
        case Constants.S_IFDIR -> DIRECTORY;
        case Constants.S_IFBLK -> DISK;
        default -> OTHER;
      };
    }
  }

  private static boolean isMaster(Syscalls syscalls, int fd, Arena arena) {
    // Only that side of a terminal has a number.
    var number = arena.allocate(ValueLayout.JAVA_INT);
    var errno = arena.allocate(ValueLayout.JAVA_INT);
    return syscalls.ioctl(errno, fd, Constants.TIOCGPTN, number) >= 0;
  }

  /// Refuses what is no pipe.
  ///
  /// @param what names it
  DescriptorKind ensurePipe(String what) {
    return switch (this) {
      case FIFO, SOCKET, DEVICE, MASTER -> this;
      case FILE, DIRECTORY, DISK, OTHER -> throw PipeFailures.noPipe(what + " is a " + text);
    };
  }

  @Override
  public String toString() {
    return text;
  }
}
