// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import static io.github.asyncio4j.internal.ffi.Constants.IPPROTO_IPV6;
import static io.github.asyncio4j.internal.ffi.Constants.IPPROTO_TCP;
import static io.github.asyncio4j.internal.ffi.Constants.SOL_SOCKET;

import io.github.asyncio4j.internal.ffi.Constants;
import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.Syscalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Socket options by getsockopt(2) and setsockopt(2). Loop thread only.
final class DescriptorOptions {
  private static final Map<SocketOption<?>, Name> NAMES =
      Map.ofEntries(
          Map.entry(StandardSocketOptions.SO_REUSEADDR, socketLevel(Constants.SO_REUSEADDR)),
          Map.entry(StandardSocketOptions.SO_REUSEPORT, socketLevel(Constants.SO_REUSEPORT)),
          Map.entry(StandardSocketOptions.SO_KEEPALIVE, socketLevel(Constants.SO_KEEPALIVE)),
          Map.entry(StandardSocketOptions.SO_BROADCAST, socketLevel(Constants.SO_BROADCAST)),
          Map.entry(StandardSocketOptions.SO_SNDBUF, socketLevel(Constants.SO_SNDBUF)),
          Map.entry(StandardSocketOptions.SO_RCVBUF, socketLevel(Constants.SO_RCVBUF)),
          Map.entry(StandardSocketOptions.SO_LINGER, socketLevel(Constants.SO_LINGER)),
          Map.entry(SocketOptions.SO_ERROR, socketLevel(Constants.SO_ERROR)),
          Map.entry(
              StandardSocketOptions.TCP_NODELAY, new Name(IPPROTO_TCP, Constants.TCP_NODELAY)),
          Map.entry(SocketOptions.IPV6_V6ONLY, new Name(IPPROTO_IPV6, Constants.IPV6_V6ONLY)));

  private DescriptorOptions() {}

  private record Name(int level, int option) {}

  private static Name socketLevel(int option) {
    return new Name(SOL_SOCKET, option);
  }

  private static Name name(SocketOption<?> option) {
    Name name = NAMES.get(option);
    if (name == null) {
      throw new UnsupportedOperationException("socket option " + option.name());
    }
    return name;
  }

  static void set(Syscalls syscalls, int fd, SocketOption<?> option, @Nullable Object value)
      throws IOException {
    Name name = name(option);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment c = arena.allocate(ValueLayout.JAVA_INT, 2);
      long bytes = write(option, value, c);
      int result = syscalls.setsockopt(errno, fd, name.level, name.option, c, (int) bytes);
      if (result < 0) {
        throw SocketFailures.of("setsockopt(fd " + fd + ", " + option.name() + ")", -result);
      }
    }
  }

  private static long write(SocketOption<?> option, @Nullable Object value, MemorySegment to) {
    if (!option.type().isInstance(value)) {
      throw new IllegalArgumentException("bad value of " + option.name() + ": " + value);
    }
    int number = value instanceof Boolean on ? (on ? 1 : 0) : (Integer) value;
    if (option == StandardSocketOptions.SO_LINGER) {
      // struct linger: on or off, seconds.
      to.setAtIndex(ValueLayout.JAVA_INT, 0, number < 0 ? 0 : 1);
      to.setAtIndex(ValueLayout.JAVA_INT, 1, Math.max(number, 0));
      return 2L * Integer.BYTES;
    }
    if (isBufferSize(option) && number < 0) {
      throw new IllegalArgumentException("bad value of " + option.name() + ": " + value);
    }
    to.setAtIndex(ValueLayout.JAVA_INT, 0, number);
    return Integer.BYTES;
  }

  static <T> T get(Syscalls syscalls, int fd, SocketOption<T> option) throws IOException {
    if (option == SocketOptions.SO_PEERCRED) {
      return option.type().cast(peerCredentials(syscalls, fd));
    }
    Name name = name(option);
    int number;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment c = arena.allocate(ValueLayout.JAVA_INT, 2);
      MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, 2 * Integer.BYTES);
      int result = syscalls.getsockopt(errno, fd, name.level, name.option, c, length);
      if (result < 0) {
        throw SocketFailures.of("getsockopt(fd " + fd + ", " + option.name() + ")", -result);
      }
      number = c.getAtIndex(ValueLayout.JAVA_INT, 0);
      if (option == StandardSocketOptions.SO_LINGER) {
        number = number == 0 ? -1 : c.getAtIndex(ValueLayout.JAVA_INT, 1);
      }
    }
    Object value = option.type() == Boolean.class ? (Object) (number != 0) : (Object) number;
    return option.type().cast(value);
  }

  private static PeerCredentials peerCredentials(Syscalls syscalls, int fd) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ValueLayout.JAVA_INT);
      // struct ucred: process, user, group.
      MemorySegment c = arena.allocate(ValueLayout.JAVA_INT, 3);
      MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, 3 * Integer.BYTES);
      int result = syscalls.getsockopt(errno, fd, SOL_SOCKET, Constants.SO_PEERCRED, c, length);
      int uid = c.getAtIndex(ValueLayout.JAVA_INT, 1);
      if (result == 0 && uid == -1) {
        // The kernel has no user to tell of, and says so without an error.
        result = -Errno.ENOTCONN;
      }
      if (result < 0) {
        throw SocketFailures.of("getsockopt(fd " + fd + ", SO_PEERCRED)", -result);
      }
      return new PeerCredentials(
          c.getAtIndex(ValueLayout.JAVA_INT, 0), uid, c.getAtIndex(ValueLayout.JAVA_INT, 2));
    }
  }

  /// Returns an option that is an int and has no [SocketOption].
  static int getInt(Syscalls syscalls, int fd, int option, String name) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment c = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, Integer.BYTES);
      int result = syscalls.getsockopt(errno, fd, SOL_SOCKET, option, c, length);
      if (result < 0) {
        throw SocketFailures.of("getsockopt(fd " + fd + ", " + name + ")", -result);
      }
      return c.get(ValueLayout.JAVA_INT, 0);
    }
  }

  private static boolean isBufferSize(SocketOption<?> option) {
    return option == StandardSocketOptions.SO_SNDBUF || option == StandardSocketOptions.SO_RCVBUF;
  }
}
