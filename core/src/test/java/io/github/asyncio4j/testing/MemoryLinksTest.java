// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.ServerOptions;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.transport.DatagramProtocol;
import io.github.asyncio4j.transport.DatagramTransport;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What links between hosts in memory do to what is sent over them.
@ParameterizedClass
@EnumSource(Engine.class)
final class MemoryLinksTest {
  private static final String CLIENT = "client.test";
  private static final String SERVER = "server.test";
  private static final int PORT = 80;
  private static final Duration LATENCY = Duration.ofMillis(10);
  private static final LinkConditions SLOW = LinkConditions.PLAIN.latency(LATENCY, LATENCY);

  private final Engine engine;
  private TestLoop loop;
  private LoggingProtocol accepted = new LoggingProtocol();
  private final LoggingProtocol client = new LoggingProtocol();

  MemoryLinksTest(Engine engine) {
    this.engine = engine;
    this.loop = engine.newLoop(0, SLOW);
  }

  @AfterEach
  void nothingIsLeft() {
    loop.advance(Duration.ofHours(1));
    loop.ensureNothingLeft();
    loop.close();
  }

  private void run(VoidCoroutine body) throws Exception {
    loop.runUntilComplete(body);
  }

  private void sleep(Duration duration) {
    Asyncio.sleep(duration);
  }

  /// Waits until what is sent now has arrived.
  private void pass() {
    sleep(LATENCY.plusNanos(1));
  }

  private Server serve() throws Exception {
    return serve(ServerOptions.DEFAULT);
  }

  private Server serve(ServerOptions options) throws Exception {
    return loop.hosts().on(SERVER, () -> loop.createServer(() -> accepted, SERVER, PORT, options));
  }

  private void connect() throws Exception {
    loop.hosts().on(CLIENT, () -> loop.createConnection(() -> client, SERVER, PORT));
  }

  private static ByteBuffer bytes(String text) {
    return UTF_8.encode(text);
  }

  @Test
  void eachHostHasAnAddressOfItsOwn() throws Exception {
    run(
        () -> {
          try (var server = serve()) {
            connect();
            pass();

            var here = client.transport().getExtraInfo("sockname", InetSocketAddress.class);
            var there = accepted.transport().getExtraInfo("sockname", InetSocketAddress.class);
            assertThat(accepted.transport().getExtraInfo("peername")).isEqualTo(here);
            assertThat(client.transport().getExtraInfo("peername")).isEqualTo(there);
            assertThat(loop.getnameinfo(here).host()).isEqualTo(CLIENT);
            assertThat(loop.getnameinfo(there).host()).isEqualTo(SERVER);
            assertThat(server.port()).isEqualTo(PORT);
            client.transport().close();
          }
        });
  }

  @Test
  void aStreamThroughAPartitionWaitsForTheRepairAndLosesNothing() throws Exception {
    run(
        () -> {
          try (var _ = serve()) {
            connect();
            client.transport().write(bytes("before "));
            pass();
            pass();
            client.transport().write(bytes("under way "));
            loop.links().partition(CLIENT, SERVER);
            client.transport().write(bytes("meanwhile "));
            sleep(Duration.ofSeconds(60));
            assertThat(accepted.log).containsExactly("made", "before ");
            assertThat(loop.links().isDown(CLIENT, SERVER)).isTrue();

            loop.links().repair(CLIENT, SERVER);
            client.transport().write(bytes("after"));
            sleep(LATENCY.dividedBy(2));
            assertThat(accepted.log).as("is sent again").containsExactly("made", "before ");
            pass();

            assertThat(accepted.log).containsExactly("made", "before under way meanwhile after");
            client.transport().close();
          }
        });
  }

  @Test
  void theEndOfAStreamWaitsForTheRepairToo() throws Exception {
    run(
        () -> {
          try (var _ = serve()) {
            accepted.keepsOpenAtEof = true;
            connect();
            pass();
            loop.links().partitionOneway(CLIENT, SERVER);
            client.transport().write(bytes("last words"));
            client.transport().writeEof();
            accepted.transport().write(bytes("goes through"));
            sleep(Duration.ofSeconds(1));
            assertThat(accepted.log).containsExactly("made");
            assertThat(client.log).containsExactly("made", "goes through");

            loop.links().repair(CLIENT, SERVER);
            pass();
            accepted.transport().write(bytes(", and more"));
            accepted.transport().close();
            pass();
            pass();

            assertThat(accepted.log).containsExactly("made", "last words", "eof", "lost null");
            assertThat(client.log)
                .containsExactly("made", "goes through, and more", "eof", "lost null");
          }
        });
  }

  @Test
  void aConnectThroughAPartitionSucceedsWhenItIsRepairedInTime() throws Exception {
    run(
        () -> {
          try (var _ = serve()) {
            loop.links().partition(CLIENT, SERVER);
            loop.callLater(Duration.ofSeconds(100), () -> loop.links().repair(SERVER, CLIENT));

            connect();

            assertThat(Duration.ofNanos(loop.time()))
                .isEqualTo(Duration.ofSeconds(100).plus(LATENCY.multipliedBy(2)));
            client.transport().close();
          }
        });
  }

  @Test
  void aConnectGivesUpWhicheverWayIsBroken() throws Exception {
    run(
        () -> {
          try (var _ = serve(ServerOptions.DEFAULT.backlog(1))) {
            // More often than there are places for those that wait to be accepted.
            for (var from : List.of(CLIENT, SERVER, SERVER, SERVER)) {
              loop.links().partitionOneway(from, from.equals(CLIENT) ? SERVER : CLIENT);
              long before = loop.time();

              assertThatThrownBy(this::connect)
                  .isInstanceOf(ConnectException.class)
                  .hasMessageContaining("ETIMEDOUT");

              assertThat(Duration.ofNanos(loop.time() - before))
                  .isBetween(Duration.ofSeconds(127), Duration.ofSeconds(128));
              loop.links().repairAll();
            }
            connect();
            client.transport().close();
          }
        });
  }

  @Test
  void aConnectionThatIsNeverAnsweredIsLost() throws Exception {
    run(
        () -> {
          try (var server = serve()) {
            connect();
            pass();
            loop.links().isolate(SERVER);
            client.transport().write(bytes("hello?"));
            sleep(Duration.ofSeconds(920));
            assertThat(client.log).containsExactly("made");

            sleep(Duration.ofSeconds(10));

            assertThat(client.log).containsExactly("made", "lost SocketException");
            assertThat(accepted.log).containsExactly("made");
            server.abortClients();
          }
        });
  }

  @Test
  void othersTalkOnWhileAHostIsIsolated() throws Exception {
    run(
        () -> {
          try (var _ = serve()) {
            connect();
            pass();
            loop.links().isolate(CLIENT);
            client.transport().write(bytes("nobody hears me"));
            var first = accepted;
            accepted = new LoggingProtocol();

            loop.hosts()
                .on(
                    "other.test",
                    () -> loop.createConnection(LoggingProtocol::new, SERVER, PORT).transport())
                .write(bytes("hello"));
            pass();
            pass();

            assertThat(accepted.log).containsExactly("made", "hello");
            assertThat(first.log).containsExactly("made");
            loop.links().rejoin(CLIENT);
            client.transport().close();
            accepted.transport().close();
          }
        });
  }

  @Test
  void aPartitionMayBeThereBeforeItsHosts() throws Exception {
    loop.links().partition("a.test", "b.test");
    assertThat(loop.links().isDown("a.test", "b.test")).isTrue();
    assertThat(loop.links().isDown("b.test", "a.test")).isTrue();
    assertThat(loop.links().isDown("a.test", "a.test")).isFalse();
    loop.links().isolate("c.test");
    assertThat(loop.links().isDown("c.test", "d.test")).isTrue();
    loop.links().repairAll();
    assertThat(loop.links().isDown("c.test", "d.test")).isFalse();
    assertThatThrownBy(() -> loop.links().partition("", "b.test"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not the name of a host: ''");
  }

  // Datagrams.

  /// Keeps what it hears, as text.
  private static final class Ear implements DatagramProtocol {
    private final List<String> heard = new ArrayList<>();

    @Override
    public void datagramReceived(ByteBuffer data, @Nullable SocketAddress addr) {
      heard.add(UTF_8.decode(data).toString());
    }

    @Override
    public void errorReceived(IOException exc) {
      heard.add(exc.getClass().getSimpleName());
    }
  }

  private List<String> heard(LinkConditions conditions, long seed, int count) throws Exception {
    try (var other = engine.newLoop(seed, conditions)) {
      var heard =
          other.runUntilComplete(
              () -> {
                var ear = new Ear();
                var name = InetSocketAddress.createUnresolved(SERVER, 53);
                var server = other.createDatagramEndpoint(() -> ear, name, null).transport();
                var mouth =
                    other
                        .hosts()
                        .on(CLIENT, () -> other.createDatagramEndpoint(Ear::new, null, name))
                        .transport();
                for (int i = 0; i < count; i++) {
                  mouth.sendto(bytes("" + i));
                }
                Asyncio.sleep(Duration.ofMinutes(1));
                server.close();
                mouth.close();
                return ear.heard;
              });
      other.runUntilIdle();
      other.ensureNothingLeft();
      return heard;
    }
  }

  private static List<String> numbers(int count) {
    var numbers = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      numbers.add("" + i);
    }
    return numbers;
  }

  @Test
  void datagramsAreLostAndDoubledByChance() throws Exception {
    assertThat(heard(SLOW.loss(1), 1, 20)).isEmpty();
    assertThat(heard(SLOW.duplication(1), 1, 20)).hasSize(40).containsAll(numbers(20));
    assertThat(heard(SLOW, 1, 20)).containsExactlyInAnyOrderElementsOf(numbers(20));

    var lossy = heard(SLOW.loss(0.5), 1, 100);
    assertThat(lossy).hasSizeBetween(20, 80).doesNotHaveDuplicates();
    assertThat(heard(SLOW.loss(0.5), 1, 100)).as("the same seed").isEqualTo(lossy);
    assertThat(heard(SLOW.loss(0.5), 2, 100)).as("another seed").isNotEqualTo(lossy);
    assertThat(new HashSet<>(heard(LinkConditions.LOSSY, 1, 200))).hasSizeBetween(150, 199);
  }

  @Test
  void withoutReorderingNoDatagramOvertakesAnother() throws Exception {
    assertThat(heard(LinkConditions.VARIED.reordering(0), 1, 50)).isEqualTo(numbers(50));
    assertThat(heard(SLOW.reordering(0), 1, 50)).isEqualTo(numbers(50));

    var some = heard(LinkConditions.VARIED.reordering(0.1), 1, 50);
    assertThat(some).isNotEqualTo(numbers(50)).containsExactlyInAnyOrderElementsOf(numbers(50));
    assertThat(inversions(some))
        .isLessThan(inversions(heard(LinkConditions.VARIED, 1, 50)))
        .isPositive();
  }

  private static int inversions(List<String> order) {
    int count = 0;
    for (int i = 0; i < order.size(); i++) {
      for (int j = i + 1; j < order.size(); j++) {
        if (Integer.parseInt(order.get(i)) > Integer.parseInt(order.get(j))) {
          count++;
        }
      }
    }
    return count;
  }

  @Test
  void datagramsOnALinkThatIsDownAreLostAlsoThoseUnderWay() throws Exception {
    run(
        () -> {
          var ear = new Ear();
          var name = InetSocketAddress.createUnresolved(SERVER, 53);
          var server = loop.createDatagramEndpoint(() -> ear, name, null).transport();
          DatagramTransport mouth =
              loop.hosts()
                  .on(CLIENT, () -> loop.createDatagramEndpoint(Ear::new, null, name))
                  .transport();
          mouth.sendto(bytes("arrives"));
          pass();
          mouth.sendto(bytes("is under way"));
          loop.links().partition(CLIENT, SERVER);
          mouth.sendto(bytes("is sent meanwhile"));
          pass();
          loop.links().repair(CLIENT, SERVER);
          mouth.sendto(bytes("arrives too"));
          pass();

          assertThat(ear.heard).containsExactly("arrives", "arrives too");
          server.close();
          mouth.close();
        });
  }

  // Outages.

  private Duration timeToStream(LinkConditions conditions, long seed) throws Exception {
    try (var other = engine.newLoop(seed, conditions)) {
      var received = new LoggingProtocol();
      other.runUntilComplete(
          () -> {
            try (var _ = other.createServer(() -> received, SERVER, PORT)) {
              var transport =
                  other
                      .hosts()
                      .on(CLIENT, () -> other.createConnection(LoggingProtocol::new, SERVER, PORT))
                      .transport();
              for (int i = 0; i < 100; i++) {
                transport.write(new byte[100]);
              }
              transport.close();
              while (!received.isLost() && other.time() < Duration.ofHours(1).toNanos()) {
                Asyncio.sleep(Duration.ofMillis(1));
              }
            }
          });
      assertThat(received.received).isEqualTo(100 * 100);
      assertThat(received.log).last().isEqualTo("lost null");
      other.advance(Duration.ofMinutes(1));
      other.ensureNothingLeft();
      return Duration.ofNanos(other.time());
    }
  }

  @Test
  void linksGoDownAndComeUpByTheSeedAndStreamsLoseNothing() throws Exception {
    var shaky = LinkConditions.VARIED.outages(0.02, Duration.ofSeconds(1), Duration.ofSeconds(3));
    var times = new ArrayList<Duration>();
    for (long seed = 1; seed <= 10; seed++) {
      times.add(timeToStream(shaky, seed));
      assertThat(timeToStream(shaky, seed)).isEqualTo(times.getLast());
    }

    assertThat(Collections.max(times)).isGreaterThan(timeToStream(LinkConditions.VARIED, 1));
    assertThat(times).doesNotHaveDuplicates();
  }

  @Test
  void aLinkMayHaveConditionsOfItsOwn() throws Exception {
    loop.links()
        .conditions(CLIENT, SERVER, LinkConditions.PLAIN.latency(LATENCY, LATENCY).capacity(7));
    run(
        () -> {
          try (var _ = serve()) {
            connect();
            client.transport().write(new byte[20]);
            assertThat(client.transport().getWriteBufferSize()).isEqualTo(13);
            client.transport().close();
            sleep(Duration.ofSeconds(1));
            assertThat(accepted.received).isEqualTo(20);
          }
        });
  }

  @Test
  void whatIsNoConditionIsRefusedWithItsValue() {
    assertThatThrownBy(() -> SLOW.loss(1.1)).hasMessage("loss is no chance of 0 to 1: 1.1");
    assertThatThrownBy(() -> SLOW.duplication(-0.5)).hasMessageContaining("-0.5");
    assertThatThrownBy(() -> SLOW.reordering(Double.NaN)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> SLOW.outages(0.1, Duration.ofSeconds(2), Duration.ofSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("outages: max >= min >= 0 does not hold: max PT1S, min PT2S");
    assertThat(SLOW.loss(0.5)).isEqualTo(SLOW.loss(0.5)).isNotEqualTo(SLOW);
    assertThat(SLOW.loss(0.25).toString()).contains("loss=0.25", "latency=PT0.01S..PT0.01S");
  }

  // What is left open.

  @Test
  void whatIsLeftOpenIsNamed() throws Exception {
    var kept = new ArrayList<AutoCloseable>();
    run(
        () -> {
          kept.add(serve());
          connect();
          pass();
          var name = InetSocketAddress.createUnresolved(SERVER, 53);
          var endpoint = loop.createDatagramEndpoint(Ear::new, name, null).transport();
          kept.add(endpoint::close);

          assertThat(loop.leftOpen())
              .containsExactly(
                  "listening at server.test/10.0.0.1:80",
                  "connection client.test/10.0.0.2:49152 to server.test/10.0.0.1:80",
                  "connection server.test/10.0.0.1:80 to client.test/10.0.0.2:49152",
                  "datagram socket at server.test/10.0.0.1:53");
        });
    var forgotten = loop.createTask(() -> loop.createFuture().await(), "forgotten");
    assertThatThrownBy(loop::ensureNothingLeft)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("task forgotten is pending")
        .hasMessageContaining("listening at server.test/10.0.0.1:80");
    forgotten.cancel();
    client.transport().close();
    for (var open : kept) {
      open.close();
    }
  }

  @Test
  void whatWasOpenAtTheEndIsKnownAfterwards() throws Exception {
    var other = engine.newLoop(0, LinkConditions.PLAIN);
    other.runUntilComplete(
        () -> {
          other.createServer(() -> accepted, SERVER, PORT);
        });
    other.close();

    assertThat(other.leftOpen()).containsExactly("listening at server.test/10.0.0.1:80");
    assertThat(other.network().openSockets()).isZero();
  }

  @Test
  void anErrorOfALostConnectionSaysWhy() throws Exception {
    run(
        () -> {
          var losses = new ArrayList<Exception>();
          try (var server = serve()) {
            loop.hosts()
                .on(
                    CLIENT,
                    () ->
                        loop.createConnection(
                            () ->
                                new LoggingProtocol() {
                                  @Override
                                  public void connectionLost(@Nullable Exception exc) {
                                    losses.add(exc);
                                  }
                                },
                            SERVER,
                            PORT,
                            ConnectionOptions.DEFAULT))
                .transport()
                .write(bytes("hello?"));
            loop.links().partition(CLIENT, SERVER);
            sleep(Duration.ofSeconds(1000));

            assertThat(losses).hasSize(1);
            assertThat(losses.getFirst())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("ETIMEDOUT");
            server.abortClients();
          }
        });
  }
}
