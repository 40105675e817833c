// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The coroutines of raw sockets on sockets in memory and virtual time.
final class MemoryRawSocketTest {
  private interface Body {
    void run(TestLoop loop, Socket client, Socket server) throws Exception;
  }

  private static Socket open(TestLoop loop) throws Exception {
    return loop.network().open(StandardProtocolFamily.INET, SocketType.STREAM);
  }

  private static void connected(Body body) throws Exception {
    try (var loop = new TestLoop()) {
      VoidCoroutine main =
          () -> {
            try (var listener = open(loop);
                var client = open(loop)) {
              listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
              listener.listen(1);
              var accepting = loop.createTask(() -> loop.sockAccept(listener));
              loop.sockConnect(client, Objects.requireNonNull(listener.getsockname()));
              try (var server = accepting.await()) {
                assertThat(server.getpeername()).isEqualTo(client.getsockname());
                body.run(loop, client, server);
              }
            }
          };
      loop.runUntilComplete(main);
    }
  }

  private static <T> Task<T> started(TestLoop loop, Coroutine<T> body) {
    var task = loop.createTask(body);
    for (int i = 0; i < 5; i++) {
      Asyncio.sleep(Duration.ZERO);
    }
    assertThat(task.done()).isFalse();
    return task;
  }

  // EL-102, EL-103, EL-105, EL-107, EL-108
  @Test
  void bytesGoThroughInBothDirections() throws Exception {
    connected(
        (loop, client, server) -> {
          var data = new byte[1_000_000];
          Arrays.fill(data, (byte) 7);
          var sending =
              started(
                  loop,
                  () -> {
                    loop.sockSendall(client, data);
                    client.shutdownOutput();
                    return "sent";
                  });
          var input = ByteBuffer.allocate(data.length);
          while (loop.sockRecvInto(server, input) > 0) {
            assertThat(input.position()).isPositive();
          }
          assertThat(input.array()).isEqualTo(data);
          assertThat(loop.sockRecv(server, 10)).isEmpty();
          assertThat(sending.await()).isEqualTo("sent");
          var receiving = started(loop, () -> loop.sockRecv(client, 10));
          loop.sockSendall(server, "back".getBytes(StandardCharsets.US_ASCII));
          assertThat(receiving.await()).asString(StandardCharsets.US_ASCII).isEqualTo("back");
        });
  }

  //
  @Test
  void aSecondReadIsRefusedAndACancelledOneHasTakenNothing() throws Exception {
    connected(
        (loop, client, server) -> {
          var first = started(loop, () -> loop.sockRecv(client, 10));
          assertThatThrownBy(() -> loop.sockRecv(client, 10))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("another task waits in sockRecv()");
          loop.sockSendall(server, new byte[] {1, 2, 3});
          first.cancel();
          assertThat(catchThrowable(first::await)).isInstanceOf(CancelledError.class);
          assertThat(loop.sockRecv(client, 10)).containsExactly(1, 2, 3);
        });
  }

  @Test
  void aCloseMakesWhoeverWaitsFail() throws Exception {
    connected(
        (loop, client, server) -> {
          var reading = started(loop, () -> loop.sockRecv(client, 10));
          client.close();
          assertThat(catchThrowable(reading::await)).isInstanceOf(SocketException.class);
          assertThat(loop.sockRecv(server, 10)).isEmpty();
        });
  }

  // EL-107
  @Test
  void aRefusedConnectNamesTheAddress() throws Exception {
    connected(
        (loop, client, server) -> {
          try (var other = open(loop)) {
            assertThatThrownBy(
                    () ->
                        loop.sockConnect(
                            other, new InetSocketAddress(InetAddress.getLoopbackAddress(), 1)))
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("127.0.0.1:1");
          }
          assertThat(server.isOpen()).isTrue();
        });
  }

  // EL-109
  @Test
  void aFileIsSent(@TempDir Path directory) throws Exception {
    var data = new byte[500_000];
    new Random(7).nextBytes(data);
    var path = Files.write(directory.resolve("file"), data);
    connected(
        (loop, client, server) -> {
          try (var file = FileChannel.open(path)) {
            var sending =
                started(loop, () -> loop.sockSendfile(server, file, 3, Long.MAX_VALUE, false));
            var input = ByteBuffer.allocate(data.length - 3);
            while (input.hasRemaining()) {
              loop.sockRecvInto(client, input);
            }
            assertThat(input.array()).isEqualTo(Arrays.copyOfRange(data, 3, data.length));
            assertThat(sending.await()).isEqualTo(data.length - 3);
            assertThat(file.position()).isEqualTo(data.length);
          }
        });
  }

  // EL-90
  @Test
  void aFileIsSentOverATransport(@TempDir Path directory) throws Exception {
    var data = new byte[500_000];
    new Random(7).nextBytes(data);
    var path = Files.write(directory.resolve("file"), data);
    try (var loop = new TestLoop()) {
      var received =
          loop.runUntilComplete(
              () -> {
                try (var server =
                        Asyncio.startServer(
                            (reader, writer) -> {
                              try (writer;
                                  var file = FileChannel.open(path)) {
                                loop.sendfile(writer.transport(), file);
                              }
                            },
                            "127.0.0.1",
                            0);
                    var writer = Asyncio.openConnection("127.0.0.1", server.port())) {
                  return writer.reader().read(-1);
                }
              });
      assertThat(received).isEqualTo(data);
    }
  }
}
