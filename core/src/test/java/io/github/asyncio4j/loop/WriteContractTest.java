// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Load;
import io.github.asyncio4j.LogRecorder;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.internal.ffi.Native;
import io.github.asyncio4j.internal.ffi.SyscallRecorder;
import io.github.asyncio4j.socket.SocketTier;
import io.github.asyncio4j.transport.Transport;
import io.github.asyncio4j.transport.WriteBufferLimits;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What a stream transport promises about its output: order, ownership, flow control, the end.
@ParameterizedClass
@EnumSource(LoopKind.class)
class WriteContractTest extends NetTest {
  WriteContractTest(LoopKind kind) {
    super(kind);
  }

  //
  @Test
  void whatTheKernelTakesIsSentInsideWrite() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var peer = joinPeer(accepted)) {
            var data = bytes("at once");
            accepted.transport.write(data);

            assertThat(data.hasRemaining()).isFalse();
            assertThat(accepted.transport.getWriteBufferSize()).isZero();
            assertThat(text(peer.read(7))).isEqualTo("at once");
          }
          accepted.untilLost();
        });
  }

  // a piece larger than one system call takes
  @Test
  void aLargeWriteGoesToTheKernelUntilThatIsFull() throws Exception {
    run(
        () -> {
          var client = recorder();
          var accepted = recorder();
          join(client, accepted);
          accepted.transport.pauseReading();
          client.transport.write(new byte[64 << 20]);
          int left = client.transport.getWriteBufferSize();

          client.transport.write(new byte[1]);

          assertThat(left).isBetween(1, (64 << 20) - 300 * 1024);
          assertThat(client.transport.getWriteBufferSize()).isEqualTo(left + 1);
          client.transport.abort();
          accepted.transport.abort();
          client.untilLost();
        });
  }

  //
  @Test
  void whatIsWrittenMayBeChangedAfterwards() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          byte[] sent = pattern(400_000);
          byte[] lent = sent.clone();
          try (var peer = joinNarrowPeer(accepted)) {
            accepted.transport.write(lent);
            Arrays.fill(lent, (byte) -1);
            accepted.transport.close();

            assertThat(blocking(peer::readAll)).isEqualTo(sent);
          }
          accepted.untilLost();
        });
  }

  //
  @Test
  void writingAfterWriteEofIsRefusedEvenWithNothingToWrite() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var peer = joinPeer(accepted)) {
            Transport transport = accepted.transport;
            assertThat(transport.canWriteEof()).isTrue();
            transport.writeEof();

            assertThatThrownBy(() -> transport.write(new byte[0]))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Cannot call write() after writeEof()");
            assertThatThrownBy(() -> transport.writelines(List.of()))
                .isInstanceOf(IllegalStateException.class);
            transport.writeEof();
            assertThat(blocking(peer::readAll)).isEmpty();
            assertThat(transport.isClosing()).isFalse();
          }
          accepted.untilLost();
        });
  }

  //
  @Test
  void whatIsWrittenAfterCloseIsDroppedAlsoWhileEarlierOutputIsFlushed() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          byte[] sent = pattern(300_000);
          try (var peer = joinNarrowPeer(accepted);
              var log = LogRecorder.start()) {
            Transport transport = accepted.transport;
            transport.write(sent);
            transport.close();
            int size = transport.getWriteBufferSize();
            assertThat(size).isPositive();
            for (int i = 0; i < 4; i++) {
              var late = bytes("late");
              transport.write(late);
              assertThat(late.hasRemaining()).isFalse();
              transport.writelines(List.of(bytes("late"), bytes("too")));
              transport.write(new byte[0]);
            }
            // The first four are forgiven.
            assertThat(log.messages())
                .hasSize(4)
                .allMatch(message -> message.matches("write number [5-8] dropped: .*"));
            assertThat(transport.getWriteBufferSize()).isEqualTo(size);
            assertThat(transport.isClosing()).isTrue();

            assertThat(blocking(peer::readAll)).isEqualTo(sent);
            accepted.untilLost();
            assertThat(accepted.lostTo).isNull();
          }
        });
  }

  // R-72, TP-04
  @Test
  void abortDropsTheOutputEvenAfterClose() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var peer = joinNarrowPeer(accepted)) {
            accepted.transport.write(pattern(300_000));
            accepted.transport.close();
            assertThat(accepted.transport.getWriteBufferSize()).isPositive();
            accepted.transport.abort();

            assertThat(accepted.transport.getWriteBufferSize()).isZero();
            accepted.untilLost();
            assertThat(accepted.lostTo).isNull();
            assertThat(blocking(peer::readAll).length).isLessThan(300_000);
          }
        });
  }

  //
  @Test
  void theWriteHalfEndsWhenTheOutputBeforeItIsSent() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          byte[] sent = pattern(300_000);
          try (var peer = joinNarrowPeer(accepted)) {
            accepted.transport.write(sent);
            accepted.transport.writeEof();
            assertThat(accepted.transport.getWriteBufferSize()).isPositive();

            assertThat(blocking(peer::readAll)).isEqualTo(sent);
            assertThat(accepted.transport.isClosing()).isFalse();
            peer.send("still here");
            accepted.untilReceived(10);
          }
          accepted.untilLost();
        });
  }

  //
  @Test
  void theProtocolPausesOnceAboveTheHighMarkAndResumesAtTheLowMark() throws Exception {
    run(
        () -> {
          var resumedAt = new ArrayList<Integer>();
          var accepted =
              watched(
                  new Recorder(loop) {
                    @Override
                    public void resumeWriting() {
                      super.resumeWriting();
                      resumedAt.add(transport.getWriteBufferSize());
                    }
                  });
          try (var peer = joinNarrowPeer(accepted)) {
            Transport transport = accepted.transport;
            assertThat(transport.getWriteBufferLimits())
                .isEqualTo(new WriteBufferLimits(16384, 65536));
            int sent = fillKernel(transport);
            transport.write(new byte[65536 - transport.getWriteBufferSize()]);
            assertThat(accepted.isPaused()).isFalse();
            transport.write(new byte[1]);
            assertThat(accepted.isPaused()).isTrue();
            transport.write(new byte[1]);
            assertThat(accepted.calls).containsExactly("made", "pause");

            int total = sent + transport.getWriteBufferSize();
            assertThat(blocking(() -> peer.read(total))).hasSize(total);
            accepted.until(() -> !accepted.isPaused());
            passIterations();

            assertThat(accepted.calls).containsExactly("made", "pause", "resume");
            assertThat(resumedAt.getFirst()).isLessThanOrEqualTo(16384);
            assertThat(transport.getWriteBufferSize()).isZero();
          }
          accepted.untilLost();
        });
  }

  /// Writes until the transport has to buffer; returns how much the kernel took.
  private static int fillKernel(Transport transport) {
    int written = 0;
    while (transport.getWriteBufferSize() == 0) {
      transport.write(new byte[1000]);
      written += 1000;
    }
    return written - transport.getWriteBufferSize();
  }

  // R-75, CVE-2024-12254
  @Test
  void writelinesPausesTheProtocolAsWriteDoes() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var _ = joinNarrowPeer(accepted)) {
            Transport transport = accepted.transport;
            fillKernel(transport);
            transport.writelines(List.of(ByteBuffer.allocate(65000), ByteBuffer.allocate(65000)));

            assertThat(accepted.isPaused()).isTrue();
            transport.abort();
          }
          accepted.untilLost();
        });
  }

  //
  @Test
  void withMarksOfZeroAnyBufferedBytePauses() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var _ = joinNarrowPeer(accepted)) {
            accepted.transport.setWriteBufferLimits(0);
            accepted.transport.write(bytes("x"));
            assertThat(accepted.isPaused()).isFalse();
            fillKernel(accepted.transport);

            assertThat(accepted.isPaused()).isTrue();
            accepted.transport.abort();
          }
          accepted.untilLost();
        });
  }

  //
  @Test
  void aProtocolMayWriteOnFromResumeWriting() throws Exception {
    run(
        () -> {
          int rounds = 40;
          var sent = new ByteArrayOutputStream();
          var accepted =
              watched(
                  new Recorder(loop) {
                    private int round;

                    void pump() {
                      while (!isPaused() && round < rounds) {
                        byte[] piece = pattern(30_000 + round++);
                        sent.writeBytes(piece);
                        transport.write(piece);
                      }
                      if (round == rounds) {
                        transport.close();
                      }
                    }

                    @Override
                    public void resumeWriting() {
                      super.resumeWriting();
                      pump();
                    }

                    @Override
                    public void dataReceived(ByteBuffer data) {
                      super.dataReceived(data);
                      pump();
                    }
                  });
          try (var peer = joinNarrowPeer(accepted)) {
            peer.send("go");

            assertThat(blocking(peer::readAll)).isEqualTo(sent.toByteArray());
            accepted.untilLost();
            assertThat(accepted.calls.stream().filter("resume"::equals).count()).isPositive();
          }
        });
  }

  //
  @Test
  void anExceptionInPauseWritingOrResumeWritingIsReportedAndTheConnectionLivesOn()
      throws Exception {
    run(
        () -> {
          var accepted =
              watched(
                  new Recorder(loop) {
                    @Override
                    public void pauseWriting() {
                      super.pauseWriting();
                      throw new IllegalArgumentException("no pause");
                    }

                    @Override
                    public void resumeWriting() {
                      super.resumeWriting();
                      throw new IllegalArgumentException("no rest");
                    }
                  });
          byte[] sent = pattern(400_000);
          try (var peer = joinNarrowPeer(accepted)) {
            accepted.transport.write(sent);
            assertThat(onlyReport().message()).isEqualTo("protocol.pauseWriting() failed");

            assertThat(blocking(() -> peer.read(sent.length))).isEqualTo(sent);
            accepted.until(() -> !accepted.isPaused());
            assertThat(onlyReport().message()).isEqualTo("protocol.resumeWriting() failed");
            accepted.transport.close();
          }
          accepted.untilLost();
          assertThat(accepted.lostTo).isNull();
        });
  }

  // R-78, TP-03
  @Test
  void settingTheMarksMayPauseAtOnceAndNeverResumes() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var _ = joinNarrowPeer(accepted)) {
            Transport transport = accepted.transport;
            fillKernel(transport);
            assertThat(accepted.isPaused()).isFalse();

            transport.setWriteBufferLimits(0);
            assertThat(accepted.isPaused()).isTrue();
            transport.setWriteBufferLimits(1 << 20);
            assertThat(accepted.isPaused()).isTrue();

            assertThat(transport.getWriteBufferLimits())
                .isEqualTo(new WriteBufferLimits(1 << 18, 1 << 20));
            assertThatThrownBy(() -> transport.setWriteBufferLimits(1, 2))
                .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> transport.setWriteBufferLimits(-1))
                .isInstanceOf(IllegalArgumentException.class);
            transport.abort();
          }
          accepted.untilLost();
        });
  }

  // TP-03; cpython 103462, 155888
  @Test
  void piecesArriveAsOneStreamAndEmptyOnesAreHarmless() throws Exception {
    run(
        () -> {
          var random = new Random(7);
          var accepted = recorder();
          var expected = new ByteArrayOutputStream();
          var pieces = new ArrayList<ByteBuffer>();
          for (int i = 0; i < 300; i++) {
            byte[] piece = new byte[i % 3 == 0 ? 0 : random.nextInt(i % 7 == 0 ? 40_000 : 500)];
            random.nextBytes(piece);
            expected.writeBytes(piece);
            pieces.add(i % 2 == 0 ? ByteBuffer.wrap(piece) : direct(piece));
          }
          pieces.add(ByteBuffer.allocate(0));
          try (var peer = joinNarrowPeer(accepted)) {
            accepted.transport.writelines(pieces);
            accepted.transport.writelines(List.of(ByteBuffer.allocate(0)));
            accepted.transport.write(new byte[0]);
            accepted.transport.close();

            assertThat(pieces).noneMatch(ByteBuffer::hasRemaining);
            assertThat(blocking(peer::readAll)).isEqualTo(expected.toByteArray());
          }
          accepted.untilLost();
        });
  }

  private static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  //
  @Test
  void smallPiecesLeaveInOneSend() throws Exception {
    run(
        () -> {
          var client = recorder();
          var accepted = recorder();
          join(client, accepted);
          client.transport.writelines(List.of(bytes("a"), bytes("b"), bytes("c")));

          assertThat(client.transport.getWriteBufferSize()).isZero();
          accepted.untilReceived(3);
          assertThat(accepted.text()).isEqualTo("abc");
          assertThat(accepted.chunkSizes).containsExactly(3);
          client.transport.close();
          accepted.untilLost();
        });
  }

  @Test
  void piecesWhoseSourceClosesTheTransportDoNotKeepItOpen() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var peer = joinPeer(accepted)) {
            Iterable<ByteBuffer> source =
                () ->
                    List.of("first", "second").stream()
                        .map(
                            text -> {
                              if (text.equals("second")) {
                                accepted.transport.close();
                              }
                              return bytes(text);
                            })
                        .iterator();
            accepted.transport.writelines(source);

            assertThat(text(blocking(peer::readAll))).isEqualTo("first");
            accepted.untilLost();
          }
        });
  }

  @Test
  void piecesWhoseSourceFailsAreSentAsFarAsTheyWent() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var peer = joinPeer(accepted)) {
            var pieces = new ArrayList<ByteBuffer>();
            pieces.add(bytes("first"));
            pieces.add(null);
            assertThatThrownBy(() -> accepted.transport.writelines(pieces))
                .isInstanceOf(NullPointerException.class);
            assertThat(text(blocking(() -> peer.read(5)))).isEqualTo("first");
            accepted.transport.close();
            accepted.untilLost();
          }
        });
  }

  // B8; cpython 146507
  @Test
  void theSizeOfTheBufferIsExactAndCheapHoweverManyPiecesItHolds() throws Exception {
    run(
        () -> {
          var client = recorder();
          var accepted = recorder();
          join(client, accepted);
          accepted.transport.pauseReading();
          int kernel = fillKernel(client.transport);
          int before = client.transport.getWriteBufferSize();
          byte[] piece = pattern(10);
          int pieces = Load.of(200_000, 1_000_000);
          for (int i = 0; i < pieces; i++) {
            client.transport.write(piece);
            assert client.transport.getWriteBufferSize() == before + 10 * (i + 1);
          }

          assertThat(client.transport.getWriteBufferSize()).isEqualTo(before + 10 * pieces);
          accepted.transport.resumeReading();
          accepted.untilReceived(kernel + before + 10 * pieces);
          assertThat(client.transport.getWriteBufferSize()).isZero();
          client.transport.close();
          accepted.untilLost();
        });
  }

  // R-75, with nothing to wait for
  @Test
  void writabilityIsWatchedOnlyWhileThereIsOutput() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          byte[] sent = pattern(200_000);
          try (var peer = joinNarrowPeer(accepted)) {
            accepted.transport.write(sent);
            assertThat(blocking(() -> peer.read(sent.length))).isEqualTo(sent);
            passIterations();
            long before = selector.selects();
            io.github.asyncio4j.Asyncio.sleep(java.time.Duration.ofMillis(30));

            assertThat(selector.selects() - before).isLessThan(10);
            accepted.transport.close();
          }
          accepted.untilLost();
        });
  }

  //
  @Test
  void aStreamThatIsEndedWhenWritingResumesIsEndedOnce() throws Exception {
    var calls = new SyscallRecorder(Native.syscalls());
    try (var _ = Native.install(calls)) {
      run(
          () -> {
            var accepted =
                watched(
                    new Recorder(loop) {
                      @Override
                      public void resumeWriting() {
                        super.resumeWriting();
                        transport.writeEof();
                      }
                    });
            byte[] sent = pattern(400_000);
            try (var peer = joinNarrowPeer(accepted)) {
              accepted.transport.setWriteBufferLimits(1, 0);
              accepted.transport.write(sent);

              assertThat(blocking(peer::readAll)).isEqualTo(sent);
              assertThat(calls.count("shutdown")).isEqualTo(tier() == SocketTier.NATIVE ? 1 : 0);
            }
            accepted.untilLost();
          });
    }
  }
}
