// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.selector.Selector;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.FileChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A stream socket of a [MemoryNetwork].
final class MemoryStream implements StreamCalls, MemoryCalls.Role {
  private enum State {
    UNCONNECTED,
    CONNECTING,
    /// The connect has failed, and nobody has been told.
    FAILED,
    CONNECTED
  }

  // What is read of a file at a time: a part may have to be read again.
  private static final int FILE_PIECE = 64 * 1024;

  private final MemoryCalls socket;

  // Any thread reads.
  private volatile @Nullable SocketAddress peername;

  // The loop's thread.
  private State state = State.UNCONNECTED;
  // Why a connect has failed.
  private int failure;
  private @Nullable MemoryEnd end;

  MemoryStream(MemoryCalls socket) {
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
    return switch (state) {
      case CONNECTED -> Objects.requireNonNull(end).ready();
      case FAILED -> Selector.READ | Selector.WRITE;
      case UNCONNECTED, CONNECTING -> 0;
    };
  }

  @Override
  public void watched(int interest) {
    if (end != null) {
      end.awaited((interest & Selector.READ) != 0);
    }
  }

  // Connecting.

  @Override
  public void bind(@Nullable SocketAddress address) throws IOException {
    socket.ensureOpen();
    if (state != State.UNCONNECTED) {
      throw SocketFailures.ofBind("bind(" + address + ")", Errno.EINVAL);
    }
    socket.bind(address);
  }

  @Override
  public ListeningCalls listen(int backlog) throws IOException {
    socket.ensureOpen();
    boolean nameless = !socket.isBound() && socket.family() == StandardProtocolFamily.UNIX;
    if (state != State.UNCONNECTED || nameless) {
      throw SocketFailures.ofBind("listen", Errno.EINVAL);
    }
    if (!socket.isBound()) {
      socket.bind(null);
    }
    var listener = new MemoryListener(socket, backlog);
    socket.become(listener);
    return listener;
  }

  @Override
  public boolean connect(SocketAddress address) throws IOException {
    socket.ensureOpen();
    socket.ensureOfFamily(address);
    if (state != State.UNCONNECTED) {
      throw SocketFailures.ofConnect(
          "connect(" + address + ")", state == State.CONNECTED ? Errno.EISCONN : Errno.EINVAL);
    }
    SocketAddress target = MemoryNetwork.reachable(address);
    if (target instanceof InetSocketAddress inet) {
      socket.bindAsClientOf(inet);
    } else {
      socket.network().ensureServed(target, "connect(" + address + ")");
      socket.stayUnnamed();
    }
    state = State.CONNECTING;
    handshake(hostOf(socket.getsockname()), hostOf(target)).carry(() -> request(target));
    // One that arrives at once is told of in the next poll, as by the system.
    return false;
  }

  /// Returns the host of an address, or null when it has none.
  private @Nullable InetAddress hostOf(@Nullable SocketAddress address) {
    return address instanceof InetSocketAddress inet
        ? inet.getAddress().isAnyLocalAddress()
            ? socket.sourceFor(inet.getAddress())
            : inet.getAddress()
        : null;
  }

  /// A client that hears nothing of what it sends gives up, whichever way it was lost.
  private Wire handshake(@Nullable InetAddress from, @Nullable InetAddress to) {
    Wire wire = socket.network().wiring().handshake(from, to);
    wire.whenGivenUp(() -> fail(Errno.ETIMEDOUT));
    return wire;
  }

  private void request(SocketAddress address) {
    if (!isConnecting()) {
      return;
    }
    MemoryNetwork network = socket.network();
    MemoryCalls found = network.listenerAt(address);
    MemoryListener listener = found == null ? null : found.listener();
    if (listener != null && !listener.takePlace(() -> request(address))) {
      return;
    }
    InetAddress here = hostOf(socket.getsockname());
    InetAddress there = hostOf(address);
    Wire back = handshake(there, here);
    if (listener == null) {
      back.carry(() -> fail(Errno.ECONNREFUSED));
      return;
    }
    MemoryEnd ours =
        MemoryEnd.connected(
            network.wiring().stream(here, there), network.wiring().stream(there, here));
    MemoryStream accepted = listener.letIn(address);
    accepted.connected(ours.peer(), socket.getsockname());
    back.whenGivenUp(
        () -> {
          fail(Errno.ETIMEDOUT);
          listener.leavePlace();
        });
    back.carry(() -> established(ours, address, listener, accepted));
  }

  private void fail(int errno) {
    if (isConnecting()) {
      state = State.FAILED;
      failure = errno;
      socket.changed();
    }
  }

  // Who has closed meanwhile leaves nothing behind: a connection is to be accepted once the answer
  // to the answer has arrived.
  private void established(
      MemoryEnd ours, SocketAddress address, MemoryListener listener, MemoryStream accepted) {
    if (isConnecting()) {
      connected(ours, address);
      ours.tell(() -> listener.arrived(accepted));
      socket.changed();
    } else {
      listener.leavePlace();
    }
  }

  private boolean isConnecting() {
    return socket.isOpen() && state == State.CONNECTING;
  }

  void connected(MemoryEnd end, @Nullable SocketAddress peername) {
    this.end = end;
    this.peername = peername;
    state = State.CONNECTED;
    end.onChange(socket::changed);
    watched(socket.interest());
  }

  @Override
  public boolean finishConnect(SocketAddress address) throws IOException {
    socket.ensureOpen();
    if (state == State.FAILED) {
      state = State.UNCONNECTED;
      throw SocketFailures.ofConnect("Connect call failed " + address, failure);
    }
    return state == State.CONNECTED;
  }

  @Override
  public @Nullable SocketAddress getpeername() {
    return socket.isOpen() ? peername : null;
  }

  // Bytes.

  @Override
  public int recv(ByteBuffer dst) throws IOException {
    if (dst.isReadOnly()) {
      throw new ReadOnlyBufferException();
    }
    return connected("recv", Unconnected.recv(socket.family())).recv(dst);
  }

  @Override
  public int send(ByteBuffer src) throws IOException {
    return connected("send", Unconnected.send(socket.family())).send(src);
  }

  @Override
  public long send(ByteBuffer[] srcs, int offset, int length) throws IOException {
    MemoryEnd sending = connected("sendmsg", Unconnected.send(socket.family()));
    long sent = 0;
    for (int i = offset; i < offset + length; i++) {
      sent += sending.send(srcs[i]);
      if (srcs[i].hasRemaining()) {
        break;
      }
    }
    return sent;
  }

  @Override
  public long sendfile(FileChannel file, long offset, long count) throws IOException {
    MemoryEnd sending = connected("sendfile", Unconnected.send(socket.family()));
    var piece = ByteBuffer.allocate((int) Math.min(count, FILE_PIECE));
    return file.read(piece, offset) < 0 ? -1 : sending.send(piece.flip());
  }

  @Override
  public void shutdownInput() throws IOException {
    connected("shutdown", Errno.ENOTCONN).shutdownInput();
  }

  @Override
  public void shutdownOutput() throws IOException {
    connected("shutdown", Errno.ENOTCONN).shutdownOutput();
  }

  private MemoryEnd connected(String call, int errno) throws IOException {
    socket.ensureOpen();
    if (end == null) {
      throw SocketFailures.of(call, errno);
    }
    return end;
  }

  // Closing.

  @Override
  public void close() {
    if (end != null) {
      end.close(socket.closesHard());
    }
  }

  /// Is told that the program has it.
  void accepted() {
    socket.network().opened(socket);
  }

  @Override
  public String describe() {
    String own = MemoryCalls.text(socket.getsockname());
    return state == State.CONNECTED
        ? "connection " + own + " to " + MemoryCalls.text(peername)
        : "unconnected socket at " + own;
  }

  /// Closes a socket that nobody has accepted.
  void reset() {
    socket.drop();
    Objects.requireNonNull(end).close(true);
  }
}
