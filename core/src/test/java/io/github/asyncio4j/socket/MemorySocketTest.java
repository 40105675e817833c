// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.selector.Selector;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/// Sockets in memory behave as those of the system, and as their wires want.
final class MemorySocketTest extends SocketRoleContract {
  private final MemoryNetwork network = new MemoryNetwork(() -> Wire.DIRECT);

  @Override
  Selector openSelector() {
    return new MemorySelector();
  }

  @Override
  Socket newSocket(StandardProtocolFamily family, SocketType type) {
    return network.open(family, type);
  }

  private static InetSocketAddress at(String host, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(host), port);
  }

  /// Carries when it is told to.
  private static final class SlowWire implements Wire {
    private final Queue<Runnable> underWay = new ArrayDeque<>();
    private final int capacity;

    SlowWire(int capacity) {
      this.capacity = capacity;
    }

    @Override
    public void carry(Runnable arrival) {
      underWay.add(arrival);
    }

    @Override
    public int capacity() {
      return capacity;
    }

    @Override
    public int pieceOf(int count) {
      return Math.min(count, 3);
    }

    void carryAll() {
      while (!underWay.isEmpty()) {
        underWay.remove().run();
      }
    }
  }

  @Test
  void whatIsUnderWayHasNotArrived() throws IOException {
    var wire = new SlowWire(5);
    List<Socket> pair = new MemoryNetwork(() -> wire).pair();

    assertThat(pair.get(0).send(ascii("abcdefg"))).isEqualTo(5);
    assertThat(pair.get(0).send(ascii("h"))).isZero();
    var into = ByteBuffer.allocate(10);
    assertThat(pair.get(1).recv(into)).isZero();
    wire.carryAll();

    assertThat(pair.get(1).recv(into)).as("one piece").isEqualTo(3);
    assertThat(pair.get(1).recv(into)).isEqualTo(2);
    assertThat(into.flip()).isEqualTo(ascii("abcde"));
    assertThat(pair.get(0).send(ascii("h"))).isEqualTo(1);
  }

  @Test
  void withoutCapacityBytesLeaveWhenTheOtherEndWaitsForThem() throws IOException {
    var wire = new SlowWire(0);
    List<Socket> pair = new MemoryNetwork(() -> wire).pair();
    var selector = new MemorySelector();
    var ready = new int[1];
    selector.register(pair.get(0), Selector.WRITE, ops -> ready[0] = ops);
    var reader = selector.register(pair.get(1), 0, _ -> {});

    assertThat(pair.get(0).send(ascii("ab"))).isZero();
    selector.select(0);
    assertThat(ready[0]).isZero();

    reader.interest(Selector.READ);
    selector.select(0);
    assertThat(ready[0]).isEqualTo(Selector.WRITE);
    assertThat(pair.get(0).send(ascii("ab"))).isEqualTo(2);
    assertThat(pair.get(0).send(ascii("c"))).isZero();
  }

  @Test
  void aConnectTravelsToTheListenerAndBack() throws IOException {
    var wire = new SlowWire(100);
    var slow = new MemoryNetwork(() -> wire);
    Socket listener = slow.open(StandardProtocolFamily.INET, SocketType.STREAM);
    listener.bind(at("10.0.0.1", 80));
    listener.listen(1);
    Socket client = slow.open(StandardProtocolFamily.INET, SocketType.STREAM);

    assertThat(client.connect(at("10.0.0.1", 80))).isFalse();
    assertThat(client.finishConnect()).isFalse();
    assertThat(listener.accept()).isNull();
    wire.carryAll();

    assertThat(client.finishConnect()).isTrue();
    Socket accepted = listener.accept();
    assertThat(accepted).isNotNull();
    assertThat(accepted.getsockname()).isEqualTo(at("10.0.0.1", 80));
    assertThat(accepted.getpeername()).isEqualTo(client.getsockname());
  }

  @Test
  void aConnectThatIsGivenUpLeavesNothingToAccept() throws IOException {
    var wire = new SlowWire(100);
    var slow = new MemoryNetwork(() -> wire);
    Socket listener = slow.open(StandardProtocolFamily.INET, SocketType.STREAM);
    listener.bind(at("10.0.0.1", 80));
    listener.listen(1);
    Socket client = slow.open(StandardProtocolFamily.INET, SocketType.STREAM);
    client.connect(at("10.0.0.1", 80));
    client.close();
    wire.carryAll();

    assertThat(listener.accept()).isNull();
  }

  private Socket listener(int backlog) throws IOException {
    Socket listener = newSocket(StandardProtocolFamily.INET, SocketType.STREAM);
    listener.bind(at("10.0.0.1", 80));
    listener.listen(backlog);
    return listener;
  }

  private Socket connecting() throws IOException {
    Socket client = newSocket(StandardProtocolFamily.INET, SocketType.STREAM);
    client.connect(at("10.0.0.1", 80));
    return client;
  }

  @Test
  void whoFindsNoPlaceInTheBacklogIsConnectedWhenOneIsFree() throws IOException {
    Socket listener = listener(1);
    assertThat(connecting().finishConnect()).isTrue();
    assertThat(connecting().finishConnect()).as("one more than the backlog").isTrue();
    Socket third = connecting();
    Socket fourth = connecting();
    assertThat(third.finishConnect()).isFalse();

    third.close();
    assertThat(listener.accept()).isNotNull();
    assertThat(fourth.finishConnect()).isTrue();
    assertThat(listener.accept()).isNotNull();
    assertThat(listener.accept().getpeername()).isEqualTo(fourth.getsockname());
    assertThat(listener.accept()).isNull();
  }

  @Test
  void aConnectThatIsGivenUpOnItsWayFreesItsPlaceInTheBacklog() throws IOException {
    var wire = new SlowWire(100);
    var slow = new MemoryNetwork(() -> wire);
    Socket listener = slow.open(StandardProtocolFamily.INET, SocketType.STREAM);
    listener.bind(at("10.0.0.1", 80));
    listener.listen(0);
    Socket first = slow.open(StandardProtocolFamily.INET, SocketType.STREAM);
    first.connect(at("10.0.0.1", 80));
    wire.underWay.remove().run();
    first.close();
    Socket second = slow.open(StandardProtocolFamily.INET, SocketType.STREAM);
    second.connect(at("10.0.0.1", 80));
    wire.carryAll();

    assertThat(second.finishConnect()).isTrue();
    assertThat(listener.accept().getpeername()).isEqualTo(second.getsockname());
  }

  @Test
  void whoFoundNoPlaceInTheBacklogIsLetInByALargerOneAndRefusedAfterTheClose() throws IOException {
    Socket listener = listener(0);
    assertThat(connecting().finishConnect()).isTrue();
    Socket second = connecting();
    Socket third = connecting();
    listener.listen(1);
    assertThat(second.finishConnect()).isTrue();
    assertThat(third.finishConnect()).isFalse();
    listener.close();

    assertThatThrownBy(third::finishConnect).isInstanceOf(java.net.ConnectException.class);
  }

  @Test
  void aNetworkCountsItsOpenSockets() throws IOException {
    Socket listener = listener(5);
    Socket client = connecting();
    assertThat(network.openSockets()).as("what was not accepted is nobody's").isEqualTo(2);
    Socket accepted = listener.accept();
    assertThat(network.openSockets()).isEqualTo(3);
    List<Socket> pair = network.pair();
    assertThat(network.openSockets()).isEqualTo(5);

    connecting().close();
    for (Socket socket : List.of(accepted, client, client, listener, pair.get(0), pair.get(1))) {
      socket.close();
    }
    assertThat(network.openSockets()).isZero();
  }

  @Test
  void aListenerThatIsClosedResetsWhoIsOnTheWayToIt() throws IOException {
    var wire = new SlowWire(100);
    var slow = new MemoryNetwork(() -> wire);
    Socket listener = slow.open(StandardProtocolFamily.INET, SocketType.STREAM);
    listener.bind(at("10.0.0.1", 80));
    listener.listen(1);
    Socket client = slow.open(StandardProtocolFamily.INET, SocketType.STREAM);
    client.connect(at("10.0.0.1", 80));
    wire.underWay.remove().run();
    wire.underWay.remove().run();
    assertThat(client.finishConnect()).isTrue();
    listener.close();
    wire.carryAll();

    assertThatThrownBy(() -> client.recv(ByteBuffer.allocate(1)))
        .isInstanceOf(ConnectionResetException.class);
  }

  @Test
  void aWildcardTakesEveryAddressOfItsPortAndIsInTheWayOfEach() throws IOException {
    Socket all = newSocket(StandardProtocolFamily.INET6, SocketType.STREAM);
    all.bind(at("::", 80));
    all.listen(1);
    Socket client = newSocket(StandardProtocolFamily.INET, SocketType.STREAM);
    client.connect(at("127.0.0.1", 80));
    assertThat(client.finishConnect()).isTrue();

    Socket second = newSocket(StandardProtocolFamily.INET6, SocketType.STREAM);
    assertThatThrownBy(() -> second.bind(at("::1", 80))).isInstanceOf(BindException.class);

    all.close();
    second.bind(at("::1", 80));
    Socket refused = newSocket(StandardProtocolFamily.INET, SocketType.STREAM);
    refused.connect(at("127.0.0.1", 80));
    assertThatThrownBy(refused::finishConnect).isInstanceOf(java.net.ConnectException.class);
  }

  @Test
  void whoClosesWithBytesUnreadResetsTheConnection() throws IOException {
    List<Socket> pair = network.pair();
    pair.get(0).send(ascii("unread"));
    pair.get(1).close();

    assertThatThrownBy(() -> pair.get(0).recv(ByteBuffer.allocate(1)))
        .isInstanceOf(ConnectionResetException.class);
  }

  @Test
  void whoSendsToAClosedEndIsTold() throws IOException {
    List<Socket> pair = network.pair();
    pair.get(1).close();
    assertThat(pair.get(0).recv(ByteBuffer.allocate(1))).isEqualTo(-1);
    assertThat(pair.get(0).send(ascii("x"))).isEqualTo(1);

    assertThatThrownBy(() -> pair.get(0).send(ascii("y")))
        .isInstanceOf(ConnectionResetException.class)
        .hasMessageContaining("ECONNRESET");
    assertThatThrownBy(() -> pair.get(0).send(ascii("z")))
        .isInstanceOf(ConnectionResetException.class)
        .hasMessageContaining("EPIPE");
  }

  @Test
  void theTierItselfIsRefusedWithTheReason() {
    assertThatThrownBy(
            () -> Socket.open(SocketTier.MEMORY, StandardProtocolFamily.INET, SocketType.STREAM))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("MemoryNetwork");
  }

  @Test
  void aSocketInMemoryIsHadOnce() throws IOException {
    Socket listener = listener(1);

    assertThatThrownBy(listener::dup)
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("in memory");
  }
}
