// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.ChildJvm;
import io.github.asyncio4j.Load;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.socket.SocketTier;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.DatagramProtocol;
import io.github.asyncio4j.transport.DatagramTransport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Datagrams by the million, of every size, to nobody, and ports that others want (D1, D2, D4, D5
/// of the fault catalogue).
@ParameterizedClass
@EnumSource(LoopKind.class)
final class DatagramLoadTest extends NetTest {
  private static final int LARGEST = 65_507;

  DatagramLoadTest(LoopKind kind) {
    super(kind);
  }

  @Override
  Duration timeLimit() {
    return Duration.ofMinutes(Load.of(2, 10));
  }

  private DatagramRecorder endpoint(@Nullable SocketAddress local, @Nullable SocketAddress remote)
      throws Exception {
    var recorder = new DatagramRecorder(loop);
    loop.createDatagramEndpoint(() -> recorder, local, remote);
    return recorder;
  }

  private static void close(DatagramRecorder... endpoints) throws Exception {
    for (var endpoint : endpoints) {
      endpoint.transport.close();
      endpoint.untilLost();
      assertThat(endpoint.breaches).isEmpty();
    }
  }

  /// Counts what comes and looks at none of it.
  private static final class Counter implements DatagramProtocol {
    private DatagramTransport transport;
    private long received;

    @Override
    public void connectionMade(BaseTransport made) {
      transport = (DatagramTransport) made;
    }

    @Override
    public void datagramReceived(ByteBuffer data, @Nullable SocketAddress addr) {
      received++;
    }
  }

  // D1
  @Test
  void aFloodOfDatagramsStarvesNobodyHoldsNoMemoryAndIsCounted() throws Exception {
    int count = Load.of(50_000, 1_000_000);
    run(
        () -> {
          var server = new Counter();
          loop.createDatagramEndpoint(() -> server, at("127.0.0.1", 0), null);
          var address = server.transport.getExtraInfo("sockname", InetSocketAddress.class);
          var client = recorder();
          try (var echo = serve(Echo::new)) {
            connect(() -> client, echo);
            long before = Heap.used();
            // What is compiled meanwhile is not the endpoint's fault.
            int warm = count / 5;
            tickDuring(address, warm, client);
            try (var lag = new LagMeter(loop)) {
              tickDuring(address, count, client);
              assertThat(lag.ticks()).isPositive();
              assertThat(lag.p99Millis()).isLessThan(Load.of(60_000, 50));
            }
            long settled;
            do {
              settled = server.received;
              Asyncio.sleep(Duration.ofMillis(20));
            } while (server.received > settled);
            assertThat(Heap.used() - before).isLessThan(16_000_000);
            assertThat(server.received).isBetween(1L, (long) count + warm);
            if (tier() == SocketTier.NATIVE) {
              assertThat(server.received + server.transport.getDroppedDatagrams())
                  .isEqualTo(count + warm);
            }
            server.transport.close();
            client.transport.close();
            client.untilLost();
            end(echo);
          }
          assertQuiet();
        });
  }

  private void tickDuring(InetSocketAddress to, int datagrams, Recorder client) throws Exception {
    int before = client.received.size();
    int rounds = 0;
    var flood = Thread.ofPlatform().start(() -> flood(to, datagrams));
    while (flood.isAlive()) {
      client.transport.write(bytes("tick"));
      rounds++;
      client.untilReceived(before + 4 * rounds);
    }
    assertThat(rounds).isGreaterThan(5);
  }

  private static void flood(InetSocketAddress to, int count) {
    try (var peer = new DatagramSocket()) {
      var packet = new DatagramPacket(new byte[1000], 1000, to);
      for (int i = 0; i < count; i++) {
        peer.send(packet);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // D2, R-113
  @Test
  void everyDatagramToNobodyIsToldAndTheNextOneArrives() throws Exception {
    int count = Load.of(200, 10_000);
    run(
        () -> {
          int port;
          try (var once = new DatagramSocket(at("127.0.0.1", 0))) {
            port = once.getLocalPort();
          }
          var client = endpoint(null, at("127.0.0.1", port));
          for (int i = 1; i <= count; i++) {
            client.transport.sendto(new byte[] {1}, null);
            client.untilErrors(i);
          }
          assertThat(client.errors)
              .hasSize(count)
              .allMatch(PortUnreachableException.class::isInstance);
          assertQuiet();
          try (var peer = new DatagramSocket(at("127.0.0.1", port))) {
            client.transport.sendto(new byte[] {2}, null);
            var packet = new DatagramPacket(new byte[10], 10);
            blockingly(() -> peer.receive(packet));
            assertThat(packet.getLength()).isEqualTo(1);
            blockingly(() -> peer.send(packet));
            client.untilReceived(1);
          }
          assertThat(client.received.getFirst()).containsExactly(2);
          close(client);
        });
  }

  // D4
  @Test
  void datagramsOfEverySizeKeepTheirBoundaries() throws Exception {
    int count = Load.of(500, 10_000);
    byte[] all = pattern(LARGEST + 1000);
    run(
        () -> {
          var came = new ArrayList<Integer>();
          var server =
              new DatagramRecorder(loop) {
                @Override
                public void datagramReceived(ByteBuffer data, @Nullable SocketAddress addr) {
                  int size = data.remaining();
                  var sent = ByteBuffer.wrap(all, came.size() % 1000, size);
                  came.add(sent.equals(data) ? size : -1);
                  // Kept is only that it came.
                  super.datagramReceived(data.limit(data.position()), addr);
                }
              };
          loop.createDatagramEndpoint(() -> server, at("127.0.0.1", 0), null);
          var client = endpoint(at("127.0.0.1", 0), null);
          var random = new Random(1);
          var sizes = new ArrayList<Integer>();
          for (int i = 0; i < count; i++) {
            int size =
                switch (i) {
                  case 0 -> 0;
                  case 1 -> LARGEST;
                  default -> random.nextInt(LARGEST + 1);
                };
            sizes.add(size);
            client.transport.sendto(ByteBuffer.wrap(all, i % 1000, size), server.address());
            server.untilReceived(i + 1);
          }
          assertThat(came).isEqualTo(sizes);
          close(client, server);
        });
  }

  @TempDir private Path directory;

  // D5: bpo-37228
  @Test
  void nobodyElseGetsThePortOfAnEndpoint() throws Exception {
    int count = Load.of(10, 100);
    run(
        () -> {
          var endpoints = new ArrayList<DatagramRecorder>();
          var arguments = new ArrayList<String>();
          for (int i = 0; i < count; i++) {
            // On all addresses too.
            var endpoint = endpoint(at(i % 2 == 0 ? "127.0.0.1" : "0.0.0.0", 0), null);
            endpoints.add(endpoint);
            arguments.add(String.valueOf(endpoint.address().getPort()));
          }
          ChildJvm.Ended ended =
              blocking(
                  () ->
                      ChildJvm.run(
                          directory, List.of(), PortThief.class, arguments.toArray(String[]::new)));
          assertThat(ended.errors()).isEmpty();
          assertThat(ended.output()).containsExactly("refused " + PortThief.WAYS * count);
          close(endpoints.toArray(DatagramRecorder[]::new));
        });
  }
}
