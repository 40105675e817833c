// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Load;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.pipe.BrokenPipeException;
import io.github.asyncio4j.pipe.Pipe;
import io.github.asyncio4j.socket.ConnectionResetException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What happens to many pipes, and to much that goes through one (D8).
@ParameterizedClass
@EnumSource(LoopKind.class)
final class PipeFaultTest extends NetTest {
  private static final int MOST = 1 << 18;

  @RegisterExtension final PipeCensus census = new PipeCensus();

  PipeFaultTest(LoopKind kind) {
    super(kind);
  }

  // D8
  @Test
  void aReaderThatDiesIsToldToItsWriterEachTime() throws Exception {
    run(
        () -> {
          int times = Load.of(300, 10_000);
          for (int i = 0; i < times; i++) {
            var pipe = Pipe.open(tier());
            var writer = watched(new PipeRecorder(loop));
            loop.connectWritePipe(() -> writer, pipe.writer());
            // More than a pipe holds, so that some bytes are unsent when the reader goes.
            writer.out.write(new byte[200_000]);
            pipe.reader().close();
            writer.untilLost();
            assertThat(writer.lostTo).isInstanceOf(BrokenPipeException.class);
          }
        });
  }

  // D8, ST-09
  @Test
  void aWriterOfAStreamHearsOfItsReader() throws Exception {
    run(
        () -> {
          var pipe = Pipe.open(tier());
          var writer = Asyncio.openWritePipe(pipe.writer());
          writer.write(new byte[200_000]);
          pipe.reader().close();
          assertThatThrownBy(writer::drain).isInstanceOf(IOException.class);
          assertThatThrownBy(writer::waitClosed).isInstanceOf(IOException.class);
          assertThatThrownBy(writer::drain).isInstanceOf(ConnectionResetException.class);
        });
  }

  // D8
  @Test
  void whatGoesThroughArrivesAsItWas() throws Exception {
    run(
        () -> {
          long total = Load.of(64, 1024) * (1L << 20);
          var pipe = Pipe.open(tier());
          var reader = Asyncio.openReadPipe(pipe.reader());
          var writer = Asyncio.openWritePipe(pipe.writer());
          var sent = MessageDigest.getInstance("SHA-256");
          var received = MessageDigest.getInstance("SHA-256");
          var sending =
              loop.createTask(
                  () -> {
                    byte[] piece = pattern(100_003);
                    for (long left = total; left > 0; ) {
                      int count = (int) Math.min(left, piece.length);
                      piece[0]++;
                      sent.update(piece, 0, count);
                      writer.write(ByteBuffer.wrap(piece, 0, count));
                      writer.drain();
                      left -= count;
                    }
                    writer.close();
                    writer.waitClosed();
                    return null;
                  });
          long count = 0;
          for (byte[] data = reader.read(MOST); data.length > 0; data = reader.read(MOST)) {
            received.update(data);
            count += data.length;
          }
          sending.await();

          assertThat(count).isEqualTo(total);
          assertThat(received.digest()).isEqualTo(sent.digest());
        });
  }
}
