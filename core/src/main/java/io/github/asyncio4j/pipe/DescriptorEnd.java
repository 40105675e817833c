// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import io.github.asyncio4j.internal.ffi.Constants;
import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.ErrnoSlots;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.internal.ffi.Syscalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// An end of the native tier: a descriptor that is non-blocking.
final class DescriptorEnd implements ReadEnd, WriteEnd {
  /*
   * Some facts about pipes.
   *
   * A write to a pipe that nobody reads sends SIGPIPE, which the JVM ignores, and fails with EPIPE.
   *
   * A read from the master of a pseudo-terminal fails with EIO once the last slave is closed: its
   * end, though Linux calls it an error.
   *
   * Calls are not critical, though none blocks: others who share the open file may have made it
   * blocking again, and then this thread alone is to stand, not the JVM.
   */

  private final Syscalls syscalls;
  private final DescriptorKind kind;

  // Loop thread only, so what any thread may call has another.
  private final MemorySegment errno = ErrnoSlots.take();

  // Any thread may change it, once, to -1.
  private final AtomicInteger fd;

  DescriptorEnd(Syscalls syscalls, int fd, DescriptorKind kind) {
    this.syscalls = syscalls;
    this.fd = new AtomicInteger(fd);
    this.kind = kind;
  }

  /// Takes a descriptor over and makes it non-blocking.
  static DescriptorEnd adopt(int fd) throws IOException {
    if (fd < 0) {
      throw new IllegalArgumentException("Invalid file descriptor: " + fd);
    }
    if (!Native.isAvailable()) {
      throw Native.unsupported("A pipe of descriptor " + fd);
    }
    Syscalls syscalls = Native.syscalls();
    DescriptorKind kind = DescriptorKind.of(syscalls, fd).ensurePipe("fd " + fd);
    makeNonBlocking(syscalls, fd);
    return new DescriptorEnd(syscalls, fd, kind);
  }

  private static void makeNonBlocking(Syscalls syscalls, int fd) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ValueLayout.JAVA_INT);
      int flags = syscalls.fcntl(errno, fd, Constants.F_GETFL, 0);
      int result =
          flags < 0
              ? flags
              : syscalls.fcntl(errno, fd, Constants.F_SETFL, flags | Constants.O_NONBLOCK);
      if (result < 0) {
        throw Errno.ioException("fcntl(fd " + fd + ")", -result);
      }
    }
  }

  /// Opens what is at a path.
  ///
  /// @param access `O_RDONLY`, `O_WRONLY` or `O_RDWR`
  static DescriptorEnd open(Path path, int access) throws IOException {
    // A terminal must not become that of this process.
    int flags = access | Constants.O_NONBLOCK | Constants.O_CLOEXEC | Constants.O_NOCTTY;
    Syscalls syscalls = Native.syscalls();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ValueLayout.JAVA_INT);
      int fd = syscalls.open(errno, arena.allocateFrom(path.toString()), flags, 0);
      if (fd < 0) {
        throw PipeFailures.ofOpen(path, -fd);
      }
      try {
        DescriptorKind kind = DescriptorKind.of(syscalls, fd).ensurePipe(path.toString());
        return new DescriptorEnd(syscalls, fd, kind);
      } catch (IOException | RuntimeException | Error e) {
        syscalls.close(errno, fd);
        throw e;
      }
    }
  }

  /// Opens both ends of a pipe.
  static Pipe openPipe() throws IOException {
    if (!Native.isAvailable()) {
      throw Native.unsupported("A pipe of descriptors");
    }
    Syscalls syscalls = Native.syscalls();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment fds = arena.allocate(ValueLayout.JAVA_INT, 2);
      int result =
          syscalls.pipe2(
              arena.allocate(ValueLayout.JAVA_INT),
              fds,
              Constants.O_NONBLOCK | Constants.O_CLOEXEC);
      if (result < 0) {
        throw Errno.ioException("pipe2", -result);
      }
      int reader = fds.getAtIndex(ValueLayout.JAVA_INT, 0);
      int writer = fds.getAtIndex(ValueLayout.JAVA_INT, 1);
      return new Pipe(
          new ReadPipe(new DescriptorEnd(syscalls, reader, DescriptorKind.FIFO)),
          new WritePipe(new DescriptorEnd(syscalls, writer, DescriptorKind.FIFO)));
    }
  }

  private int ensureOpen() throws ClosedChannelException {
    int n = fd.get();
    if (n < 0) {
      throw new ClosedChannelException();
    }
    return n;
  }

  @Override
  public int read(ByteBuffer dst) throws IOException {
    if (dst.isReadOnly()) {
      throw new ReadOnlyBufferException();
    }
    int n = ensureOpen();
    if (!dst.hasRemaining()) {
      return 0;
    }
    int result = dst.isDirect() ? readInto(n, dst) : readByCopy(n, dst);
    if (result > 0) {
      dst.position(dst.position() + result);
      return result;
    }
    return switch (-result) {
      case 0 -> -1;
      case Errno.EAGAIN, Errno.EINTR -> 0;
      case Errno.EIO -> {
        if (kind == DescriptorKind.MASTER) {
          yield -1;
        }
        throw PipeFailures.of("read(fd " + n + ")", Errno.EIO);
      }
      default -> throw PipeFailures.of("read(fd " + n + ")", -result);
    };
  }

  private int readInto(int n, ByteBuffer dst) {
    return syscalls.read(errno, n, MemorySegment.ofBuffer(dst), dst.remaining());
  }

  private int readByCopy(int n, ByteBuffer dst) {
    NativeRoom room = NativeRoom.take();
    try {
      int most = Math.min(dst.remaining(), NativeRoom.BYTES);
      int result = syscalls.read(errno, n, room.segment(), most);
      if (result > 0) {
        room.copyTo(dst, result);
      }
      return result;
    } finally {
      room.giveBack();
    }
  }

  @Override
  public int write(ByteBuffer src) throws IOException {
    int n = ensureOpen();
    int total = 0;
    int wanted;
    int result;
    do {
      wanted = src.isDirect() ? src.remaining() : Math.min(src.remaining(), NativeRoom.BYTES);
      if (wanted == 0) {
        return total;
      }
      result = src.isDirect() ? writeOf(n, src) : writeByCopy(n, src, wanted);
      if (result > 0) {
        src.position(src.position() + result);
        total += result;
      }
    } while (result == wanted);
    // What fails after a part has gone fails again.
    if (result >= 0 || total > 0 || result == -Errno.EAGAIN || result == -Errno.EINTR) {
      return total;
    }
    throw PipeFailures.of("write(fd " + n + ")", -result);
  }

  private int writeOf(int n, ByteBuffer src) {
    return syscalls.write(errno, n, MemorySegment.ofBuffer(src), src.remaining());
  }

  private int writeByCopy(int n, ByteBuffer src, int length) {
    NativeRoom room = NativeRoom.take();
    try {
      room.copyFrom(src, length);
      return syscalls.write(errno, n, room.segment(), length);
    } finally {
      room.giveBack();
    }
  }

  @Override
  public boolean noticesReader() {
    return kind == DescriptorKind.FIFO || kind == DescriptorKind.SOCKET;
  }

  @Override
  public int fileno() {
    return fd.get();
  }

  @Override
  public @Nullable SelectableChannel channel() {
    return null;
  }

  @Override
  public boolean isOpen() {
    return fd.get() >= 0;
  }

  @Override
  public void close() throws IOException {
    int n = fd.getAndSet(-1);
    if (n < 0) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      int result = syscalls.close(arena.allocate(ValueLayout.JAVA_INT), n);
      // close(2): on Linux the number is free whatever it returns, so never again.
      if (result < 0 && result != -Errno.EINTR) {
        throw PipeFailures.of("close(fd " + n + ")", -result);
      }
    }
  }

  @Override
  public String toString() {
    int n = fd.get();
    return (n < 0 ? "closed" : "fd=" + n) + " " + kind;
  }
}
