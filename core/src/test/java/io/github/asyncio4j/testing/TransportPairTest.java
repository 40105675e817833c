// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.BufferedProtocol;
import io.github.asyncio4j.transport.Protocol;
import io.github.asyncio4j.transport.Transport;
import io.github.asyncio4j.transport.WriteBufferLimits;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TransportPairTest {
  private final TestLoop loop = new TestLoop(0);
  private final ExceptionRecorder failures = ExceptionRecorder.on(loop);

  @AfterEach
  void nothingWasReported() {
    loop.close();

    assertThat(failures.unexpected()).isEmpty();
  }

  // The same as over TCP.

  /// What two ends do; each is asked of a connection over TCP and of one in memory.
  enum Scenario {
    CLOSE {
      @Override
      void play(LoggingProtocol a, LoggingProtocol b) {
        a.transport().write(bytes("hello"));
        a.transport().close();
        a.transport().write(bytes("dropped"));
        await(a::isLost, b::isLost);
      }
    },
    ABORT {
      @Override
      void play(LoggingProtocol a, LoggingProtocol b) {
        a.transport().abort();
        a.transport().abort();
        await(a::isLost, b::isLost);
      }
    },
    HALF_CLOSE {
      @Override
      void play(LoggingProtocol a, LoggingProtocol b) {
        a.keepsOpenAtEof = true;
        b.keepsOpenAtEof = true;
        a.transport().write(bytes("question"));
        a.transport().writeEof();
        await(() -> b.log.contains("eof"));
        b.transport().write(bytes("answer"));
        await(() -> a.log.contains("answer"));
        b.transport().close();
        await(() -> a.log.contains("eof"), b::isLost);
        a.transport().close();
        await(a::isLost);
      }
    },
    EOF_CLOSES {
      @Override
      void play(LoggingProtocol a, LoggingProtocol b) {
        a.transport().write(bytes("last words"));
        a.transport().writeEof();
        await(a::isLost, b::isLost);
      }
    },
    CLOSE_WITH_BYTES_UNREAD {
      @Override
      void play(LoggingProtocol a, LoggingProtocol b) {
        b.transport().pauseReading();
        a.transport().write(bytes("never read"));
        a.keepsOpenAtEof = true;
        letPass();
        b.transport().close();
        await(a::isLost, b::isLost);
      }
    },
    WRITE_TO_ONE_THAT_IS_GONE {
      @Override
      void play(LoggingProtocol a, LoggingProtocol b) {
        a.keepsOpenAtEof = true;
        b.transport().close();
        await(b::isLost, () -> a.log.contains("eof"));
        for (int i = 0; i < 100 && !a.transport().isClosing(); i++) {
          a.transport().write(bytes("is anybody there?"));
          letPass();
        }
        await(a::isLost);
      }
    },
    PAUSED_READER_HEARS_NOTHING {
      @Override
      void play(LoggingProtocol a, LoggingProtocol b) {
        b.transport().pauseReading();
        a.transport().write(bytes("data"));
        a.transport().close();
        await(a::isLost);
        letPass();
        b.line("resumes");
        b.transport().resumeReading();
        await(b::isLost);
      }
    },
    FLOW_CONTROL {
      @Override
      void play(LoggingProtocol a, LoggingProtocol b) {
        b.transport().pauseReading();
        var much = new byte[16 << 20];
        a.transport().write(much);
        a.line(a.transport().getWriteBufferSize() > 64 * 1024 ? "buffered" : "sent");
        b.transport().resumeReading();
        await(() -> a.log.contains("resume"), () -> b.received == much.length);
        b.log.clear();
        a.transport().close();
        await(a::isLost, b::isLost);
      }
    },
    CLOSE_FLUSHES {
      @Override
      void play(LoggingProtocol a, LoggingProtocol b) {
        var much = new byte[16 << 20];
        a.transport().write(much);
        a.transport().close();
        await(a::isLost, b::isLost);
        b.log.removeIf(line -> line.startsWith("much"));
        b.line(b.received == much.length ? "all" : "only " + b.received);
      }
    };

    abstract void play(LoggingProtocol a, LoggingProtocol b);

    static byte[] bytes(String text) {
      return text.getBytes(ISO_8859_1);
    }

    interface Condition {
      boolean holds();
    }

    /// Lets the loop run until all conditions hold.
    static void await(Condition... conditions) {
      for (Condition condition : conditions) {
        while (!condition.holds()) {
          Asyncio.sleep(Duration.ofMillis(1));
        }
      }
    }

    static void letPass() {
      Asyncio.sleep(Duration.ofMillis(20));
    }
  }

  private record Logs(List<String> first, List<String> second) {}

  @ParameterizedTest
  @EnumSource(Scenario.class)
  void aConnectionInMemoryBehavesAsOneOverTcp(Scenario scenario) throws Exception {
    Logs overTcp = overTcp(scenario);
    Logs inMemory = inMemory(new TestLoop(0), scenario);

    assertThat(inMemory).isEqualTo(overTcp);
  }

  @ParameterizedTest
  @EnumSource(Scenario.class)
  void latencyAndFragmentsChangeNothingThatMatters(Scenario scenario) throws Exception {
    Logs plain = inMemory(new TestLoop(0), scenario);

    for (long seed = 1; seed <= 5; seed++) {
      assertThat(inMemory(new TestLoop(seed), scenario)).as("seed %d", seed).isEqualTo(plain);
    }
  }

  @ParameterizedTest
  @EnumSource(Scenario.class)
  void itWorksOnARealLoopToo(Scenario scenario) throws Exception {
    try (var real = LoopKind.NIO_LOOP_THREAD.newLoop()) {
      var a = new LoggingProtocol();
      var b = new LoggingProtocol();
      real.runUntilComplete(
          () -> {
            TransportPair.open(real, a, b);
            Asyncio.sleep(Duration.ZERO);
            scenario.play(a, b);
          });
      assertThat(new Logs(a.log, b.log)).isEqualTo(inMemory(new TestLoop(0), scenario));
    }
  }

  private static Logs overTcp(Scenario scenario) throws Exception {
    var a = new LoggingProtocol();
    var b = new LoggingProtocol();
    try (var real = LoopKind.NIO_LOOP_THREAD.newLoop()) {
      real.runUntilComplete(
          () -> {
            try (Server server = real.createServer(() -> b, "127.0.0.1", 0)) {
              var address = (InetSocketAddress) server.sockets().getFirst().getsockname();
              real.createConnection(() -> a, "127.0.0.1", address.getPort());
              Scenario.await(() -> !b.log.isEmpty());
              scenario.play(a, b);
            }
          });
    }
    return new Logs(a.log, b.log);
  }

  private static Logs inMemory(TestLoop loop, Scenario scenario) throws Exception {
    var a = new LoggingProtocol();
    var b = new LoggingProtocol();
    try (loop) {
      var failures = ExceptionRecorder.on(loop);
      loop.runUntilComplete(
          () -> {
            TransportPair.open(loop, a, b);
            Asyncio.sleep(Duration.ZERO);
            scenario.play(a, b);
          });
      loop.advance(Duration.ofSeconds(1));
      assertThat(failures.unexpected()).isEmpty();
    }
    return new Logs(a.log, b.log);
  }

  // Details.

  private TransportPair pair(BaseProtocol first, BaseProtocol second, LinkConditions conditions) {
    TransportPair pair = TransportPair.open(loop, first, second, conditions);
    loop.runUntilIdle();
    return pair;
  }

  @Test
  void writingAfterTheEndIsRefused() {
    var pair = pair(new LoggingProtocol(), new LoggingProtocol(), LinkConditions.PLAIN);
    pair.first().writeEof();

    assertThatThrownBy(() -> pair.first().write(new byte[1]))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("writeEof");
  }

  @Test
  void theWriterPausesAboveTheHighMarkAndResumesAtTheLowOne() {
    var a = new LoggingProtocol();
    var b = new LoggingProtocol();
    var pair = pair(a, b, LinkConditions.PLAIN.capacity(10));
    pair.second().pauseReading();
    pair.first().setWriteBufferLimits(20, 5);

    pair.first().write(new byte[30]);
    assertThat(a.log).doesNotContain("pause");
    assertThat(pair.first().getWriteBufferSize()).isEqualTo(20);
    pair.first().write(new byte[1]);
    assertThat(a.log).endsWith("pause");

    pair.second().resumeReading();
    loop.runUntilIdle();

    assertThat(a.log).endsWith("pause", "resume");
    assertThat(b.received).isEqualTo(31);
    assertThat(pair.first().getWriteBufferSize()).isZero();
    assertThat(pair.first().getWriteBufferLimits()).isEqualTo(new WriteBufferLimits(5, 20));
  }

  @Test
  void whatIsWrittenIsCopied() {
    var b = new LoggingProtocol();
    var pair = pair(new LoggingProtocol(), b, LinkConditions.PLAIN);
    byte[] data = Scenario.bytes("before");

    pair.first().write(data);
    System.arraycopy(Scenario.bytes("after!"), 0, data, 0, 6);
    loop.runUntilIdle();

    assertThat(b.log).endsWith("before");
  }

  @Test
  void writelinesSendsThePiecesInOrder() {
    var b = new LoggingProtocol();
    var pair = pair(new LoggingProtocol(), b, LinkConditions.PLAIN);

    pair.first()
        .writelines(
            List.of(
                ByteBuffer.wrap(Scenario.bytes("one ")),
                ByteBuffer.allocate(0),
                ByteBuffer.wrap(Scenario.bytes("two"))));
    loop.runUntilIdle();

    assertThat(b.log).endsWith("one two");
  }

  @Test
  void aProtocolThatFailsLosesItsConnectionAndIsReported() {
    var a = new LoggingProtocol();
    var bad =
        new LoggingProtocol() {
          @Override
          public void dataReceived(ByteBuffer data) {
            throw new IllegalArgumentException("no such command");
          }
        };
    var pair = pair(a, bad, LinkConditions.PLAIN);

    pair.first().write(new byte[1]);
    loop.runUntilIdle();

    assertThat(bad.log).containsExactly("made", "lost IllegalArgumentException");
    assertThat(failures.take())
        .singleElement()
        .satisfies(c -> assertThat(c.message()).contains("dataReceived"));
    assertThat(a.log).endsWith("eof", "lost null");
  }

  @Test
  void aBufferedProtocolReceivesIntoItsOwnBuffer() {
    var text = new StringBuilder();
    var buffered =
        new BufferedProtocol() {
          private final ByteBuffer buffer = ByteBuffer.allocate(10).position(2).limit(6);

          @Override
          public ByteBuffer getBuffer(int sizehint) {
            return buffer;
          }

          @Override
          public void bufferUpdated(int nbytes) {
            text.append(new String(buffer.array(), 2, nbytes, ISO_8859_1)).append('|');
          }
        };
    var pair = pair(new LoggingProtocol(), buffered, LinkConditions.PLAIN);

    pair.first().write(Scenario.bytes("0123456789"));
    loop.runUntilIdle();

    assertThat(text.toString()).isEqualTo("0123|4567|89|");
  }

  @Test
  void aProtocolThatIsNotForStreamsIsRefused() {
    assertThatThrownBy(() -> TransportPair.open(loop, new BaseProtocol() {}, new LoggingProtocol()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anotherProtocolHearsTheRest() {
    var before = new LoggingProtocol();
    var after = new LoggingProtocol();
    var pair = pair(new LoggingProtocol(), before, LinkConditions.PLAIN);

    pair.second().setProtocol(after);
    pair.first().write(Scenario.bytes("x"));
    loop.runUntilIdle();

    assertThat(before.log).containsExactly("made");
    assertThat(after.log).containsExactly("x");
  }

  @Test
  void closingTheLoopWithAnOpenConnectionTellsNobody() {
    var a = new LoggingProtocol();
    var pair = pair(a, new LoggingProtocol(), LinkConditions.PLAIN);
    loop.close();

    pair.first().close();
    pair.second().abort();

    assertThat(a.log).containsExactly("made");
    assertThat(pair.first().isClosing()).isTrue();
  }

  @Test
  void latencyLiesWithinItsBounds() {
    var arrivals = new ArrayList<Long>();
    var b =
        new LoggingProtocol() {
          @Override
          public void dataReceived(ByteBuffer data) {
            arrivals.add(loop.time());
          }
        };
    var pair =
        pair(
            new LoggingProtocol(),
            b,
            LinkConditions.PLAIN.latency(Duration.ofMillis(2), Duration.ofMillis(5)));

    for (int i = 0; i < 100; i++) {
      long start = loop.time();
      pair.first().write(new byte[1]);
      loop.advance(Duration.ofSeconds(1));
      assertThat(arrivals.removeLast() - start).isBetween(2_000_000L, 5_000_000L);
    }
  }

  @Test
  void conditionsThatCannotBeAreRefused() {
    assertThatThrownBy(() -> LinkConditions.PLAIN.capacity(-1)).hasMessageContaining("-1");
    assertThatThrownBy(() -> LinkConditions.PLAIN.latency(Duration.ofMillis(2), Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }

  // Random operations: whatever the ends do, each hears the calls in a legal order.

  @Test
  void underAThousandSeedsEachEndHearsALegalSequence() {
    Seeds.run(
        1000,
        seeded -> {
          RandomGenerator random = seeded.random();
          var a = new Checked();
          var b = new Checked();
          TransportPair pair = TransportPair.open(seeded, a, b);
          a.peer = b;
          b.peer = a;
          seeded.runUntilIdle();
          for (int i = 0; i < 60; i++) {
            operate(random.nextBoolean() ? pair.first() : pair.second(), random);
            seeded.advance(Duration.ofNanos(random.nextLong(5_000_000)));
          }
          pair.first().resumeReading();
          pair.second().resumeReading();
          pair.first().close();
          seeded.advance(Duration.ofMinutes(1));
          pair.second().close();
          seeded.advance(Duration.ofMinutes(1));
          assertThat(a.state).isEqualTo("lost");
          assertThat(b.state).isEqualTo("lost");
        });
  }

  private static void operate(Transport transport, RandomGenerator random) {
    Checked protocol = (Checked) transport.getProtocol();
    switch (random.nextInt(40)) {
      case 0 -> {
        if (random.nextInt(4) == 0) {
          transport.close();
        }
      }
      case 1 -> {
        if (random.nextInt(8) == 0) {
          transport.abort();
        }
      }
      case 2 -> {
        transport.writeEof();
        protocol.ended = true;
      }
      case 3, 4, 5, 6, 7 -> transport.pauseReading();
      case 8, 9, 10, 11, 12, 13, 14, 15 -> transport.resumeReading();
      default -> {
        if (!protocol.ended) {
          protocol.write(transport, random.nextInt(random.nextInt(8) > 0 ? 100 : 40_000));
        }
      }
    }
  }

  /// Checks the order of its calls and that the bytes are those that the peer has written.
  private static final class Checked implements Protocol {
    private @Nullable Checked peer;
    private String state = "new";
    private boolean paused;
    private boolean ended;
    private int dropped;
    private long written;
    private long received;

    void write(Transport transport, int count) {
      var data = new byte[count];
      if (transport.isClosing()) {
        // From the fifth on each would be logged.
        if (dropped++ < 4) {
          transport.write(data);
        }
        return;
      }
      for (int i = 0; i < count; i++) {
        data[i] = (byte) ((written++ * 31) >> 3);
      }
      transport.write(data);
    }

    private void expect(String... states) {
      assertThat(states).contains(state);
    }

    @Override
    public void connectionMade(io.github.asyncio4j.transport.BaseTransport transport) {
      expect("new");
      state = "made";
    }

    @Override
    public void dataReceived(ByteBuffer data) {
      expect("made");
      assertThat(data.remaining()).isPositive();
      while (data.hasRemaining()) {
        if (data.get() != (byte) ((received++ * 31) >> 3)) {
          throw new AssertionError("byte " + (received - 1) + " is not the one written");
        }
      }
    }

    @Override
    public boolean eofReceived() {
      expect("made");
      state = "eof";
      return true;
    }

    @Override
    public void pauseWriting() {
      expect("made", "eof");
      assertThat(paused).isFalse();
      paused = true;
    }

    @Override
    public void resumeWriting() {
      expect("made", "eof");
      assertThat(paused).isTrue();
      paused = false;
    }

    @Override
    public void connectionLost(@Nullable Exception exc) {
      expect("made", "eof");
      state = "lost";
    }
  }
}
