// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.selector.Selector;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// A datagram socket of a [MemoryNetwork]. The loop's thread.
final class MemoryDatagram implements DatagramCalls, MemoryCalls.Role {
  /*
   * Each datagram goes by a wire of its own, so what has a latency may overtake another, as it may on
   * the way through a network. A full receive buffer drops what comes, as the system's does.
   */

  private static final InetAddress BROADCAST = InetAddress.ofLiteral("255.255.255.255");

  private static final int MAX_BYTES = 65_507;
  // What a datagram counts for in a receive buffer beyond its bytes.
  private static final int OVERHEAD = 512;

  private final MemoryCalls socket;
  private final Queue<Datagram> arrived = new ArrayDeque<>();
  private int arrivedBytes;
  private long dropped;
  // Nobody has the port that was sent to, and nobody here has been told.
  private boolean refused;

  // Any thread reads.
  private volatile @Nullable SocketAddress peername;

  MemoryDatagram(MemoryCalls socket) {
    this.socket = socket;
    socket.become(this);
  }

  @Override
  public SocketCalls owner() {
    return socket;
  }

  // Readiness.

  @Override
  public int ready() {
    return arrived.isEmpty() && !refused ? Selector.WRITE : Selector.READ | Selector.WRITE;
  }

  @Override
  public void watched(int interest) {
    // Nobody asks.
  }

  // Names.

  @Override
  public void bind(@Nullable SocketAddress address) throws IOException {
    socket.ensureOpen();
    socket.bind(address);
  }

  @Override
  public boolean connect(SocketAddress address) throws IOException {
    socket.ensureOpen();
    socket.ensureOfFamily(address);
    SocketAddress target = MemoryNetwork.reachable(address);
    if (target instanceof InetSocketAddress inet) {
      socket.bindAsClientOf(inet);
    }
    peername = target;
    return true;
  }

  @Override
  public @Nullable SocketAddress getpeername() {
    return socket.isOpen() ? peername : null;
  }

  // Receiving.

  @Override
  public int recv(ByteBuffer dst) throws IOException {
    Received received = recvfrom(dst);
    return received == null ? Socket.NO_DATAGRAM : received.count();
  }

  @Override
  public @Nullable Received recvfrom(ByteBuffer dst) throws IOException {
    if (dst.isReadOnly()) {
      throw new ReadOnlyBufferException();
    }
    socket.ensureOpen();
    throwRefused("recvfrom");
    Datagram next = arrived.poll();
    if (next == null) {
      return null;
    }
    arrivedBytes -= next.data().remaining() + OVERHEAD;
    int count = Math.min(next.data().remaining(), dst.remaining());
    dst.put(next.data().slice(0, count));
    socket.changed();
    return new Received(count, next.address(), count < next.data().remaining());
  }

  private void throwRefused(String call) throws PortUnreachableException {
    if (refused) {
      refused = false;
      socket.changed();
      throw new PortUnreachableException(Errno.message(call, Errno.ECONNREFUSED));
    }
  }

  // Sending.

  @Override
  public int send(ByteBuffer src) throws IOException {
    int count = src.remaining();
    return sendto(src, null) ? count : 0;
  }

  @Override
  public long send(ByteBuffer[] srcs, int offset, int length) throws IOException {
    int total = 0;
    for (int i = offset; i < offset + length; i++) {
      total += srcs[i].remaining();
    }
    if (total == 0) {
      return 0;
    }
    var joined = ByteBuffer.allocate(total);
    for (int i = offset; i < offset + length; i++) {
      joined.put(srcs[i].duplicate());
    }
    sendto(joined.flip(), null);
    for (int i = offset; i < offset + length; i++) {
      srcs[i].position(srcs[i].limit());
    }
    return total;
  }

  @Override
  public boolean sendto(ByteBuffer src, @Nullable SocketAddress address) throws IOException {
    socket.ensureOpen();
    SocketAddress peer = peername;
    SocketAddress target = address == null ? peer : MemoryNetwork.reachable(address);
    if (target == null) {
      throw SocketFailures.of("sendto", Errno.EDESTADDRREQ);
    }
    ensureFits(target);
    throwRefused("sendto");
    if (src.remaining() > MAX_BYTES) {
      throw SocketFailures.of("sendto(" + target + ")", Errno.EMSGSIZE);
    }
    if (target instanceof InetSocketAddress inet) {
      if (!socket.isBound()) {
        socket.bind(null);
      }
      dispatch(ByteBuffer.allocate(src.remaining()).put(src).flip(), inet);
    }
    return true;
  }

  private void ensureFits(SocketAddress target) {
    // An IPv6 socket sends to IPv4 as well.
    boolean mapped =
        socket.family() == StandardProtocolFamily.INET6
            && target instanceof InetSocketAddress inet
            && inet.getAddress() instanceof Inet4Address;
    if (!mapped) {
      socket.ensureOfFamily(target);
    }
  }

  private void dispatch(ByteBuffer data, InetSocketAddress target) throws IOException {
    MemoryNetwork network = socket.network();
    InetSocketAddress from = nameFor(target);
    if (target.getAddress().isMulticastAddress()) {
      for (MemoryDatagram listener : network.groups().listeners(target, from)) {
        if (listener != this || socket.isOn(StandardSocketOptions.IP_MULTICAST_LOOP)) {
          network.newWire().carry(() -> listener.arrive(data.duplicate(), from));
        }
      }
    } else if (target.getAddress().equals(BROADCAST)) {
      if (!socket.isOn(StandardSocketOptions.SO_BROADCAST)) {
        throw SocketFailures.of("sendto(" + target + ")", Errno.EACCES);
      }
      for (MemoryDatagram listener : network.datagramsOn(target.getPort(), from)) {
        network.newWire().carry(() -> listener.arrive(data.duplicate(), from));
      }
    } else {
      network.newWire().carry(() -> deliver(data, target, from));
    }
  }

  private void deliver(ByteBuffer data, InetSocketAddress target, InetSocketAddress from) {
    MemoryNetwork network = socket.network();
    MemoryDatagram receiver = network.datagramsAt(target, from);
    if (receiver != null) {
      receiver.arrive(data, from);
    } else if (target.equals(peername)) {
      network.newWire().carry(this::refuse);
    }
  }

  private void refuse() {
    if (socket.isOpen()) {
      refused = true;
      socket.changed();
    }
  }

  /// Returns the address that a receiver sees.
  private InetSocketAddress nameFor(InetSocketAddress target) {
    var own = (InetSocketAddress) socket.getsockname();
    if (own == null) {
      throw new IllegalStateException("not bound: " + target);
    }
    return own.getAddress().isAnyLocalAddress()
        ? new InetSocketAddress(MemoryNetwork.routeTo(target.getAddress()), own.getPort())
        : own;
  }

  private void arrive(ByteBuffer data, SocketAddress from) {
    if (!socket.isOpen()) {
      return;
    }
    int bytes = data.remaining() + OVERHEAD;
    // As on Linux, which lets one in as long as there is any room.
    if (arrivedBytes >= socket.receiveBuffer()) {
      dropped++;
      return;
    }
    arrived.add(new Datagram(data, from));
    arrivedBytes += bytes;
    socket.changed();
  }

  /// Tells whether what comes from an address is for this socket: one that is connected hears its
  /// peer only.
  boolean hears(InetSocketAddress from) {
    SocketAddress peer = peername;
    return peer == null || peer.equals(from);
  }

  boolean takesInet6Only() {
    return socket.takesInet6Only();
  }

  /// Tells whether the socket has the port of an address, on all addresses or on that one.
  boolean isBoundFor(InetSocketAddress target) {
    return socket.getsockname() instanceof InetSocketAddress own
        && own.getPort() == target.getPort()
        && (own.getAddress().isAnyLocalAddress() || own.getAddress().equals(target.getAddress()));
  }

  // Multicast.

  @Override
  public void joinGroup(
      InetAddress group, @Nullable NetworkInterface on, @Nullable InetAddress source)
      throws IOException {
    socket.ensureOpen();
    if (!socket.network().groups().join(this, new Membership(group, on, source))) {
      throw SocketFailures.of("joinGroup(" + group + ")", Errno.EADDRINUSE);
    }
  }

  @Override
  public void leaveGroup(
      InetAddress group, @Nullable NetworkInterface on, @Nullable InetAddress source)
      throws IOException {
    socket.ensureOpen();
    if (!socket.network().groups().leave(this, new Membership(group, on, source))) {
      throw SocketFailures.of("leaveGroup(" + group + ")", Errno.EADDRNOTAVAIL);
    }
  }

  @Override
  public long dropped() throws IOException {
    socket.ensureOpen();
    return dropped;
  }

  @Override
  public void close() {
    arrived.clear();
    socket.network().groups().leaveAll(this);
  }
}
