// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import io.github.asyncio4j.internal.ffi.Constants;
import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.ErrnoSlots;
import io.github.asyncio4j.internal.ffi.Syscalls;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import org.jspecify.annotations.Nullable;

/// A socket that this process has inherited, as sshd and inetd give one: no call on it waits,
/// whatever its mode, and it is not ours to close.
final class SharedSocketEnd implements ReadEnd, WriteEnd {
  private final Syscalls syscalls;
  private final int fd;

  // Loop thread only.
  private final MemorySegment errno = ErrnoSlots.take();

  // Any thread.
  private volatile boolean open = true;

  SharedSocketEnd(Syscalls syscalls, int fd) {
    this.syscalls = syscalls;
    this.fd = fd;
  }

  @Override
  public int read(ByteBuffer dst) throws IOException {
    if (dst.isReadOnly()) {
      throw new ReadOnlyBufferException();
    }
    ensureOpen();
    if (!dst.hasRemaining()) {
      return 0;
    }
    int most = Math.min(dst.remaining(), Syscalls.MAX_CRITICAL_BYTES);
    var into = MemorySegment.ofBuffer(dst);
    int result = syscalls.recv(errno, fd, into, most, Constants.MSG_DONTWAIT);
    if (result > 0) {
      dst.position(dst.position() + result);
      return result;
    }
    return switch (-result) {
      case 0 -> -1;
      case Errno.EAGAIN, Errno.EINTR -> 0;
      default -> throw PipeFailures.of("recv(fd " + fd + ")", -result);
    };
  }

  @Override
  public int write(ByteBuffer src) throws IOException {
    ensureOpen();
    if (!src.hasRemaining()) {
      return 0;
    }
    int most = Math.min(src.remaining(), Syscalls.MAX_CRITICAL_BYTES);
    var from = MemorySegment.ofBuffer(src);
    int flags = Constants.MSG_DONTWAIT | Constants.MSG_NOSIGNAL;
    int result = syscalls.send(errno, fd, from, most, flags);
    if (result >= 0) {
      src.position(src.position() + result);
      return result;
    }
    if (result == -Errno.EAGAIN || result == -Errno.EINTR) {
      return 0;
    }
    throw PipeFailures.of("send(fd " + fd + ")", -result);
  }

  private void ensureOpen() throws ClosedChannelException {
    if (!open) {
      throw new ClosedChannelException();
    }
  }

  @Override
  public boolean noticesReader() {
    return true;
  }

  @Override
  public int fileno() {
    return open ? fd : -1;
  }

  @Override
  public @Nullable SelectableChannel channel() {
    return null;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() {
    open = false;
  }

  @Override
  public String toString() {
    return (open ? "fd=" + fd : "closed") + " inherited socket";
  }
}
