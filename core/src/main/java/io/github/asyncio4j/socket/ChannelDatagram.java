// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.internal.ffi.Native;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnsupportedAddressTypeException;
import org.jspecify.annotations.Nullable;

/// A datagram socket of the NIO tier.
final class ChannelDatagram implements DatagramCalls {
  /// At least what the largest datagram has.
  private static final int LARGEST = 65_535;

  private final ChannelCalls socket;
  private final DatagramChannel channel;

  // Loop thread only. Null while there was none.
  private @Nullable ChannelMemberships memberships;

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
  public @Nullable Received recvfrom(ByteBuffer dst) throws IOException {
    if (dst.isReadOnly()) {
      throw new ReadOnlyBufferException();
    }
    socket.ensureOpen();
    int room = dst.remaining();
    if (room >= LARGEST) {
      return receive(dst.slice(dst.position(), LARGEST), dst, LARGEST);
    }
    // The JDK drops the rest of a datagram without a word: it shows by one byte more.
    ScratchBuffer scratch = ScratchBuffer.take();
    try {
      return receive(scratch.room(room + 1), dst, room);
    } finally {
      scratch.giveBack();
    }
  }

  /// Receives into a buffer what is for another one, or for the same memory, and advances that.
  private @Nullable Received receive(ByteBuffer into, ByteBuffer dst, int room) throws IOException {
    SocketAddress sender;
    try {
      sender = channel.receive(into);
    } catch (IOException e) {
      throw failure("recvfrom", e);
    }
    if (sender == null) {
      return null;
    }
    int count = Math.min(into.position(), room);
    if (room < LARGEST) {
      dst.put(dst.position(), into, 0, count);
    }
    dst.position(dst.position() + count);
    return new Received(count, sender, into.position() > room);
  }

  @Override
  public boolean sendto(ByteBuffer src, @Nullable SocketAddress address) throws IOException {
    socket.ensureOpen();
    int wanted = src.remaining();
    SocketAddress peer = channel.getRemoteAddress();
    if (wanted == 0 && peer != null) {
      // The JDK returns without a call.
      throw Native.unsupported("Sending an empty datagram from a connected socket");
    }
    try {
      int sent = address == null ? channel.write(src) : channel.send(src, address);
      return sent == wanted;
    } catch (NotYetConnectedException e) {
      throw socket.failed("sendto", Errno.EDESTADDRREQ);
    } catch (AlreadyConnectedException e) {
      throw socket.failed("sendto(" + address + ")", Errno.EISCONN);
    } catch (UnsupportedAddressTypeException e) {
      throw ChannelCalls.unfit(address);
    } catch (IOException e) {
      throw failure("sendto", e);
    }
  }

  private IOException failure(String call, IOException e) {
    return channel.isOpen() ? SocketFailures.translatedDatagram(call + "(" + channel + ")", e) : e;
  }

  @Override
  public void joinGroup(
      InetAddress group, @Nullable NetworkInterface on, @Nullable InetAddress source)
      throws IOException {
    memberships().join(group, on, source);
  }

  @Override
  public void leaveGroup(
      InetAddress group, @Nullable NetworkInterface on, @Nullable InetAddress source)
      throws IOException {
    memberships().leave(group, on, source);
  }

  private ChannelMemberships memberships() throws IOException {
    socket.ensureOpen();
    var known = memberships;
    if (known == null) {
      known = new ChannelMemberships(channel);
      memberships = known;
    }
    return known;
  }

  @Override
  public long dropped() throws IOException {
    socket.ensureOpen();
    throw Native.unsupported("The number of dropped datagrams");
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
