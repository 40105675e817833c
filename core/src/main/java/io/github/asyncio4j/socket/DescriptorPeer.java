// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import static io.github.asyncio4j.internal.ffi.Constants.MSG_DONTWAIT;
import static io.github.asyncio4j.internal.ffi.Constants.MSG_NOSIGNAL;

import io.github.asyncio4j.internal.ffi.Constants;
import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.Sockaddr;
import io.github.asyncio4j.internal.ffi.Syscalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// What streams and datagram sockets of the native tier have in common: they connect, and move
/// bytes between buffers and the kernel.
abstract sealed class DescriptorPeer permits DescriptorStream, DescriptorDatagram {
  /*
   * MSG_DONTWAIT in every call: the non-blocking flag belongs to the open file, which another
   * process may share and change, and a critical call that waits would stop the whole JVM.
   */
  private static final int RECV_FLAGS = MSG_DONTWAIT;
  private static final int SEND_FLAGS = MSG_DONTWAIT | MSG_NOSIGNAL;

  // Up to this size a heap buffer is copied: that is cheaper than the objects that its memory would
  // be passed as, whenever the JIT fails to remove them. Above, it goes without a copy.
  private static final int COPIED = 16 * 1024;

  final Descriptor descriptor;
  final Syscalls syscalls;

  // The descriptor's.
  private final MemorySegment errno;

  DescriptorPeer(Descriptor descriptor) {
    this.descriptor = descriptor;
    this.syscalls = descriptor.syscalls();
    this.errno = descriptor.errno();
  }

  public final SocketCalls owner() {
    return descriptor;
  }

  public final void bind(@Nullable SocketAddress address) throws IOException {
    descriptor.bind(address);
  }

  public final boolean connect(SocketAddress address) throws IOException {
    int n = descriptor.ensureOpen();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment c = arena.allocate(Sockaddr.BYTES, 8);
      int length = SystemAddress.write(address, descriptor.family(), c);
      MemorySegment state = arena.allocate(ValueLayout.JAVA_INT);
      int result = syscalls.connect(state, n, c, length);
      if (result == -Errno.EINTR) {
        result = connectAgain(state, n, c, length);
      }
      return switch (-result) {
        case 0 -> true;
        case Errno.EINPROGRESS -> false;
        default -> throw failedConnect(n, address, -result);
      };
    }
  }

  /// Makes a call again that a signal has interrupted. connect(2): it goes on in the background, if
  /// it had begun.
  private int connectAgain(MemorySegment state, int n, MemorySegment c, int length) {
    int result;
    do {
      result = syscalls.connect(state, n, c, length);
    } while (result == -Errno.EINTR);
    return switch (-result) {
      case Errno.EISCONN -> 0;
      case Errno.EALREADY -> -Errno.EINPROGRESS;
      default -> result;
    };
  }

  private IOException failedConnect(int n, SocketAddress address, int errno) {
    String call = "connect(fd " + n + ", " + address + ")";
    return descriptor.family() == StandardProtocolFamily.UNIX
        ? UnixFailures.ofConnect(address, call, errno)
        : SocketFailures.ofConnect(call, errno);
  }

  public final void shutdownInput() throws IOException {
    descriptor.shutdown(Constants.SHUT_RD);
  }

  public final void shutdownOutput() throws IOException {
    descriptor.shutdown(Constants.SHUT_WR);
  }

  // Bytes. Each method makes the call until no signal interrupts it and returns what it returned.

  /// Receives into a buffer and advances its position.
  final int receive(int n, ByteBuffer dst) {
    int length = Math.min(dst.remaining(), Syscalls.MAX_CRITICAL_BYTES);
    int result;
    do {
      result = receiveOnce(n, dst, length);
    } while (result == -Errno.EINTR);
    if (result > 0) {
      dst.position(dst.position() + result);
    }
    return result;
  }

  private int receiveOnce(int n, ByteBuffer dst, int length) {
    if (!dst.isDirect()) {
      if (length <= COPIED) {
        return recvCopy(n, dst, length);
      }
      return syscalls.recv(errno, n, MemorySegment.ofBuffer(dst), length, RECV_FLAGS);
    }
    try {
      return syscalls.recv(errno, n, DirectBuffers.address(dst), length, RECV_FLAGS);
    } finally {
      Reference.reachabilityFence(dst);
    }
  }

  private int recvCopy(int n, ByteBuffer dst, int length) {
    ScratchBuffer scratch = ScratchBuffer.take();
    try {
      int result = syscalls.recv(errno, n, scratch.address(), length, RECV_FLAGS);
      if (result > 0) {
        scratch.copyTo(dst, result);
      }
      return result;
    } finally {
      scratch.giveBack();
    }
  }

  /// Sends from a buffer and advances its position.
  final int transmit(int n, ByteBuffer src, int length) {
    int result;
    do {
      result = transmitOnce(n, src, length);
    } while (result == -Errno.EINTR);
    if (result > 0) {
      src.position(src.position() + result);
    }
    return result;
  }

  private int transmitOnce(int n, ByteBuffer src, int length) {
    if (!src.isDirect() || length == 0) {
      if (length <= COPIED) {
        return sendCopy(n, src, length);
      }
      return syscalls.send(errno, n, MemorySegment.ofBuffer(src), length, SEND_FLAGS);
    }
    try {
      return syscalls.send(errno, n, DirectBuffers.address(src), length, SEND_FLAGS);
    } finally {
      Reference.reachabilityFence(src);
    }
  }

  private int sendCopy(int n, ByteBuffer src, int length) {
    ScratchBuffer scratch = ScratchBuffer.take();
    try {
      scratch.copyFrom(src, length);
      return syscalls.send(errno, n, scratch.address(), length, SEND_FLAGS);
    } finally {
      scratch.giveBack();
    }
  }

  /// Sends a message that was made from buffers, and advances their positions.
  final int transmit(int n, ScratchBuffer scratch, ByteBuffer[] srcs, int first) {
    int result;
    try {
      do {
        result = syscalls.sendmsg(errno, n, scratch.message(), SEND_FLAGS);
      } while (result == -Errno.EINTR);
    } finally {
      Reference.reachabilityFence(srcs);
    }
    advance(srcs, first, result);
    return result;
  }

  static void advance(ByteBuffer[] srcs, int first, int sent) {
    int left = sent;
    for (int i = first; left > 0; i++) {
      ByteBuffer src = srcs[i];
      int part = Math.min(left, src.remaining());
      src.position(src.position() + part);
      left -= part;
    }
  }

  /// Returns how many bytes a call has sent, 0 when the kernel is full.
  static int sent(String call, int n, int result) throws IOException {
    if (result < 0 && result != -Errno.EAGAIN) {
      throw Descriptor.failed(call, n, -result);
    }
    return Math.max(result, 0);
  }
}
