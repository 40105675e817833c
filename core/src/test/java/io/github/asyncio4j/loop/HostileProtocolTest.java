// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.Transport;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.logging.Filter;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What a transport does about a protocol, or a logger, that does the unexpected.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class HostileProtocolTest extends NetTest {
  HostileProtocolTest(LoopKind kind) {
    super(kind);
  }

  /// Asked for a buffer, it does something to its transport, once.
  private final class Meddling extends Recorder.Buffered {
    private Consumer<Transport> deed;

    Meddling(Consumer<Transport> deed) {
      super(loop, ByteBuffer.allocate(100));
      this.deed = deed;
      watched(recorder);
    }

    @Override
    public ByteBuffer getBuffer(int sizehint) {
      deed.accept(recorder.transport);
      deed = _ -> {};
      return super.getBuffer(sizehint);
    }
  }

  // A deviation: CPython receives once more
  @Test
  void aTransportThatIsPausedInsideGetBufferReceivesNothingUntilItResumes() throws Exception {
    run(
        () -> {
          var protocol = new Meddling(Transport::pauseReading);
          try (var peer = joinPeer(protocol, protocol.recorder)) {
            peer.send("kept");
            passIterations();
            poll();
            assertThat(protocol.recorder.calls).containsExactly("made");

            protocol.recorder.transport.resumeReading();
            protocol.recorder.untilReceived(4);
            assertThat(protocol.recorder.text()).isEqualTo("kept");
            protocol.recorder.transport.close();
            protocol.recorder.untilLost();
          }
        });
  }

  // A deviation: CPython receives once more
  @Test
  void aTransportThatIsClosedInsideGetBufferReceivesNothing() throws Exception {
    run(
        () -> {
          var protocol = new Meddling(Transport::close);
          try (var peer = joinPeer(protocol, protocol.recorder)) {
            peer.send("never read");
            protocol.recorder.untilLost();

            assertThat(protocol.recorder.calls).containsExactly("made", "lost");
          }
        });
  }

  // A deviation: CPython reports first. R-61
  @Test
  void aFailingProtocolIsReportedWhenItsTransportIsClosingAlready() throws Exception {
    run(
        () -> {
          var closing = new boolean[1];
          loop.setExceptionHandler(
              (_, report) -> {
                reports.add(report);
                closing[0] = report.get("transport") instanceof Transport t && t.isClosing();
              });
          var accepted =
              watched(
                  new Recorder(loop) {
                    @Override
                    public void dataReceived(ByteBuffer data) {
                      throw new IllegalStateException("indigestible");
                    }
                  });
          try (var peer = joinPeer(accepted)) {
            peer.send("x");
            accepted.untilLost();
            assertThat(onlyReport().exception()).hasMessage("indigestible");
            assertThat(closing[0]).isTrue();
          }
        });
  }

  @Test
  void theTextOfAProtocolThatIsRefusedIsNotAskedFor() throws Exception {
    run(
        () -> {
          var accepted = recorder();
          try (var _ = joinPeer(accepted)) {
            var nameless =
                new BaseProtocol() {
                  @Override
                  public String toString() {
                    throw new UnsupportedOperationException("no text");
                  }
                };
            assertThatThrownBy(() -> accepted.transport.setProtocol(nameless))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(nameless.getClass().getName());
            accepted.transport.close();
            accepted.untilLost();
          }
        });
  }

  //
  @Test
  void aLoggerThatThrowsKeepsNoConnectionFromItsEnd() throws Exception {
    var logger = Logger.getLogger("io.github.asyncio4j");
    Filter before = logger.getFilter();
    logger.setFilter(
        _ -> {
          throw new IllegalStateException("the disk is full");
        });
    try {
      run(
          () -> {
            loop.setDebug(true);
            logger.setLevel(java.util.logging.Level.ALL);
            var accepted = recorder();
            try (var peer = joinPeer(accepted)) {
              peer.reset();
              accepted.untilLost();
              for (int i = 0; i < 10; i++) {
                accepted.transport.write(bytes("dropped"));
              }
            }
          });
    } finally {
      logger.setLevel(null);
      logger.setFilter(before);
    }
  }
}
