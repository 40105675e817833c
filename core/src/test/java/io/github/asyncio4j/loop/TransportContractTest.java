// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.KeyboardInterrupt;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.BaseTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What a stream transport promises about its start and its input: connecting, receiving, failing.
@ParameterizedClass
@EnumSource(LoopKind.class)
class TransportContractTest extends NetTest {
  TransportContractTest(LoopKind kind) {
    super(kind);
  }

  //
  @Test
  void connectionMadeComesFirstThenTheConnectingTaskThenTheData() throws Exception {
    run(
        () -> {
          var order = new ArrayList<String>();
          var client =
              watched(
                  new Recorder(loop) {
                    @Override
                    public void connectionMade(BaseTransport transport) {
                      order.add("made");
                      super.connectionMade(transport);
                    }

                    @Override
                    public void dataReceived(ByteBuffer data) {
                      order.add("data");
                      super.dataReceived(data);
                    }
                  });
          var greeter =
              watched(
                  new Recorder(loop) {
                    @Override
                    public void connectionMade(BaseTransport transport) {
                      super.connectionMade(transport);
                      this.transport.write(bytes("hello"));
                    }
                  });
          try (var server = serve(() -> greeter)) {
            connect(() -> client, server);
            order.add("connected");
            client.untilReceived(5);

            assertThat(order).containsExactly("made", "connected", "data");
          }
          client.transport.close();
          greeter.untilLost();
        });
  }

  //
  @Test
  void aProtocolThatPausesInConnectionMadeGetsNothingUntilItResumes() throws Exception {
    run(
        () -> {
          var shy =
              watched(
                  new Recorder(loop) {
                    @Override
                    public void connectionMade(BaseTransport transport) {
                      super.connectionMade(transport);
                      this.transport.pauseReading();
                    }
                  });
          try (var peer = joinPeer(shy)) {
            peer.send("early");
            passIterations();
            assertThat(shy.calls).containsExactly("made");

            shy.transport.resumeReading();
            shy.untilReceived(5);

            assertThat(shy.text()).isEqualTo("early");
          }
          shy.untilLost();
        });
  }

  // R-59, TP-08
  @Test
  void theCallsOfAConnectionComeInTheirOrderEachOnce() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var peer = joinPeer(accepted)) {
            peer.send("one");
            accepted.untilReceived(3);
            peer.endOutput();
            accepted.untilLost();
            accepted.transport.close();
            accepted.transport.abort();
            passIterations();

            assertThat(accepted.calls).containsExactly("made", "data", "eof", "lost");
          }
        });
  }

  //
  @Test
  void anExceptionInConnectionMadeIsReportedAndTheConnectionIsUsable() throws Exception {
    run(
        () -> {
          var accepted =
              watched(
                  new Recorder(loop) {
                    @Override
                    public void connectionMade(BaseTransport transport) {
                      super.connectionMade(transport);
                      throw new IllegalArgumentException("unwell");
                    }
                  });
          try (var peer = joinPeer(accepted)) {
            peer.send("abc");
            accepted.untilReceived(3);

            assertThat(onlyReport().exception()).hasMessage("unwell");
          }
          accepted.untilLost();
        });
  }

  //
  @Test
  void anExceptionInDataReceivedIsReportedAndEndsTheConnectionWithIt() throws Exception {
    run(
        () -> {
          var accepted =
              watched(
                  new Recorder(loop) {
                    @Override
                    public void dataReceived(ByteBuffer data) {
                      throw new IllegalArgumentException("indigestible");
                    }
                  });
          try (var peer = joinPeer(accepted)) {
            peer.send("abc");
            accepted.untilLost();
            var report = onlyReport();

            assertThat(report.message())
                .isEqualTo("Fatal error: protocol.dataReceived() call failed.");
            assertThat(report.get("transport")).isSameAs(accepted.transport);
            assertThat(report.get("protocol")).isSameAs(accepted);
            assertThat(accepted.lostTo).isSameAs(report.exception()).hasMessage("indigestible");
          }
        });
  }

  //
  @Test
  void whatIsThrownAndNoExceptionReachesConnectionLostAsTheCauseOfOne() throws Exception {
    run(
        () -> {
          var accepted =
              watched(
                  new Recorder(loop) {
                    @Override
                    public void dataReceived(ByteBuffer data) {
                      throw new StackOverflowError("deep");
                    }
                  });
          try (var peer = joinPeer(accepted)) {
            peer.send("abc");
            accepted.untilLost();

            assertThat(onlyReport().exception()).isInstanceOf(StackOverflowError.class);
            assertThat(accepted.lostTo).hasCauseInstanceOf(StackOverflowError.class);
          }
        });
  }

  //
  @Test
  void anExceptionInEofReceivedIsReportedAndEndsTheConnectionWithIt() throws Exception {
    run(
        () -> {
          var accepted =
              watched(
                  new Recorder(loop) {
                    @Override
                    public boolean eofReceived() {
                      throw new IllegalArgumentException("endless");
                    }
                  });
          try (var peer = joinPeer(accepted)) {
            peer.endOutput();
            accepted.untilLost();

            assertThat(onlyReport().message())
                .isEqualTo("Fatal error: protocol.eofReceived() call failed.");
            assertThat(accepted.lostTo).hasMessage("endless");
          }
        });
  }

  //
  @Test
  void aKeyboardInterruptInDataReceivedEndsTheRunAndTheConnectionLivesOn() throws Exception {
    var accepted =
        watched(
            new Recorder(loop) {
              private boolean interrupted;

              @Override
              public void dataReceived(ByteBuffer data) {
                if (!interrupted) {
                  interrupted = true;
                  throw new KeyboardInterrupt();
                }
                super.dataReceived(data);
              }
            });
    var peers = new ArrayList<Peer>();
    run(() -> peers.add(joinPeer(accepted)));
    try (var peer = peers.getFirst()) {
      peer.send("lost");
      assertThatThrownBy(() -> run(() -> accepted.until(() -> false)))
          .isInstanceOf(KeyboardInterrupt.class);
      peer.send("kept");

      run(() -> accepted.untilReceived(4));

      assertThat(accepted.text()).isEqualTo("kept");
    }
    run(accepted::untilLost);
    // The wait that the interrupt left behind.
    reports.removeIf(r -> "Task was destroyed but it is pending!".equals(r.message()));
  }

  //
  @Test
  void aResetIsNotReportedAndEndsTheConnectionWithTheError() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          var peer = joinPeer(accepted);
          peer.reset();
          accepted.untilLost();

          assertThat(accepted.lostTo).isInstanceOf(IOException.class);
          assertThat(accepted.calls).doesNotContain("eof");
        });
  }

  //
  @Test
  void writingToAPeerThatIsGoneEndsTheConnectionWithTheErrorAndNeverThrows() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          accepted.keepOpenAtEof = true;
          var peer = joinPeer(accepted);
          accepted.transport.pauseReading();
          peer.reset();
          for (int i = 0; i < 4 && !accepted.isLost(); i++) {
            accepted.transport.write(bytes("anybody?"));
            passIterations();
          }

          assertThat(accepted.lostTo).isInstanceOf(IOException.class);
        });
  }

  //
  @Test
  void oneReceiveTakesAtMost256KiBAndOthersGetTheirTurnInBetween() throws Exception {
    run(
        () -> {
          var turns = new ArrayList<Integer>();
          var accepted =
              watched(
                  new Recorder(loop) {
                    @Override
                    public void dataReceived(ByteBuffer data) {
                      super.dataReceived(data);
                      int chunk = chunkSizes.size();
                      loop.callSoon(() -> turns.add(chunk - chunkSizes.size()));
                    }
                  });
          byte[] sent = pattern(1 << 20);
          try (var peer = joinPeer(accepted)) {
            accepted.transport.pauseReading();
            var sending = loop.runInExecutor(null, () -> send(peer, sent));
            passIterations();
            accepted.transport.resumeReading();
            accepted.untilReceived(sent.length);
            sending.await();

            assertThat(accepted.received.toByteArray()).isEqualTo(sent);
            assertThat(accepted.chunkSizes).allMatch(size -> size <= 256 * 1024);
            assertThat(turns).isNotEmpty().containsOnly(0);
          }
          accepted.untilLost();
        });
  }

  private static String send(Peer peer, byte[] bytes) throws IOException {
    peer.send(bytes);
    return "";
  }

  // TP-09
  @Test
  void aBufferedProtocolReceivesIntoItsOwnBufferFromItsPositionOn() throws Exception {
    for (var buffer : List.of(ByteBuffer.allocate(16), ByteBuffer.allocateDirect(16))) {
      run(
          () -> {
            var accepted = buffered(buffer.position(3).limit(10));
            try (var peer = joinPeer(accepted, accepted.recorder)) {
              peer.send("0123456789");
              accepted.recorder.untilReceived(10);

              assertThat(accepted.recorder.text()).isEqualTo("0123456789");
              assertThat(accepted.recorder.chunkSizes).containsExactly(7, 3);
              assertThat(buffer.position()).isEqualTo(3);
              assertThat(buffer.limit()).isEqualTo(10);
              peer.endOutput();
              accepted.recorder.untilLost();
              assertThat(accepted.recorder.calls).containsExactly("made", "data", "eof", "lost");
            }
          });
    }
  }

  // TP-09
  @Test
  void aBufferedProtocolThatOffersNoRoomIsReportedAndEndsTheConnection() throws Exception {
    run(
        () -> {
          var accepted = buffered(ByteBuffer.allocate(0));
          try (var peer = joinPeer(accepted, accepted.recorder)) {
            peer.send("x");
            accepted.recorder.untilLost();
            var report = onlyReport();

            assertThat(report.message())
                .isEqualTo("Fatal error: protocol.getBuffer() call failed.");
            assertThat(report.exception()).hasMessage("getBuffer() returned an empty buffer");
            assertThat(accepted.recorder.lostTo).isSameAs(report.exception());
          }
        });
  }

  // TP-09
  @Test
  void aBufferedProtocolThatOffersAReadOnlyBufferIsReportedAndEndsTheConnection() throws Exception {
    run(
        () -> {
          var accepted = buffered(ByteBuffer.allocate(4).asReadOnlyBuffer());
          try (var peer = joinPeer(accepted, accepted.recorder)) {
            peer.send("x");
            accepted.recorder.untilLost();

            assertThat(onlyReport().exception())
                .hasMessage("getBuffer() returned a read-only buffer");
          }
        });
  }

  // TP-01
  @Test
  void setProtocolSwitchesBetweenTheKindsOfProtocols() throws Exception {
    run(
        () -> {
          var first = recorder();
          var second = buffered(ByteBuffer.allocate(64));
          try (var peer = joinPeer(first)) {
            var transport = first.transport;
            peer.send("one");
            first.untilReceived(3);
            second.recorder.connectionMade(transport);
            transport.setProtocol(second);
            peer.send("two");
            second.recorder.untilReceived(3);
            var third = recorder();
            third.connectionMade(transport);
            transport.setProtocol(third);
            peer.send("three");
            third.untilReceived(5);

            assertThat(first.text()).isEqualTo("one");
            assertThat(second.recorder.text()).isEqualTo("two");
            assertThat(third.text()).isEqualTo("three");
            assertThat(transport.getProtocol()).isSameAs(third);
            assertThatThrownBy(() -> transport.setProtocol(new BaseProtocol() {}))
                .isInstanceOf(IllegalArgumentException.class);
            peer.endOutput();
            third.untilLost();
            assertThat(first.calls).containsExactly("made", "data");
          }
        });
  }

  //
  @Test
  void aProtocolThatClosesInConnectionMadeIsLostAndTheConnectingTaskGetsTheClosedTransport()
      throws Exception {
    run(
        () -> {
          var client =
              watched(
                  new Recorder(loop) {
                    @Override
                    public void connectionMade(BaseTransport transport) {
                      super.connectionMade(transport);
                      transport.close();
                    }
                  });
          var accepted = recorder();
          try (var server = serve(() -> accepted)) {
            var connection = connect(() -> client, server);

            assertThat(connection.transport().isClosing()).isTrue();
            client.untilLost();
            accepted.untilLost();
            assertThat(client.calls).containsExactly("made", "lost");
          }
        });
  }

  //
  @Test
  void anExceptionInConnectionLostIsReportedAndTheSocketIsClosedAllTheSame() throws Exception {
    run(
        () -> {
          var accepted =
              watched(
                  new Recorder(loop) {
                    @Override
                    public void connectionLost(@Nullable Exception exc) {
                      super.connectionLost(exc);
                      throw new IllegalArgumentException("bad loser");
                    }
                  });
          try (var peer = joinPeer(accepted)) {
            accepted.transport.close();
            assertThat(blocking(peer::readAll)).isEmpty();
            assertThat(onlyReport().exception()).hasMessage("bad loser");
          }
        });
  }

  // B11, in small
  @Test
  void streamsInBothDirectionsArriveAsTheyWereWritten() throws Exception {
    run(
        () -> {
          var client = recorder();
          var accepted = recorder();
          join(client, accepted);
          byte[] there = pattern(3_000_000);
          byte[] back = pattern(2_000_000);
          client.transport.write(there);
          accepted.transport.write(back);
          client.transport.writeEof();
          accepted.keepOpenAtEof = true;
          client.untilReceived(back.length);
          accepted.untilReceived(there.length);

          assertThat(accepted.received.toByteArray()).isEqualTo(there);
          assertThat(client.received.toByteArray()).isEqualTo(back);
          accepted.transport.close();
          client.untilLost();
          accepted.untilLost();
        });
  }
}
