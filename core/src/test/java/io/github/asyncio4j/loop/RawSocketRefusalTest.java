// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.socket.TransportSocket;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What the coroutines of raw sockets refuse.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class RawSocketRefusalTest extends RawSocketCase {
  RawSocketRefusalTest(LoopKind kind) {
    super(kind);
  }

  @Test
  void aSecondReadIsRefusedAndTheFirstGoesOn() throws Exception {
    connected(
        (socket, peer) -> {
          var first = started(() -> loop.sockRecv(socket, 10));

          assertThatThrownBy(() -> loop.sockRecvInto(socket, ByteBuffer.allocate(1)))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("another task waits in sockRecv()")
              .hasMessageContaining(socket.toString());
          blockingly(() -> peer.send("mine"));
          assertThat(text(first.await())).isEqualTo("mine");
        });
  }

  @Test
  void aSecondReadIsRefusedAlsoWhenTheBytesAreThere() throws Exception {
    connected(
        (socket, peer) -> {
          var first = started(() -> loop.sockRecv(socket, 10));
          blocking(
              () -> {
                peer.send("mine");
                return "";
              });
          // The first has been told, or will be, and has not had its turn.
          if (!first.done()) {
            assertThatThrownBy(() -> loop.sockRecv(socket, 1))
                .isInstanceOf(IllegalStateException.class);
          }
          assertThat(text(first.await())).isEqualTo("mine");
        });
  }

  @Test
  void aSecondWriteIsRefusedAndTheFirstGoesOn() throws Exception {
    connected(
        (socket, peer) -> {
          var data = pattern(1_000_000);
          var first =
              started(
                  () -> {
                    loop.sockSendall(socket, data);
                    return "sent";
                  });

          assertThatThrownBy(() -> loop.sockSendall(socket, bytes("intruder")))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("sockSendall(): another task waits in sockSendall()");
          assertThat(blocking(() -> peer.read(data.length))).isEqualTo(data);
          first.await();
        });
  }

  @Test
  void theSocketOfATransportIsRefused() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var server = serve(() -> accepted);
              var socket = open()) {
            loop.sockConnect(socket, at("127.0.0.1", port(server)));
            var client = recorder();
            var transport =
                loop.createConnection(() -> client, ConnectionOptions.DEFAULT.sock(socket))
                    .transport();

            assertThatThrownBy(() -> loop.sockRecv(socket, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is used by transport");
            assertThatThrownBy(() -> loop.sockSendall(socket, bytes("x")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is used by transport");
            assertThat(transport.getExtraInfo("socket", TransportSocket.class)).isNotNull();
            transport.close();
            client.untilLost();
            accepted.untilLost();
          }
          poll();
        });
  }

  @Test
  void theSocketOfAWaitingTaskIsRefusedToOthers() throws Exception {
    connected(
        (socket, peer) -> {
          var reading = started(() -> loop.sockRecv(socket, 10));

          assertThatThrownBy(() -> loop.addWriter(socket, () -> {}))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("<sockRecv() of <socket");
          assertThatThrownBy(
                  () ->
                      loop.createConnection(this::recorder, ConnectionOptions.DEFAULT.sock(socket)))
              .isInstanceOf(IllegalStateException.class);
          peer.send("x");
          assertThat(text(reading.await())).isEqualTo("x");
        });
  }

  @Test
  void aCallThatWouldEndTheWatchOfAddReaderIsRefused() throws Exception {
    connected(
        (socket, peer) -> {
          Future<String> called = loop.createFuture();
          loop.addReader(socket, () -> called.trySetResult("called"));

          assertThatThrownBy(() -> loop.sockRecv(socket, 1))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("addReader() or addWriter() watches the socket");
          peer.send("x");
          assertThat(called.await()).isEqualTo("called");
          assertThat(text(loop.sockRecv(socket, 1))).isEqualTo("x");
          loop.removeReader(socket);
        });
  }

  @Test
  void aSocketThatCannotDoItIsRefused() throws Exception {
    run(
        () -> {
          try (var listener = listener();
              var unconnected = open();
              var datagrams =
                  Socket.open(tier(), StandardProtocolFamily.INET, SocketType.DATAGRAM)) {
            assertThatThrownBy(() -> loop.sockRecv(listener, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the socket listens: <socket");
            assertThatThrownBy(() -> loop.sockRecvInto(listener, ByteBuffer.allocate(1)))
                .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> loop.sockSendall(listener, new byte[1]))
                .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> loop.sockConnect(listener, at("127.0.0.1", 1)))
                .isInstanceOf(IllegalArgumentException.class);
            for (var socket : List.of(unconnected, datagrams)) {
              assertThatThrownBy(() -> loop.sockAccept(socket))
                  .isInstanceOf(IllegalArgumentException.class)
                  .hasMessageStartingWith("the socket does not listen: <socket");
            }
            assertThatThrownBy(() -> loop.sockRecv(unconnected, 1))
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("not connected");
            assertThatThrownBy(() -> loop.sockRecv(unconnected, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("nbytes < 0: -1");
            assertThatThrownBy(
                    () -> loop.sockRecvInto(unconnected, ByteBuffer.allocate(1).asReadOnlyBuffer()))
                .isInstanceOf(ReadOnlyBufferException.class);
            assertThatThrownBy(() -> loop.sockConnect(unconnected, at("::1", 1)))
                .isInstanceOf(IllegalArgumentException.class);
          }
        });
    try (var socket = open()) {
      assertThatThrownBy(() -> loop.sockRecv(socket, 1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("sockRecv()");
    }
  }

  @Test
  void aChannelThatWasMadeBlockingIsRefused() throws Exception {
    run(
        () -> {
          try (var channel = SocketChannel.open();
              var socket = Socket.of(channel)) {
            channel.configureBlocking(true);
            assertThatThrownBy(() -> loop.sockConnect(socket, at("127.0.0.1", 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the socket must be non-blocking: <socket");
          }
        });
  }
}
