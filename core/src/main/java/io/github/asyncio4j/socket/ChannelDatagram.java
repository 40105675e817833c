// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.internal.ffi.Errno;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnsupportedAddressTypeException;
import org.jspecify.annotations.Nullable;

/// A datagram socket of the NIO tier.
final class ChannelDatagram implements DatagramCalls {
  private final ChannelCalls socket;
  private final DatagramChannel channel;

  ChannelDatagram(ChannelCalls socket, DatagramChannel channel) {
    this.socket = socket;
    this.channel = channel;
  }

  @Override
  public SocketCalls owner() {
    return socket;
  }

  @Override
  public void bind(@Nullable SocketAddress address) throws IOException {
    socket.ensureOpen();
    try {
      channel.bind(address);
    } catch (UnsupportedAddressTypeException e) {
      throw ChannelCalls.unfit(address);
    } catch (AlreadyBoundException e) {
      throw socket.failed("bind", Errno.EINVAL);
    } catch (IOException e) {
      throw SocketFailures.translatedBind("bind(" + address + ")", e);
    }
  }

  @Override
  public boolean connect(SocketAddress address) throws IOException {
    socket.ensureOpen();
    try {
      if (channel.isConnected()) {
        channel.disconnect(); // Linux lets a second connect change the peer, the JDK does not.
      }
      channel.connect(address);
      return true;
    } catch (UnsupportedAddressTypeException e) {
      throw ChannelCalls.unfit(address);
    } catch (IOException e) {
      throw SocketFailures.translatedConnect("connect(" + address + ")", e);
    }
  }

  @Override
  public int recv(ByteBuffer dst) throws IOException {
    if (dst.isReadOnly()) {
      throw new ReadOnlyBufferException();
    }
    socket.ensureOpen();
    int limit = ChannelCalls.cap(dst);
    try {
      // Not read: that cannot tell an empty datagram from none.
      int before = dst.position();
      return channel.receive(dst) == null ? Socket.NO_DATAGRAM : dst.position() - before;
    } catch (IOException e) {
      throw socket.failure("recv", e);
    } finally {
      dst.limit(limit);
    }
  }

  @Override
  public int send(ByteBuffer src) throws IOException {
    socket.ensureOpen();
    try {
      return channel.write(src);
    } catch (NotYetConnectedException e) {
      throw socket.failed("send", Errno.EDESTADDRREQ);
    } catch (IOException e) {
      throw socket.failure("send", e);
    }
  }

  @Override
  public long send(ByteBuffer[] srcs, int offset, int length) throws IOException {
    socket.ensureOpen();
    try {
      return channel.write(srcs, offset, length);
    } catch (NotYetConnectedException e) {
      throw socket.failed("sendmsg", Errno.EDESTADDRREQ);
    } catch (IOException e) {
      throw socket.failure("sendmsg", e);
    }
  }

  @Override
  public @Nullable SocketAddress getpeername() {
    try {
      return channel.getRemoteAddress();
    } catch (IOException e) {
      return null; // Closed.
    }
  }
}
