// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.pipe.BrokenPipeException;
import io.github.asyncio4j.pipe.Pipe;
import io.github.asyncio4j.socket.SocketTier;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Pipes in memory, on a virtual clock.
final class MemoryPipeTest {
  private static final Duration HOUR = Duration.ofHours(1);

  // EL-111, EL-112
  @Test
  void whatIsWrittenIsReadInItsOrderAroundTheEndOfTheRing() throws Exception {
    var random = new Random(3);
    var sent = new byte[1_000_000];
    random.nextBytes(sent);
    try (var loop = new TestLoop()) {
      byte[] received =
          loop.runUntilComplete(
              () -> {
                var pipe = Pipe.open(SocketTier.MEMORY);
                var reader = Asyncio.openReadPipe(pipe.reader());
                var writer = Asyncio.openWritePipe(pipe.writer());
                var writing =
                    Asyncio.createTask(
                        () -> {
                          for (int from = 0; from < sent.length; ) {
                            int to = Math.min(sent.length, from + 1 + random.nextInt(90_000));
                            writer.write(Arrays.copyOfRange(sent, from, to));
                            writer.drain();
                            from = to;
                          }
                          writer.close();
                          writer.waitClosed();
                          return null;
                        });
                byte[] all = reader.read();
                writing.await();
                return all;
              });

      assertThat(received).isEqualTo(sent);
    }
  }

  @Test
  void aReadWaitsInVirtualTime() throws Exception {
    try (var loop = new TestLoop()) {
      loop.runUntilComplete(
          () -> {
            var pipe = Pipe.open(SocketTier.MEMORY);
            var reader = Asyncio.openReadPipe(pipe.reader());
            var writer = Asyncio.openWritePipe(pipe.writer());
            loop.callLater(HOUR, () -> writer.write("late\n"));
            assertThat(reader.readline()).asString().isEqualTo("late\n");
            assertThat(loop.time()).isEqualTo(HOUR.toNanos());
            reader.transport().close();
            writer.close();
            return null;
          });
    }
  }

  // EL-112
  @Test
  void anEndAloneKnowsHowTheOtherIs() throws Exception {
    var pipe = Pipe.open(SocketTier.MEMORY);
    var bytes = ByteBuffer.allocate(10);
    assertThat(pipe.reader().read(bytes)).isZero();
    assertThat(pipe.writer().write(ByteBuffer.allocate(3))).isEqualTo(3);
    assertThat(pipe.writer().write(ByteBuffer.allocate(100_000))).isEqualTo(65_533);
    assertThat(pipe.writer().write(ByteBuffer.allocate(1))).isZero();
    assertThat(pipe.reader().read(bytes)).isEqualTo(10);
    pipe.reader().close();
    assertThatThrownBy(() -> pipe.writer().write(ByteBuffer.allocate(1)))
        .isInstanceOf(BrokenPipeException.class);
    assertThatThrownBy(() -> pipe.reader().read(bytes.clear()))
        .isInstanceOf(ClosedChannelException.class);

    var other = Pipe.open(SocketTier.MEMORY);
    assertThat(other.writer().write(ByteBuffer.allocate(3))).isEqualTo(3);
    other.writer().close();
    assertThat(other.reader().read(bytes.clear())).isEqualTo(3);
    assertThat(other.reader().read(bytes)).isEqualTo(-1);
  }

  @Test
  void aPipeOfTheSystemIsRefused() throws Exception {
    for (var tier : new SocketTier[] {SocketTier.NATIVE, SocketTier.NIO}) {
      try (var loop = new TestLoop()) {
        var pipe = Pipe.open(tier);
        assertThatThrownBy(() -> loop.runUntilComplete(() -> Asyncio.openReadPipe(pipe.reader())))
            .isInstanceOf(UnsupportedOperationException.class);
        assertThat(pipe.reader().isOpen()).isFalse();
        pipe.writer().close();
      }
    }
  }
}
