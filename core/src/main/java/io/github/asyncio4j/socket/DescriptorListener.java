// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import static io.github.asyncio4j.internal.ffi.Constants.SOCK_CLOEXEC;
import static io.github.asyncio4j.internal.ffi.Constants.SOCK_NONBLOCK;

import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.Sockaddr;
import io.github.asyncio4j.internal.ffi.Syscalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import org.jspecify.annotations.Nullable;

/// A listening socket of the native tier.
final class DescriptorListener implements ListeningCalls, DuplicableCalls {
  // How many lost connections one accept passes over before it lets others have a turn.
  private static final int MAX_LOST = 16;

  private final Descriptor descriptor;

  DescriptorListener(Descriptor descriptor) {
    this.descriptor = descriptor;
  }

  @Override
  public SocketCalls owner() {
    return descriptor;
  }

  @Override
  public SocketRole dup() throws IOException {
    return descriptor.dup();
  }

  @Override
  public void setBacklog(int backlog) throws IOException {
    descriptor.listen(backlog);
  }

  @Override
  public @Nullable StreamCalls accept() throws IOException {
    int n = descriptor.ensureOpen();
    Syscalls syscalls = descriptor.syscalls();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment peer = arena.allocate(Sockaddr.BYTES, 8);
      MemorySegment length = arena.allocate(ValueLayout.JAVA_INT);
      for (int lost = 0; lost < MAX_LOST; lost++) {
        length.set(ValueLayout.JAVA_INT, 0, Sockaddr.BYTES);
        int result = syscalls.accept4(state, n, peer, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (result >= 0) {
          try {
            return accepted(result, peer, length.get(ValueLayout.JAVA_INT, 0));
          } catch (Throwable t) {
            syscalls.close(state, result);
            throw t;
          }
        }
        if (result == -Errno.EAGAIN) {
          return null;
        }
        if (result != -Errno.EINTR && !SocketFailures.isLostConnection(-result)) {
          throw Descriptor.failed("accept", n, -result);
        }
      }
      return null; // The socket stays readable while more are pending.
    }
  }

  private StreamCalls accepted(int fd, MemorySegment peer, int length) {
    StandardProtocolFamily family = descriptor.family();
    // A unix socket has no reset, and a path may be unreadable.
    SocketAddress from = family == StandardProtocolFamily.UNIX ? null : Sockaddr.read(peer, length);
    return new DescriptorStream(new Descriptor(descriptor.syscalls(), fd, family), from);
  }
}
