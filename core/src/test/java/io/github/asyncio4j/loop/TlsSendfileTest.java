// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.SendfileNotAvailableException;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.socket.TransportSocket;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What sendfile promises over TLS, where the file is read.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class TlsSendfileTest extends TlsTest {
  private static final int LARGE = 3_000_000;

  @TempDir Path directory;

  TlsSendfileTest(LoopKind kind) {
    super(kind);
  }

  private FileChannel fileOf(int size) throws IOException {
    var path = directory.resolve("file");
    Files.write(path, pattern(size));
    return FileChannel.open(path);
  }

  private static byte[] part(int from, int to) {
    return Arrays.copyOfRange(pattern(LARGE), from, to);
  }

  private interface Body {
    void run(Recorder recorder, HeldSocket below, SSLSocket peer) throws Exception;
  }

  /// Runs a body with a transport that is connected with a peer that reads little.
  private void withNarrowPeer(Body body) throws Exception {
    run(
        () -> {
          var recorder = recorder();
          try (var server = serveTls(() -> recorder)) {
            int port = port(server);
            try (var below = blocking(() -> new HeldSocket(port, HeldSocket.Mode.AS_GIVEN, 4096))) {
              var peer = below.tls();
              blockingly(peer::startHandshake);
              makeNarrow(recorder);
              body.run(recorder, below, peer);
            }
            recorder.transport.abort();
            recorder.untilLost();
            end(server);
          }
          poll();
        });
  }

  private static void makeNarrow(Recorder recorder) throws Exception {
    recorder.until(() -> !recorder.calls.isEmpty());
    recorder
        .transport
        .getExtraInfo("socket", TransportSocket.class)
        .setOption(StandardSocketOptions.SO_SNDBUF, 4096);
  }

  private Task<Long> started(Transport transport, FileChannel file) {
    var task = loop.createTask(() -> loop.sendfile(transport, file));
    while (transport.getWriteBufferSize() <= transport.getWriteBufferLimits().low()) {
      poll(); // The file is read in another thread, and the peer does not read.
    }
    assertThat(task.done()).isFalse();
    return task;
  }

  private byte[] read(SSLSocket peer, int count) throws Exception {
    return blocking(() -> peer.getInputStream().readNBytes(count));
  }

  // EL-90, R-126
  @Test
  void aFileArrivesWholeBetweenWhatIsWrittenBeforeAndAfter() throws Exception {
    for (String version : List.of("TLSv1.2", "TLSv1.3")) {
      try (var file = fileOf(LARGE)) {
        file.position(17);
        run(
            () -> {
              var client = recorder();
              var accepted = recorder();
              joinTls(client, accepted, version);
              Transport transport = accepted.transport;
              transport.write(bytes("before"));
              assertThat(loop.sendfile(transport, file)).isEqualTo(LARGE);
              assertThat(file.position()).isEqualTo(LARGE);
              transport.write(bytes("after"));
              assertThat(loop.sendfile(transport, file, 1000, 50)).isEqualTo(50);
              assertThat(file.position()).isEqualTo(1050);
              assertThat(loop.sendfile(transport, file, LARGE - 10, 50)).isEqualTo(10);
              assertThat(loop.sendfile(transport, file, LARGE, 50)).isZero();
              client.untilReceived(6 + LARGE + 5 + 60);

              byte[] all = client.received.toByteArray();
              assertThat(text(Arrays.copyOf(all, 6))).isEqualTo("before");
              assertThat(Arrays.copyOfRange(all, 6, 6 + LARGE)).isEqualTo(pattern(LARGE));
              int end = 6 + LARGE;
              assertThat(text(Arrays.copyOfRange(all, end, end + 5))).isEqualTo("after");
              assertThat(Arrays.copyOfRange(all, end + 5, end + 55)).isEqualTo(part(1000, 1050));
              assertThat(Arrays.copyOfRange(all, end + 55, end + 65))
                  .isEqualTo(part(LARGE - 10, LARGE));

              client.transport.write(bytes("reply"));
              accepted.untilReceived(5);
              transport.close();
              client.untilLost();
              accepted.untilLost();
            });
      }
    }
  }

  // EL-90
  @Test
  void withoutTheFallBackItIsRefusedAndTheConnectionStays() throws Exception {
    try (var file = fileOf(LARGE)) {
      withNarrowPeer(
          (recorder, below, peer) -> {
            assertThatThrownBy(
                    () -> loop.sendfile(recorder.transport, file, 5, Long.MAX_VALUE, false))
                .isInstanceOf(SendfileNotAvailableException.class)
                .hasMessageContaining("the system cannot encrypt");
            assertThat(file.position()).isEqualTo(5);
            assertThat(recorder.transport.isReading()).isTrue();
            recorder.transport.write(bytes("more"));
            assertThat(text(read(peer, 4))).isEqualTo("more");
          });
    }
  }

  // EL-90, R-66
  @Test
  void meanwhileNobodyElseWritesNothingIsReceivedAndLittleWaits() throws Exception {
    try (var file = fileOf(LARGE)) {
      withNarrowPeer(
          (recorder, below, peer) -> {
            Transport transport = recorder.transport;
            transport.write(bytes("before"));
            var sending = started(transport, file);
            assertThat(transport.isReading()).isFalse();
            assertThat(transport.getWriteBufferSize()).isBetween(1, 400 * 1024);
            assertThatThrownBy(() -> transport.write(bytes("x")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("unable to write; sendfile is in progress");
            assertThatThrownBy(() -> transport.writelines(List.of(bytes("x"))))
                .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> loop.sendfile(transport, file))
                .isInstanceOf(IllegalStateException.class);
            blockingly(() -> peer.getOutputStream().write(1));
            passIterations();
            assertThat(recorder.received.size()).isZero();

            assertThat(text(read(peer, 6))).isEqualTo("before");
            assertThat(read(peer, LARGE)).isEqualTo(pattern(LARGE));
            assertThat(sending.await()).isEqualTo(LARGE);
            recorder.untilReceived(1);
            assertThat(recorder.calls).doesNotContain("pause");
            transport.write(bytes("after"));
            assertThat(text(read(peer, 5))).isEqualTo("after");
          });
    }
  }

  @Test
  void theProtocolIsAskedToPauseForWhatWaitsAtTheEnd() throws Exception {
    try (var file = fileOf(200_000)) {
      withNarrowPeer(
          (recorder, below, peer) -> {
            recorder.transport.setWriteBufferLimits(64 * 1024, 16 * 1024);
            assertThat(loop.sendfile(recorder.transport, file)).isEqualTo(200_000);
            assertThat(recorder.isPaused()).isTrue();
            assertThat(read(peer, 200_000)).isEqualTo(part(0, 200_000));
            recorder.until(() -> !recorder.isPaused());
          });
    }
  }

  //
  @Test
  void aSendThatIsCancelledLeavesTheConnectionBehindAPartOfTheFile() throws Exception {
    try (var file = fileOf(LARGE)) {
      withNarrowPeer(
          (recorder, below, peer) -> {
            var sending = started(recorder.transport, file);
            sending.cancel();
            assertThat(catchThrowable(sending::await)).isInstanceOf(CancelledError.class);
            int sent = (int) file.position();
            assertThat(sent).isBetween(1, LARGE - 1);
            assertThat(recorder.transport.isReading()).isTrue();

            recorder.transport.write(bytes("after"));
            assertThat(read(peer, sent)).isEqualTo(part(0, sent));
            assertThat(text(read(peer, 5))).isEqualTo("after");
          });
    }
  }

  //
  @Test
  void aPeerThatResetsFailsIt() throws Exception {
    try (var file = fileOf(LARGE)) {
      withNarrowPeer(
          (recorder, below, peer) -> {
            var sending = started(recorder.transport, file);
            below.setSoLinger(true, 0);
            blockingly(below::close);
            assertThatThrownBy(sending::await).isInstanceOf(IOException.class);
            assertThat(file.position()).isBetween(1L, LARGE - 1L);
            recorder.untilLost();
            assertThatThrownBy(() -> loop.sendfile(recorder.transport, file))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("Transport is closing");
          });
    }
  }

  @Test
  void aTransportThatIsClosedMeanwhileFailsIt() throws Exception {
    try (var file = fileOf(LARGE)) {
      for (boolean abort : new boolean[] {true, false}) {
        withNarrowPeer(
            (recorder, below, peer) -> {
              var sending = started(recorder.transport, file);
              if (abort) {
                recorder.transport.abort();
              } else {
                recorder.transport.close();
              }
              assertThatThrownBy(sending::await)
                  .isInstanceOf(SocketException.class)
                  .hasMessage("connection closed while a file was sent");
              int sent = (int) file.position();
              assertThat(sent).isBetween(1, LARGE - 1);
              if (!abort) {
                // What was taken is sent, with a goodbye behind it.
                assertThat(blocking(() -> peer.getInputStream().readAllBytes()))
                    .isEqualTo(part(0, sent));
              }
            });
      }
    }
  }

  @Test
  void aStreamThatIsEndedMeanwhileEndsBehindTheFile() throws Exception {
    try (var file = fileOf(LARGE)) {
      withNarrowPeer(
          (recorder, below, peer) -> {
            var sending = started(recorder.transport, file);
            recorder.transport.writeEof();
            assertThat(blocking(() -> peer.getInputStream().readAllBytes()))
                .isEqualTo(pattern(LARGE));
            assertThat(sending.await()).isEqualTo(LARGE);
            assertThatThrownBy(() -> loop.sendfile(recorder.transport, file))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("after writeEof()");
          });
    }
  }

  @Test
  void aLoopThatIsClosedMeanwhileEndsIt() throws Exception {
    try (var file = fileOf(LARGE)) {
      var recorder = recorder();
      var below = new HeldSocket[1];
      run(
          () -> {
            var server = serveTls(() -> recorder);
            int port = port(server);
            below[0] = blocking(() -> new HeldSocket(port, HeldSocket.Mode.AS_GIVEN, 4096));
            blockingly(below[0].tls()::startHandshake);
            makeNarrow(recorder);
            started(recorder.transport, file);
          });
      loop.close();
      below[0].close();
      assertThat(file.isOpen()).isTrue();
      reports.clear();
    }
  }
}
