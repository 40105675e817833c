// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.pipe.Pipe;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketTier;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.stream.StreamReader;
import io.github.asyncio4j.stream.StreamWriter;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.BufferedProtocol;
import io.github.asyncio4j.transport.DatagramProtocol;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.Transport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Nothing above a back end takes a send to be done when the call returns, nor a call for input to
/// mean that the system has some (ADR 15).
final class CompletingBackendTest {
  private CompletingLoop loop;

  @BeforeEach
  void openLoop() throws Exception {
    loop = new CompletingLoop();
  }

  @AfterEach
  void closeLoop() {
    loop.close();
  }

  private static byte[] bytes(int count) {
    var bytes = new byte[count];
    new Random(7).nextBytes(bytes);
    return bytes;
  }

  /// Sends everything back, and ends when its peer does.
  private static void echo(StreamReader reader, StreamWriter writer) throws Exception {
    try (writer) {
      for (byte[] data = reader.read(10_000); data.length > 0; data = reader.read(10_000)) {
        writer.write(data);
        writer.drain();
      }
    }
  }

  @Test
  void pipesPassMegabytesInOrder() throws Exception {
    var sent = bytes(2_000_000);
    var received =
        loop.runUntilComplete(
            () -> {
              var pipe = Pipe.open(SocketTier.NIO);
              var reader = Asyncio.openReadPipe(pipe.reader());
              var writer = Asyncio.openWritePipe(pipe.writer());
              for (int from = 0; from < sent.length; from += 100_000) {
                writer.write(ByteBuffer.wrap(sent, from, 100_000));
              }
              writer.close();
              return reader.read();
            });

    assertThat(received).isEqualTo(sent);
  }

  @Test
  void streamsEchoMegabytesInOrder() throws Exception {
    var sent = bytes(2_000_000);
    var received =
        loop.runUntilComplete(
            () -> {
              try (var server = Asyncio.startServer(CompletingBackendTest::echo, "127.0.0.1", 0)) {
                var connection = Asyncio.openConnection("127.0.0.1", server.port());
                try (StreamWriter writer = connection.writer()) {
                  var all = loop.createTask(() -> connection.reader().read(-1));
                  for (int at = 0; at < sent.length; at += 70_000) {
                    writer.write(ByteBuffer.wrap(sent, at, Math.min(70_000, sent.length - at)));
                    writer.drain();
                  }
                  writer.writeEof();
                  return all.await();
                }
              }
            });

    assertThat(received).isEqualTo(sent);
  }

  /// Writes more than fits at a time, in one call, and ends or closes behind it.
  private static final class Sending implements Protocol {
    final List<String> calls = new ArrayList<>();
    private final byte[] output;
    private final boolean closes;
    int buffered;

    Sending(byte[] output, boolean closes) {
      this.output = output;
      this.closes = closes;
    }

    @Override
    public void connectionMade(BaseTransport base) {
      var transport = (Transport) base;
      transport.write(output);
      buffered = transport.getWriteBufferSize();
      if (closes) {
        transport.close();
      } else {
        transport.writeEof();
      }
    }

    @Override
    public void pauseWriting() {
      calls.add("pause");
    }

    @Override
    public void resumeWriting() {
      calls.add("resume");
    }

    @Override
    public void connectionLost(@Nullable Exception exc) {
      calls.add("lost " + exc);
    }
  }

  /// Receives into a small buffer of its own.
  private final class Receiving implements BufferedProtocol {
    final ByteArrayOutputStream input = new ByteArrayOutputStream();
    final Future<byte[]> done = loop.createFuture();
    private final ByteBuffer buffer = ByteBuffer.allocate(700);

    @Override
    public ByteBuffer getBuffer(int sizehint) {
      return buffer;
    }

    @Override
    public void bufferUpdated(int nbytes) {
      input.write(buffer.array(), 0, nbytes);
    }

    @Override
    public void connectionLost(@Nullable Exception exc) {
      done.setResult(input.toByteArray());
    }
  }

  private byte[] transfer(Sending sending) throws Exception {
    return loop.runUntilComplete(
        () -> {
          Server server = loop.createServer(() -> sending, "127.0.0.1", 0);
          byte[] received;
          try (server) {
            var receiving = new Receiving();
            loop.createConnection(() -> receiving, "127.0.0.1", server.port());
            received = receiving.done.await();
          }
          server.waitClosed();
          return received;
        });
  }

  //
  @Test
  void allThatIsGivenCountsUntilItHasGoneAndTheEndComesBehindIt() throws Exception {
    var sending = new Sending(bytes(200_000), false);

    var received = transfer(sending);

    assertThat(sending.buffered).isEqualTo(200_000);
    assertThat(received).isEqualTo(sending.output);
    assertThat(sending.calls).containsExactly("pause", "resume", "lost null");
  }

  //
  @Test
  void aTransportThatIsClosedSendsTheRestFirst() throws Exception {
    var sending = new Sending(bytes(50_000), true);

    var received = transfer(sending);

    assertThat(received).isEqualTo(sending.output);
    assertThat(sending.calls).containsExactly("lost null");
  }

  //
  @Test
  void datagramsGoAndComeInOrderAndAFailureIsToldInItsPlace() throws Exception {
    loop.runUntilComplete(
        () -> {
          var received = new ArrayList<String>();
          Future<@Nullable Void> last = loop.createFuture();
          var any = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
          var server =
              loop.createDatagramEndpoint(
                  () ->
                      new DatagramProtocol() {
                        @Override
                        public void datagramReceived(
                            ByteBuffer data, @Nullable SocketAddress addr) {
                          received.add(StandardCharsets.US_ASCII.decode(data).toString());
                          if (received.getLast().equals("last")) {
                            last.setResult(null);
                          }
                        }
                      },
                  any,
                  null);
          var calls = new ArrayList<String>();
          Future<@Nullable Void> lost = loop.createFuture();
          var client =
              loop.createDatagramEndpoint(
                  () ->
                      new DatagramProtocol() {
                        @Override
                        public void errorReceived(IOException exc) {
                          calls.add("error");
                        }

                        @Override
                        public void connectionLost(@Nullable Exception exc) {
                          calls.add("lost");
                          lost.setResult(null);
                        }
                      },
                  null,
                  server.transport().getExtraInfo("sockname", SocketAddress.class));
          var expected = new ArrayList<String>();
          for (int i = 0; i < 50; i++) {
            expected.add("datagram " + i);
            client.transport().sendto(expected.getLast().getBytes(StandardCharsets.US_ASCII), null);
          }
          client.transport().sendto(new byte[70_000], null);
          expected.add("last");
          client.transport().sendto("last".getBytes(StandardCharsets.US_ASCII), null);
          assertThat(client.transport().getWriteBufferSize()).isGreaterThan(70_000);
          client.transport().close();
          last.await();
          lost.await();

          assertThat(received).isEqualTo(expected);
          assertThat(calls).containsExactly("error", "lost");
          server.transport().close();
          Asyncio.sleep(Duration.ofMillis(1));
        });
  }

  // EL-102, EL-105, EL-107, EL-108
  @Test
  void rawSocketsTryAgainWhenTheyWereCalledForNothing() throws Exception {
    var sent = bytes(1_000_000);
    var received =
        loop.runUntilComplete(
            () -> {
              try (var listener =
                      Socket.open(SocketTier.NIO, StandardProtocolFamily.INET, SocketType.STREAM);
                  var client =
                      Socket.open(SocketTier.NIO, StandardProtocolFamily.INET, SocketType.STREAM)) {
                listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                listener.listen(1);
                var accepting = loop.createTask(() -> loop.sockAccept(listener));
                Asyncio.sleep(Duration.ZERO);
                loop.sockConnect(client, Objects.requireNonNull(listener.getsockname()));
                try (var accepted = accepting.await()) {
                  var all =
                      loop.createTask(
                          () -> {
                            var input = ByteBuffer.allocate(sent.length);
                            while (input.hasRemaining()) {
                              loop.sockRecvInto(accepted, input);
                            }
                            return input.array();
                          });
                  Asyncio.sleep(Duration.ZERO);
                  loop.sockSendall(client, sent);
                  return all.await();
                }
              }
            });

    assertThat(received).isEqualTo(sent);
  }

  // EL-90
  @Test
  void aFileGoesBehindWhatWasWrittenBefore(@TempDir Path directory) throws Exception {
    var path = Files.write(directory.resolve("file"), bytes(500_000));
    var received =
        loop.runUntilComplete(
            () -> {
              try (var server =
                      Asyncio.startServer(
                          (reader, writer) -> {
                            try (writer;
                                var file = FileChannel.open(path)) {
                              writer.write(bytes(100_000));
                              loop.sendfile(writer.transport(), file, 0, 400_000, false);
                              loop.sendfile(writer.transport(), file, 400_000, 100_000, true);
                            }
                          },
                          "127.0.0.1",
                          0);
                  var writer = Asyncio.openConnection("127.0.0.1", server.port())) {
                return writer.reader().read(-1);
              }
            });

    assertThat(received)
        .isEqualTo(ByteBuffer.allocate(600_000).put(bytes(100_000)).put(bytes(500_000)).array());
  }
}
