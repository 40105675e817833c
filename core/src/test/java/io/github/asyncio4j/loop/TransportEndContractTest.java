// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.Load;
import io.github.asyncio4j.LogRecorder;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.socket.ConnectionResetException;
import io.github.asyncio4j.socket.TransportSocket;
import io.github.asyncio4j.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What a stream transport promises about its end: closing, the peer's end, pausing meanwhile.
@ParameterizedClass
@EnumSource(LoopKind.class)
class TransportEndContractTest extends NetTest {
  TransportEndContractTest(LoopKind kind) {
    super(kind);
  }

  //
  @Test
  void closeStopsReadingAtOnce() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var peer = joinPeer(accepted)) {
            peer.send("never read");
            accepted.transport.close();
            accepted.untilLost();

            assertThat(accepted.calls).containsExactly("made", "lost");
          }
        });
  }

  //
  @Test
  void closeInsideDataReceivedEndsDelivery() throws Exception {
    run(
        () -> {
          var accepted =
              watched(
                  new Recorder(loop) {
                    @Override
                    public void dataReceived(ByteBuffer data) {
                      super.dataReceived(data);
                      transport.close();
                    }
                  });
          try (var peer = joinPeer(accepted)) {
            peer.send("one");
            accepted.untilReceived(1);
            peer.send("two");
            accepted.untilLost();

            assertThat(accepted.calls).containsExactly("made", "data", "lost");
            assertThat(accepted.text()).isEqualTo("one");
          }
        });
  }

  //
  @Test
  void abortAndCloseMixAndTheConnectionIsLostOnceInTheNextIteration() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var peer = joinPeer(accepted)) {
            accepted.transport.abort();
            accepted.transport.close();
            accepted.transport.abort();

            assertThat(accepted.transport.isClosing()).isTrue();
            assertThat(accepted.isLost()).isFalse();
            passIterations();
            assertThat(accepted.calls).containsExactly("made", "lost");
            assertThat(blocking(peer::readAll)).isEmpty();
          }
        });
  }

  //
  @Test
  void atTheEndOfTheStreamTheTransportFlushesAndClosesItself() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          byte[] sent = pattern(300_000);
          try (var peer = joinNarrowPeer(accepted)) {
            accepted.transport.write(sent);
            assertThat(accepted.transport.getWriteBufferSize()).isPositive();
            peer.endOutput();
            accepted.until(() -> accepted.calls.contains("eof"));
            assertThat(accepted.transport.isClosing()).isTrue();

            assertThat(blocking(peer::readAll)).isEqualTo(sent);
            accepted.untilLost();
            assertThat(accepted.lostTo).isNull();
          }
        });
  }

  //
  @Test
  void aProtocolThatWantsItKeepsTheWriteHalfAfterTheEndOfTheStream() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          accepted.keepOpenAtEof = true;
          try (var peer = joinPeer(accepted)) {
            peer.endOutput();
            accepted.until(() -> accepted.calls.contains("eof"));
            passIterations();
            assertThat(accepted.transport.isClosing()).isFalse();
            assertThat(accepted.transport.isReading()).isFalse();
            accepted.transport.resumeReading();
            accepted.transport.write(bytes("answer"));
            accepted.transport.close();

            assertThat(text(blocking(peer::readAll))).isEqualTo("answer");
            accepted.untilLost();
            assertThat(accepted.calls).containsExactly("made", "eof", "lost");
          }
        });
  }

  //
  @Test
  void aPausedTransportLearnsOfTheEndWhenItResumesAndCostsNothingMeanwhile() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var peer = joinPeer(accepted)) {
            accepted.transport.pauseReading();
            peer.send("before");
            peer.endOutput();
            assertQuiet();
            assertThat(accepted.calls).containsExactly("made");

            accepted.transport.resumeReading();
            accepted.untilLost();

            assertThat(accepted.text()).isEqualTo("before");
            assertThat(accepted.calls).containsExactly("made", "data", "eof", "lost");
          }
        });
  }

  // R-79, B5
  @Test
  void aPausedTransportWhosePeerResetsCostsNothingUntilItResumes() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          var peer = joinPeer(accepted);
          accepted.transport.pauseReading();
          peer.reset();
          assertQuiet();
          assertThat(accepted.calls).containsExactly("made");

          accepted.transport.resumeReading();
          accepted.untilLost();

          assertThat(accepted.lostTo).isInstanceOf(IOException.class);
        });
  }

  // B5: nothing is written, and it is noticed all the same
  @Test
  void aHalfClosedConnectionThatIsResetIsLostAtOnceAndCostsNothingBefore() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          accepted.keepOpenAtEof = true;
          var peer = joinPeer(accepted);
          peer.endOutput();
          accepted.until(() -> accepted.calls.contains("eof"));
          assertQuiet();
          peer.reset();
          accepted.untilLost();

          assertThat(accepted.lostTo).isInstanceOf(ConnectionResetException.class);
          assertThat(accepted.calls)
              .containsExactly("made", "eof", "lost to ConnectionResetException");
        });
  }

  // B5
  @Test
  void aConnectionWhoseHalvesHaveBothEndedIsNotBroken() throws Exception {
    run(
        () -> {
          for (boolean first : new boolean[] {true, false}) {
            var accepted = recorder();
            accepted.keepOpenAtEof = true;
            var peer = joinPeer(accepted);
            if (first) {
              accepted.transport.writeEof();
            }
            peer.endOutput();
            accepted.until(() -> accepted.calls.contains("eof"));
            if (!first) {
              passIterations();
              accepted.transport.writeEof();
            }
            assertQuiet();
            peer.close();
            io.github.asyncio4j.Asyncio.sleep(java.time.Duration.ofMillis(300));
            assertQuiet();
            assertThat(accepted.isLost()).isFalse();
            accepted.transport.close();
            accepted.untilLost();
            assertThat(accepted.lostTo).isNull();
          }
        });
  }

  // B5, in small: a half-closed connection may be written to for as long as it lives
  @Test
  void halfClosedConnectionsLiveUntilTheyAreResetAndEachIsNoticed() throws Exception {
    run(
        () -> {
          var accepted = new java.util.ArrayList<Recorder>();
          var peers = new java.util.ArrayList<Peer>();
          for (int i = 0; i < Load.of(40, 1000); i++) {
            var recorder = recorder();
            recorder.keepOpenAtEof = true;
            accepted.add(recorder);
            var peer = joinPeer(recorder);
            peers.add(peer);
            peer.endOutput();
            recorder.until(() -> recorder.calls.contains("eof"));
            recorder.transport.write(bytes("answer"));
            assertThat(text(blocking(() -> peer.read(6)))).isEqualTo("answer");
          }
          assertThat(accepted).noneMatch(Recorder::isLost);
          for (var peer : peers) {
            peer.reset();
          }
          for (var recorder : accepted) {
            recorder.untilLost();
          }
          assertThat(accepted).allMatch(recorder -> recorder.lostTo instanceof IOException);
        });
  }

  //
  @Test
  void pausingAndResumingAreIdempotentAndDoNothingOnceClosed() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var peer = joinPeer(accepted)) {
            Transport transport = accepted.transport;
            assertThat(transport.isReading()).isTrue();
            transport.resumeReading();
            transport.pauseReading();
            transport.pauseReading();
            assertThat(transport.isReading()).isFalse();
            transport.resumeReading();
            transport.resumeReading();
            assertThat(transport.isReading()).isTrue();
            peer.send("abc");
            accepted.untilReceived(3);
            transport.close();

            transport.resumeReading();
            assertThat(transport.isReading()).isFalse();
            transport.pauseReading();
            accepted.untilLost();
            transport.resumeReading();
            assertThat(transport.isReading()).isFalse();
          }
        });
  }

  //
  @Test
  void bothSidesSendWithoutDelay() throws Exception {
    run(
        () -> {
          var client = recorder();
          var accepted = recorder();
          join(client, accepted);
          for (var side : List.of(client, accepted)) {
            var socket = side.transport.getExtraInfo("socket", TransportSocket.class);
            assertThat(socket.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
            assertThat(socket.getOption(StandardSocketOptions.SO_KEEPALIVE)).isFalse();
          }
          client.transport.close();
          accepted.untilLost();
        });
  }

  // R-83, TP-01
  @Test
  void theAddressesAreKnownEvenAfterTheEnd() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          InetSocketAddress peerAddress;
          try (var peer = joinPeer(accepted)) {
            peerAddress = peer.localAddress();
          }
          accepted.untilLost();
          Transport transport = accepted.transport;

          assertThat(transport.getExtraInfo("peername")).isEqualTo(peerAddress);
          assertThat(transport.getExtraInfo("sockname", InetSocketAddress.class)).isNotNull();
          assertThat(transport.getExtraInfo("cipher")).isNull();
          assertThat(transport.getExtraInfo("socket", TransportSocket.class).fileno())
              .isEqualTo(-1);
        });
  }

  //
  @Test
  void closingTheLoopClosesTheSocketsOfItsTransportsAndCallsNobody() throws Exception {
    var client = recorder();
    var accepted = recorder();
    run(() -> join(client, accepted));

    try (var log = LogRecorder.start()) {
      loop.close();
      assertThat(log.messages()).hasSize(2).allMatch(text -> text.startsWith("unclosed "));
    }

    assertThat(client.calls).containsExactly("made");
    assertThat(accepted.calls).containsExactly("made");
    // Late calls are harmless, and nothing is left open: the base class looks.
    client.transport.write(bytes("late"));
    client.transport.close();
    accepted.transport.abort();
  }

  //
  @Test
  void aTransportWithOutputCanBeClosedAfterItsLoop() throws Exception {
    var accepted = recorder();
    var peers = new ArrayList<Peer>();
    run(
        () -> {
          peers.add(joinNarrowPeer(accepted));
          accepted.transport.write(pattern(300_000));
        });
    try (var log = LogRecorder.start()) {
      loop.close();
      assertThat(log.messages()).hasSize(1);
    }

    accepted.transport.close();

    assertThat(accepted.transport.isClosing()).isTrue();
    peers.getFirst().close();
  }

  @Test
  void aTransportTellsItsStateInOneLine() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var _ = joinPeer(accepted)) {
            assertThat(accepted.transport.toString())
                .contains("<Transport OPEN protocol=Recorder", "FLOWING", "writeBuffer=0")
                .doesNotContain("\n");
            accepted.transport.close();
            accepted.untilLost();
            assertThat(accepted.transport.toString()).contains("CLOSED");
          }
        });
  }
}
