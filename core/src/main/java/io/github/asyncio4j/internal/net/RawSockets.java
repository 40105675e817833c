// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import io.github.asyncio4j.AddressInfoOptions;
import io.github.asyncio4j.LoopSockets;
import io.github.asyncio4j.internal.net.SocketWaits.Side;
import io.github.asyncio4j.internal.tls.FileOutput;
import io.github.asyncio4j.socket.Datagram;
import io.github.asyncio4j.socket.Received;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The coroutines of sockets that no transport has (EL-102 to EL-108).
///
/// A call is made on the socket itself, and only the waiting is the back end's: by contract it is
/// tried first, and a task that is cancelled has taken nothing. A receive that the system carries
/// on by itself could promise neither (ADR 15). Loop thread only.
final class RawSockets implements LoopSockets {
  private static final byte[] NOTHING = {};

  private final NetContext net;
  private final NameService names;
  private final FileSender files;

  // Loop thread only. Those that a task waits for.
  private final Map<Socket, SocketWaits> waiting = new HashMap<>();
  // Made for the first receive. Not the one of the transports: a task may begin inside a call of
  // their protocol, which still reads that.
  private @Nullable ByteBuffer scratch;

  RawSockets(NetContext net, NameService names, FileSender files) {
    this.net = net;
    this.names = names;
    this.files = files;
  }

  /// A call that is tried until it works.
  @FunctionalInterface
  private interface Attempt<T> {
    /// Returns null when it is to be tried again.
    @Nullable T make() throws IOException;
  }

  // Receiving.

  @Override
  public byte[] sockRecv(Socket sock, int nbytes) throws IOException {
    begin("sockRecv", sock);
    if (nbytes < 0) {
      throw new IllegalArgumentException("nbytes < 0: " + nbytes);
    }
    ensureNotListening(sock);
    ensureFree(sock, Side.READ, "sockRecv");
    return nbytes == 0
        ? NOTHING
        : until(sock, Side.READ, "sockRecv", () -> receive(sock, scratch(nbytes)));
  }

  private static byte @Nullable [] receive(Socket sock, ByteBuffer buffer) throws IOException {
    int count = sock.recv(buffer);
    if (isNothingYet(sock, count)) {
      return null;
    }
    var bytes = new byte[Math.max(count, 0)];
    buffer.get(0, bytes);
    return bytes;
  }

  /// Returns an empty buffer, lent until the next call.
  private ByteBuffer scratch(int limit) {
    var buffer = scratch;
    if (buffer == null) {
      buffer =
          net.sockets().areOfSystem()
              ? ByteBuffer.allocateDirect(NetContext.TRANSFER_LIMIT)
              : ByteBuffer.allocate(NetContext.TRANSFER_LIMIT);
      scratch = buffer;
    }
    return buffer.clear().limit(Math.min(limit, NetContext.TRANSFER_LIMIT));
  }

  @Override
  public int sockRecvInto(Socket sock, ByteBuffer buf) throws IOException {
    begin("sockRecvInto", sock);
    Objects.requireNonNull(buf, "buf");
    ensureNotListening(sock);
    ensureFree(sock, Side.READ, "sockRecvInto");
    return buf.hasRemaining()
        ? until(sock, Side.READ, "sockRecvInto", () -> receiveInto(sock, buf))
        : 0;
  }

  private static @Nullable Integer receiveInto(Socket sock, ByteBuffer buf) throws IOException {
    int count = sock.recv(buf);
    return isNothingYet(sock, count) ? null : Math.max(count, 0);
  }

  private static boolean isNothingYet(Socket sock, int received) {
    return received == (sock.type() == SocketType.STREAM ? 0 : Socket.NO_DATAGRAM);
  }

  // Sending.

  @Override
  public void sockSendall(Socket sock, ByteBuffer data) throws IOException {
    begin("sockSendall", sock);
    Objects.requireNonNull(data, "data");
    ensureNotListening(sock);
    ensureFree(sock, Side.WRITE, "sockSendall");
    until(
        sock,
        Side.WRITE,
        "sockSendall",
        () -> {
          sock.send(data);
          return data.hasRemaining() ? null : Boolean.TRUE;
        });
  }

  @Override
  public long sockSendfile(Socket sock, FileChannel file, long offset, long count, boolean fallback)
      throws IOException {
    begin("sockSendfile", sock);
    StreamConnector.ensureStream(sock);
    FileSender.ensureArguments(file, offset, count);
    ensureNotListening(sock);
    ensureFree(sock, Side.WRITE, "sockSendfile");
    try (var output = new RawFile(sock, turn(sock, Side.WRITE, "sockSendfile"))) {
      return files.send(output, file, offset, count, fallback);
    }
  }

  /// A file that is sent over a raw socket, which has the turn to write for as long.
  private static final class RawFile implements FileOutput {
    private final Socket sock;
    private final SocketWaits.Turn turn;
    private boolean begun;

    RawFile(Socket sock, SocketWaits.Turn turn) {
      this.sock = sock;
      this.turn = turn;
    }

    @Override
    public long sendfile(FileChannel file, long offset, long count) throws IOException {
      if (begun) {
        turn.untilReady();
      }
      begun = true;
      while (true) {
        long gone = sock.sendfile(file, offset, count);
        if (gone != 0) {
          return gone;
        }
        turn.untilReady();
      }
    }

    @Override
    public void send(ByteBuffer piece) throws IOException {
      sock.send(piece);
      while (piece.hasRemaining()) {
        turn.untilReady();
        sock.send(piece);
      }
    }

    @Override
    public void close() {
      turn.close();
    }
  }

  // Datagrams.

  @Override
  public Datagram sockRecvfrom(Socket sock, int bufsize) throws IOException {
    begin("sockRecvfrom", sock);
    if (bufsize < 0) {
      throw new IllegalArgumentException("bufsize < 0: " + bufsize);
    }
    ensureDatagrams(sock);
    ensureFree(sock, Side.READ, "sockRecvfrom");
    return until(sock, Side.READ, "sockRecvfrom", () -> receiveFrom(sock, bufsize));
  }

  private @Nullable Datagram receiveFrom(Socket sock, int bufsize) throws IOException {
    var buffer = scratch(Math.max(bufsize, 1));
    var received = sock.recvfrom(buffer);
    if (received == null) {
      return null;
    }
    var bytes = new byte[Math.min(received.count(), bufsize)];
    buffer.get(0, bytes);
    return new Datagram(ByteBuffer.wrap(bytes), received.address());
  }

  @Override
  public Received sockRecvfromInto(Socket sock, ByteBuffer buf) throws IOException {
    begin("sockRecvfromInto", sock);
    Objects.requireNonNull(buf, "buf");
    ensureDatagrams(sock);
    ensureFree(sock, Side.READ, "sockRecvfromInto");
    return until(sock, Side.READ, "sockRecvfromInto", () -> sock.recvfrom(buf));
  }

  @Override
  public int sockSendto(Socket sock, ByteBuffer data, @Nullable SocketAddress address)
      throws IOException {
    begin("sockSendto", sock);
    int count = data.remaining();
    ensureDatagrams(sock);
    ensureFree(sock, Side.WRITE, "sockSendto");
    return until(sock, Side.WRITE, "sockSendto", () -> sock.sendto(data, address) ? count : null);
  }

  private static void ensureDatagrams(Socket sock) {
    if (sock.type() != SocketType.DATAGRAM) {
      throw new IllegalArgumentException("A Datagram Socket was expected, got " + sock);
    }
  }

  // Connecting.

  @Override
  public void sockConnect(Socket sock, SocketAddress address) throws IOException {
    begin("sockConnect", sock);
    Objects.requireNonNull(address, "address");
    ensureNotListening(sock);
    ensureFree(sock, Side.WRITE, "sockConnect");
    var remote = resolved(sock, address);
    if (remote != address) {
      ensureFree(sock, Side.WRITE, "sockConnect"); // Looking a name up has taken its time.
    }
    net.backend().connect(sock, remote);
  }

  private SocketAddress resolved(Socket sock, SocketAddress address) throws IOException {
    return address instanceof InetSocketAddress inet && inet.isUnresolved()
        ? names
            .getaddrinfo(
                List.of(inet.getHostString()),
                inet.getPort(),
                AddressInfoOptions.DEFAULT.family(sock.family()).type(sock.type()))
            .getFirst()
            .address()
        : address;
  }

  @Override
  public Socket sockAccept(Socket sock) throws IOException {
    begin("sockAccept", sock);
    if (!sock.isListening()) {
      throw new IllegalArgumentException("the socket does not listen: " + sock);
    }
    ensureFree(sock, Side.READ, "sockAccept");
    return until(sock, Side.READ, "sockAccept", sock::accept);
  }

  // What all have in common.

  private void begin(String call, Socket sock) throws SocketException {
    net.lowlevel().ensureInTask(call);
    Objects.requireNonNull(sock, "sock");
    if (!sock.isOpen()) {
      throw new SocketException("Socket is closed");
    }
    var channel = sock.channel();
    if (channel != null && channel.isBlocking()) {
      throw new IllegalArgumentException("the socket must be non-blocking: " + sock);
    }
  }

  private static void ensureNotListening(Socket sock) {
    if (sock.isListening()) {
      throw new IllegalArgumentException("the socket listens: " + sock);
    }
  }

  /// Refuses a socket that somebody else uses: before the first try, which would take what is
  /// theirs.
  private void ensureFree(Socket sock, Side side, String call) {
    var waits = waiting.isEmpty() ? null : waiting.get(sock);
    if (waits == null) {
      net.lowlevel().ensureNotOwned(sock);
    } else {
      waits.ensureFree(side, call);
    }
  }

  private <T> T until(Socket sock, Side side, String call, Attempt<T> attempt) throws IOException {
    T result = attempt.make();
    if (result != null) {
      return result;
    }
    try (var turn = turn(sock, side, call)) {
      do {
        turn.untilReady();
        result = attempt.make();
      } while (result == null);
      return result;
    }
  }

  private SocketWaits.Turn turn(Socket sock, Side side, String call) throws IOException {
    var waits = waiting.get(sock);
    if (waits == null) {
      if (net.lowlevel().isWatched(sock)) {
        throw new IllegalStateException(
            call + "(): addReader() or addWriter() watches the socket: " + sock);
      }
      waits = new SocketWaits(net.lowlevel(), net.backend(), sock, () -> waiting.remove(sock));
    }
    try {
      waiting.put(sock, waits);
      return waits.turn(side, call);
    } catch (Throwable t) {
      waits.releaseIfIdle();
      throw t;
    }
  }
}
