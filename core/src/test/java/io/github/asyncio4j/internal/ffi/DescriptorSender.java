// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.ffi;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;

/// Sends descriptors over unix sockets, as unix(7) says: SCM_RIGHTS. For tests.
public final class DescriptorSender {
  /* msghdr: iov pointer at 16, iov count at 24, control pointer at 32, control length at 40; 56
  bytes. cmsghdr: length, level, type at 12; 16 bytes, then the descriptors. */
  private static final int SCM_RIGHTS = 1;
  private static final int MSG_BYTES = 56;
  private static final int CONTROL = 16;

  private DescriptorSender() {}

  /// Connects a blocking stream socket to a path.
  public static int connect(Path path) throws IOException {
    return open(path, Constants.SOCK_STREAM);
  }

  /// Connects a blocking datagram socket to a path.
  public static int datagramsTo(Path path) throws IOException {
    return open(path, Constants.SOCK_DGRAM);
  }

  private static int open(Path path, int type) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(JAVA_INT);
      Syscalls syscalls = Native.syscalls();
      int fd =
          check(
              "socket",
              syscalls.socket(errno, Constants.AF_UNIX, type | Constants.SOCK_CLOEXEC, 0));
      MemorySegment address = arena.allocate(Sockaddr.BYTES, 8);
      address.set(JAVA_SHORT, 0, (short) Constants.AF_UNIX);
      byte[] name = path.toString().getBytes(UTF_8);
      MemorySegment.copy(name, 0, address, JAVA_BYTE, 2, name.length);
      check("connect", syscalls.connect(errno, fd, address, 2 + name.length + 1));
      return fd;
    }
  }

  /// Sends one byte and a number of descriptors, each a duplicate of standard error.
  @SuppressWarnings("restricted") // it knows what is there
  public static void send(int fd, int count) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      long length = CONTROL + 4L * count;
      MemorySegment message = message(arena, (length + 7) / 8 * 8);
      MemorySegment control =
          MemorySegment.ofAddress(message.get(JAVA_LONG, 32)).reinterpret(length);
      control.set(JAVA_LONG, 0, length);
      control.set(JAVA_INT, 8, Constants.SOL_SOCKET);
      control.set(JAVA_INT, 12, SCM_RIGHTS);
      for (int i = 0; i < count; i++) {
        control.set(JAVA_INT, CONTROL + 4L * i, 2);
      }
      MemorySegment errno = arena.allocate(JAVA_INT);
      check("sendmsg", Native.syscalls().sendmsg(errno, fd, message, 0));
    }
  }

  /// Receives what was sent, with room for 253 descriptors, and returns them.
  @SuppressWarnings("restricted") // as above
  public static int[] receive(int fd) throws Throwable {
    Linker linker = Linker.nativeLinker();
    var recvmsg =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("recvmsg"),
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment message = message(arena, CONTROL + 4L * 256);
      long received = (long) recvmsg.invokeExact((long) fd, message.address(), 0L);
      MemorySegment control =
          MemorySegment.ofAddress(message.get(JAVA_LONG, 32)).reinterpret(CONTROL + 4L * 256);
      int count = (int) (control.get(JAVA_LONG, 0) - CONTROL) / 4;
      if (received != 1) {
        throw new IOException("received " + received);
      }
      int[] fds = new int[count];
      Arrays.setAll(fds, i -> control.get(JAVA_INT, CONTROL + 4L * i));
      return fds;
    }
  }

  private static MemorySegment message(Arena arena, long controlBytes) {
    MemorySegment bytes = arena.allocate(1);
    MemorySegment iovec = arena.allocate(16, 8);
    iovec.set(JAVA_LONG, 0, bytes.address());
    iovec.set(JAVA_LONG, 8, 1);
    MemorySegment message = arena.allocate(MSG_BYTES, 8);
    message.set(JAVA_LONG, 16, iovec.address());
    message.set(JAVA_LONG, 24, 1);
    message.set(JAVA_LONG, 32, arena.allocate(controlBytes, 8).address());
    message.set(JAVA_LONG, 40, controlBytes);
    return message;
  }

  private static int check(String call, int result) throws IOException {
    if (result < 0) {
      throw Errno.ioException(call, -result);
    }
    return result;
  }
}
