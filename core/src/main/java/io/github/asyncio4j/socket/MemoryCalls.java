// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import io.github.asyncio4j.internal.ffi.Errno;
import io.github.asyncio4j.selector.Readiness;
import io.github.asyncio4j.selector.Selector;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.SelectableChannel;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// A stream socket of a [MemoryNetwork].
final class MemoryCalls implements SocketCalls, Readiness {
  private enum State {
    /// Not connected and not listening.
    UNUSED,
    CONNECTING,
    /// The connect has failed, and nobody has been told.
    REFUSED,
    CONNECTED,
    LISTENING,
    CLOSED
  }

  private final MemoryNetwork network;
  private final StandardProtocolFamily family;
  private final Map<SocketOption<?>, Object> options = MemoryNetwork.options();

  // Any thread reads.
  private volatile State state = State.UNUSED;
  private volatile @Nullable SocketAddress sockname;
  private volatile @Nullable SocketAddress peername;

  // The loop's thread.
  private boolean bound;
  private @Nullable MemoryEnd end;
  // Connections that wait to be accepted.
  private final Queue<MemoryCalls> pending = new ArrayDeque<>();
  // How many do, or are about to: at most one more than the backlog, as on Linux.
  private int places;
  private int backlog;
  // Requests that found no place; the system's clients repeat theirs.
  private final Queue<Runnable> unanswered = new ArrayDeque<>();
  private int interest;
  private @Nullable Runnable watcher;

  MemoryCalls(MemoryNetwork network, StandardProtocolFamily family) {
    this.network = network;
    this.family = family;
  }

  StandardProtocolFamily family() {
    return family;
  }

  @Override
  public SocketTier tier() {
    return SocketTier.MEMORY;
  }

  @Override
  public int fileno() {
    return -1;
  }

  @Override
  public @Nullable SelectableChannel channel() {
    return null;
  }

  // Readiness.

  @Override
  public Readiness readiness() {
    return this;
  }

  @Override
  public int ready() {
    return switch (state) {
      case CONNECTED -> Objects.requireNonNull(end).ready();
      case LISTENING -> pending.isEmpty() ? 0 : Selector.READ;
      case REFUSED -> Selector.READ | Selector.WRITE;
      case UNUSED, CONNECTING, CLOSED -> 0;
    };
  }

  @Override
  public void watched(int ops, @Nullable Runnable changed) {
    interest = ops;
    watcher = changed;
    noteAwaited();
  }

  private void noteAwaited() {
    if (end != null) {
      end.awaited((interest & Selector.READ) != 0);
    }
  }

  private void changed() {
    if (watcher != null) {
      watcher.run();
    }
  }

  // Connecting.

  @Override
  public void bind(@Nullable SocketAddress address) throws IOException {
    ensureOpen();
    ensureOfFamily(address);
    if (bound || state != State.UNUSED) {
      throw SocketFailures.of("bind(" + address + ")", Errno.EINVAL);
    }
    sockname = network.bind(this, address);
    bound = true;
  }

  private void ensureOfFamily(@Nullable SocketAddress address) {
    if (address == null) {
      return;
    }
    boolean fits =
        address instanceof InetSocketAddress inet
            ? family
                == (inet.getAddress() instanceof Inet6Address
                    ? StandardProtocolFamily.INET6
                    : StandardProtocolFamily.INET)
            : family == StandardProtocolFamily.UNIX;
    if (!fits) {
      throw ChannelCalls.unfit(address);
    }
  }

  @Override
  public void listen(int backlog) throws IOException {
    ensureOpen();
    if (state != State.UNUSED && state != State.LISTENING) {
      throw SocketFailures.of("listen", Errno.EINVAL);
    }
    if (!bound) {
      bind(null);
    }
    state = State.LISTENING;
    this.backlog = backlog;
    answer();
  }

  boolean isListening() {
    return state == State.LISTENING;
  }

  private boolean hasPlace() {
    return places <= backlog;
  }

  private void answer() {
    while (hasPlace() && !unanswered.isEmpty()) {
      unanswered.remove().run();
    }
  }

  private void leavePlace() {
    places--;
    answer();
  }

  @Override
  public boolean connect(SocketAddress address) throws IOException {
    ensureOpen();
    ensureOfFamily(address);
    if (state != State.UNUSED) {
      throw SocketFailures.ofConnect(
          "connect(" + address + ")", state == State.CONNECTED ? Errno.EISCONN : Errno.EINVAL);
    }
    SocketAddress target = MemoryNetwork.reachable(address);
    if (!bound && target instanceof InetSocketAddress inet) {
      sockname = network.clientAddress(this, inet);
      bound = true;
    }
    state = State.CONNECTING;
    network.newWire().carry(() -> request(target));
    // One that arrives at once is told of in the next poll, as by the system.
    return false;
  }

  private void request(SocketAddress address) {
    if (state != State.CONNECTING) {
      return;
    }
    MemoryCalls listener = network.listenerAt(address);
    if (listener != null && !listener.hasPlace()) {
      listener.unanswered.add(() -> request(address));
      return;
    }
    Wire back = network.newWire();
    if (listener == null) {
      back.carry(this::refuse);
      return;
    }
    listener.places++;
    MemoryEnd ours = MemoryEnd.connected(network.newWire(), network.newWire());
    var accepted = new MemoryCalls(network, listener.family);
    accepted.options.putAll(listener.options);
    accepted.sockname = address;
    accepted.connected(ours.peer(), sockname);
    back.carry(() -> established(ours, address, listener, accepted));
  }

  private void refuse() {
    if (state == State.CONNECTING) {
      state = State.REFUSED;
      changed();
    }
  }

  // Who has closed meanwhile leaves nothing behind: a connection is to be accepted once the answer
  // to the answer has arrived.
  private void established(
      MemoryEnd ours, SocketAddress address, MemoryCalls listener, MemoryCalls accepted) {
    if (state == State.CONNECTING) {
      connected(ours, address);
      ours.tell(() -> listener.arrived(accepted));
      changed();
    } else {
      listener.leavePlace();
    }
  }

  private void arrived(MemoryCalls accepted) {
    if (state == State.LISTENING) {
      pending.add(accepted);
      changed();
    } else {
      accepted.reset();
    }
  }

  void connected(MemoryEnd end, @Nullable SocketAddress peername) {
    this.end = end;
    this.peername = peername;
    state = State.CONNECTED;
    end.onChange(this::changed);
    noteAwaited();
  }

  @Override
  public boolean finishConnect(SocketAddress address) throws IOException {
    ensureOpen();
    if (state == State.REFUSED) {
      state = State.UNUSED;
      throw SocketFailures.ofConnect("Connect call failed " + address, Errno.ECONNREFUSED);
    }
    return state == State.CONNECTED;
  }

  @Override
  public @Nullable SocketCalls accept() throws IOException {
    ensureOpen();
    if (state != State.LISTENING) {
      throw SocketFailures.of("accept", Errno.EINVAL);
    }
    SocketCalls accepted = pending.poll();
    if (accepted != null) {
      network.opened();
      leavePlace();
    }
    changed();
    return accepted;
  }

  // Bytes.

  @Override
  public int recv(ByteBuffer dst) throws IOException {
    if (dst.isReadOnly()) {
      throw new ReadOnlyBufferException();
    }
    return connected("recv").recv(dst);
  }

  @Override
  public int send(ByteBuffer src) throws IOException {
    return connected("send").send(src);
  }

  @Override
  public long send(ByteBuffer[] srcs, int offset, int length) throws IOException {
    MemoryEnd sending = connected("sendmsg");
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
  public void shutdownInput() throws IOException {
    connected("shutdown").shutdownInput();
  }

  @Override
  public void shutdownOutput() throws IOException {
    connected("shutdown").shutdownOutput();
  }

  private MemoryEnd connected(String call) throws SocketException {
    ensureOpen();
    if (end == null) {
      throw SocketFailures.of(call, Errno.ENOTCONN);
    }
    return end;
  }

  // Options and names.

  @Override
  public <T> void setOption(SocketOption<T> option, T value) throws IOException {
    ensureOpen();
    ensureKnown(option);
    options.put(option, Objects.requireNonNull(value, "value"));
  }

  @Override
  @SuppressWarnings("unchecked") // only setOption() stores, and each default has its option's type
  public <T> T getOption(SocketOption<T> option) throws IOException {
    ensureOpen();
    ensureKnown(option);
    return (T) Objects.requireNonNull(options.get(option));
  }

  private void ensureKnown(SocketOption<?> option) {
    if (!options.containsKey(option)) {
      throw new UnsupportedOperationException("a socket in memory has no option " + option.name());
    }
  }

  boolean isReusingPort() {
    return Boolean.TRUE.equals(options.get(StandardSocketOptions.SO_REUSEPORT));
  }

  boolean takesInet6Only() {
    return Boolean.TRUE.equals(options.get(SocketOptions.IPV6_V6ONLY));
  }

  @Override
  public @Nullable SocketAddress getsockname() {
    return state == State.CLOSED ? null : sockname;
  }

  @Override
  public @Nullable SocketAddress getpeername() {
    return state == State.CLOSED ? null : peername;
  }

  // Closing.

  @Override
  public boolean isOpen() {
    return state != State.CLOSED;
  }

  private void ensureOpen() throws SocketException {
    if (!isOpen()) {
      throw SocketFailures.closed();
    }
  }

  @Override
  public void close() {
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    network.closed();
    SocketAddress own = sockname;
    if (bound && own != null) {
      network.unbind(this, own);
    }
    // Who was not accepted is reset.
    for (MemoryCalls waiting : pending) {
      waiting.reset();
    }
    pending.clear();
    // Nobody answers here any more.
    for (Runnable request; (request = unanswered.poll()) != null; ) {
      request.run();
    }
    if (end != null) {
      end.close(Objects.equals(options.get(StandardSocketOptions.SO_LINGER), 0));
    }
  }

  private void reset() {
    state = State.CLOSED;
    Objects.requireNonNull(end).close(true);
  }

  @Override
  public int detach() {
    throw new UnsupportedOperationException("a socket in memory has no descriptor");
  }
}
