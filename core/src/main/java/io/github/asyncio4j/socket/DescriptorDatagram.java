// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.Syscalls;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import org.jspecify.annotations.Nullable;

/// A datagram socket of the native tier.
final class DescriptorDatagram extends DescriptorPeer implements DatagramCalls, DuplexCalls {
  DescriptorDatagram(Descriptor descriptor) {
    super(descriptor);
  }

  @Override
  public int recv(ByteBuffer dst) throws IOException {
    if (dst.isReadOnly()) {
      throw new ReadOnlyBufferException();
    }
    int n = descriptor.ensureOpen();
    int result = receive(n, dst);
    if (result >= 0) {
      return result;
    }
    if (result == -Errno.EAGAIN) {
      return Socket.NO_DATAGRAM;
    }
    throw Descriptor.failed("recv", n, -result);
  }

  @Override
  public int send(ByteBuffer src) throws IOException {
    int n = descriptor.ensureOpen();
    int length = src.remaining();
    ensureSendable("send", n, length);
    return sent("send", n, transmit(n, src, length));
  }

  @Override
  public long send(ByteBuffer[] srcs, int offset, int length) throws IOException {
    int n = descriptor.ensureOpen();
    long wanted = 0;
    for (int i = offset; i < offset + length; i++) {
      wanted += srcs[i].remaining();
    }
    if (wanted == 0) {
      return 0;
    }
    ensureSendable("sendmsg", n, wanted);
    ScratchBuffer scratch = ScratchBuffer.take();
    try {
      if (scratch.fill(srcs, offset, length) == wanted) {
        return sent("sendmsg", n, transmit(n, scratch, srcs, offset));
      }
    } finally {
      scratch.giveBack();
    }
    return sendJoined(n, srcs, offset, length, (int) wanted);
  }

  /// Sends what is too much for a message of pieces. It must not be cut.
  private long sendJoined(int n, ByteBuffer[] srcs, int offset, int length, int wanted)
      throws IOException {
    var joined = ByteBuffer.allocate(wanted);
    for (int i = offset; i < offset + length; i++) {
      joined.put(joined.position(), srcs[i], srcs[i].position(), srcs[i].remaining());
      joined.position(joined.position() + srcs[i].remaining());
    }
    int sent = sent("send", n, transmit(n, joined.flip(), wanted));
    advance(srcs, offset, sent);
    return sent;
  }

  /// Refuses what one call cannot send whole, as the kernel refuses what is too large for it.
  private static void ensureSendable(String call, int n, long bytes) throws IOException {
    if (bytes > Syscalls.MAX_CRITICAL_BYTES) {
      throw Descriptor.failed(call, n, Errno.EMSGSIZE);
    }
  }

  @Override
  public @Nullable SocketAddress getpeername() {
    return descriptor.getpeername();
  }
}
