// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Load;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.TaskGroup;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.DatagramProtocol;
import io.github.asyncio4j.transport.DatagramTransport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// G2 of the fault catalogue: programs on several hosts, between which everything goes wrong that a
/// network can do. Each seed is a game, and each game can be played again.
@ParameterizedClass
@EnumSource(Engine.class)
final class SimulatedNetworkTest {
  private static final int GAMES = Load.of(100, 10_000);
  private static final int HOSTS = 4;
  private static final int CLIENTS = 6;
  private static final int STREAMS = 80;
  private static final int DATAGRAMS = 53;

  private final Engine engine;

  SimulatedNetworkTest(Engine engine) {
    this.engine = engine;
  }

  // A15, G2
  @Test
  void noGameBreaksAnInvariantAndEachCanBePlayedAgain() {
    var totals = new Totals();
    for (long seed : Seeds.of(GAMES).toArray()) {
      try {
        EventRecorder first = new Game(seed).play(totals);
        EventRecorder second = new Game(seed).play(new Totals());
        if (first.hash() != second.hash()) {
          assertThat(second.lines()).isEqualTo(first.lines());
        }
        assertThat(second.hash()).isEqualTo(first.hash());
      } catch (VirtualMachineError e) {
        throw e;
      } catch (Throwable t) {
        throw Seeds.failure(seed, t);
      }
    }
    if (GAMES > 1 && System.getProperty(Seeds.PROPERTY) == null) {
      totals.ensureEverythingHappened();
    }
  }

  /// What has happened in all games: a test in which nothing goes wrong shows nothing.
  private static final class Totals {
    int complete;
    int broken;
    int refused;
    int datagramsSent;
    int datagramsAnswered;
    int answeredTwice;

    void ensureEverythingHappened() {
      assertThat(complete).as("connections that were echoed to their end").isPositive();
      assertThat(broken).as("connections that broke").isPositive();
      assertThat(refused).as("connects that failed").isPositive();
      assertThat(datagramsAnswered).isBetween(1, datagramsSent);
      assertThat(answeredTwice).isPositive();
    }
  }

  private static String nameOf(int host) {
    return "h" + host + ".test";
  }

  /// One game.
  private final class Game {
    private final long seed;
    private final EventRecorder trace = new EventRecorder();
    private final List<SimulatedEnd> ends = new ArrayList<>();
    private final List<Server> servers = new ArrayList<>();
    private final List<DatagramTransport> endpoints = new ArrayList<>();
    private final Map<Integer, Integer> answers = new HashMap<>();
    private int datagramsSent;
    private TestLoop loop;
    private RandomGenerator random;
    private Totals totals;

    Game(long seed) {
      this.seed = seed;
    }

    EventRecorder play(Totals totals) throws Exception {
      this.totals = totals;
      try (var loop = engine.newLoop(seed, conditions())) {
        this.loop = loop;
        random = loop.random();
        var failures = ExceptionRecorder.on(loop);
        loop.addObserver(trace);

        loop.runUntilComplete(this::run);

        // The longest that a connection waits for a peer that was cut off.
        loop.advance(Duration.ofHours(1));
        assertThat(failures.unexpected()).isEmpty();
        loop.ensureNothingLeft();
        check();
      }
      return trace;
    }

    private LinkConditions conditions() {
      var chance = Seeds.generator(seed, "conditions");
      return LinkConditions.PLAIN
          .latency(Duration.ZERO, Duration.ofMillis(chance.nextInt(50)))
          .fragments(chance.nextBoolean())
          .capacity(chance.nextInt(5) == 0 ? 0 : 1 << (6 + chance.nextInt(11)))
          .loss(chance.nextDouble() * 0.3)
          .duplication(chance.nextDouble() * 0.2)
          .reordering(chance.nextDouble())
          .outages(chance.nextDouble() * 0.01, Duration.ofMillis(100), Duration.ofSeconds(20));
    }

    private void run() throws Exception {
      for (int host = 0; host < HOSTS; host++) {
        String name = nameOf(host);
        loop.hosts().on(name, () -> serve(name));
      }
      new TaskGroup()
          .run(
              group -> {
                for (int i = 0; i < CLIENTS; i++) {
                  String host = nameOf(random.nextInt(HOSTS));
                  group.createTask(() -> loop.hosts().on(host, this::stream));
                  group.createTask(() -> loop.hosts().on(host, this::askByDatagrams));
                }
                group.createTask(this::breakThings);
              });
      for (int host = 0; host < HOSTS; host++) {
        String other = nameOf((host + 1) % HOSTS);
        loop.hosts().on(nameOf(host), () -> talkToTheEnd(other));
      }
      servers.forEach(Server::close);
      servers.forEach(Server::abortClients);
      endpoints.forEach(DatagramTransport::close);
      for (var end : ends) {
        if (end.received + end.sent > 0 || end.lost.done()) {
          end.lost.await();
        }
      }
    }

    private void serve(String name) throws Exception {
      servers.add(
          loop.createServer(
              () -> {
                ends.add(new SimulatedEnd(loop, trace, true));
                return ends.getLast();
              },
              name,
              STREAMS));
      var address = InetSocketAddress.createUnresolved(name, DATAGRAMS);
      endpoints.add(loop.createDatagramEndpoint(EchoEndpoint::new, address, null).transport());
    }

    // Streams.

    private void stream() throws Exception {
      for (int i = 0; i < 3; i++) {
        Asyncio.sleep(Duration.ofMillis(random.nextInt(5000)));
        var end = new SimulatedEnd(loop, trace, false);
        try {
          Asyncio.waitFor(
              () -> loop.createConnection(() -> end, nameOf(random.nextInt(HOSTS)), STREAMS),
              Duration.ofSeconds(1 + random.nextInt(200)));
        } catch (IOException | TimeoutException e) {
          trace.note("no connection: " + e.getClass().getSimpleName());
          totals.refused++;
          continue;
        }
        ends.add(end);
        talk(end);
      }
    }

    private void talk(SimulatedEnd end) throws Exception {
      int chunks = random.nextInt(10);
      for (int i = 0; i < chunks && !end.transport().isClosing(); i++) {
        end.send(1 + random.nextInt(2000));
        if (random.nextBoolean()) {
          Asyncio.sleep(Duration.ofMillis(random.nextInt(1000)));
        }
      }
      switch (random.nextInt(4)) {
        case 0 -> end.transport().abort();
        case 1 -> end.transport().close();
        default -> {
          if (!end.transport().isClosing()) {
            end.transport().writeEof();
          }
        }
      }
      try {
        Asyncio.waitFor(Asyncio.shield(end.lost), Duration.ofMinutes(1 + random.nextInt(30)));
      } catch (TimeoutException e) {
        trace.note("too slow");
        end.transport().abort();
        end.lost.await();
      }
      if (end.reason != null) {
        totals.broken++;
        assertThat(end.reason).isInstanceOf(SocketException.class);
      }
    }

    /// Whatever has happened: when nobody makes trouble any more, everything arrives, outages or
    /// not.
    private void talkToTheEnd(String other) throws Exception {
      loop.links().repairAll();
      var end = new SimulatedEnd(loop, trace, false);
      loop.createConnection(() -> end, other, STREAMS);
      ends.add(end);
      for (int i = 0; i < 20; i++) {
        end.send(500);
      }
      end.transport().writeEof();
      Asyncio.waitFor(end.lost, Duration.ofHours(1));
      assertThat(end.reason).isNull();
      assertThat(end.received).isEqualTo(end.sent);
    }

    // Datagrams.

    /// Sends back what comes.
    private static final class EchoEndpoint implements DatagramProtocol {
      private @Nullable DatagramTransport transport;

      @Override
      public void connectionMade(BaseTransport transport) {
        this.transport = (DatagramTransport) transport;
      }

      @Override
      public void datagramReceived(ByteBuffer data, @Nullable SocketAddress addr) {
        transport.sendto(data, addr);
      }
    }

    private void askByDatagrams() throws Exception {
      var address = InetSocketAddress.createUnresolved(nameOf(random.nextInt(HOSTS)), DATAGRAMS);
      var transport =
          loop.createDatagramEndpoint(
                  () ->
                      new DatagramProtocol() {
                        @Override
                        public void datagramReceived(
                            ByteBuffer data, @Nullable SocketAddress addr) {
                          int number = data.getInt();
                          assertThat(data.remaining()).isEqualTo(number % 1000);
                          trace.note("answer " + number);
                          answers.merge(number, 1, Integer::sum);
                        }
                      },
                  null,
                  address)
              .transport();
      for (int i = 0; i < 10; i++) {
        int number = datagramsSent++;
        transport.sendto(ByteBuffer.allocate(4 + number % 1000).putInt(0, number));
        Asyncio.sleep(Duration.ofMillis(random.nextInt(2000)));
      }
      Asyncio.sleep(Duration.ofSeconds(1));
      transport.close();
    }

    // Trouble.

    private void breakThings() {
      for (int i = 0; i < 12; i++) {
        Asyncio.sleep(Duration.ofMillis(random.nextInt(3000)));
        String one = nameOf(random.nextInt(HOSTS));
        String other = nameOf(random.nextInt(HOSTS));
        switch (random.nextInt(8)) {
          case 0 -> loop.links().partition(one, other);
          case 1 -> loop.links().partitionOneway(one, other);
          case 2 -> loop.links().isolate(one);
          case 3 -> loop.links().rejoin(one);
          case 4 -> loop.links().repair(one, other);
          case 5 -> servers.get(random.nextInt(HOSTS)).closeClients();
          case 6 -> servers.get(random.nextInt(HOSTS)).abortClients();
          default -> loop.links().repairAll();
        }
        trace.note("trouble " + i);
      }
      if (random.nextInt(4) > 0) {
        loop.links().repairAll();
      }
    }

    // Invariants.

    private void check() {
      for (var end : ends) {
        var other = ends.stream().filter(end::isOtherEndOf).findFirst();
        assertThat(end.received).isLessThanOrEqualTo(other.map(o -> o.sent).orElse(0));
      }
      for (var answer : answers.entrySet()) {
        assertThat(answer.getKey()).isBetween(0, datagramsSent - 1);
        // A question may come twice, and so may each of its answers.
        assertThat(answer.getValue()).isBetween(1, 4);
        totals.answeredTwice += answer.getValue() > 1 ? 1 : 0;
      }
      totals.datagramsSent += datagramsSent;
      totals.datagramsAnswered += answers.size();
      totals.complete +=
          (int) ends.stream().filter(end -> end.sent > 0 && end.received == end.sent).count();
    }
  }
}
