// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Load;
import io.github.asyncio4j.LogRecorder;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.transport.Transport;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Random sequences of operations on both ends of a connection, against a model of a stream (B21).
@ParameterizedClass
@EnumSource(LoopKind.class)
class RandomOperationsTest extends NetTest {
  private static final int SEEDS = Load.of(500, 10_000);

  RandomOperationsTest(LoopKind kind) {
    super(kind);
  }

  @Override
  Duration timeLimit() {
    return Duration.ofMinutes(Load.of(2, 20));
  }

  /// One end, and what a model knows of it.
  private static final class End {
    final Recorder recorder;
    final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    boolean outputEnded;
    boolean closed;
    boolean aborted;

    End(Recorder recorder) {
      this.recorder = recorder;
    }

    /// Tells whether the transport takes what is written, as far as its own side is concerned.
    boolean takesOutput() {
      return !recorder.transport.isClosing();
    }
  }

  // B21
  @Test
  void anyOrderOfOperationsKeepsThePromisesOfAStream() throws Exception {
    run(
        () -> {
          var accepted = new ArrayList<Recorder>();
          // Keeps the many writes that are dropped off the console.
          try (var _ = LogRecorder.start();
              var server =
                  serve(
                      () -> {
                        accepted.add(recorder());
                        return accepted.getLast();
                      })) {
            for (int seed = 0; seed < SEEDS; seed++) {
              accepted.clear();
              try {
                playGame(seed, server, accepted);
              } catch (AssertionError | Exception e) {
                throw new AssertionError("seed " + seed, e);
              }
            }
          }
        });
  }

  private void playGame(int seed, Server server, List<Recorder> accepted) throws Exception {
    var random = new Random(seed);
    // Where only one end writes, all that it wrote before a regular end has to arrive. Else an end
    // may be closed with input unread, which resets the connection.
    boolean bothWrite = random.nextBoolean();
    var client = new End(recorder());
    connect(() -> client.recorder, server);
    while (accepted.isEmpty() || accepted.getFirst().calls.isEmpty()) {
      poll();
    }
    var other = new End(accepted.getFirst());
    client.recorder.keepOpenAtEof = random.nextBoolean();
    other.recorder.keepOpenAtEof = random.nextBoolean();
    int steps = 1 + random.nextInt(25);
    for (int i = 0; i < steps; i++) {
      boolean first = random.nextBoolean();
      step(random, first ? client : other, first || bothWrite);
    }
    client.recorder.transport.resumeReading();
    other.recorder.transport.resumeReading();
    boolean clientEnded = client.outputEnded || client.closed;
    if (clientEnded) {
      // Whoever keeps its half open after the end has to close.
      Asyncio.waitFor(() -> other.recorder.until(() -> sawEnd(other)), timeLimit());
    } else {
      client.recorder.transport.close();
      client.closed = true;
      Asyncio.waitFor(() -> other.recorder.until(() -> sawEnd(other)), timeLimit());
    }
    other.recorder.transport.close();
    Asyncio.waitFor(() -> client.recorder.until(() -> sawEnd(client)), timeLimit());
    client.recorder.transport.close();
    Asyncio.waitFor(client.recorder::untilLost, timeLimit());
    Asyncio.waitFor(other.recorder::untilLost, timeLimit());

    assertPrefix(client.recorder.received.toByteArray(), other.sent.toByteArray());
    assertPrefix(other.recorder.received.toByteArray(), client.sent.toByteArray());
    assertThat(client.recorder.transport.getWriteBufferSize()).isZero();
    if (!bothWrite && !client.aborted && !other.aborted && !other.closed) {
      assertThat(other.recorder.received.toByteArray()).isEqualTo(client.sent.toByteArray());
      assertThat(other.recorder.lostTo).isNull();
    }
  }

  private static boolean sawEnd(End end) {
    return end.recorder.isLost() || end.recorder.calls.contains("eof");
  }

  private static void assertPrefix(byte[] received, byte[] sent) {
    assertThat(received.length).isLessThanOrEqualTo(sent.length);
    assertThat(received).isEqualTo(Arrays.copyOf(sent, received.length));
  }

  private void step(Random random, End end, boolean writes) {
    Transport transport = end.recorder.transport;
    switch (random.nextInt(24)) {
      case 0 -> {
        if (transport.isClosing()) {
          return;
        }
        transport.writeEof();
        end.outputEnded = true;
      }
      case 1 -> {
        end.closed = true;
        transport.close();
      }
      case 2 -> {
        if (random.nextInt(3) == 0) {
          end.aborted = true;
          transport.abort();
        }
      }
      case 3, 4 -> transport.pauseReading();
      case 5, 6, 7 -> transport.resumeReading();
      case 8 -> transport.setWriteBufferLimits(random.nextInt(40_000));
      case 9, 10, 11 -> passSome(random);
      case 12, 13, 14, 15 -> {
        if (writes) {
          writelines(random, end);
        }
      }
      default -> {
        if (writes) {
          write(end, randomPiece(random));
        }
      }
    }
  }

  private static void passSome(Random random) {
    for (int i = random.nextInt(4); i > 0; i--) {
      Asyncio.sleep(Duration.ZERO);
    }
  }

  /// Returns by what the sizes are divided. Two ends that write more than the kernel takes, and
  /// read no more, wait for each other for ever.
  int divisor() {
    return 1;
  }

  private byte[] randomPiece(Random random) {
    int scale = random.nextInt(20);
    var piece =
        new byte
            [scale == 0 ? 0 : random.nextInt((scale == 1 ? 600_000 : 2000 * scale) / divisor())];
    random.nextBytes(piece);
    return piece;
  }

  private static void write(End end, byte[] piece) {
    if (end.outputEnded) {
      assertThatThrownBy(() -> end.recorder.transport.write(piece))
          .isInstanceOf(IllegalStateException.class);
      return;
    }
    if (end.takesOutput()) {
      end.sent.writeBytes(piece);
    }
    end.recorder.transport.write(piece);
  }

  private void writelines(Random random, End end) {
    var pieces = new ArrayList<ByteBuffer>();
    var all = new ByteArrayOutputStream();
    for (int i = random.nextInt(6); i > 0; i--) {
      byte[] piece = randomPiece(random);
      all.writeBytes(piece);
      pieces.add(ByteBuffer.wrap(piece));
    }
    if (end.outputEnded) {
      assertThatThrownBy(() -> end.recorder.transport.writelines(pieces))
          .isInstanceOf(IllegalStateException.class);
      return;
    }
    if (end.takesOutput()) {
      end.sent.writeBytes(all.toByteArray());
    }
    end.recorder.transport.writelines(pieces);
    assertThat(pieces).noneMatch(ByteBuffer::hasRemaining);
  }
}
