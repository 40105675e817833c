// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.internal.ffi.Constants;
import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.Sockaddr;
import io.github.asyncio4j.internal.ffi.Syscalls;
import io.github.asyncio4j.internal.ffi.SystemFiles;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/// A stream socket of the native tier.
final class DescriptorStream extends DescriptorPeer implements StreamCalls {
  // From this size on one heap buffer alone is worth a call.
  private static final int LARGE = 32 * 1024;

  // What accept(2) said. The kernel would say the same as long as the connection stands, and no
  // more
  // when the peer has reset it.
  private final @Nullable SocketAddress acceptedFrom;

  // Loop thread only. The descriptor as a target for files, from the first one on.
  private @Nullable FileChannel outlet;

  DescriptorStream(Descriptor descriptor, @Nullable SocketAddress acceptedFrom) {
    super(descriptor);
    this.acceptedFrom = acceptedFrom;
  }

  @Override
  public boolean finishConnect(SocketAddress address) throws IOException {
    int n = descriptor.ensureOpen();
    int error = DescriptorOptions.getInt(syscalls, n, Constants.SO_ERROR, "SO_ERROR");
    if (error != 0) {
      throw SocketFailures.ofConnect("Connect call failed " + address, error);
    }
    return isConnected(n);
  }

  /// Asks for the peer: without one and without an error the connect is still in progress.
  private boolean isConnected(int n) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment c = arena.allocate(Sockaddr.BYTES, 8);
      MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, Sockaddr.BYTES);
      int result = syscalls.getpeername(arena.allocate(ValueLayout.JAVA_INT), n, c, length);
      if (result < 0 && result != -Errno.ENOTCONN) {
        throw Descriptor.failed("getpeername", n, -result);
      }
      return result == 0;
    }
  }

  @Override
  public ListeningCalls listen(int backlog) throws IOException {
    descriptor.listen(backlog);
    return new DescriptorListener(descriptor);
  }

  @Override
  public int recv(ByteBuffer dst) throws IOException {
    if (dst.isReadOnly()) {
      throw new ReadOnlyBufferException();
    }
    int n = descriptor.ensureOpen();
    int result = receive(n, dst);
    if (result > 0) {
      return result;
    }
    return switch (-result) {
      case 0 -> -1;
      case Errno.EAGAIN -> 0;
      default -> throw Descriptor.failed("recv", n, -result);
    };
  }

  @Override
  public int send(ByteBuffer src) throws IOException {
    int n = descriptor.ensureOpen();
    int length = Math.min(src.remaining(), Syscalls.MAX_CRITICAL_BYTES);
    return length == 0 ? 0 : sent("send", n, transmit(n, src, length));
  }

  @Override
  public long send(ByteBuffer[] srcs, int offset, int length) throws IOException {
    int first = offset;
    int end = offset + length;
    while (first < end && !srcs[first].hasRemaining()) {
      first++;
    }
    if (first == end) {
      descriptor.ensureOpen();
      return 0;
    }
    if (first == end - 1 || (!srcs[first].isDirect() && srcs[first].remaining() >= LARGE)) {
      return send(srcs[first]);
    }
    int n = descriptor.ensureOpen();
    ScratchBuffer scratch = ScratchBuffer.take();
    int result;
    try {
      scratch.fill(srcs, first, end - first);
      result = transmit(n, scratch, srcs, first);
    } finally {
      scratch.giveBack();
    }
    return sent("sendmsg", n, result);
  }

  @Override
  public long sendfile(FileChannel file, long offset, long count) throws IOException {
    int n = descriptor.ensureOpen();
    FileTransfers.ensureOfSystem(file);
    FileChannel target = outlet;
    if (target == null) {
      target = SystemFiles.over(n);
      outlet = target;
    }
    try {
      return FileTransfers.transfer(file, offset, count, target);
    } catch (IOException e) {
      throw file.isOpen() ? SocketFailures.translated("sendfile(fd " + n + ")", e) : e;
    }
  }

  @Override
  public @Nullable SocketAddress getpeername() {
    if (acceptedFrom != null) {
      return descriptor.isOpen() ? acceptedFrom : null;
    }
    return descriptor.getpeername();
  }
}
