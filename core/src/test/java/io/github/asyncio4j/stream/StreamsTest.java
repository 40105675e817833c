// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.stream;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.ServerOptions;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What the openers of streams refuse at once.
final class StreamsTest {
  private static final ClientConnected NOTHING = (_, _) -> {};

  private final EventLoop loop = LoopKind.NIO_BATON.newLoop();

  @AfterEach
  void close() {
    loop.close();
  }

  private static void assertRefusesNull(String name, ThrowingCallable body) {
    assertThatThrownBy(body).isInstanceOf(NullPointerException.class).hasMessage(name);
  }

  @Test
  void aNullArgumentOfOpenConnectionIsRefusedByItsName() {
    assertRefusesNull("loop", () -> Streams.openConnection(null, "127.0.0.1", 1));
    assertRefusesNull("host", () -> Streams.openConnection(loop, (String) null, 1));
    assertRefusesNull("options", () -> Streams.openConnection(loop, "127.0.0.1", 1, null));
    assertRefusesNull(
        "options", () -> Streams.openConnection(loop, (ConnectionOptions) null, 1024));
  }

  @Test
  void aNullArgumentOfStartServerIsRefusedByItsName() {
    assertRefusesNull("loop", () -> Streams.startServer(null, NOTHING, "127.0.0.1", 0));
    assertRefusesNull("clientConnected", () -> Streams.startServer(loop, null, "127.0.0.1", 0));
    assertRefusesNull("options", () -> Streams.startServer(loop, NOTHING, "127.0.0.1", 0, null));
    assertRefusesNull(
        "hosts",
        () ->
            Streams.startServer(
                loop, NOTHING, (List<String>) null, 0, ServerOptions.DEFAULT, 1024));
  }

  @Test
  void aNullSeparatorIsRefusedByItsName() {
    var reader = new StreamReader(loop);
    assertRefusesNull("separator", () -> reader.readuntil((String) null));
    assertRefusesNull("separator", () -> reader.readuntil((byte[]) null));
    assertRefusesNull("separator", () -> reader.readuntil((byte[]) null, 1));
    assertRefusesNull("separators", () -> reader.readuntil((List<byte[]>) null));
    assertRefusesNull("separators[1]", () -> reader.readuntil(Arrays.asList(new byte[] {1}, null)));
  }

  @Test
  void aNullThatIsWrittenIsRefusedByItsName() throws Exception {
    var bytes = new byte[] {1};
    loop.runUntilComplete(
        () -> {
          try (var server = Asyncio.startServer((r, w) -> w.close(), "127.0.0.1", 0);
              var connection = Asyncio.openConnection("127.0.0.1", server.port())) {
            StreamWriter writer = connection.writer();
            assertRefusesNull("text", () -> writer.write((String) null));
            assertRefusesNull("charset", () -> writer.write("", null));
            assertRefusesNull("data", () -> writer.write((byte[]) null));
            assertRefusesNull("data", () -> writer.write((ByteBuffer) null));
            assertRefusesNull("pieces", () -> writer.writelines((List<byte[]>) null));
            assertRefusesNull("pieces", () -> writer.writelines((byte[][]) null));
            assertRefusesNull("pieces", () -> writer.writelines((Iterable<ByteBuffer>) null));
            assertRefusesNull("pieces[1]", () -> writer.writelines(bytes, null));
            assertRefusesNull("pieces[1]", () -> writer.writelines(Arrays.asList(bytes, null)));
            Iterable<ByteBuffer> buffers = Arrays.asList(ByteBuffer.wrap(bytes), null);
            assertRefusesNull("pieces[1]", () -> writer.writelines(buffers));
          }
        });
  }
}
