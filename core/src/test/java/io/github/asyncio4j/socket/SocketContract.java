// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Descriptors;
import io.github.asyncio4j.selector.Selector;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a socket must do on every tier.
abstract class SocketContract {
  static final SocketAddress LOOPBACK =
      new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
  private static final SocketAddress LOOPBACK6 =
      new InetSocketAddress(InetAddress.ofLiteral("::1"), 0);

  private final List<Socket> opened = new ArrayList<>();
  private Selector selector;

  /// Opens a socket that the test closes.
  abstract Socket newSocket(StandardProtocolFamily family, SocketType type) throws IOException;

  abstract Selector openSelector() throws IOException;

  @BeforeEach
  void openSelectorOfTheTier() throws IOException {
    selector = openSelector();
  }

  @AfterEach
  void closeAll() throws IOException {
    for (Socket socket : opened) {
      socket.close();
    }
    selector.close();
  }

  final Socket open(StandardProtocolFamily family) throws IOException {
    return kept(newSocket(family, SocketType.STREAM));
  }

  final Socket kept(Socket socket) {
    opened.add(socket);
    return socket;
  }

  final Socket listening(SocketAddress address) throws IOException {
    StandardProtocolFamily family =
        address.equals(LOOPBACK6) ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
    Socket listener = open(family);
    listener.bind(address);
    listener.listen(10);
    return listener;
  }

  final void await(Socket socket, int ops) throws IOException {
    var ready = new boolean[1];
    var registration = selector.register(socket, ops, _ -> ready[0] = true);
    while (!ready[0]) {
      selector.select(-1);
    }
    registration.cancel();
  }

  final Socket connected(Socket listener) throws IOException {
    Socket client = open(listener.family());
    if (!client.connect(listener.getsockname())) {
      await(client, Selector.WRITE);
      assertThat(client.finishConnect()).isTrue();
    }
    return client;
  }

  final Socket accepted(Socket listener) throws IOException {
    await(listener, Selector.READ);
    return kept(listener.accept());
  }

  final Socket[] pair() throws IOException {
    Socket listener = listening(LOOPBACK);
    Socket client = connected(listener);
    Socket server = accepted(listener);
    listener.close();
    return new Socket[] {client, server};
  }

  private void sendAll(Socket socket, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      if (socket.send(bytes) == 0) {
        await(socket, Selector.WRITE);
      }
    }
  }

  private byte[] recvExactly(Socket socket, ByteBuffer into) throws IOException {
    while (into.hasRemaining()) {
      int count = socket.recv(into);
      assertThat(count).isNotEqualTo(-1);
      if (count == 0) {
        await(socket, Selector.READ);
      }
    }
    var bytes = new byte[into.flip().remaining()];
    into.get(bytes);
    return bytes;
  }

  static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(US_ASCII));
  }

  private static byte[] pattern(int length) {
    var bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i * 31 + i / 251);
    }
    return bytes;
  }

  @Test
  void bytesTravelBothWaysOverIpv4AndIpv6() throws IOException {
    for (SocketAddress address : List.of(LOOPBACK, LOOPBACK6)) {
      Socket listener = listening(address);
      Socket client = connected(listener);
      Socket server = accepted(listener);

      sendAll(client, ascii("ping"));
      assertThat(recvExactly(server, ByteBuffer.allocate(4))).asString().isEqualTo("ping");
      sendAll(server, ascii("pong"));
      assertThat(recvExactly(client, ByteBuffer.allocate(4))).asString().isEqualTo("pong");

      assertThat(client.getpeername()).isEqualTo(listener.getsockname());
      assertThat(server.getpeername()).isEqualTo(client.getsockname());
      assertThat(server.family()).isEqualTo(listener.family());
    }
  }

  @Test
  void bytesTravelOverAUnixSocket(@TempDir Path directory) throws IOException {
    Socket listener = open(StandardProtocolFamily.UNIX);
    listener.bind(UnixDomainSocketAddress.of(directory.resolve("socket")));
    listener.listen(1);
    Socket client = connected(listener);
    Socket server = accepted(listener);

    sendAll(client, ascii("ping"));

    assertThat(recvExactly(server, ByteBuffer.allocate(4))).asString().isEqualTo("ping");
    assertThat(client.getpeername()).isEqualTo(listener.getsockname());
  }

  @Test
  void bothKindsOfBufferCarryTheSameBytesWhateverTheirPosition() throws IOException {
    Socket[] pair = pair();
    byte[] bytes = pattern(700_000);
    ByteBuffer heap = ByteBuffer.wrap(bytes, 1, bytes.length - 1).slice();
    ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length);
    direct.put(bytes).flip().position(1);

    for (ByteBuffer source : List.of(heap, direct, heap.rewind().asReadOnlyBuffer())) {
      for (ByteBuffer target :
          List.of(
              ByteBuffer.allocate(bytes.length - 1), ByteBuffer.allocateDirect(bytes.length - 1))) {
        ByteBuffer toSend = source.duplicate();
        while (toSend.hasRemaining() || target.hasRemaining()) {
          if (toSend.hasRemaining()) {
            pair[0].send(toSend);
          }
          if (target.hasRemaining() && pair[1].recv(target) < 0) {
            throw new AssertionError("end of stream");
          }
        }

        target.flip();
        assertThat(target.mismatch(ByteBuffer.wrap(bytes, 1, bytes.length - 1))).isEqualTo(-1);
      }
    }
  }

  @Test
  void oneCallMovesAtMost256KiB() throws IOException {
    Socket[] pair = pair();
    var huge = ByteBuffer.allocate(4 * 1024 * 1024);

    int sent = pair[0].send(huge);

    assertThat(sent).isBetween(1, 256 * 1024);
    assertThat(huge.position()).isEqualTo(sent);
    assertThat(huge.limit()).isEqualTo(huge.capacity());
  }

  @Test
  void aGatheringSendKeepsTheOrder() throws IOException {
    Socket[] pair = pair();
    ByteBuffer[] pieces = {
      ascii("not me"),
      ByteBuffer.allocate(0),
      ascii("one "),
      ByteBuffer.allocateDirect(4).put(ascii("two ")).flip(),
      ascii("three").asReadOnlyBuffer(),
      ascii("nor me")
    };

    long sent = pair[0].send(pieces, 1, 4);

    assertThat(sent).isEqualTo(13);
    assertThat(recvExactly(pair[1], ByteBuffer.allocate(13))).asString().isEqualTo("one two three");
    assertThat(pieces[4].hasRemaining()).isFalse();
    assertThat(pieces[0].hasRemaining()).isTrue();
  }

  @Test
  void aGatheringSendOfManyLargePiecesLosesNothing() throws IOException {
    Socket[] pair = pair();
    byte[] bytes = pattern(1_000_000);
    var pieces = new ArrayList<ByteBuffer>();
    int[] sizes = {1, 50_000, 100_000, 50_000, 10, 0, 3, 5_000, 100_000, 70, 20_000};
    for (int at = 0, i = 0; at < bytes.length; i++) {
      int size = Math.min(sizes[i % sizes.length], bytes.length - at);
      ByteBuffer piece = i % 2 == 0 ? ByteBuffer.allocate(size) : ByteBuffer.allocateDirect(size);
      pieces.add(piece.put(bytes, at, size).flip());
      at += size;
    }
    ByteBuffer[] array = pieces.toArray(ByteBuffer[]::new);

    var received = ByteBuffer.allocate(bytes.length);
    long sent = 0;
    while (received.hasRemaining()) {
      sent += pair[0].send(array, 0, array.length);
      pair[1].recv(received);
    }

    assertThat(sent).isEqualTo(bytes.length);
    assertThat(received.array()).isEqualTo(bytes);
    assertThat(pair[0].send(array, 0, array.length)).isZero();
  }

  @Test
  void whatWouldBlockIsZeroOrNull() throws IOException {
    Socket listener = listening(LOOPBACK);
    assertThat(listener.accept()).isNull();
    connected(listener);
    Socket server = accepted(listener);

    assertThat(server.recv(ByteBuffer.allocate(1))).isZero();
    assertThat(server.recv(ByteBuffer.allocateDirect(1))).isZero();
  }

  // Over a unix socket: what TCP has on the way may leave the buffer at any moment.
  @Test
  void whatDoesNotFitIsSentInPartOrNotAtAll(@TempDir Path directory) throws IOException {
    Socket listener = open(StandardProtocolFamily.UNIX);
    listener.bind(UnixDomainSocketAddress.of(directory.resolve("socket")));
    listener.listen(1);
    Socket client = connected(listener);
    accepted(listener);
    client.setOption(StandardSocketOptions.SO_SNDBUF, 8192);

    var bytes = ByteBuffer.allocate(256 * 1024);
    while (client.send(bytes.clear()) > 0) {
      assertThat(bytes.position()).isPositive();
    }

    assertThat(client.send(new ByteBuffer[] {bytes, bytes}, 0, 2)).isZero();
    assertThat(bytes.position()).isZero();
  }

  @Test
  void theEndOfTheStreamIsMinusOneAgainAndAgain() throws IOException {
    Socket[] pair = pair();
    pair[0].close();
    await(pair[1], Selector.READ);

    assertThat(pair[1].recv(ByteBuffer.allocate(1))).isEqualTo(-1);
    assertThat(pair[1].recv(ByteBuffer.allocateDirect(1))).isEqualTo(-1);
  }

  @Test
  void aHalfThatIsShutDownLeavesTheOther() throws IOException {
    Socket[] pair = pair();
    sendAll(pair[0], ascii("last"));
    pair[0].shutdownOutput();

    assertThat(recvExactly(pair[1], ByteBuffer.allocate(4))).asString().isEqualTo("last");
    await(pair[1], Selector.READ);
    assertThat(pair[1].recv(ByteBuffer.allocate(1))).isEqualTo(-1);
    sendAll(pair[1], ascii("back"));
    assertThat(recvExactly(pair[0], ByteBuffer.allocate(4))).asString().isEqualTo("back");
    assertThatThrownBy(() -> pair[0].send(ascii("x"))).isInstanceOf(ConnectionResetException.class);
    pair[0].shutdownInput();
    assertThat(pair[0].recv(ByteBuffer.allocate(1))).isEqualTo(-1);
  }

  @Test
  void aPeerThatIsGoneIsAConnectionReset() throws IOException {
    Socket[] pair = pair();
    pair[1].setOption(StandardSocketOptions.SO_LINGER, 0);
    pair[1].close();
    await(pair[0], Selector.READ);

    assertThatThrownBy(() -> pair[0].recv(ByteBuffer.allocate(1)))
        .isInstanceOf(ConnectionResetException.class)
        .hasMessageContaining("ECONNRESET");
    assertThatThrownBy(() -> pair[0].send(ascii("x")))
        .isInstanceOf(ConnectionResetException.class)
        .hasMessageContaining("EPIPE");
  }

  @Test
  void aRefusedConnectNamesTheAddress() throws IOException {
    // EL-107. Bound, so that nobody else listens there meanwhile.
    Socket bound = open(StandardProtocolFamily.INET);
    bound.bind(LOOPBACK);
    SocketAddress address = bound.getsockname();
    Socket client = open(StandardProtocolFamily.INET);

    assertThatThrownBy(
            () -> {
              assertThat(client.connect(address)).isFalse();
              await(client, Selector.WRITE);
              client.finishConnect();
            })
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining(address.toString())
        .hasMessageContaining("ECONNREFUSED (Connection refused)");
  }

  @Test
  void aBoundSocketRefusesUntilItListens() throws IOException {
    Socket bound = open(StandardProtocolFamily.INET);
    bound.bind(LOOPBACK);
    SocketAddress address = bound.getsockname();
    Socket early = open(StandardProtocolFamily.INET);

    assertThatThrownBy(
            () -> {
              assertThat(early.connect(address)).isFalse();
              await(early, Selector.WRITE);
              early.finishConnect();
            })
        .isInstanceOf(ConnectException.class);
    bound.listen(1);

    assertThat(bound.getsockname()).isEqualTo(address);
    assertThat(connected(bound).getpeername()).isEqualTo(address);
  }

  @Test
  void anAddressInUseIsABindExceptionThatNamesIt() throws IOException {
    Socket listener = listening(LOOPBACK);
    SocketAddress address = listener.getsockname();
    Socket second = open(StandardProtocolFamily.INET);

    assertThatThrownBy(() -> second.bind(address))
        .isInstanceOf(BindException.class)
        .hasMessageContaining("bind(")
        .hasMessageContaining(address.toString())
        .hasMessageEndingWith("EADDRINUSE (Address already in use)");
  }

  @Test
  void anAddressOfAnotherFamilyOrUnresolvedIsRefused() throws IOException {
    Socket socket = open(StandardProtocolFamily.INET);
    var unresolved = InetSocketAddress.createUnresolved("nowhere.invalid", 80);

    assertThatThrownBy(() -> socket.bind(LOOPBACK6)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> socket.connect(unresolved))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nowhere.invalid");
    assertThatThrownBy(() -> socket.listen(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("backlog < 0: -1");
  }

  @Test
  void callsThatTheStateForbidsAreErrors() throws IOException {
    Socket socket = open(StandardProtocolFamily.INET);

    assertThatThrownBy(socket::finishConnect).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(socket::accept).isInstanceOf(SocketException.class);
    assertThatThrownBy(() -> socket.recv(ByteBuffer.allocate(1)))
        .isInstanceOf(SocketException.class);
    assertThatThrownBy(socket::shutdownOutput).isInstanceOf(SocketException.class);
  }

  @Test
  void aBufferThatCannotReceiveIsRefused() throws IOException {
    Socket[] pair = pair();

    assertThatThrownBy(() -> pair[0].recv(ByteBuffer.allocate(0)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> pair[0].recv(ByteBuffer.allocate(1).asReadOnlyBuffer()))
        .isInstanceOf(ReadOnlyBufferException.class);
    assertThatThrownBy(() -> pair[0].send(new ByteBuffer[1], 1, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void optionsAreKept() throws IOException {
    Socket socket = open(StandardProtocolFamily.INET);

    socket
        .setOption(StandardSocketOptions.TCP_NODELAY, true)
        .setOption(StandardSocketOptions.SO_KEEPALIVE, true)
        .setOption(StandardSocketOptions.SO_REUSEADDR, true)
        .setOption(StandardSocketOptions.SO_REUSEPORT, true)
        .setOption(StandardSocketOptions.SO_LINGER, 7)
        .setOption(StandardSocketOptions.SO_RCVBUF, 16384);

    assertThat(socket.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
    assertThat(socket.getOption(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
    assertThat(socket.getOption(StandardSocketOptions.SO_REUSEADDR)).isTrue();
    assertThat(socket.getOption(StandardSocketOptions.SO_REUSEPORT)).isTrue();
    assertThat(socket.getOption(StandardSocketOptions.SO_LINGER)).isEqualTo(7);
    assertThat(socket.getOption(StandardSocketOptions.SO_RCVBUF)).isGreaterThanOrEqualTo(16384);
    socket.setOption(StandardSocketOptions.SO_LINGER, -1);
    assertThat(socket.getOption(StandardSocketOptions.SO_LINGER)).isEqualTo(-1);
  }

  @Test
  void anOptionThatDoesNotExistIsNamed() throws IOException {
    Socket socket = open(StandardProtocolFamily.INET);

    assertThatThrownBy(() -> socket.setOption(StandardSocketOptions.IP_MULTICAST_TTL, 1))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("IP_MULTICAST_TTL");
  }

  @Test
  void anAcceptedSocketInheritsTheOptionsOfTheListener() throws IOException {
    Socket listener = open(StandardProtocolFamily.INET);
    listener.setOption(StandardSocketOptions.TCP_NODELAY, true);
    listener.bind(LOOPBACK);
    listener.listen(1);
    listener.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    connected(listener);

    Socket server = accepted(listener);

    assertThat(server.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
    assertThat(server.getOption(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
  }

  @Test
  void twoListenersShareAPortWhenBothAskForIt() throws IOException {
    Socket first = open(StandardProtocolFamily.INET);
    first.setOption(StandardSocketOptions.SO_REUSEPORT, true).bind(LOOPBACK);
    first.listen(1);
    Socket second = open(StandardProtocolFamily.INET);
    second.setOption(StandardSocketOptions.SO_REUSEPORT, true).bind(first.getsockname());
    second.listen(1);

    assertThat(second.getsockname()).isEqualTo(first.getsockname());
  }

  @Test
  void afterCloseNothingWorksAndNothingIsClosedTwice() throws IOException {
    Socket socket = open(StandardProtocolFamily.INET);
    socket.close();
    Socket next = open(StandardProtocolFamily.INET);
    socket.close();

    assertThat(next.getOption(StandardSocketOptions.SO_KEEPALIVE)).isFalse();
    assertThat(socket.isOpen()).isFalse();
    assertThat(socket.fileno()).isEqualTo(-1);
    assertThat(socket.getsockname()).isNull();
    assertThat(socket.getpeername()).isNull();
    assertThatThrownBy(() -> socket.recv(ByteBuffer.allocate(1)))
        .isInstanceOf(SocketException.class)
        .hasMessage("Socket is closed");
    assertThatThrownBy(() -> socket.send(ascii("x"))).isInstanceOf(SocketException.class);
    assertThatThrownBy(socket::accept).isInstanceOf(SocketException.class);
    assertThatThrownBy(() -> socket.bind(LOOPBACK)).isInstanceOf(SocketException.class);
    assertThatThrownBy(() -> socket.listen(1)).isInstanceOf(SocketException.class);
    assertThatThrownBy(() -> socket.connect(LOOPBACK)).isInstanceOf(SocketException.class);
  }

  @Test
  void closingGivesEveryDescriptorBack() throws IOException {
    pair()[0].close();
    closeAll();
    opened.clear();
    long before = Descriptors.count();

    selector = openSelector();
    for (int i = 0; i < 10; i++) {
      pair();
    }
    closeAll();

    assertThat(Descriptors.count()).isEqualTo(before);
  }

  @Test
  void theTextShowsAddressesAndState() throws IOException {
    Socket[] pair = pair();

    assertThat(pair[0].toString())
        .startsWith("<socket")
        .contains("family=INET type=STREAM")
        .contains("laddr=" + pair[0].getsockname())
        .contains("raddr=" + pair[0].getpeername());
    pair[0].close();
    assertThat(pair[0].toString()).isEqualTo("<socket closed family=INET type=STREAM>");
  }

  @Test
  void anUnboundSocketHasNoAddress() throws IOException {
    Socket socket = open(StandardProtocolFamily.INET);

    assertThat(socket.getsockname()).isNull();
    assertThat(socket.getpeername()).isNull();
    assertThatCode(socket::toString).doesNotThrowAnyException();
  }

  //
  @Test
  void anAcceptedSocketKnowsItsPeerAlsoOnceThatHasReset() throws IOException {
    Socket listener = listening(LOOPBACK);
    Socket client = connected(listener);
    SocketAddress address = client.getsockname();
    // A reset may overtake the end of the handshake, and then there is nothing to accept.
    await(listener, Selector.READ);
    client.setOption(StandardSocketOptions.SO_LINGER, 0);
    client.close();
    Socket server = accepted(listener);

    assertThat(server.getpeername()).isEqualTo(address);
    server.close();
    assertThat(server.getpeername()).isNull();
  }
}
