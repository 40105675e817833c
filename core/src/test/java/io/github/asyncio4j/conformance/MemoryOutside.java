// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.socket.MemoryNetwork;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.testing.TestLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Makes loops on a virtual clock, and is what is outside of the one that was made last: the rest
/// of its network.
final class MemoryOutside implements Outside {
  private final LoopKind kind;
  // Written between the runs of loops, or by the one that runs.
  private @Nullable TestLoop latest;

  /// Makes loops with the engine of a kind.
  MemoryOutside(LoopKind kind) {
    this.kind = kind;
  }

  TestLoop newLoop() {
    var loop = kind.withEngine(() -> new TestLoop(0));
    latest = loop;
    return loop;
  }

  private MemoryNetwork network() {
    return Objects.requireNonNull(latest, "no loop was made").network();
  }

  @Override
  public Door listen(int backlog) throws IOException {
    Socket socket = bound();
    socket.listen(backlog);
    return new SocketDoor(socket);
  }

  @Override
  public Bound bindOnly() throws IOException {
    return new SocketDoor(bound());
  }

  private Socket bound() throws IOException {
    Socket socket = open();
    socket.bind(Connections.free(Connections.LOCALHOST));
    return socket;
  }

  private record SocketDoor(Socket socket) implements Door {
    @Override
    public InetSocketAddress address() {
      return (InetSocketAddress) Objects.requireNonNull(socket.getsockname());
    }

    @Override
    public Peer accept() throws IOException {
      return new MemoryPeer(Objects.requireNonNull(socket.accept(), "nobody has connected"));
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Override
  public Peer dial(@Nullable SocketAddress from, SocketAddress to) throws IOException {
    return new MemoryPeer(connected(from, to));
  }

  /// Returns a socket that is connected; its network carries at once.
  private Socket connected(@Nullable SocketAddress from, SocketAddress to) throws IOException {
    Socket socket = open();
    try {
      if (from != null) {
        socket.bind(from);
      }
      if (!socket.connect(to) && !socket.finishConnect()) {
        throw new IllegalStateException("not connected at once: " + socket);
      }
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  @Override
  public Socket open() {
    return network().open(StandardProtocolFamily.INET, SocketType.STREAM);
  }

  @Override
  public Socket openDatagrams() {
    return network().open(StandardProtocolFamily.INET, SocketType.DATAGRAM);
  }

  @Override
  public Socket openConnected(SocketAddress to) throws IOException {
    return connected(null, to);
  }

  @Override
  public UnixPlace unixPlace() {
    return UnixPlace.of(network());
  }

  @Override
  public Pair pair() {
    List<Socket> sockets = network().pair();
    return new Pair(endOf(sockets.getFirst()), endOf(sockets.getLast()));
  }

  private static Pair.End endOf(Socket socket) {
    return new Pair.End(socket, new SocketChannel(socket));
  }

  private record SocketChannel(Socket socket) implements ByteChannel {
    @Override
    public int read(ByteBuffer dst) throws IOException {
      return socket.recv(dst);
    }

    @Override
    public int write(ByteBuffer src) throws IOException {
      return socket.send(src);
    }

    @Override
    public boolean isOpen() {
      return socket.isOpen();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Override
  public int openSockets() {
    return network().openSockets();
  }

  @Override
  public void raise(String signal) {
    Objects.requireNonNull(latest, "no loop was made").raiseSignal(signal);
  }

  @Override
  public Announced announceThread() {
    return Objects.requireNonNull(latest, "no loop was made").outsideWork()::close;
  }
}
