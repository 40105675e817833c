// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Descriptors;
import io.github.asyncio4j.Load;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.internal.ffi.DescriptorSender;
import io.github.asyncio4j.internal.ffi.Fds;
import io.github.asyncio4j.pipe.ReadPipe;
import io.github.asyncio4j.socket.Socket;
import io.github.asyncio4j.socket.SocketType;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Descriptors that a peer sends along and nobody has asked for: however a socket is read, none
/// stays in this process (D7). The kernel closes those for which a receive has no room.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class PassedDescriptorsTest extends NetTest {
  private static final int MESSAGES = Load.of(60, 1_000);
  private static final int MOST = 253;

  @TempDir private Path directory;

  PassedDescriptorsTest(LoopKind kind) {
    super(kind);
  }

  /// A connected pair: what this kind of loop reads, and what sends.
  private record Pair(Socket receiver, int sender) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      receiver.close();
      Fds.close(sender);
    }
  }

  private Pair pair() throws Exception {
    if (selector.pollsDescriptors()) {
      int[] fds = Fds.socketpair();
      return new Pair(Socket.ofDescriptor(fds[0]), fds[1]);
    }
    Path path = directory.resolve("socket");
    try (var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(path));
      int sender = DescriptorSender.connect(path);
      SocketChannel accepted = listener.accept();
      return new Pair(Socket.of(accepted), sender);
    } finally {
      Files.deleteIfExists(path);
    }
  }

  private interface Receiving {
    /// Receives one byte.
    void one() throws Exception;
  }

  /// Sends a byte with some descriptors many times over, each received before the next.
  private void floods(int sender, Receiving receiving) throws Exception {
    long before = Descriptors.count();
    for (int i = 0; i < MESSAGES; i++) {
      DescriptorSender.send(sender, 1 + i % MOST);
      receiving.one();
    }
    assertThat(Descriptors.count()).isEqualTo(before);
  }

  // D7
  @Test
  void aTransportKeepsNone() throws Exception {
    run(
        () -> {
          var pair = pair();
          var recorder = recorder();
          loop.connectAcceptedSocket(() -> recorder, pair.receiver());
          Descriptors.count();
          int[] received = {0};
          floods(pair.sender(), () -> recorder.untilReceived(++received[0]));
          Fds.close(pair.sender());
          recorder.untilLost();
        });
  }

  // D7
  @Test
  void aReadPipeKeepsNone() throws Exception {
    run(
        () -> {
          var pair = pair();
          var recorder = watched(new PipeRecorder(loop));
          loop.connectReadPipe(() -> recorder, ReadPipe.of(pair.receiver()));
          Descriptors.count();
          int[] received = {0};
          floods(pair.sender(), () -> recorder.untilReceived(++received[0]));
          Fds.close(pair.sender());
          recorder.untilLost();
        });
  }

  // D7
  @Test
  void rawReceivesKeepNone() throws Exception {
    run(
        () -> {
          try (var pair = pair()) {
            var direct = ByteBuffer.allocateDirect(1);
            Descriptors.count();
            floods(pair.sender(), () -> loop.sockRecv(pair.receiver(), 1));
            floods(pair.sender(), () -> loop.sockRecvInto(pair.receiver(), direct.clear()));
          }
          poll();
        });
  }

  // D7
  @Test
  void streamsKeepNone() throws Exception {
    run(
        () -> {
          var pair = pair();
          var reader = Asyncio.openReadPipe(ReadPipe.of(pair.receiver()));
          Descriptors.count();
          floods(pair.sender(), () -> reader.readexactly(1));
          Fds.close(pair.sender());
          assertThat(reader.read()).isEmpty();
          Asyncio.sleep(Duration.ZERO);
        });
  }

  // D7
  @Test
  void aDescriptorThatIsReadAsAPipeKeepsNone() throws Exception {
    if (!selector.pollsDescriptors()) {
      return; // There are none on the portable tier.
    }
    run(
        () -> {
          int[] fds = Fds.socketpair();
          var recorder = watched(new PipeRecorder(loop));
          loop.connectReadPipe(() -> recorder, ReadPipe.ofDescriptor(fds[0]));
          Descriptors.count();
          int[] received = {0};
          floods(fds[1], () -> recorder.untilReceived(++received[0]));
          Fds.close(fds[1]);
          recorder.untilLost();
        });
  }

  // D7: only the native tier has unix datagrams
  @Test
  void datagramsKeepNone() throws Exception {
    if (!selector.pollsDescriptors()) {
      return;
    }
    run(
        () -> {
          var address = UnixDomainSocketAddress.of(directory.resolve("datagrams"));
          var endpoint = new DatagramRecorder(loop);
          loop.createDatagramEndpoint(() -> endpoint, address, null);
          int sender = DescriptorSender.datagramsTo(address.getPath());
          Descriptors.count();
          int[] received = {0};
          floods(sender, () -> endpoint.untilReceived(++received[0]));
          endpoint.transport.close();
          endpoint.untilLost();
          Fds.close(sender);

          var raw = Socket.open(tier(), StandardProtocolFamily.UNIX, SocketType.DATAGRAM);
          var other = UnixDomainSocketAddress.of(directory.resolve("raw"));
          raw.bind(other);
          int again = DescriptorSender.datagramsTo(other.getPath());
          Descriptors.count();
          floods(again, () -> loop.sockRecvfrom(raw, 10));
          floods(again, () -> loop.sockRecvfromInto(raw, ByteBuffer.allocate(10)));
          Fds.close(again);
          raw.close();
        });
  }

  /// The receiver of a test that would leak is seen to leak: one that has room for descriptors.
  @Test
  void whoReceivesWithRoomForThemHasThem() throws Throwable {
    int[] fds = Fds.socketpair();
    long before = Descriptors.count();
    DescriptorSender.send(fds[1], 3);

    List<Integer> passed = new ArrayList<>();
    for (int fd : DescriptorSender.receive(fds[0])) {
      passed.add(fd);
    }

    assertThat(passed).hasSize(3);
    assertThat(Descriptors.count()).isEqualTo(before + 3);
    for (int fd : passed) {
      Fds.close(fd);
    }
    Fds.close(fds);
  }
}
