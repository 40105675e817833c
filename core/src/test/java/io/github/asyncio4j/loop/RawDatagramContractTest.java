// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.socket.Datagram;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What the coroutines of raw datagram sockets promise, on real sockets.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class RawDatagramContractTest extends RawSocketCase {
  RawDatagramContractTest(LoopKind kind) {
    super(kind);
  }

  private interface Datagrams {
    void run(Socket one, Socket other) throws Exception;
  }

  private void bound(Datagrams body) throws Exception {
    run(
        () -> {
          try (var one = Socket.open(tier(), StandardProtocolFamily.INET, SocketType.DATAGRAM);
              var other = Socket.open(tier(), StandardProtocolFamily.INET, SocketType.DATAGRAM)) {
            one.bind(at("127.0.0.1", 0));
            other.bind(at("127.0.0.1", 0));
            body.run(one, other);
          }
          poll();
        });
  }

  private static String text(Datagram datagram) {
    var bytes = new byte[datagram.data().remaining()];
    datagram.data().get(0, bytes);
    return text(bytes);
  }

  // EL-104, EL-106
  @Test
  void aDatagramIsReceivedWithItsSender() throws Exception {
    bound(
        (one, other) -> {
          var receiving = started(() -> loop.sockRecvfrom(one, 100));
          assertThat(loop.sockSendto(other, bytes("hello"), one.getsockname())).isEqualTo(5);
          assertThat(text(receiving.await())).isEqualTo("hello");
          loop.sockSendto(other, new byte[0], one.getsockname());
          loop.sockSendto(other, bytes("longer"), one.getsockname());
          loop.sockSendto(other, bytes("gone"), one.getsockname());
          loop.sockSendto(other, bytes("last"), one.getsockname());
          assertThat(text(loop.sockRecvfrom(one, 100))).isEmpty();
          var cut = loop.sockRecvfrom(one, 4);
          assertThat(text(cut)).isEqualTo("long");
          assertThat(cut.address()).isEqualTo(other.getsockname());
          assertThat(text(loop.sockRecvfrom(one, 0))).isEmpty();
          assertThat(text(loop.sockRecvfrom(one, 1 << 30))).isEqualTo("last");
        });
  }

  // EL-104
  @Test
  void aDatagramIsReceivedIntoABuffer() throws Exception {
    bound(
        (one, other) -> {
          var buffer = ByteBuffer.allocate(10).position(2).limit(6);
          var receiving = started(() -> loop.sockRecvfromInto(one, buffer));
          loop.sockSendto(other, bytes("hello"), one.getsockname());
          assertThat(receiving.await().count()).isEqualTo(4);
          assertThat(receiving.await().truncated()).isTrue();
          assertThat(receiving.await().address()).isEqualTo(other.getsockname());
          assertThat(buffer.position()).isEqualTo(6);
          assertThatThrownBy(() -> loop.sockRecvfromInto(one, buffer))
              .isInstanceOf(IllegalArgumentException.class);
        });
  }

  // EL-106, R-128
  @Test
  void whatIsCancelledHasTakenNothingAndASecondOneIsRefused() throws Exception {
    bound(
        (one, other) -> {
          var receiving = started(() -> loop.sockRecvfrom(one, 100));
          assertThatThrownBy(() -> loop.sockRecvfromInto(one, ByteBuffer.allocate(1)))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("another task waits in sockRecvfrom()");
          loop.sockSendto(other, bytes("kept"), one.getsockname());
          receiving.cancel();
          ended(receiving, CancelledError.class);
          assertThat(text(loop.sockRecvfrom(one, 100))).isEqualTo("kept");

          var waiting = started(() -> loop.sockRecvfrom(one, 100));
          one.close();
          ended(waiting, SocketException.class);
        });
  }

  @Test
  void whatCannotBeSentIsRefused() throws Exception {
    bound(
        (one, other) -> {
          var target = Objects.requireNonNull(one.getsockname());
          assertThatThrownBy(() -> loop.sockSendto(other, new byte[70_000], target))
              .isInstanceOf(IOException.class);
          assertThatThrownBy(() -> loop.sockSendto(other, bytes("x"), null))
              .isInstanceOf(IOException.class);
          assertThatThrownBy(
                  () ->
                      loop.sockSendto(
                          other, bytes("x"), InetSocketAddress.createUnresolved("host", 1)))
              .isInstanceOf(IllegalArgumentException.class);
          assertThatThrownBy(() -> loop.sockRecvfrom(one, -1))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessage("bufsize < 0: -1");
          try (var stream = open()) {
            assertThatThrownBy(() -> loop.sockRecvfrom(stream, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("A Datagram Socket was expected, got <socket");
            assertThatThrownBy(() -> loop.sockSendto(stream, bytes("x"), target))
                .isInstanceOf(IllegalArgumentException.class);
          }
        });
  }
}
