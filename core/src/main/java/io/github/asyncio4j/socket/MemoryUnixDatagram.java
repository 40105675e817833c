// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.selector.Selector;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A datagram socket of the unix family of a [MemoryNetwork]. The loop's thread.
final class MemoryUnixDatagram extends MemoryMessages {
  /*
   * Some facts about such sockets on Linux (unix(7), net/unix/af_unix.c).
   *
   * Nothing is lost and nothing overtakes: what the receiver has no room for waits with its sender.
   * There is room for net.unix.max_dgram_qlen datagrams and one more, whatever their sizes. A sender
   * that is connected is told when there is room; any other is always told that there is.
   *
   * A receiver that is connected takes datagrams of its peer only; others are not permitted to send.
   * A sender whose peer is gone is told once that it is refused, and has no peer from then on.
   */

  private static final int MOST_WAITING = 10;
  // What SO_SNDBUF is at first, less what a datagram costs beside its bytes.
  private static final int MAX_BYTES = 212_992 - 32;

  private final Wire wire;
  private final Queue<Datagram> arrived = new ArrayDeque<>();
  // Sent to this one and not received: those under way too.
  private int waiting;
  // Those that found no room here, and are connected with this one.
  private final Set<MemoryUnixDatagram> kept = new LinkedHashSet<>();

  private @Nullable MemoryUnixDatagram peer;

  MemoryUnixDatagram(MemoryCalls socket) {
    super(socket);
    // Of what is sent to this one, so that it comes in the order in which it was sent.
    this.wire = socket.network().wiring().stream(null, null);
    socket.stayUnnamed();
    socket.become(this);
  }

  // Readiness.

  @Override
  public int ready() {
    int ops = arrived.isEmpty() ? 0 : Selector.READ;
    MemoryUnixDatagram to = peer;
    return to == null || !to.isFull() || !to.socket.isOpen() ? ops | Selector.WRITE : ops;
  }

  private boolean isFull() {
    return waiting > MOST_WAITING;
  }

  // Names.

  @Override
  public boolean connect(SocketAddress address) throws IOException {
    socket.ensureOpen();
    socket.ensureOfFamily(address);
    String call = "connect(" + address + ")";
    MemoryUnixDatagram found =
        socket
            .network()
            .unixDatagramsAt(address, errno -> UnixFailures.ofConnect(address, call, errno));
    if (!found.takesFrom(this)) {
      throw UnixFailures.ofConnect(address, call, Errno.EPERM);
    }
    peer = found;
    peername(address);
    socket.changed();
    return true;
  }

  private boolean takesFrom(MemoryUnixDatagram sender) {
    return peer == null || peer == sender;
  }

  // Receiving.

  @Override
  @Nullable Datagram take() {
    Datagram next = arrived.poll();
    if (next != null) {
      waiting--;
      socket.changed();
      tellKept();
    }
    return next;
  }

  private void tellKept() {
    var told = List.copyOf(kept);
    kept.clear();
    told.forEach(sender -> sender.socket.changed());
  }

  // Sending.

  @Override
  public boolean sendto(ByteBuffer src, @Nullable SocketAddress address) throws IOException {
    socket.ensureOpen();
    if (address != null) {
      socket.ensureOfFamily(address);
    }
    String call = "sendto(" + address + ")";
    if (src.remaining() > MAX_BYTES) {
      throw UnixFailures.ofSend(address, call, Errno.EMSGSIZE);
    }
    MemoryUnixDatagram to = address == null ? connectedPeer(call) : named(address, call);
    if (!to.takesFrom(this)) {
      throw UnixFailures.ofSend(address, call, Errno.EPERM);
    }
    if (to.isFull()) {
      if (to == peer) {
        to.kept.add(this);
      }
      return false;
    }
    ByteBuffer data = ByteBuffer.allocate(src.remaining()).put(src).flip();
    SocketAddress from = socket.isBound() ? socket.getsockname() : null;
    to.waiting++;
    to.wire.carry(() -> to.arrive(data, from));
    return true;
  }

  private MemoryUnixDatagram named(SocketAddress address, String call) throws IOException {
    return socket
        .network()
        .unixDatagramsAt(address, errno -> UnixFailures.ofSend(address, call, errno));
  }

  private MemoryUnixDatagram connectedPeer(String call) throws IOException {
    MemoryUnixDatagram to = peer;
    if (to == null) {
      throw UnixFailures.ofSend(null, call, Errno.ENOTCONN);
    }
    if (!to.socket.isOpen()) {
      peer = null;
      peername(null);
      throw UnixFailures.ofSend(null, call, Errno.ECONNREFUSED);
    }
    return to;
  }

  private void arrive(ByteBuffer data, @Nullable SocketAddress from) {
    if (socket.isOpen()) {
      arrived.add(new Datagram(data, from));
      socket.changed();
    }
  }

  // What such sockets do not have.

  @Override
  public void joinGroup(
      InetAddress group, @Nullable NetworkInterface on, @Nullable InetAddress source)
      throws IOException {
    throw SocketFailures.of("joinGroup(" + group + ")", Errno.EOPNOTSUPP);
  }

  @Override
  public void leaveGroup(
      InetAddress group, @Nullable NetworkInterface on, @Nullable InetAddress source)
      throws IOException {
    throw SocketFailures.of("leaveGroup(" + group + ")", Errno.EOPNOTSUPP);
  }

  @Override
  public long dropped() throws IOException {
    socket.ensureOpen();
    return 0;
  }

  @Override
  public void close() {
    arrived.clear();
    MemoryUnixDatagram to = peer;
    if (to != null) {
      to.kept.remove(this);
    }
    tellKept();
  }
}
