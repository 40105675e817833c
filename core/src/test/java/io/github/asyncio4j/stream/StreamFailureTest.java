// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.socket.ConnectionResetException;
import io.github.asyncio4j.transport.ReadTransport;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What the two halves of a connection say of its failure.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class StreamFailureTest {
  private final EventLoop loop;

  StreamFailureTest(LoopKind kind) {
    loop = kind.newLoop();
  }

  @AfterEach
  void closeLoop() {
    loop.close();
  }

  private interface Use {
    void of(StreamConnection connection, java.net.Socket peer) throws Exception;
  }

  private void connected(Use use) throws Exception {
    loop.runUntilComplete(
        (VoidCoroutine)
            () -> {
              try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                  var connection = Asyncio.openConnection("127.0.0.1", listener.getLocalPort());
                  var peer = listener.accept()) {
                use.of(connection, peer);
              }
            });
  }

  private static void reset(java.net.Socket peer) throws IOException {
    peer.setSoLinger(true, 0);
    peer.close();
  }

  // ST-07, ST-09, ST-10
  @Test
  void aBlockThatReadsAndWhoseEndDrainsOrWaitsLeavesWithWhatTheReadThrew() throws Exception {
    connected(
        (connection, peer) -> {
          reset(peer);
          var reader = connection.reader();
          var writer = connection.writer();

          assertThatThrownBy(
                  () -> {
                    try (AutoCloseable _ = writer::waitClosed;
                        AutoCloseable _ = writer::waitClosed;
                        AutoCloseable _ = writer::drain;
                        AutoCloseable _ = writer::drain) {
                      reader.readline();
                    }
                  })
              .isSameAs(reader.exception())
              .isInstanceOf(ConnectionResetException.class)
              .satisfies(
                  thrown ->
                      assertThat(thrown.getSuppressed())
                          .hasSize(4)
                          .doesNotHaveDuplicates()
                          .allSatisfy(
                              other ->
                                  assertThat(other)
                                      .isInstanceOf(ConnectionResetException.class)
                                      .hasCause(thrown)));
        });
  }

  // ST-07: a read that fails does not take what came before; readNowait does
  @Test
  void whatCameBeforeAFailureCanStillBeTaken() throws Exception {
    connected(
        (connection, peer) -> {
          var reader = connection.reader();
          Task<byte[]> line = Asyncio.createTask(() -> reader.readline());
          peer.getOutputStream().write("503 no long".getBytes(UTF_8));
          while (!reader.toString().contains(" 11 bytes")) {
            Asyncio.sleep(Duration.ofMillis(1));
          }
          reset(peer);

          assertThatThrownBy(line::await).isInstanceOf(ConnectionResetException.class);
          assertThatThrownBy(() -> reader.read(1)).isSameAs(reader.exception());
          assertThat(reader.readNowait()).asString().isEqualTo("503 no long");
          assertThat(reader.readNowait()).isEmpty();
          assertThatThrownBy(() -> reader.read(1)).isSameAs(reader.exception());
        });
  }

  @Test
  void readNowaitTakesWhatThereIsAndIsRefusedWhileATaskWaits() throws Exception {
    loop.runUntilComplete(
        () -> {
          var reader = new StreamReader(loop);
          assertThat(reader.readNowait()).isEmpty();
          reader.feedData("abc".getBytes(UTF_8));
          assertThat(reader.readNowait()).asString().isEqualTo("abc");
          Task<byte[]> line = Asyncio.createTask(() -> reader.readline());
          Asyncio.sleep(Duration.ZERO);

          assertThatThrownBy(reader::readNowait)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("readNowait() called while readline()");

          reader.feedData("line\n".getBytes(UTF_8));
          assertThat(line.await()).asString().isEqualTo("line\n");
        });
  }

  /// Has no text.
  private static final class Nameless extends Exception {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new UnsupportedOperationException("no text");
    }
  }

  @Test
  void aFailureWithoutATextIsThrownUnderTheNameOfItsClass() throws Exception {
    loop.runUntilComplete(
        () -> {
          var reader = new StreamReader(loop);
          var failure = new Nameless();
          reader.setException(failure);

          assertThat(reader.toString()).contains(Nameless.class.getName());
          assertThatThrownBy(() -> reader.read(1))
              .isInstanceOf(IOException.class)
              .hasMessage(Nameless.class.getName())
              .satisfies(thrown -> assertThat(thrown.getCause()).isSameAs(failure));
        });
  }

  // A deviation: CPython pauses and resumes meanwhile
  @Test
  void aReadOfMoreThanTwiceTheLimitDoesNotPauseTheTransportThatItWaitsFor() throws Exception {
    loop.runUntilComplete(
        () -> {
          var calls = new ArrayList<String>();
          var transport =
              (ReadTransport)
                  Proxy.newProxyInstance(
                      ReadTransport.class.getClassLoader(),
                      new Class<?>[] {ReadTransport.class},
                      (_, method, _) -> {
                        calls.add(method.getName());
                        return null;
                      });
          var reader = new StreamReader(loop, 10);
          reader.setTransport(transport);
          Task<byte[]> read = Asyncio.createTask(() -> reader.readexactly(50));
          Asyncio.sleep(Duration.ZERO);
          for (int i = 0; i < 5; i++) {
            reader.feedData(new byte[10]);
          }
          assertThat(calls).isEmpty();
          reader.feedData(new byte[1]);

          assertThat(calls).isEqualTo(List.of("pauseReading"));
          assertThat(read.await()).hasSize(50);
          assertThat(calls).isEqualTo(List.of("pauseReading", "resumeReading"));
        });
  }
}
