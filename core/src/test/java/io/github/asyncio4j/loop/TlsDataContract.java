// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.TlsEngines;
import io.github.asyncio4j.TlsKit;
import io.github.asyncio4j.internal.tls.LentBuffers;
import io.github.asyncio4j.transport.Transport;
import io.github.asyncio4j.transport.WriteBufferLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;

/// How bytes go through TLS: whole, in order, and no faster than who takes them.
abstract class TlsDataContract extends TlsTest {
  TlsDataContract(LoopKind kind, TlsEngines engines) {
    super(kind, engines);
  }

  private static final int MANY = 10 * 1024 * 1024;

  @Test
  void tenMegabytesEachWayArriveWholeWhateverThePiecesAndThePauses() throws Exception {
    byte[] all = pattern(MANY);
    run(
        () -> {
          for (String version : new String[] {"TLSv1.2", "TLSv1.3"}) {
            var client = recorder();
            var accepted = recorder();
            joinTls(client, accepted, version);
            var one = loop.createTask(() -> send(client, all, 1));
            var other = loop.createTask(() -> send(accepted, all, 2));
            var pauses = loop.createTask(() -> pauseNowAndThen(client, 3));
            one.await();
            other.await();
            client.untilReceived(MANY);
            accepted.untilReceived(MANY);
            pauses.await();
            assertThat(Arrays.equals(client.received.toByteArray(), all)).isTrue();
            assertThat(Arrays.equals(accepted.received.toByteArray(), all)).isTrue();
            client.transport.close();
            client.untilLost();
            accepted.untilLost();
          }
        });
  }

  private static void send(Recorder from, byte[] all, long seed) throws Exception {
    var random = new Random(seed);
    int sent = 0;
    while (sent < all.length) {
      int most = random.nextInt(10) == 0 ? 300_000 : 5_000;
      int count = Math.min(1 + random.nextInt(most), all.length - sent);
      var piece = ByteBuffer.wrap(all, sent, count);
      if (random.nextBoolean()) {
        from.transport.write(piece);
      } else {
        int cut = sent + random.nextInt(count + 1);
        from.transport.writelines(
            List.of(
                ByteBuffer.wrap(all, sent, cut - sent),
                ByteBuffer.wrap(all, cut, sent + count - cut)));
      }
      sent += count;
      from.until(() -> !from.isPaused());
    }
  }

  private static void pauseNowAndThen(Recorder recorder, long seed) throws Exception {
    var random = new Random(seed);
    while (recorder.received.size() < MANY) {
      recorder.transport.pauseReading();
      Asyncio.sleep(Duration.ofMillis(random.nextInt(2)));
      recorder.transport.resumeReading();
      int more = Math.min(MANY, recorder.received.size() + 1 + random.nextInt(1_000_000));
      recorder.untilReceived(more);
    }
  }

  @Test
  void aPeerThatSendsByteByByteIsUnderstood() throws Exception {
    byte[] all = pattern(1000);
    run(
        () -> {
          var accepted = recorder();
          try (var server = serveTls(() -> accepted)) {
            int port = port(server);
            blockingly(
                () -> {
                  try (var slow = new HeldSocket(port, HeldSocket.Mode.BYTE_BY_BYTE);
                      var peer = slow.tls()) {
                    peer.getOutputStream().write(all);
                    TlsKit.end(peer);
                  }
                });
            accepted.untilLost();
            assertThat(accepted.received.toByteArray()).isEqualTo(all);
            assertThat(accepted.calls).containsExactly("made", "data", "eof", "lost");
          }
        });
  }

  //
  @Test
  void allRecordsOfOneSegmentAreOneCall() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var server = serveTls(() -> accepted)) {
            int port = port(server);
            blockingly(
                () -> {
                  try (var held = new HeldSocket(port, HeldSocket.Mode.AS_GIVEN);
                      var peer = held.tls()) {
                    peer.startHandshake();
                    held.mode(HeldSocket.Mode.HELD);
                    endWithRecordsInOnePiece(held, peer);
                  }
                });
            accepted.untilLost();
            assertThat(accepted.chunkSizes).containsExactly(1000);
          }
        });
  }

  /// Sends 1,000 bytes in 100 records with what is held, and ends.
  private static void endWithRecordsInOnePiece(HeldSocket held, SSLSocket peer) throws IOException {
    for (int i = 0; i < 100; i++) {
      peer.getOutputStream().write("0123456789".getBytes(US_ASCII));
    }
    held.release();
    held.mode(HeldSocket.Mode.AS_GIVEN);
    TlsKit.end(peer);
  }

  //
  @Test
  void whatComesInOneSegmentWithTheEndOfTheHandshakeIsOneCall() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var server = serve(() -> accepted, server("TLSv1.3"))) {
            int port = port(server);
            blockingly(
                () -> {
                  try (var held = new HeldSocket(port, HeldSocket.Mode.HELD);
                      var peer = held.tls()) {
                    var hello = Thread.ofPlatform().start(held::sendHello);
                    // Nothing of the server's comes after the end of the client's handshake that it
                    // would wait for.
                    peer.startHandshake();
                    hello.join();
                    endWithRecordsInOnePiece(held, peer);
                  }
                });
            accepted.untilLost();
            assertThat(accepted.chunkSizes).containsExactly(1000);
            assertThat(accepted.calls).containsExactly("made", "data", "eof", "lost");
          }
        });
  }

  // D-14: cpython#156275
  @Test
  void aBufferedProtocolGetsEveryByteIntoABufferOfAnySize() throws Exception {
    byte[] all = pattern(100_000);
    run(
        () -> {
          for (int size : new int[] {7, 4096, 200_000}) {
            var client = buffered(ByteBuffer.allocateDirect(size));
            var accepted = recorder();
            joinTls(client, accepted, "TLSv1.3");
            accepted.transport.write(all);
            client.recorder.untilReceived(all.length);
            assertThat(client.recorder.received.toByteArray()).isEqualTo(all);
            client.recorder.transport.close();
            client.recorder.untilLost();
            accepted.untilLost();
          }
        });
  }

  //
  @Test
  void aPausedProtocolHearsNothingUntilItResumes() throws Exception {
    byte[] all = pattern(3_000_000);
    run(
        () -> {
          var client = recorder();
          var accepted = recorder();
          joinTls(client, accepted, "TLSv1.3");
          client.transport.pauseReading();
          assertThat(client.transport.isReading()).isFalse();
          accepted.transport.write(all);
          passIterations();
          assertThat(client.received.size()).isZero();

          client.transport.resumeReading();
          assertThat(client.transport.isReading()).isTrue();
          client.untilReceived(all.length);
          assertThat(Arrays.equals(client.received.toByteArray(), all)).isTrue();
          client.transport.close();
          client.untilLost();
          accepted.untilLost();
        });
  }

  // A pause inside a call holds back what was decrypted with it.
  @Test
  void aPauseInsideACallHoldsAtOnce() throws Exception {
    run(
        () -> {
          var buffer = ByteBuffer.allocate(10);
          var client =
              new Recorder.Buffered(loop, buffer) {
                @Override
                public void bufferUpdated(int nbytes) {
                  super.bufferUpdated(nbytes);
                  recorder.transport.pauseReading();
                }
              };
          watched(client.recorder);
          var accepted = recorder();
          joinTls(client, accepted, "TLSv1.3");
          accepted.transport.write(pattern(25));
          accepted.transport.close();
          for (int part : new int[] {10, 20, 25}) {
            client.recorder.untilReceived(part);
            passIterations();
            assertThat(client.recorder.received.size()).isEqualTo(part);
            assertThat(client.recorder.calls).containsExactly("made", "data");
            client.recorder.transport.resumeReading();
          }
          client.recorder.untilLost();
          assertThat(client.recorder.calls).containsExactly("made", "data", "eof", "lost");
          accepted.untilLost();
        });
  }

  // D-06
  @Test
  void theWriteBufferCountsAllThatTheKernelHasNotTaken() throws Exception {
    run(
        () -> {
          var client = recorder();
          var accepted = recorder();
          joinTls(client, accepted, "TLSv1.3");
          Transport transport = client.transport;
          assertThat(transport.getWriteBufferLimits())
              .isEqualTo(new WriteBufferLimits(128 * 1024, 512 * 1024));
          transport.setWriteBufferLimits(100_000);
          assertThat(transport.getWriteBufferLimits())
              .isEqualTo(new WriteBufferLimits(25_000, 100_000));
          accepted.transport.pauseReading();

          transport.write(new byte[20_000_000]);

          assertThat(client.isPaused()).isTrue();
          assertThat(transport.getWriteBufferSize()).isBetween(1_000_000, 20_100_000);
          accepted.transport.resumeReading();
          client.until(() -> !client.isPaused());
          assertThat(transport.getWriteBufferSize()).isLessThanOrEqualTo(25_000);
          accepted.untilReceived(20_000_000);
          assertThat(client.calls).containsExactly("made", "pause", "resume");
          transport.close();
          client.untilLost();
          accepted.untilLost();
        });
  }

  @Test
  void marksAreCheckedAndPauseAtOnceWhenMoreIsThere() throws Exception {
    run(
        () -> {
          var client = recorder();
          var accepted = recorder();
          joinTls(client, accepted, "TLSv1.3");
          assertThatThrownBy(() -> client.transport.setWriteBufferLimits(1, 2))
              .isInstanceOf(IllegalArgumentException.class);
          accepted.transport.pauseReading();
          client.transport.setWriteBufferLimits(50_000_000);
          client.transport.write(new byte[20_000_000]);
          assertThat(client.isPaused()).isFalse();
          client.transport.setWriteBufferLimits(0);
          assertThat(client.isPaused()).isTrue();
          client.transport.abort();
          client.untilLost();
          accepted.transport.resumeReading();
          accepted.untilLost();
        });
  }

  //
  @Test
  void whatIsWrittenIsTheCallersAgain() throws Exception {
    run(
        () -> {
          var client = recorder();
          var accepted = recorder();
          joinTls(client, accepted, "TLSv1.3");
          var buffer = ByteBuffer.wrap(pattern(2_000_000));
          client.transport.write(buffer);
          assertThat(buffer.hasRemaining()).isFalse();
          Arrays.fill(buffer.array(), (byte) 0);
          accepted.untilReceived(2_000_000);
          assertThat(Arrays.equals(accepted.received.toByteArray(), pattern(2_000_000))).isTrue();

          var pieces = new ArrayList<ByteBuffer>();
          for (int i = 0; i < 1000; i++) {
            pieces.add(ByteBuffer.wrap(new byte[i % 40]));
          }
          int before = accepted.chunkSizes.size();
          client.transport.writelines(pieces);
          accepted.untilReceived(2_000_000 + 19_500);
          assertThat(accepted.chunkSizes.size() - before).isLessThan(4);
          client.transport.close();
          client.untilLost();
          accepted.untilLost();
        });
  }

  // The JDK's peer asks for new keys in TLS 1.3 where it would renegotiate before.
  @Test
  void aPeerThatChangesItsKeysIsAnswered() throws Exception {
    run(
        () -> {
          try (var server = serve(Echo::new, server("TLSv1.3"))) {
            int port = port(server);
            blockingly(
                () -> {
                  try (var peer = peer(port)) {
                    for (int i = 0; i < 20; i++) {
                      peer.startHandshake();
                      peer.getOutputStream().write(pattern(1000));
                      assertThat(peer.getInputStream().readNBytes(1000)).isEqualTo(pattern(1000));
                    }
                  }
                });
            end(server);
          }
        });
  }

  @Test
  void anIdleConnectionHoldsNoBuffer() throws Exception {
    run(
        () -> {
          var client = recorder();
          var accepted = recorder();
          joinTls(client, accepted, "TLSv1.3");
          client.transport.write(pattern(300_000));
          accepted.untilReceived(300_000);
          assertThat(LentBuffers.of(loop)).isZero();

          // Nor one that does not want what has come.
          accepted.transport.pauseReading();
          client.transport.write(pattern(1_000));
          passIterations();
          poll();
          assertThat(LentBuffers.of(loop)).isZero();

          accepted.transport.resumeReading();
          accepted.untilReceived(301_000);
          client.transport.close();
          client.untilLost();
          accepted.untilLost();
        });
  }

  @Test
  void aConnectionWithAPartOfARecordHoldsThatAndNoBuffer() throws Exception {
    run(
        () -> {
          try (var server = serveTls(this::recorder)) {
            int port = port(server);
            var peer = blocking(() -> Peer.connect(port));
            try (peer) {
              // A hello of 512 bytes, of which eight have come.
              peer.send(new byte[] {22, 3, 1, 2, 0, 1, 0, 1});
              passIterations();
              poll();
              assertThat(LentBuffers.of(loop)).isZero();
            }
            end(server);
          }
        });
  }
}
