// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import static io.github.asyncio4j.internal.ffi.Constants.MSG_DONTWAIT;
import static io.github.asyncio4j.internal.ffi.Constants.MSG_NOSIGNAL;
import static io.github.asyncio4j.internal.ffi.Constants.SOCK_CLOEXEC;
import static io.github.asyncio4j.internal.ffi.Constants.SOCK_DGRAM;
import static io.github.asyncio4j.internal.ffi.Constants.SOCK_NONBLOCK;
import static io.github.asyncio4j.internal.ffi.Constants.SOCK_STREAM;

import io.github.asyncio4j.internal.ffi.Constants;
import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.ErrnoSlots;
import io.github.asyncio4j.internal.ffi.Sockaddr;
import io.github.asyncio4j.internal.ffi.Syscalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.SelectableChannel;
import org.jspecify.annotations.Nullable;

/// The native tier: a descriptor and system calls.
final class DescriptorCalls implements SocketCalls {
  /*
   * MSG_DONTWAIT in every call: the non-blocking flag belongs to the open file, which another
   * process may share and change, and a critical call that waits would stop the whole JVM.
   */
  private static final int RECV_FLAGS = MSG_DONTWAIT;
  private static final int SEND_FLAGS = MSG_DONTWAIT | MSG_NOSIGNAL;

  // How many lost connections one accept passes over before it lets others have a turn.
  private static final int MAX_LOST = 16;

  // Up to this size a heap buffer is copied: that is cheaper than the objects that its memory would
  // be passed as, whenever the JIT fails to remove them. Above, it goes without a copy.
  private static final int COPIED = 16 * 1024;

  // From this size on one heap buffer alone is worth a call.
  private static final int LARGE = 32 * 1024;

  private static final VarHandle FD;

  static {
    try {
      FD = MethodHandles.lookup().findVarHandle(DescriptorCalls.class, "fd", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Syscalls syscalls;
  private final StandardProtocolFamily family;
  private final SocketType type;

  // What accept(2) said, for when the peer has reset the connection and the kernel knows no more.
  private final @Nullable SocketAddress acceptedFrom;

  // Loop thread only, so what any thread may call has another.
  private final MemorySegment errno = ErrnoSlots.take();

  // Any thread may change it, once, to -1.
  private volatile int fd;

  private DescriptorCalls(
      Syscalls syscalls, int fd, StandardProtocolFamily family, SocketType type) {
    this(syscalls, fd, family, type, null);
  }

  private DescriptorCalls(
      Syscalls syscalls,
      int fd,
      StandardProtocolFamily family,
      SocketType type,
      @Nullable SocketAddress acceptedFrom) {
    this.syscalls = syscalls;
    this.fd = fd;
    this.family = family;
    this.type = type;
    this.acceptedFrom = acceptedFrom;
  }

  static DescriptorCalls open(Syscalls syscalls, StandardProtocolFamily family, SocketType type)
      throws IOException {
    int kind = type == SocketType.STREAM ? SOCK_STREAM : SOCK_DGRAM;
    try (Arena arena = Arena.ofConfined()) {
      int result =
          syscalls.socket(
              arena.allocate(ValueLayout.JAVA_INT),
              Sockaddr.domain(family),
              kind | SOCK_NONBLOCK | SOCK_CLOEXEC,
              0);
      if (result < 0) {
        throw SocketFailures.of("socket(" + family + ", " + type + ")", -result);
      }
      return new DescriptorCalls(syscalls, result, family, type);
    }
  }

  static DescriptorCalls adopt(Syscalls syscalls, int fd) throws IOException {
    int domain = DescriptorOptions.getInt(syscalls, fd, Constants.SO_DOMAIN, "SO_DOMAIN");
    int kind = DescriptorOptions.getInt(syscalls, fd, Constants.SO_TYPE, "SO_TYPE");
    SocketType type =
        switch (kind) {
          case SOCK_STREAM -> SocketType.STREAM;
          case SOCK_DGRAM -> SocketType.DATAGRAM;
          default -> throw new IllegalArgumentException("unknown type of fd " + fd + ": " + kind);
        };
    var adopted = new DescriptorCalls(syscalls, fd, Sockaddr.family(domain), type);
    adopted.makeNonBlocking();
    return adopted;
  }

  private void makeNonBlocking() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(ValueLayout.JAVA_INT);
      int flags = syscalls.fcntl(state, fd, Constants.F_GETFL, 0);
      int result =
          flags < 0
              ? flags
              : syscalls.fcntl(state, fd, Constants.F_SETFL, flags | Constants.O_NONBLOCK);
      if (result < 0) {
        throw SocketFailures.of("fcntl(fd " + fd + ")", -result);
      }
    }
  }

  StandardProtocolFamily family() {
    return family;
  }

  SocketType type() {
    return type;
  }

  @Override
  public SocketTier tier() {
    return SocketTier.NATIVE;
  }

  @Override
  public int fileno() {
    return fd;
  }

  @Override
  public @Nullable SelectableChannel channel() {
    return null;
  }

  @Override
  public void bind(@Nullable SocketAddress address) throws IOException {
    int n = openDescriptor();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment c = arena.allocate(Sockaddr.BYTES, 8);
      int length = Sockaddr.write(address, family, c);
      int result = syscalls.bind(arena.allocate(ValueLayout.JAVA_INT), n, c, length);
      if (result < 0) {
        throw SocketFailures.ofBind("bind(fd " + n + ", " + address + ")", -result);
      }
    }
  }

  @Override
  public void listen(int backlog) throws IOException {
    int n = openDescriptor();
    try (Arena arena = Arena.ofConfined()) {
      int result = syscalls.listen(arena.allocate(ValueLayout.JAVA_INT), n, backlog);
      if (result < 0) {
        throw SocketFailures.ofBind("listen(fd " + n + ")", -result);
      }
    }
  }

  @Override
  public boolean connect(SocketAddress address) throws IOException {
    int n = openDescriptor();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment c = arena.allocate(Sockaddr.BYTES, 8);
      int length = Sockaddr.write(address, family, c);
      int result = syscalls.connect(arena.allocate(ValueLayout.JAVA_INT), n, c, length);
      return switch (-result) {
        case 0 -> true;
        // connect(2): a call that a signal interrupted goes on in the background.
        case Errno.EINPROGRESS, Errno.EINTR -> false;
        default ->
            throw SocketFailures.ofConnect("connect(fd " + n + ", " + address + ")", -result);
      };
    }
  }

  @Override
  public boolean finishConnect(SocketAddress address) throws IOException {
    int n = openDescriptor();
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
        throw SocketFailures.of("getpeername(fd " + n + ")", -result);
      }
      return result == 0;
    }
  }

  @Override
  public @Nullable SocketCalls accept() throws IOException {
    int n = openDescriptor();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment peer = arena.allocate(Sockaddr.BYTES, 8);
      MemorySegment length = arena.allocate(ValueLayout.JAVA_INT);
      for (int lost = 0; lost < MAX_LOST; lost++) {
        length.set(ValueLayout.JAVA_INT, 0, Sockaddr.BYTES);
        int result = syscalls.accept4(state, n, peer, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (result >= 0) {
          try {
            // A unix socket has no reset, and a path may be unreadable.
            SocketAddress from =
                family == StandardProtocolFamily.UNIX
                    ? null
                    : Sockaddr.read(peer, length.get(ValueLayout.JAVA_INT, 0));
            return new DescriptorCalls(syscalls, result, family, SocketType.STREAM, from);
          } catch (Throwable t) {
            syscalls.close(state, result);
            throw t;
          }
        }
        if (result == -Errno.EAGAIN) {
          return null;
        }
        if (result != -Errno.EINTR && !SocketFailures.isLostConnection(-result)) {
          throw SocketFailures.of("accept(fd " + n + ")", -result);
        }
      }
      return null; // The socket stays readable while more are pending.
    }
  }

  @Override
  public int recv(ByteBuffer dst) throws IOException {
    if (dst.isReadOnly()) {
      throw new ReadOnlyBufferException();
    }
    int n = openDescriptor();
    int length = Math.min(dst.remaining(), Syscalls.MAX_CRITICAL_BYTES);
    int result;
    do {
      result = recv(n, dst, length);
    } while (result == -Errno.EINTR);
    if (result > 0) {
      dst.position(dst.position() + result);
      return result;
    }
    return switch (-result) {
      case 0 -> -1;
      case Errno.EAGAIN -> 0;
      default -> throw failed("recv", n, -result);
    };
  }

  private int recv(int n, ByteBuffer dst, int length) {
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

  @Override
  public int send(ByteBuffer src) throws IOException {
    int n = openDescriptor();
    int length = Math.min(src.remaining(), Syscalls.MAX_CRITICAL_BYTES);
    if (length == 0 && type == SocketType.STREAM) {
      return 0;
    }
    int result;
    do {
      result = send(n, src, length);
    } while (result == -Errno.EINTR);
    if (result > 0) {
      src.position(src.position() + result);
      return result;
    }
    return switch (-result) {
      case 0, Errno.EAGAIN -> 0;
      default -> throw failed("send", n, -result);
    };
  }

  private int send(int n, ByteBuffer src, int length) {
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

  @Override
  public long send(ByteBuffer[] srcs, int offset, int length) throws IOException {
    int first = offset;
    int end = offset + length;
    while (first < end && !srcs[first].hasRemaining()) {
      first++;
    }
    if (first == end) {
      openDescriptor();
      return 0;
    }
    if (first == end - 1 || (!srcs[first].isDirect() && srcs[first].remaining() >= LARGE)) {
      return send(srcs[first]);
    }
    int n = openDescriptor();
    int sent = sendMessage(n, srcs, first, end - first);
    advance(srcs, first, sent);
    return sent;
  }

  private int sendMessage(int n, ByteBuffer[] srcs, int offset, int length) throws IOException {
    ScratchBuffer scratch = ScratchBuffer.take();
    int result;
    try {
      scratch.fill(srcs, offset, length);
      do {
        result = syscalls.sendmsg(errno, n, scratch.message(), SEND_FLAGS);
      } while (result == -Errno.EINTR);
    } finally {
      Reference.reachabilityFence(srcs);
      scratch.giveBack();
    }
    if (result < 0 && result != -Errno.EAGAIN) {
      throw failed("sendmsg", n, -result);
    }
    return Math.max(result, 0);
  }

  private static void advance(ByteBuffer[] srcs, int first, int sent) {
    int left = sent;
    for (int i = first; left > 0; i++) {
      ByteBuffer src = srcs[i];
      int part = Math.min(left, src.remaining());
      src.position(src.position() + part);
      left -= part;
    }
  }

  @Override
  public void shutdownInput() throws IOException {
    shutdown(Constants.SHUT_RD);
  }

  @Override
  public void shutdownOutput() throws IOException {
    shutdown(Constants.SHUT_WR);
  }

  private void shutdown(int how) throws IOException {
    int n = openDescriptor();
    try (Arena arena = Arena.ofConfined()) {
      int result = syscalls.shutdown(arena.allocate(ValueLayout.JAVA_INT), n, how);
      if (result < 0) {
        throw failed("shutdown", n, -result);
      }
    }
  }

  @Override
  public <T> void setOption(SocketOption<T> option, T value) throws IOException {
    DescriptorOptions.set(syscalls, openDescriptor(), option, value);
  }

  @Override
  public <T> T getOption(SocketOption<T> option) throws IOException {
    return DescriptorOptions.get(syscalls, openDescriptor(), option);
  }

  @Override
  public @Nullable SocketAddress getsockname() {
    return address(syscalls::getsockname);
  }

  @Override
  public @Nullable SocketAddress getpeername() {
    SocketAddress peer = address(syscalls::getpeername);
    return peer == null && isOpen() ? acceptedFrom : peer;
  }

  private @Nullable SocketAddress address(AddressCall call) {
    int n = fd;
    if (n < 0) {
      return null;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment c = arena.allocate(Sockaddr.BYTES, 8);
      MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, Sockaddr.BYTES);
      int result = call.make(arena.allocate(ValueLayout.JAVA_INT), n, c, length);
      return result < 0 ? null : Sockaddr.read(c, length.get(ValueLayout.JAVA_INT, 0));
    }
  }

  @Override
  public boolean isOpen() {
    return fd >= 0;
  }

  @Override
  public void close() throws IOException {
    int n = detach();
    if (n < 0) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      int result = syscalls.close(arena.allocate(ValueLayout.JAVA_INT), n);
      // close(2): on Linux the number is free whatever it returns, so never again.
      if (result < 0 && result != -Errno.EINTR) {
        throw failed("close", n, -result);
      }
    }
  }

  @Override
  public int detach() {
    return (int) FD.getAndSet(this, -1);
  }

  private int openDescriptor() throws SocketException {
    int n = fd;
    if (n < 0) {
      throw SocketFailures.closed();
    }
    return n;
  }

  private static SocketException failed(String call, int n, int errno) {
    return SocketFailures.of(call + "(fd " + n + ")", errno);
  }

  /// getsockname(2) or getpeername(2).
  private interface AddressCall {
    int make(MemorySegment errno, int fd, MemorySegment addr, MemorySegment addrlen);
  }
}
