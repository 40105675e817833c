// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.internal.ffi.Constants;
import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.Mmsghdr;
import io.github.asyncio4j.internal.ffi.Syscalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
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
    throw failed("recv", n, -result);
  }

  @Override
  public @Nullable Received recvfrom(ByteBuffer dst) throws IOException {
    if (dst.isReadOnly()) {
      throw new ReadOnlyBufferException();
    }
    int n = descriptor.ensureOpen();
    MessageScratch scratch = MessageScratch.take();
    try {
      Mmsghdr headers = scratch.headers();
      scratch.wantOne(dst.remaining());
      int result = receive(n, headers, 1);
      if (result <= 0) {
        return null;
      }
      int count = headers.received(0);
      scratch.copyTo(dst, count);
      return new Received(
          count,
          SystemAddress.read(headers.name(0), headers.nameLength(0)),
          headers.isTruncated(0));
    } finally {
      scratch.giveBack();
    }
  }

  @Override
  public int receive(DatagramBatch into, int most) throws IOException {
    Mmsghdr headers = into.headers();
    for (int i = 0; i < most; i++) {
      headers.wantAddress(i);
    }
    int count = receive(descriptor.ensureOpen(), headers, most);
    into.received(count);
    return count;
  }

  /// Returns how many datagrams have come, 0 when there is none now.
  private int receive(int n, Mmsghdr headers, int most) throws IOException {
    int result;
    do {
      result =
          syscalls.recvmmsg(
              descriptor.errno(),
              n,
              headers.segment(),
              most,
              Constants.MSG_DONTWAIT,
              MemorySegment.NULL);
    } while (result == -Errno.EINTR);
    if (result < 0 && result != -Errno.EAGAIN) {
      throw failed("recvmmsg", n, -result);
    }
    return Math.max(result, 0);
  }

  @Override
  public boolean sendto(ByteBuffer src, @Nullable SocketAddress address) throws IOException {
    Datagram[] one = {new Datagram(src, address)};
    if (send(one, 0, 1) == 0) {
      return false;
    }
    src.position(src.limit());
    return true;
  }

  @Override
  public int send(@Nullable Datagram[] datagrams, int offset, int length) throws IOException {
    int n = descriptor.ensureOpen();
    MessageScratch scratch = MessageScratch.take();
    try {
      int count = scratch.fill(datagrams, offset, length, descriptor.family());
      if (count == 0) {
        throw failed("sendmmsg", n, Errno.EMSGSIZE);
      }
      int result;
      do {
        result =
            syscalls.sendmmsg(
                descriptor.errno(),
                n,
                scratch.headers().segment(),
                count,
                Constants.MSG_DONTWAIT | Constants.MSG_NOSIGNAL);
      } while (result == -Errno.EINTR);
      if (result < 0 && result != -Errno.EAGAIN) {
        throw failedSend(datagrams[offset], n, -result);
      }
      return Math.max(result, 0);
    } finally {
      scratch.giveBack();
    }
  }

  private IOException failedSend(@Nullable Datagram first, int n, int errno) {
    SocketAddress address = first == null ? null : first.address();
    return descriptor.family() == StandardProtocolFamily.UNIX
        ? UnixFailures.ofSend(address, "sendmmsg(fd " + n + ", " + address + ")", errno)
        : failed("sendmmsg", n, errno);
  }

  private static SocketException failed(String call, int n, int errno) {
    return SocketFailures.ofDatagram(call + "(fd " + n + ")", errno);
  }

  @Override
  public void joinGroup(
      InetAddress group, @Nullable NetworkInterface on, @Nullable InetAddress source)
      throws IOException {
    MulticastOptions.join(syscalls, descriptor.ensureOpen(), group, on, source);
  }

  @Override
  public void leaveGroup(
      InetAddress group, @Nullable NetworkInterface on, @Nullable InetAddress source)
      throws IOException {
    MulticastOptions.leave(syscalls, descriptor.ensureOpen(), group, on, source);
  }

  @Override
  public long dropped() throws IOException {
    int n = descriptor.ensureOpen();
    try (Arena arena = Arena.ofConfined()) {
      long bytes = (long) Constants.SK_MEMINFO_VARS * Integer.BYTES;
      MemorySegment numbers = arena.allocate(bytes, Integer.BYTES);
      MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, (int) bytes);
      int result =
          syscalls.getsockopt(
              arena.allocate(ValueLayout.JAVA_INT),
              n,
              Constants.SOL_SOCKET,
              Constants.SO_MEMINFO,
              numbers,
              length);
      if (result < 0) {
        throw Descriptor.failed("getsockopt SO_MEMINFO", n, -result);
      }
      return Integer.toUnsignedLong(
          numbers.getAtIndex(ValueLayout.JAVA_INT, Constants.SK_MEMINFO_DROPS));
    }
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
