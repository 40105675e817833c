// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.SendfileNotAvailableException;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.NonReadableChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What sendfile promises, on transports and on raw sockets.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class SendfileContractTest extends NetTest {
  private static final int LARGE = 3_000_000;

  @TempDir Path directory;

  SendfileContractTest(LoopKind kind) {
    super(kind);
  }

  private Path fileOf(int size) throws IOException {
    var path = directory.resolve("file");
    Files.write(path, pattern(size));
    return path;
  }

  private static FileChannel open(Path path) throws IOException {
    return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  private static byte[] part(int from, int to) {
    return Arrays.copyOfRange(pattern(LARGE), from, to);
  }

  /// What a file is sent over: a transport or a raw socket.
  private interface Way {
    long send(FileChannel file, long offset, long count, boolean fallback) throws Exception;
  }

  private interface Body {
    void run(Way way, Peer peer) throws Exception;
  }

  private interface TransportBody {
    void run(Recorder recorder, Peer peer) throws Exception;
  }

  private interface SocketBody {
    void run(Socket socket, Peer peer) throws Exception;
  }

  /// Runs a body with a transport that is connected with a peer that reads little.
  private void overTransport(TransportBody body) throws Exception {
    run(
        () -> {
          var recorder = recorder();
          try (var peer = joinNarrowPeer(recorder)) {
            body.run(recorder, peer);
            recorder.transport.close();
            recorder.untilLost();
          }
          poll();
        });
  }

  private void overSocket(SocketBody body) throws Exception {
    run(
        () -> {
          try (var listener = Socket.open(tier(), StandardProtocolFamily.INET, SocketType.STREAM)) {
            listener.bind(at("127.0.0.1", 0));
            listener.listen(10);
            int port = ((InetSocketAddress) listener.getsockname()).getPort();
            try (var peer = blocking(() -> Peer.connectNarrow(port));
                var socket = loop.sockAccept(listener)) {
              socket.setOption(StandardSocketOptions.SO_SNDBUF, 4096);
              body.run(socket, peer);
            }
          }
          poll();
        });
  }

  private void onBothWays(Body body) throws Exception {
    overTransport(
        (recorder, peer) ->
            body.run(
                (file, offset, count, fallback) ->
                    loop.sendfile(recorder.transport, file, offset, count, fallback),
                peer));
    overSocket(
        (socket, peer) ->
            body.run(
                (file, offset, count, fallback) ->
                    loop.sockSendfile(socket, file, offset, count, fallback),
                peer));
  }

  private Task<Long> started(io.github.asyncio4j.Coroutine<Long> body) {
    var task = loop.createTask(body);
    passIterations();
    assertThat(task.done()).isFalse();
    return task;
  }

  // EL-90, EL-109
  @Test
  void aWholeFileIsSentByTheSystem() throws Exception {
    var path = fileOf(LARGE);
    onBothWays(
        (way, peer) -> {
          try (var file = open(path)) {
            file.position(17);
            var sending = started(() -> way.send(file, 0, Long.MAX_VALUE, false));

            assertThat(blocking(() -> peer.read(LARGE))).isEqualTo(pattern(LARGE));
            assertThat(sending.await()).isEqualTo(LARGE);
            assertThat(file.position()).isEqualTo(LARGE);
          }
        });
  }

  // EL-90, EL-109, R-126
  @Test
  void aPartOfAFileIsSentAndThePositionIsBehindIt() throws Exception {
    var path = fileOf(LARGE);
    onBothWays(
        (way, peer) -> {
          try (var file = open(path)) {
            assertThat(way.send(file, 1000, 50, false)).isEqualTo(50);
            assertThat(file.position()).isEqualTo(1050);
            assertThat(way.send(file, LARGE - 10, 50, false)).isEqualTo(10);
            assertThat(file.position()).isEqualTo(LARGE);
            assertThat(way.send(file, LARGE + 5, 50, false)).isZero();
            assertThat(way.send(file, LARGE, Long.MAX_VALUE, true)).isZero();
            assertThat(blocking(() -> peer.read(60)))
                .isEqualTo(
                    ByteBuffer.allocate(60)
                        .put(part(1000, 1050))
                        .put(part(LARGE - 10, LARGE))
                        .array());
          }
        });
  }

  // EL-90
  @Test
  void ofAnEmptyFileNothingIsSent() throws Exception {
    var path = fileOf(0);
    onBothWays(
        (way, peer) -> {
          try (var file = open(path)) {
            assertThat(way.send(file, 0, Long.MAX_VALUE, false)).isZero();
            assertThat(way.send(file, 0, 10, true)).isZero();
          }
          assertThat(peer.localAddress()).isNotNull();
        });
  }

  @Test
  void aFileThatDoesNotTellItsSizeIsReadToItsEnd() throws Exception {
    var path = Path.of("/proc/self/limits");
    onBothWays(
        (way, peer) -> {
          try (var file = FileChannel.open(path)) {
            assertThat(file.size()).isZero();
            int sent = (int) way.send(file, 0, Long.MAX_VALUE, true);
            assertThat(text(blocking(() -> peer.read(sent)))).startsWith("Limit");
          }
        });
  }

  // EL-90, EL-109, R-126, R-127
  @Test
  void whatTheSystemCannotSendIsRead() throws Exception {
    var path = fileOf(LARGE);
    onBothWays(
        (way, peer) -> {
          try (var file = new ForeignFile(open(path), Long.MAX_VALUE)) {
            file.position(17);
            assertThatThrownBy(() -> way.send(file, 5, Long.MAX_VALUE, false))
                .isInstanceOf(SendfileNotAvailableException.class)
                .hasMessageContaining("ForeignFile");
            assertThat(file.position()).isEqualTo(5);

            var sending = started(() -> way.send(file, 5, LARGE - 10, true));
            assertThat(blocking(() -> peer.read(LARGE - 10))).isEqualTo(part(5, LARGE - 5));
            assertThat(sending.await()).isEqualTo(LARGE - 10);
            assertThat(file.position()).isEqualTo(LARGE - 5);
          }
        });
  }

  //
  @Test
  void aFileThatCannotBeReadFailsAndTheConnectionStays() throws Exception {
    var path = fileOf(LARGE);
    onBothWays(
        (way, peer) -> {
          try (var file = new ForeignFile(open(path), 256 * 1024);
              var whole = open(path)) {
            var sending = started(() -> way.send(file, 0, Long.MAX_VALUE, true));
            assertThat(blocking(() -> peer.read(256 * 1024))).isEqualTo(part(0, 256 * 1024));
            assertThatThrownBy(sending::await)
                .isInstanceOf(IOException.class)
                .hasMessage("a broken disk");
            assertThat(file.position()).isEqualTo(256 * 1024);
            assertThat(way.send(whole, 0, 10, false)).isEqualTo(10);
            assertThat(blocking(() -> peer.read(10))).isEqualTo(part(0, 10));
          }
        });
  }

  @Test
  void aFileThatIsClosedMeanwhileFailsAndTheConnectionStays() throws Exception {
    var path = fileOf(LARGE);
    onBothWays(
        (way, peer) -> {
          var file = open(path);
          try (var whole = open(path)) {
            var sending = started(() -> way.send(file, 0, Long.MAX_VALUE, true));
            file.close();
            blocking(() -> peer.read(1_000));
            var failure =
                catchThrowable(
                    () -> {
                      while (!sending.done()) {
                        blocking(() -> peer.read(1_000));
                      }
                      sending.await();
                    });
            assertThat(failure).isInstanceOf(ClosedChannelException.class);
            assertThat(way.send(whole, 0, 10, false)).isEqualTo(10);
          }
        });
  }

  @Test
  void aFileIsSentUpToWhereItEndsWhenItIsReached() throws Exception {
    for (int end : new int[] {LARGE / 2, LARGE + 1_000_000}) {
      onBothWays(
          (way, peer) -> {
            try (var file = open(fileOf(LARGE))) {
              var sending = started(() -> way.send(file, 0, Long.MAX_VALUE, false));
              if (end < LARGE) {
                file.truncate(end);
              } else {
                file.write(ByteBuffer.wrap(new byte[end - LARGE]), LARGE);
              }
              assertThat(blocking(() -> peer.read(end)))
                  .isEqualTo(Arrays.copyOf(pattern(LARGE), end));
              assertThat(sending.await()).isEqualTo(end);
              assertThat(file.position()).isEqualTo(end);
            }
          });
    }
  }

  // EL-90, EL-109
  @Test
  void badArgumentsAreRefused() throws Exception {
    var path = fileOf(10);
    onBothWays(
        (way, peer) -> {
          try (var file = open(path);
              var writeOnly = FileChannel.open(path, StandardOpenOption.WRITE)) {
            assertThatThrownBy(() -> way.send(file, -1, 1, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("offset must be a non-negative integer: -1");
            assertThatThrownBy(() -> way.send(file, 0, 0, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("count must be a positive integer: 0");
            assertThatThrownBy(() -> way.send(writeOnly, 0, 1, true))
                .isInstanceOf(NonReadableChannelException.class);
            assertThat(way.send(file, 0, 10, true)).isEqualTo(10);
          }
          assertThat(blocking(() -> peer.read(10))).isEqualTo(pattern(10));
        });
    try (var file = open(path);
        var datagrams = Socket.open(tier(), StandardProtocolFamily.INET, SocketType.DATAGRAM)) {
      run(
          () ->
              assertThatThrownBy(() -> loop.sockSendfile(datagrams, file))
                  .isInstanceOf(IllegalArgumentException.class)
                  .hasMessageContaining("A Stream Socket was expected"));
    }
  }

  //
  @Test
  void aSendThatIsCancelledLeavesTheConnectionBehindAPartOfTheFile() throws Exception {
    var path = fileOf(LARGE);
    onBothWays(
        (way, peer) -> {
          try (var file = open(path)) {
            var sending = started(() -> way.send(file, 0, Long.MAX_VALUE, false));
            sending.cancel();
            assertThat(catchThrowable(sending::await)).isInstanceOf(CancelledError.class);
            int sent = (int) file.position();
            assertThat(sent).isBetween(1, LARGE - 1);

            var again = loop.createTask(() -> way.send(file, 0, 10, false));
            assertThat(blocking(() -> peer.read(sent + 10)))
                .isEqualTo(
                    ByteBuffer.allocate(sent + 10).put(part(0, sent)).put(part(0, 10)).array());
            again.await();
          }
        });
  }

  //
  @Test
  void aPeerThatGoesAwayFailsIt() throws Exception {
    var path = fileOf(LARGE);
    onBothWays(
        (way, peer) -> {
          try (var file = open(path)) {
            var sending = started(() -> way.send(file, 0, Long.MAX_VALUE, true));
            blockingly(peer::reset);
            assertThatThrownBy(sending::await).isInstanceOf(IOException.class);
            assertThat(file.position()).isBetween(1L, LARGE - 1L);
          }
        });
  }

  // EL-90, R-66
  @Test
  void nobodyElseWritesMeanwhile() throws Exception {
    var path = fileOf(LARGE);
    overTransport(
        (recorder, peer) -> {
          Transport transport = recorder.transport;
          for (boolean bySystem : new boolean[] {true, false}) {
            try (var file = bySystem ? open(path) : new ForeignFile(open(path), Long.MAX_VALUE)) {
              var sending =
                  started(() -> loop.sendfile(transport, file, 0, Long.MAX_VALUE, !bySystem));

              assertThatThrownBy(() -> transport.write(bytes("x")))
                  .isInstanceOf(IllegalStateException.class)
                  .hasMessageStartingWith("unable to write; sendfile is in progress");
              assertThatThrownBy(() -> transport.writelines(java.util.List.of(bytes("x"))))
                  .isInstanceOf(IllegalStateException.class);
              assertThatThrownBy(() -> loop.sendfile(transport, file))
                  .isInstanceOf(IllegalStateException.class);
              assertThat(blocking(() -> peer.read(LARGE))).isEqualTo(pattern(LARGE));
              assertThat(sending.await()).isEqualTo(LARGE);
              transport.write(bytes("after"));
              assertThat(text(blocking(() -> peer.read(5)))).isEqualTo("after");
            }
          }
        });
    overSocket(
        (socket, peer) -> {
          try (var file = open(path)) {
            var sending = started(() -> loop.sockSendfile(socket, file));
            assertThatThrownBy(() -> loop.sockSendall(socket, bytes("x")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("another task waits in sockSendfile()");
            assertThat(blocking(() -> peer.read(LARGE))).isEqualTo(pattern(LARGE));
            sending.await();
          }
        });
  }

  // EL-90
  @Test
  void whatWasWrittenBeforeGoesFirstAndNothingIsReceivedMeanwhile() throws Exception {
    var path = fileOf(LARGE);
    overTransport(
        (recorder, peer) -> {
          Transport transport = recorder.transport;
          try (var file = open(path)) {
            transport.write(ByteBuffer.wrap(pattern(1_000_000)));
            assertThat(transport.getWriteBufferSize()).isPositive();
            var sending = started(() -> loop.sendfile(transport, file, 0, Long.MAX_VALUE, false));
            assertThat(transport.isReading()).isFalse();
            peer.send("question");
            passIterations();
            assertThat(recorder.received.size()).isZero();
            transport.writeEof();

            assertThat(blocking(() -> peer.read(1_000_000))).isEqualTo(pattern(1_000_000));
            assertThat(blocking(peer::readAll)).isEqualTo(pattern(LARGE));
            assertThat(sending.await()).isEqualTo(LARGE);
            assertThat(transport.isReading()).isTrue();
            recorder.untilReceived(8);
            assertThatThrownBy(() -> loop.sendfile(transport, file))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("after writeEof()");
          }
        });
  }

  // EL-90
  @Test
  void aTransportThatIsClosedMeanwhileFailsIt() throws Exception {
    var path = fileOf(LARGE);
    for (boolean filled : new boolean[] {true, false}) {
      for (boolean abort : new boolean[] {true, false}) {
        overTransport(
            (recorder, peer) -> {
              Transport transport = recorder.transport;
              try (var file = open(path)) {
                if (filled) {
                  transport.write(ByteBuffer.wrap(pattern(1_000_000)));
                }
                var sending = started(() -> loop.sendfile(transport, file));
                if (abort) {
                  transport.abort();
                } else {
                  transport.close();
                }
                blocking(peer::readAll);
                assertThatThrownBy(sending::await)
                    .isInstanceOf(SocketException.class)
                    .hasMessage("connection closed while a file was sent");
                assertThatThrownBy(() -> loop.sendfile(transport, file))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("Transport is closing");
              }
            });
      }
    }
  }

  @Test
  void aLoopThatIsClosedMeanwhileEndsIt() throws Exception {
    var path = fileOf(LARGE);
    try (var file = open(path)) {
      var recorder = recorder();
      var peer = new Peer[1];
      run(
          () -> {
            peer[0] = joinNarrowPeer(recorder);
            started(() -> loop.sendfile(recorder.transport, file));
          });
      loop.close();
      peer[0].close();
      assertThat(file.isOpen()).isTrue();
      reports.clear();
    }
  }
}
