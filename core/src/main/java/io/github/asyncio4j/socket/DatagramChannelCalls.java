// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.Native;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnsupportedAddressTypeException;
import org.jspecify.annotations.Nullable;

/// A datagram socket of the NIO tier.
final class DatagramChannelCalls extends ChannelCalls {
  private final DatagramChannel channel;

  DatagramChannelCalls(DatagramChannel channel) {
    this.channel = channel;
  }

  @Override
  NetworkChannel network() {
    return channel;
  }

  @Override
  public void bind(@Nullable SocketAddress address) throws IOException {
    ensureOpen();
    try {
      channel.bind(address);
    } catch (UnsupportedAddressTypeException e) {
      throw unfit(address);
    } catch (AlreadyBoundException e) {
      throw failed("bind", Errno.EINVAL);
    } catch (IOException e) {
      throw SocketFailures.translatedBind("bind(" + address + ")", e);
    }
  }

  @Override
  public void listen(int backlog) throws IOException {
    ensureOpen();
    throw failed("listen", Errno.EOPNOTSUPP);
  }

  @Override
  public boolean connect(SocketAddress address) throws IOException {
    ensureOpen();
    try {
      channel.connect(address);
      return true;
    } catch (UnsupportedAddressTypeException e) {
      throw unfit(address);
    } catch (IOException e) {
      throw SocketFailures.translatedConnect("connect(" + address + ")", e);
    }
  }

  @Override
  public boolean finishConnect(SocketAddress address) {
    return true;
  }

  @Override
  public @Nullable SocketCalls accept() throws IOException {
    ensureOpen();
    throw failed("accept", Errno.EOPNOTSUPP);
  }

  @Override
  public int recv(ByteBuffer dst) throws IOException {
    if (dst.isReadOnly()) {
      throw new ReadOnlyBufferException();
    }
    ensureOpen();
    try {
      // Not read: that cannot tell an empty datagram from none.
      int before = dst.position();
      SocketAddress sender = channel.receive(dst);
      int count = dst.position() - before;
      return sender != null && count == 0 ? -1 : count;
    } catch (IOException e) {
      throw failure("recv", e);
    }
  }

  @Override
  public int send(ByteBuffer src) throws IOException {
    ensureOpen();
    try {
      return channel.write(src);
    } catch (NotYetConnectedException e) {
      throw failed("send", Errno.EDESTADDRREQ);
    } catch (IOException e) {
      throw failure("send", e);
    }
  }

  @Override
  public long send(ByteBuffer[] srcs, int offset, int length) throws IOException {
    ensureOpen();
    try {
      return channel.write(srcs, offset, length);
    } catch (NotYetConnectedException e) {
      throw failed("sendmsg", Errno.EDESTADDRREQ);
    } catch (IOException e) {
      throw failure("sendmsg", e);
    }
  }

  @Override
  public void shutdownInput() {
    throw Native.unsupported("Shutting down a datagram socket");
  }

  @Override
  public void shutdownOutput() {
    throw Native.unsupported("Shutting down a datagram socket");
  }

  @Override
  public <T> void setOption(SocketOption<T> option, T value) throws IOException {
    ensureOpen();
    if (!channel.supportedOptions().contains(option)) {
      throw unsupported(option);
    }
    channel.setOption(option, value);
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
