// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.selector.Selector;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/// Standard output behind a thread: what its stream throws.
final class StandardOutputTest {
  private static ByteBuffer oneByte() {
    return ByteBuffer.wrap(new byte[] {'x'});
  }

  @Test
  void whateverTheStreamThrowsIsToldToTheNextWriteAndTheOneAfterItIsMade() throws Exception {
    var written = new Semaphore(0);
    var stream =
        new OutputStream() {
          private int calls;

          @Override
          public void write(int b) throws IOException {
            throw new IOException("not one by one");
          }

          @Override
          public void write(byte[] source, int offset, int length) {
            if (calls++ == 0) {
              throw new OutOfMemoryError("injected");
            }
          }
        };
    WriteEnd end = new StandardOutput(stream, "a stream").newEnd();
    end.readiness().watched(Selector.WRITE, written::release);

    assertThat(end.write(oneByte())).isEqualTo(1);
    written.acquire();
    assertThatThrownBy(() -> end.write(oneByte()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a stream");
    assertThat(end.write(oneByte())).isEqualTo(1);
    written.acquire();
    assertThat(end.write(oneByte())).isEqualTo(1);
    end.close();
  }
}
