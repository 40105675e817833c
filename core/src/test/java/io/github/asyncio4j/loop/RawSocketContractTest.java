// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What the coroutines of raw sockets promise, on real sockets.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class RawSocketContractTest extends RawSocketCase {
  RawSocketContractTest(LoopKind kind) {
    super(kind);
  }

  @Override
  List<InetAddress> addressesOf(String name) throws UnknownHostException {
    if (name.equals("both")) {
      return List.of(InetAddress.ofLiteral("::1"), InetAddress.ofLiteral("127.0.0.1"));
    }
    throw new UnknownHostException(name);
  }

  // EL-102, R-128
  @Test
  void whatHasComeIsReceivedWithoutATurnOfOthers() throws Exception {
    connected(
        (socket, peer) -> {
          peer.send("hello");
          blockingly(() -> {});
          var turns = new ArrayList<String>();
          byte[] first = loop.sockRecv(socket, 2);
          loop.callSoon(() -> turns.add("other"));

          assertThat(text(first)).isEqualTo("he");
          assertThat(text(loop.sockRecv(socket, 1 << 30))).isEqualTo("llo");
          assertThat(turns).isEmpty();
        });
  }

  // EL-102
  @Test
  void aReceiveWaitsForTheFirstBytesAndTellsTheEnd() throws Exception {
    connected(
        (socket, peer) -> {
          var receiving = started(() -> loop.sockRecv(socket, 100));
          blockingly(() -> peer.send("late"));
          assertThat(text(receiving.await())).isEqualTo("late");

          var ending = started(() -> loop.sockRecv(socket, 100));
          blockingly(peer::endOutput);
          assertThat(ending.await()).isEmpty();
          assertThat(loop.sockRecv(socket, 100)).isEmpty();
        });
  }

  // EL-103
  @Test
  void aBufferIsReceivedIntoFromItsPositionOn() throws Exception {
    connected(
        (socket, peer) -> {
          for (var buffer : List.of(ByteBuffer.allocate(10), ByteBuffer.allocateDirect(10))) {
            buffer.position(2).limit(6);
            var receiving = started(() -> loop.sockRecvInto(socket, buffer));
            blockingly(() -> peer.send("wxyz"));
            assertThat(receiving.await()).isEqualTo(4);
            assertThat(buffer.position()).isEqualTo(6);
            assertThat(buffer.get(2)).isEqualTo((byte) 'w');
            assertThat(loop.sockRecvInto(socket, buffer)).isZero();
          }
          blockingly(peer::endOutput);
          assertThat(loop.sockRecvInto(socket, ByteBuffer.allocate(5))).isZero();
        });
  }

  // EL-105
  @Test
  void everythingIsSentThoughThePeerIsSlow() throws Exception {
    connected(
        (socket, peer) -> {
          var data = pattern(3_000_000);
          var sending =
              started(
                  () -> {
                    loop.sockSendall(socket, data);
                    return "sent";
                  });
          assertThat(blocking(() -> peer.read(data.length))).isEqualTo(data);
          assertThat(sending.await()).isEqualTo("sent");
        });
  }

  // EL-105
  @Test
  void nothingAtAllIsSentAtOnce() throws Exception {
    connected(
        (socket, peer) -> {
          loop.sockSendall(socket, new byte[0]);
          loop.sockSendall(socket, ByteBuffer.allocateDirect(0));
          assertThat(loop.sockRecv(socket, 0)).isEmpty();
          assertThat(peer.localAddress()).isEqualTo(socket.getpeername());
        });
  }

  // EL-102, EL-105
  @Test
  void oneTaskReadsWhileAnotherWrites() throws Exception {
    connected(
        (socket, peer) -> {
          var reading = started(() -> loop.sockRecv(socket, 10));
          var data = pattern(1_000_000);
          var sending =
              started(
                  () -> {
                    loop.sockSendall(socket, data);
                    return "sent";
                  });
          blockingly(() -> peer.send("x"));
          assertThat(text(reading.await())).isEqualTo("x");
          assertThat(blocking(() -> peer.read(data.length))).isEqualTo(data);
          sending.await();
        });
  }

  //
  //
  //
  // EL-102
  @Test
  void aReceiveThatIsCancelledHasTakenNothing() throws Exception {
    connected(
        (socket, peer) -> {
          var cancelled = started(() -> loop.sockRecv(socket, 10));
          peer.send("kept");
          cancelled.cancel();
          ended(cancelled, CancelledError.class);

          assertThat(text(loop.sockRecv(socket, 10))).isEqualTo("kept");
          var again = started(() -> loop.sockRecv(socket, 10));
          again.cancel();
          ended(again, CancelledError.class);
          loop.addReader(socket, () -> {});
          assertThat(loop.removeReader(socket)).isTrue();
        });
  }

  // EL-105
  @Test
  void aSendThatIsCancelledTellsHowMuchWasSent() throws Exception {
    connected(
        (socket, peer) -> {
          var data = ByteBuffer.wrap(pattern(1_000_000));
          var sending =
              started(
                  () -> {
                    loop.sockSendall(socket, data);
                    return "sent";
                  });
          sending.cancel();
          ended(sending, CancelledError.class);
          int sent = data.position();
          assertThat(sent).isBetween(1, 999_999);

          var rest =
              loop.createTask(
                  () -> {
                    loop.sockSendall(socket, data);
                    return "sent";
                  });
          assertThat(blocking(() -> peer.read(1_000_000))).isEqualTo(data.array());
          rest.await();
        });
  }

  // EL-108
  @Test
  void anAcceptThatIsCancelledLeavesTheConnectionPending() throws Exception {
    run(
        () -> {
          try (var listener = listener()) {
            int port = ((InetSocketAddress) listener.getsockname()).getPort();
            var cancelled = started(() -> loop.sockAccept(listener));
            cancelled.cancel();
            ended(cancelled, CancelledError.class);
            var accepting = started(() -> loop.sockAccept(listener));
            try (var peer = blocking(() -> Peer.connect(port));
                var accepted = accepting.await()) {
              assertThat(accepted.getpeername()).isEqualTo(peer.localAddress());
              loop.sockSendall(accepted, bytes("welcome"));
              assertThat(text(blocking(() -> peer.read(7)))).isEqualTo("welcome");
            }
          }
          poll();
        });
  }

  // EL-107
  @Test
  void aSocketIsConnectedAndARefusalNamesTheAddress() throws Exception {
    run(
        () -> {
          int closed;
          try (var server =
                  blocking(() -> new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
              var socket = open()) {
            closed = server.getLocalPort();
            loop.sockConnect(socket, at("127.0.0.1", closed));
            assertThat(socket.getpeername()).isEqualTo(at("127.0.0.1", closed));
          }
          try (var socket = open()) {
            assertThatThrownBy(() -> loop.sockConnect(socket, at("127.0.0.1", closed)))
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("127.0.0.1:" + closed);
          }
          poll();
        });
  }

  // EL-107
  @Test
  void aHostNameIsResolvedToAnAddressOfTheSocketsFamily() throws Exception {
    run(
        () -> {
          try (var server =
                  blocking(() -> new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
              var socket = open()) {
            int port = server.getLocalPort();
            loop.sockConnect(socket, InetSocketAddress.createUnresolved("both", port));
            assertThat(socket.getpeername()).isEqualTo(at("127.0.0.1", port));

            assertThatThrownBy(
                    () -> loop.sockConnect(socket, InetSocketAddress.createUnresolved("no", port)))
                .isInstanceOf(UnknownHostException.class);
          }
          poll();
        });
  }

  // EL-107
  @Test
  void aHostNameIsResolvedForDatagramsToo() throws Exception {
    run(
        () -> {
          try (var one = Socket.open(tier(), StandardProtocolFamily.INET, SocketType.DATAGRAM);
              var other = Socket.open(tier(), StandardProtocolFamily.INET, SocketType.DATAGRAM)) {
            one.bind(at("127.0.0.1", 0));
            int port = ((InetSocketAddress) one.getsockname()).getPort();

            loop.sockConnect(other, InetSocketAddress.createUnresolved("both", port));
            loop.sockSendall(other, bytes("found"));

            assertThat(other.getpeername()).isEqualTo(at("127.0.0.1", port));
            assertThat(text(loop.sockRecv(one, 10))).isEqualTo("found");
          }
          poll();
        });
  }

  /// A listener whose queue is full, so that a connect to it waits.
  private final class Full implements AutoCloseable {
    private final Socket listener = open();
    private final List<Socket> queued = new ArrayList<>();
    final InetSocketAddress address;

    Full() throws Exception {
      listener.bind(at("127.0.0.1", 0));
      listener.listen(0);
      address = (InetSocketAddress) listener.getsockname();
      for (int i = 0; i < 4; i++) {
        var socket = open();
        queued.add(socket);
        socket.connect(address);
      }
      poll();
    }

    @Override
    public void close() throws IOException {
      listener.close();
      for (var socket : queued) {
        socket.close();
      }
    }
  }

  // EL-107
  @Test
  void aConnectThatWasCancelledIsGoneOnWith() throws Exception {
    run(
        () -> {
          try (var full = new Full();
              var socket = open()) {
            var connecting =
                started(
                    () -> {
                      loop.sockConnect(socket, full.address);
                      return "";
                    });
            assertThatThrownBy(() -> loop.sockConnect(socket, full.address))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("connect() of <socket");
            connecting.cancel();
            ended(connecting, CancelledError.class);
            assertThatThrownBy(() -> loop.sockConnect(socket, at("127.0.0.1", 1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is in progress");

            var again =
                started(
                    () -> {
                      loop.sockConnect(socket, full.address);
                      return "connected";
                    });
            again.cancel();
            ended(again, CancelledError.class);
          }
          poll();
        });
  }

  @Test
  void aCloseMakesWhoeverWaitsFail() throws Exception {
    connected(
        (socket, peer) -> {
          var reading = started(() -> loop.sockRecv(socket, 10));
          var data = pattern(1_000_000);
          var writing =
              started(
                  () -> {
                    loop.sockSendall(socket, data);
                    return "";
                  });
          socket.close();
          ended(reading, SocketException.class);
          ended(writing, SocketException.class);
          assertThatThrownBy(() -> loop.sockRecv(socket, 1))
              .isInstanceOf(SocketException.class)
              .hasMessage("Socket is closed");
          // Its number may be another's now.
          try (var next = open()) {
            assertThatThrownBy(() -> loop.sockRecv(next, 1)).isInstanceOf(SocketException.class);
          }
        });
  }

  @Test
  void aCloseByAnotherThreadMakesWhoeverWaitsFail() throws Exception {
    run(
        () -> {
          try (var listener = listener();
              var full = new Full();
              var socket = open()) {
            var accepting = started(() -> loop.sockAccept(listener));
            var connecting =
                started(
                    () -> {
                      loop.sockConnect(socket, full.address);
                      return "";
                    });
            blockingly(listener::close);
            blockingly(socket::close);
            ended(accepting, SocketException.class);
            ended(connecting, SocketException.class);
          }
          poll();
        });
  }

  @Test
  void aPeerThatIsGoneIsTold() throws Exception {
    connected(
        (socket, peer) -> {
          var reading = started(() -> loop.sockRecv(socket, 10));
          blockingly(peer::reset);
          ended(reading, IOException.class);
          assertThatThrownBy(() -> loop.sockSendall(socket, bytes("x")))
              .isInstanceOf(IOException.class);
        });
  }

  //
  //
  // EL-102, EL-105
  @Test
  void datagramsOfAPeerAreReceivedAndSentWhole() throws Exception {
    run(
        () -> {
          try (var one = Socket.open(tier(), StandardProtocolFamily.INET, SocketType.DATAGRAM);
              var other = Socket.open(tier(), StandardProtocolFamily.INET, SocketType.DATAGRAM)) {
            one.bind(at("127.0.0.1", 0));
            other.bind(at("127.0.0.1", 0));
            loop.sockConnect(one, other.getsockname());
            loop.sockConnect(other, one.getsockname());
            var receiving = started(() -> loop.sockRecv(one, 3));
            loop.sockSendall(other, bytes("first"));
            loop.sockSendall(other, bytes("second"));

            assertThat(text(receiving.await())).isEqualTo("fir");
            assertThat(text(loop.sockRecv(one, 100))).isEqualTo("second");
          }
          poll();
        });
  }

  //
  @Test
  void aLoopThatIsClosedEndsWhoeverWaits() throws Exception {
    try (var socket = listener()) {
      Task<Socket> task = loop.createTask(() -> loop.sockAccept(socket));
      run(this::passIterations);
      assertThat(task.done()).isFalse();
      loop.close();
      assertThat(socket.isOpen()).isTrue();
    }
    reports.clear();
  }

  @Test
  void aGameOfCancelledReceivesLosesNoByte() throws Exception {
    connected(
        (socket, peer) -> {
          var data = pattern(20_000);
          var sending =
              loop.runInExecutor(
                  null,
                  () -> {
                    for (int at = 0; at < data.length; at += 100) {
                      peer.send(java.util.Arrays.copyOfRange(data, at, at + 100));
                    }
                    return "";
                  });
          var received = new java.io.ByteArrayOutputStream();
          for (int round = 0; received.size() < data.length; round++) {
            var task = loop.createTask(() -> loop.sockRecv(socket, 70));
            for (int i = 0; i < round % 4; i++) {
              Asyncio.sleep(java.time.Duration.ZERO);
            }
            if (round % 3 != 0) {
              task.cancel();
            }
            try {
              received.writeBytes(task.await());
            } catch (CancelledError e) {
              // It has taken nothing.
            }
          }
          sending.await();
          assertThat(received.toByteArray()).isEqualTo(data);
        });
  }
}
