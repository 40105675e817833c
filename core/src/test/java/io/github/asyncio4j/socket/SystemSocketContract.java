// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Descriptors;
import io.github.asyncio4j.selector.Selector;
import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;

/// What a socket of the system must do, on both tiers.
abstract class SystemSocketContract extends SocketRoleContract {
  // RFC 5737: an address that is nobody's.
  private static final InetSocketAddress FOREIGN =
      new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 0);

  abstract SocketTier tier();

  @Override
  final Socket newSocket(StandardProtocolFamily family, SocketType type) throws IOException {
    return Socket.open(tier(), family, type);
  }

  final Socket datagrams() throws IOException {
    return kept(newSocket(StandardProtocolFamily.INET, SocketType.DATAGRAM));
  }

  private Socket boundDatagrams() throws IOException {
    Socket socket = datagrams();
    socket.bind(LOOPBACK);
    return socket;
  }

  private static void sendEmpty(DatagramSocket from, Socket to) throws IOException {
    from.send(new DatagramPacket(new byte[0], 0, to.getsockname()));
  }

  @Test
  void aDatagramTravels() throws IOException {
    Socket receiver = boundDatagrams();
    Socket sender = datagrams();
    assertThat(sender.connect(receiver.getsockname())).isTrue();

    assertThat(sender.send(ascii("hello"))).isEqualTo(5);
    await(receiver, Selector.READ);
    var into = ByteBuffer.allocate(100);

    assertThat(receiver.recv(into)).isEqualTo(5);
    assertThat(receiver.recv(into)).isEqualTo(Socket.NO_DATAGRAM);
    assertThat(into.flip()).isEqualTo(ascii("hello"));
    assertThat(receiver.type()).isEqualTo(SocketType.DATAGRAM);
  }

  @Test
  void aListenerThatIsHadTwiceListensUntilBothAreClosed() throws IOException {
    Socket listener = listening(LOOPBACK);
    Socket other = kept(listener.dup());
    var address = (InetSocketAddress) listener.getsockname();
    Socket waiting = connected(listener);

    listener.close();
    listener.close();

    assertThat(listener.isOpen()).isFalse();
    assertThat(listener.fileno()).isEqualTo(-1);
    assertThat(listener.getsockname()).isNull();
    assertThatThrownBy(listener::accept).hasMessage("Socket is closed");
    assertThatThrownBy(listener::dup).hasMessage("Socket is closed");
    assertThat(other.isListening()).isTrue();
    assertThat(other.getsockname()).isEqualTo(address);
    assertThat(accepted(other).getpeername()).isEqualTo(waiting.getsockname());
    Socket later = connected(other);
    assertThat(accepted(other).getpeername()).isEqualTo(later.getsockname());

    other.close();

    assertThatThrownBy(() -> new java.net.Socket(address.getAddress(), address.getPort()).close())
        .isInstanceOf(ConnectException.class);
  }

  @Test
  void whatWasHadTwiceIsClosedOnce() throws IOException {
    listening(LOOPBACK).dup().close();
    long before = Descriptors.count();
    Socket listener = listening(LOOPBACK);
    Socket second = kept(listener.dup());
    Socket third = kept(second.dup());
    assertThat(third.getsockname()).isEqualTo(listener.getsockname());

    second.close();
    second.close();
    assertThat(third.isOpen()).isTrue();
    listener.close();
    assertThat(third.getsockname()).isNotNull();
    third.close();

    assertThat(Descriptors.count()).isEqualTo(before);
  }

  @Test
  void anEmptyDatagramIsNeitherAnEndNorNothing() throws IOException {
    Socket receiver = boundDatagrams();
    for (ByteBuffer into :
        new ByteBuffer[] {
          ByteBuffer.allocate(10), ByteBuffer.allocateDirect(10), ByteBuffer.allocate(100_000)
        }) {
      assertThat(receiver.recv(into)).isEqualTo(Socket.NO_DATAGRAM);
      try (var sender = new DatagramSocket()) {
        sendEmpty(sender, receiver);
        sender.send(new DatagramPacket(new byte[] {'x'}, 1, receiver.getsockname()));
        sendEmpty(sender, receiver);
      }

      await(receiver, Selector.READ);
      assertThat(receiver.recv(into)).isZero();
      await(receiver, Selector.READ);
      assertThat(receiver.recv(into)).isEqualTo(1);
      await(receiver, Selector.READ);
      assertThat(receiver.recv(into)).isZero();
      assertThat(receiver.recv(into)).isEqualTo(Socket.NO_DATAGRAM);
      assertThat(into.flip()).isEqualTo(ascii("x"));
    }
  }

  @Test
  void aDatagramIsSentToAnAddressAndReceivedWithIts() throws IOException {
    Socket receiver = boundDatagrams();
    Socket sender = boundDatagrams();
    for (ByteBuffer into :
        new ByteBuffer[] {
          ByteBuffer.allocate(10), ByteBuffer.allocateDirect(10), ByteBuffer.allocate(100_000)
        }) {
      assertThat(receiver.recvfrom(into)).isNull();
      ByteBuffer direct = ByteBuffer.allocateDirect(3).put(ascii("you")).flip();
      assertThat(sender.sendto(ascii("hello"), receiver.getsockname())).isTrue();
      assertThat(sender.sendto(direct, receiver.getsockname())).isTrue();
      assertThat(sender.sendto(ascii(""), receiver.getsockname())).isTrue();
      assertThat(direct.hasRemaining()).isFalse();

      for (int count : new int[] {5, 3, 0}) {
        await(receiver, Selector.READ);
        assertThat(receiver.recvfrom(into))
            .isEqualTo(new Received(count, sender.getsockname(), false));
      }
      assertThat(into.flip()).isEqualTo(ascii("helloyou"));
    }
    assertThatThrownBy(() -> receiver.recvfrom(ByteBuffer.allocate(0)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> receiver.recvfrom(ByteBuffer.allocate(1).asReadOnlyBuffer()))
        .isInstanceOf(ReadOnlyBufferException.class);
  }

  // D4
  @Test
  void aDatagramThatIsLongerThanTheBufferIsCutAndThatIsTold() throws IOException {
    Socket receiver = boundDatagrams();
    Socket sender = boundDatagrams();
    var longest = ByteBuffer.allocate(65_507);
    for (int room : new int[] {1, 4, 5, 6, 65_506, 65_507, 65_534, 65_535, 70_000}) {
      for (ByteBuffer into :
          new ByteBuffer[] {ByteBuffer.allocate(room + 1), ByteBuffer.allocateDirect(room + 1)}) {
        for (ByteBuffer sent : new ByteBuffer[] {ascii("hello"), longest.clear()}) {
          int length = sent.remaining();
          assertThat(sender.sendto(sent, receiver.getsockname())).isTrue();
          await(receiver, Selector.READ);
          into.clear().position(1);

          Received received = receiver.recvfrom(into);

          assertThat(received)
              .isEqualTo(new Received(Math.min(length, room), sender.getsockname(), length > room));
          assertThat(into.position()).isEqualTo(1 + received.count());
          assertThat(into.limit()).isEqualTo(room + 1);
          if (length == 5) {
            assertThat(into.flip().position(1))
                .isEqualTo(ascii("hello".substring(0, received.count())));
          }
        }
      }
    }
  }

  @Test
  void aDatagramThatNeedsAnAddressOrIsTooLargeIsRefused() throws IOException {
    Socket sender = boundDatagrams();
    SocketAddress other = boundDatagrams().getsockname();

    assertRefused(() -> sender.sendto(ascii("x"), null), "EDESTADDRREQ");
    assertRefused(() -> sender.sendto(ByteBuffer.allocate(65_508), other), "EMSGSIZE");
    assertRefused(() -> sender.sendto(ByteBuffer.allocate(300_000), other), "EMSGSIZE");
    assertThatThrownBy(
            () -> sender.sendto(ascii("x"), InetSocketAddress.createUnresolved("host", 1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> sender.sendto(ascii("x"), new InetSocketAddress(InetAddress.ofLiteral("::1"), 1)))
        .isInstanceOf(IllegalArgumentException.class);
    Socket stream = kept(newSocket(StandardProtocolFamily.INET, SocketType.STREAM));
    assertRefused(() -> stream.sendto(ascii("x"), other), "EOPNOTSUPP");
    assertRefused(() -> stream.recvfrom(ByteBuffer.allocate(1)), "EOPNOTSUPP");
  }

  @Test
  void severalDatagramsAreSentAndReceivedInOrder() throws IOException {
    Socket receiver = boundDatagrams();
    Socket sender = boundDatagrams();
    var waiting = new Datagram[40];
    for (int i = 0; i < waiting.length; i++) {
      waiting[i] = new Datagram(ascii("datagram " + i), receiver.getsockname());
    }
    for (int sent = 0; sent < waiting.length; ) {
      sent += Datagram.send(sender, waiting, sent, waiting.length - sent);
    }
    assertThat(waiting[0].data().position()).isZero();

    DatagramBatch batch = DatagramBatch.of(tier(), StandardProtocolFamily.INET);
    for (int received = 0; received < waiting.length; ) {
      await(receiver, Selector.READ);
      int count = batch.receive(receiver, batch.capacity());
      for (int i = 0; i < count; i++) {
        assertThat(batch.data(i)).isEqualTo(ascii("datagram " + received++));
        assertThat(batch.address(i)).isEqualTo(sender.getsockname());
      }
    }
    assertThat(batch.receive(receiver, 1)).isZero();
    assertThatThrownBy(() -> batch.receive(receiver, batch.capacity() + 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void whatFindsNoRoomOfADatagramIsLost() throws IOException {
    Socket receiver = boundDatagrams();
    Socket sender = datagrams();
    sender.connect(receiver.getsockname());
    sender.send(ascii("hello"));
    sender.send(ascii("you"));
    var into = ByteBuffer.allocate(6).limit(2);

    await(receiver, Selector.READ);
    assertThat(receiver.recv(into)).isEqualTo(2);
    into.limit(6);
    await(receiver, Selector.READ);
    assertThat(receiver.recv(into)).isEqualTo(3);

    assertThat(into.flip()).isEqualTo(ascii("heyou"));
  }

  @Test
  void aGatheringSendIsOneDatagram() throws IOException {
    Socket receiver = boundDatagrams();
    Socket sender = datagrams();
    sender.connect(receiver.getsockname());
    var expected = ByteBuffer.allocate(60_000);
    var many = new ByteBuffer[100];
    for (int i = 0; i < many.length; i++) {
      ByteBuffer piece = i % 2 == 0 ? ByteBuffer.allocate(600) : ByteBuffer.allocateDirect(600);
      piece.put(0, new byte[] {(byte) i});
      many[i] = piece;
      expected.put(piece.duplicate());
    }
    ByteBuffer[] few = {ByteBuffer.allocate(40_000), ByteBuffer.allocate(0), ascii("tail")};

    assertThat(sender.send(many, 0, many.length)).isEqualTo(60_000);
    assertThat(sender.send(few, 0, few.length)).isEqualTo(40_004);
    assertThat(many[99].hasRemaining()).isFalse();
    assertThat(few[2].hasRemaining()).isFalse();

    var into = ByteBuffer.allocate(65_536);
    await(receiver, Selector.READ);
    assertThat(receiver.recv(into)).isEqualTo(60_000);
    assertThat(into.flip()).isEqualTo(expected.flip());
    await(receiver, Selector.READ);
    assertThat(receiver.recv(into.clear())).isEqualTo(40_004);
  }

  @Test
  void aDatagramSocketNeitherListensNorAccepts() throws IOException {
    Socket socket = boundDatagrams();

    assertRefused(() -> socket.listen(1), "EOPNOTSUPP");
    assertRefused(socket::accept, "EOPNOTSUPP");
    assertRefused(() -> socket.send(ascii("x")), "EDESTADDRREQ");
    assertRefused(() -> socket.bind(LOOPBACK), "EINVAL");
    assertThatThrownBy(socket::finishConnect).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aDatagramSocketMayChangeItsPeer() throws IOException {
    Socket first = boundDatagrams();
    Socket second = boundDatagrams();
    Socket sender = datagrams();

    sender.connect(first.getsockname());
    sender.connect(second.getsockname());

    assertThat(sender.getpeername()).isEqualTo(second.getsockname());
    sender.send(ascii("x"));
    await(second, Selector.READ);
    assertThat(second.recv(ByteBuffer.allocate(1))).isEqualTo(1);
  }

  @Test
  void anAddressThatThisSystemDoesNotHaveHasItsException() throws IOException {
    Socket socket = kept(newSocket(StandardProtocolFamily.INET, SocketType.STREAM));

    assertThatThrownBy(() -> socket.bind(FOREIGN))
        .hasMessageEndingWith(FOREIGN + "): EADDRNOTAVAIL (Cannot assign requested address)")
        .isInstanceOfSatisfying(
            AddressNotAvailableException.class,
            e ->
                assertThat(e.reason())
                    .isEqualTo("EADDRNOTAVAIL (Cannot assign requested address)"));
    assertThatThrownBy(() -> datagrams().bind(FOREIGN))
        .isInstanceOf(AddressNotAvailableException.class);
  }

  @Test
  void aCloseThatComesDuringListenLeavesNothingOpen() throws Exception {
    int rounds = 1_000;
    kept(newSocket(StandardProtocolFamily.INET, SocketType.STREAM)).close();
    var sockets = new Socket[rounds];
    var meeting = new CyclicBarrier(2);
    long before = Descriptors.count();
    Thread other =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 0; i < rounds; i++) {
                    try {
                      meeting.await();
                      sockets[i].close();
                    } catch (Exception e) {
                      throw new AssertionError(e);
                    }
                  }
                });
    for (int i = 0; i < rounds; i++) {
      sockets[i] = newSocket(StandardProtocolFamily.INET, SocketType.STREAM);
      sockets[i].bind(LOOPBACK);
      meeting.await();
      try {
        sockets[i].listen(1);
      } catch (IOException e) {
        // The close was first.
      }
    }
    other.join();

    assertThat(sockets).noneMatch(Socket::isOpen);
    assertThat(Descriptors.count()).isEqualTo(before);
  }
}
