// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.Load;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.socket.TransportSocket;
import io.github.asyncio4j.stream.ClientConnected;
import io.github.asyncio4j.stream.StreamReader;
import io.github.asyncio4j.stream.StreamWriter;
import io.github.asyncio4j.stream.Streams;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.Transport;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Peers that do not read, and protocols that do not want to: what is buffered, and that nothing is
/// lost (B7, B8, B10, B11 of the fault catalogue).
@ParameterizedClass
@EnumSource(LoopKind.class)
final class FlowFaultTest extends NetTest {
  private static final int HIGH_WATER = 64 * 1024;
  private static final int CHUNK = 32 * 1024;
  private static final ServerOptions MANY = ServerOptions.DEFAULT.backlog(1000);

  FlowFaultTest(LoopKind kind) {
    super(kind);
  }

  @Override
  Duration timeLimit() {
    return Duration.ofMinutes(Load.of(2, 20));
  }

  /// Connects peers that read nothing, a piece at a time, since each waits to be accepted.
  private List<Peer> silentPeers(Server server, int count) throws Exception {
    var peers = new ArrayList<Peer>();
    int port = port(server);
    for (int i = 0; i < count; i++) {
      peers.add(blocking(() -> Peer.connectNarrow(port)));
    }
    return peers;
  }

  private static void narrow(Transport transport) {
    try {
      transport
          .getExtraInfo("socket", TransportSocket.class)
          .setOption(StandardSocketOptions.SO_SNDBUF, 4096);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /// What writes to a client until it is ended: `drain` holds it.
  private static void writeForEver(StreamWriter writer, boolean lines) throws Exception {
    var chunk = new byte[CHUNK];
    var halves =
        List.of(ByteBuffer.wrap(chunk, 0, CHUNK / 2), ByteBuffer.wrap(chunk, CHUNK / 2, CHUNK / 2));
    for (long sent = 0; sent < 100_000_000; sent += CHUNK) {
      if (lines) {
        writer.writelines(halves.stream().map(ByteBuffer::duplicate).toList());
      } else {
        writer.write(chunk);
      }
      writer.drain();
    }
  }

  // B7
  @Test
  void clientsThatNeverReadHoldNoMoreThanTheHighWaterMarkAndAChunk() throws Exception {
    int count = Load.of(20, 200);
    run(
        () -> {
          for (boolean lines : new boolean[] {false, true}) {
            var writers = new ArrayList<StreamWriter>();
            ClientConnected handler =
                (_, writer) -> {
                  narrow(writer.transport());
                  writers.add(writer);
                  writeForEver(writer, lines);
                };
            var server =
                Streams.startServer(
                    loop, handler, "127.0.0.1", 0, MANY, StreamReader.DEFAULT_LIMIT);
            var peers = silentPeers(server, count);
            while (writers.size() < count || writers.stream().anyMatch(FlowFaultTest::isFlowing)) {
              poll();
            }
            passIterations();
            assertThat(writers)
                .allMatch(writer -> writer.transport().getWriteBufferSize() <= HIGH_WATER + CHUNK);
            var report = server.shutdown(Duration.ZERO);
            assertThat(report.aborted()).isEqualTo(count);
            assertThat(report.cancelled()).isEqualTo(count);
            closeAll(peers);
          }
        });
  }

  private static boolean isFlowing(StreamWriter writer) {
    return writer.transport().getWriteBufferSize() <= HIGH_WATER;
  }

  private static void closeAll(List<Peer> peers) throws Exception {
    for (var peer : peers) {
      peer.close();
    }
  }

  // B8
  @Test
  void everyProtocolIsToldToPauseAndTheSizeIsExact() throws Exception {
    int count = Load.of(20, 200);
    int pieces = Load.of(50, 1000);
    run(
        () -> {
          var accepted = new ArrayList<Recorder>();
          var server =
              serve(
                  () -> {
                    accepted.add(recorder());
                    return accepted.getLast();
                  },
                  MANY);
          var peers = silentPeers(server, count);
          while (accepted.size() < count || accepted.getLast().transport == null) {
            poll();
          }
          byte[] piece = pattern(10_000);
          for (var recorder : accepted) {
            narrow(recorder.transport);
            for (int i = 0; i < pieces; i++) {
              int before = recorder.transport.getWriteBufferSize();
              recorder.transport.write(piece);
              int kept = recorder.transport.getWriteBufferSize() - before;
              // Once a piece has stayed behind all of the next ones do.
              assertThat(kept).isBetween(0, piece.length);
              if (before > 0) {
                assertThat(kept).isEqualTo(piece.length);
              }
            }
          }
          assertThat(accepted).allMatch(Recorder::isPaused);
          // One after the other, so that each test of a size has one reader.
          for (int i = 0; i < count; i++) {
            var peer = peers.get(i);
            blocking(() -> peer.read(pieces * piece.length));
          }
          for (var recorder : accepted) {
            recorder.until(() -> !recorder.isPaused());
            assertThat(recorder.transport.getWriteBufferSize()).isZero();
            recorder.transport.close();
            recorder.untilLost();
          }
          closeAll(peers);
          server.close();
          server.waitClosed();
        });
  }

  /// Counts and sums what comes, and does not want any at first.
  private static final class Paused implements Protocol {
    private final CRC32C sum = new CRC32C();
    private @Nullable Transport transport;
    private long received;
    private boolean lost;

    @Override
    public void connectionMade(BaseTransport made) {
      transport = (Transport) made;
      transport.pauseReading();
    }

    @Override
    public void dataReceived(ByteBuffer data) {
      received += data.remaining();
      sum.update(data);
    }

    @Override
    public void connectionLost(@Nullable Exception exc) {
      lost = true;
    }
  }

  // B10
  @Test
  void readersThatArePausedTakeNothingAndLoseNothing() throws Exception {
    int count = Load.of(20, 1000);
    int bytes = Load.of(500_000, 10_000_000);
    byte[] sent = pattern(bytes);
    var expected = new CRC32C();
    expected.update(sent);
    run(
        () -> {
          var accepted = new ArrayList<Paused>();
          var server =
              serve(
                  () -> {
                    accepted.add(new Paused());
                    return accepted.getLast();
                  },
                  MANY);
          int port = port(server);
          var pushing = new ArrayList<Task<@Nullable Void>>();
          for (int i = 0; i < count; i++) {
            pushing.add(loop.createTask(() -> push(port, sent)));
          }
          while (accepted.size() < count || accepted.getLast().transport == null) {
            poll();
          }
          passIterations();
          assertThat(accepted).allMatch(paused -> paused.received == 0);
          assertThat(pushing).noneMatch(Task::done);
          for (var paused : accepted) {
            Objects.requireNonNull(paused.transport).resumeReading();
          }
          for (var task : pushing) {
            task.await();
          }
          server.close();
          server.waitClosed();
          assertThat(accepted)
              .allMatch(paused -> paused.lost && paused.received == bytes)
              .allMatch(paused -> paused.sum.getValue() == expected.getValue());
        });
  }

  private void push(int port, byte[] sent) throws Exception {
    var connection = Streams.openConnection(loop, "127.0.0.1", port);
    try (var writer = connection.writer()) {
      narrow(writer.transport());
      for (int from = 0; from < sent.length; from += CHUNK) {
        writer.write(ByteBuffer.wrap(sent, from, Math.min(CHUNK, sent.length - from)));
        writer.drain();
      }
      writer.writeEof();
      assertThat(connection.reader().read()).isEmpty();
    }
  }

  // B11
  @Test
  void streamsThroughNarrowBuffersArriveInBothDirections() throws Exception {
    long bytes = Load.of(4 << 20, 1 << 30);
    run(
        () -> {
          var there = new CRC32C();
          var served = loop.<long[]>createFuture();
          ClientConnected handler =
              (reader, writer) -> {
                try (writer) {
                  narrow(writer.transport());
                  var sending = loop.createTask(() -> SummedStreams.send(writer, bytes, 1));
                  long received = SummedStreams.receive(reader, there);
                  served.setResult(new long[] {received, sending.await()});
                }
              };
          try (var server = Streams.startServer(loop, handler, "127.0.0.1", 0)) {
            var connection = Streams.openConnection(loop, "127.0.0.1", port(server));
            try (var writer = connection.writer()) {
              narrow(writer.transport());
              var sending = loop.createTask(() -> SummedStreams.send(writer, bytes, 2));
              var received = new CRC32C();
              long count = SummedStreams.receive(connection.reader(), received);
              long sumThere = sending.await();
              assertThat(count).isEqualTo(bytes);
              var ends = served.await();
              assertThat(ends[0]).isEqualTo(bytes);
              assertThat(there.getValue()).isEqualTo(sumThere);
              assertThat(received.getValue()).isEqualTo(ends[1]);
            }
          }
        });
  }
}
