// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

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
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.nio.channels.SelectableChannel;
import org.jspecify.annotations.Nullable;

/// The native tier: a descriptor, and the system calls that every socket has.
///
/// The roles of its socket share it, so the number has one owner.
final class Descriptor implements SocketCalls {
  private static final VarHandle FD;

  static {
    try {
      FD = MethodHandles.lookup().findVarHandle(Descriptor.class, "fd", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Syscalls syscalls;
  private final StandardProtocolFamily family;

  // Loop thread only, so what any thread may call has another.
  private final MemorySegment errno = ErrnoSlots.take();

  // Any thread may change it, once, to -1.
  private volatile int fd;

  Descriptor(Syscalls syscalls, int fd, StandardProtocolFamily family) {
    this.syscalls = syscalls;
    this.fd = fd;
    this.family = family;
  }

  static PeerCalls open(Syscalls syscalls, StandardProtocolFamily family, SocketType type)
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
      var opened = new Descriptor(syscalls, result, family);
      return type == SocketType.STREAM
          ? new DescriptorStream(opened, null)
          : new DescriptorDatagram(opened);
    }
  }

  /// Makes a descriptor non-blocking and returns the role that it has already.
  static SocketRole adopt(Syscalls syscalls, int fd) throws IOException {
    int domain = DescriptorOptions.getInt(syscalls, fd, Constants.SO_DOMAIN, "SO_DOMAIN");
    int kind = DescriptorOptions.getInt(syscalls, fd, Constants.SO_TYPE, "SO_TYPE");
    int listens = DescriptorOptions.getInt(syscalls, fd, Constants.SO_ACCEPTCONN, "SO_ACCEPTCONN");
    var adopted = new Descriptor(syscalls, fd, Sockaddr.family(domain));
    SocketRole role =
        switch (kind) {
          case SOCK_STREAM ->
              listens != 0 ? new DescriptorListener(adopted) : new DescriptorStream(adopted, null);
          case SOCK_DGRAM -> new DescriptorDatagram(adopted);
          default -> throw new IllegalArgumentException("unknown type of fd " + fd + ": " + kind);
        };
    adopted.makeNonBlocking();
    return role;
  }

  /// Returns the role of another number of the same open file.
  SocketRole dup() throws IOException {
    int n = ensureOpen();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(ValueLayout.JAVA_INT);
      int result = syscalls.fcntl(state, n, Constants.F_DUPFD_CLOEXEC, 0);
      if (result < 0) {
        throw SocketFailures.of("fcntl(fd " + n + ", F_DUPFD_CLOEXEC)", -result);
      }
      try {
        return adopt(syscalls, result);
      } catch (Throwable t) {
        syscalls.close(state, result);
        throw t;
      }
    }
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

  Syscalls syscalls() {
    return syscalls;
  }

  StandardProtocolFamily family() {
    return family;
  }

  /// Returns where the errno of a call of the loop thread goes.
  MemorySegment errno() {
    return errno;
  }

  /// Returns the number, for a call that is made at once.
  int ensureOpen() throws SocketException {
    int n = fd;
    if (n < 0) {
      throw SocketFailures.closed();
    }
    return n;
  }

  static SocketException failed(String call, int n, int errno) {
    return SocketFailures.of(call + "(fd " + n + ")", errno);
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

  void bind(@Nullable SocketAddress address) throws IOException {
    int n = ensureOpen();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment c = arena.allocate(Sockaddr.BYTES, 8);
      int length = SystemAddress.write(address, family, c);
      int result = syscalls.bind(arena.allocate(ValueLayout.JAVA_INT), n, c, length);
      if (result < 0) {
        throw UnixFailures.ofBind(address, "bind(fd " + n + ", " + address + ")", -result);
      }
    }
  }

  void listen(int backlog) throws IOException {
    int n = ensureOpen();
    try (Arena arena = Arena.ofConfined()) {
      int result = syscalls.listen(arena.allocate(ValueLayout.JAVA_INT), n, backlog);
      if (result < 0) {
        throw SocketFailures.ofBind("listen(fd " + n + ")", -result);
      }
    }
  }

  /// As shutdown(2).
  void shutdown(int how) throws IOException {
    int n = ensureOpen();
    try (Arena arena = Arena.ofConfined()) {
      int result = syscalls.shutdown(arena.allocate(ValueLayout.JAVA_INT), n, how);
      if (result < 0) {
        throw failed("shutdown", n, -result);
      }
    }
  }

  @Override
  public <T> void setOption(SocketOption<T> option, T value) throws IOException {
    if (MulticastOptions.has(option)) {
      MulticastOptions.set(syscalls, ensureOpen(), family, option, value);
    } else {
      DescriptorOptions.set(syscalls, ensureOpen(), option, value);
    }
  }

  @Override
  public <T> T getOption(SocketOption<T> option) throws IOException {
    return MulticastOptions.has(option)
        ? MulticastOptions.get(syscalls, ensureOpen(), family, option)
        : DescriptorOptions.get(syscalls, ensureOpen(), option);
  }

  @Override
  public @Nullable SocketAddress getsockname() {
    return address(syscalls::getsockname);
  }

  /// Returns the address of the peer, as far as the kernel knows it.
  @Nullable SocketAddress getpeername() {
    return address(syscalls::getpeername);
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
      return result < 0 ? null : SystemAddress.read(c, length.get(ValueLayout.JAVA_INT, 0));
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

  /// Gives the number away.
  ///
  /// @return -1 when it is closed
  int detach() {
    return (int) FD.getAndSet(this, -1);
  }

  /// getsockname(2) or getpeername(2).
  private interface AddressCall {
    int make(MemorySegment errno, int fd, MemorySegment addr, MemorySegment addrlen);
  }
}
