// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Certificates.call;
import static io.github.asyncio4j.conformance.stage.Certificates.calling;
import static io.github.asyncio4j.conformance.stage.Certificates.join;
import static io.github.asyncio4j.conformance.stage.Certificates.serve;
import static io.github.asyncio4j.conformance.stage.Certificates.serving;
import static io.github.asyncio4j.conformance.stage.Certificates.silent;
import static io.github.asyncio4j.conformance.stage.Connections.HUGE;
import static io.github.asyncio4j.conformance.stage.Stage.settle;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.LogRecorder;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Certificates.Caller;
import io.github.asyncio4j.conformance.stage.Certificates.Kept;
import io.github.asyncio4j.conformance.stage.Quiet;
import io.github.asyncio4j.conformance.stage.Recorder;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Words;
import io.github.asyncio4j.ssl.TlsVersion;
import io.github.asyncio4j.transport.BufferedProtocol;
import io.github.asyncio4j.transport.Transport;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;

/// The twins of `conformance/python/tls_transports.py`.
final class TlsTransportsScenarios {
  private static final Duration A_WHILE = Duration.ofMillis(20);
  private static final Duration LIMIT = Duration.ofMillis(50);

  private static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }

  @Scenario(
      value = {"R-102", "TP-01"},
      task = true)
  void whatIsWrittenBeforeCloseArrivesUnderTls(Stage stage) throws Exception {
    var client = new Caller(stage::out);
    var accepted = silent();
    var transport = join(stage, client, accepted);
    transport.write(new byte[HUGE]);
    transport.close();
    stage.out("closing " + transport.isClosing());
    accepted.received(HUGE);
    client.lost.await();
    accepted.lost.await();
    stage.out("all " + (accepted.count == HUGE));
  }

  @Scenario(
      value = {"R-102", "R-67"},
      task = true)
  void writesAfterCloseAreDroppedUnderTls(Stage stage) throws Exception {
    var client = new Quiet(stage::out);
    var accepted = Kept.make();
    var transport = join(stage, client, accepted.recorder());
    try (var _ = LogRecorder.start()) {
      transport.write(ascii("before"));
      transport.close();
      for (int i = 0; i < 8; i++) {
        transport.write(ascii("after"));
      }
      client.lost.await();
      transport.write(ascii("long after"));
    }
    accepted.recorder().lost.await();
    accepted.tell(stage, "server");
  }

  @Scenario(
      value = {"R-102", "TP-01"},
      task = true)
  void closeIsToldOnceUnderTls(Stage stage) throws Exception {
    var client = new Caller(stage::out);
    var transport = join(stage, client, silent());
    transport.close();
    transport.close();
    stage.out("closing " + transport.isClosing());
    client.lost.await();
    transport.close();
    transport.abort();
    settle();
    stage.out("once");
  }

  @Scenario(
      value = {"EL-47", "R-102"},
      task = true)
  void aPeerThatSaysNoGoodbyeIsGivenUp(Stage stage) throws Exception {
    var client = new Recorder(stage::out);
    var accepted = silent();
    var server = serve(stage, () -> accepted);
    var transport = call(stage, server, client, calling().sslShutdownTimeout(LIMIT));
    accepted.made.await();
    accepted.transport.pauseReading();
    transport.close();
    client.lost.await();
    accepted.transport.abort();
    accepted.lost.await();
    server.close();
  }

  @Scenario(
      value = {"EL-77", "R-102"},
      task = true)
  void aClientThatSaysNoGoodbyeIsGivenUp(Stage stage) throws Exception {
    var client = silent();
    var accepted = new Recorder(stage::out);
    var server = serve(stage, () -> accepted, serving().sslShutdownTimeout(LIMIT));
    var transport = call(stage, server, client);
    accepted.made.await();
    transport.pauseReading();
    accepted.transport.close();
    accepted.lost.await();
    transport.abort();
    client.lost.await();
    server.close();
  }

  @Scenario(
      value = {"R-104", "TP-03"},
      task = true)
  void bothHalvesOfOldTlsEndTogether(Stage stage) throws Exception {
    var client = silent();
    var accepted =
        new Recorder(stage::out) {
          @Override
          public boolean eofReceived() {
            boolean _ = super.eofReceived();
            return true;
          }
        };
    try (var log = LogRecorder.start()) {
      var transport = join(stage, client, accepted, TlsVersion.TLSV1_2);
      stage.attempt("can_write_eof", transport::canWriteEof);
      try {
        transport.writeEof();
      } catch (UnsupportedOperationException e) {
        stage.out("write_eof refused");
      }
      transport.close();
      accepted.lost.await();
      client.lost.await();
      long warnings = log.records().stream().filter(r -> r.getLevel() == Level.WARNING).count();
      stage.out("warnings " + warnings);
    }
  }

  @Scenario(
      value = {"TP-04", "R-72"},
      task = true)
  void abortIsTheEndForWhoCallsItUnderTls(Stage stage) throws Exception {
    var client = new Recorder(stage::out);
    var accepted = silent();
    var transport = join(stage, client, accepted);
    transport.write(new byte[HUGE]);
    transport.abort();
    stage.out("closing " + transport.isClosing());
    client.lost.await();
    accepted.lost.await();
  }

  @Scenario(
      value = {"R-109", "TP-02"},
      task = true)
  void readingCanBePausedUnderTls(Stage stage) throws Exception {
    var client = silent();
    var accepted = new Recorder(stage::out);
    var transport = join(stage, client, accepted);
    accepted.transport.pauseReading();
    stage.attempt("reading", accepted.transport::isReading);
    transport.write(ascii("hello"));
    Asyncio.sleep(A_WHILE);
    stage.out("resume");
    accepted.transport.resumeReading();
    stage.attempt("reading", accepted.transport::isReading);
    accepted.received(5);
    transport.close();
    accepted.lost.await();
    client.lost.await();
  }

  @Scenario(
      value = {"R-106", "TP-03"},
      task = true)
  void theMarksOfTheWriteBufferUnderTls(Stage stage) throws Exception {
    var client = silent();
    var accepted = silent();
    var transport = join(stage, client, accepted);
    printLimits(stage, transport);
    transport.setWriteBufferLimits(100_000);
    printLimits(stage, transport);
    transport.setWriteBufferLimits(1000, 10);
    printLimits(stage, transport);
    stage.attempt("low above high", () -> transport.setWriteBufferLimits(1, 2));
    transport.close();
    client.lost.await();
    accepted.lost.await();
  }

  private static void printLimits(Stage stage, Transport transport) {
    var limits = transport.getWriteBufferLimits();
    stage.out("limits [" + limits.low() + ", " + limits.high() + "]");
  }

  @Scenario(
      value = {"R-106", "R-75"},
      task = true)
  void aProtocolThatWritesTooMuchIsPausedUnderTls(Stage stage) throws Exception {
    var lines = new ArrayList<String>();
    var client =
        new Quiet(_ -> {}) {
          @Override
          public void pauseWriting() {
            lines.add("pause");
          }

          @Override
          public void resumeWriting() {
            lines.add("resume");
          }
        };
    var accepted = silent();
    var transport = join(stage, client, accepted);
    accepted.transport.pauseReading();
    while (!lines.contains("pause")) {
      transport.write(new byte[1 << 20]);
      Asyncio.sleep(Duration.ZERO);
    }
    stage.out(Words.show(lines));
    stage.out("buffered " + (transport.getWriteBufferSize() > 0));
    accepted.transport.resumeReading();
    while (!lines.contains("resume")) {
      Asyncio.sleep(Duration.ofMillis(10));
    }
    stage.out(Words.show(lines));
    transport.abort();
    client.lost.await();
    accepted.lost.await();
  }

  /// A recorder that prints nothing and keeps what it receives.
  private static final class Keeping extends Quiet {
    final ByteArrayOutputStream received = new ByteArrayOutputStream();

    Keeping() {
      super(_ -> {});
    }

    @Override
    public void dataReceived(ByteBuffer data) {
      var bytes = new byte[data.remaining()];
      data.get(data.position(), bytes);
      received.writeBytes(bytes);
      super.dataReceived(data);
    }
  }

  @Scenario(
      value = {"R-66", "TP-03"},
      task = true)
  void writesArriveInOrderUnderTls(Stage stage) throws Exception {
    var client = silent();
    var accepted = new Keeping();
    var transport = join(stage, client, accepted);
    transport.write(ascii("a"));
    transport.write(new byte[0]);
    transport.writelines(
        List.of(ByteBuffer.wrap(ascii("b")), ByteBuffer.allocate(0), ByteBuffer.wrap(ascii("c"))));
    transport.write(ascii("d"));
    accepted.received(4);
    stage.out("server got " + Words.show(accepted.received.toByteArray()));
    transport.close();
    client.lost.await();
    accepted.lost.await();
  }

  private static final class Buffered implements BufferedProtocol {
    final Future<@Nullable Void> allThere = Asyncio.getRunningLoop().createFuture();
    final Future<@Nullable Void> lost = Asyncio.getRunningLoop().createFuture();
    final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final ByteBuffer buffer = ByteBuffer.allocate(5);
    private final Consumer<String> out;

    Buffered(Consumer<String> out) {
      this.out = out;
    }

    @Override
    public ByteBuffer getBuffer(int sizehint) {
      return buffer;
    }

    @Override
    public void bufferUpdated(int nbytes) {
      received.write(buffer.array(), 0, nbytes);
      if (received.size() == 12) {
        allThere.setResult(null);
      }
    }

    @Override
    public boolean eofReceived() {
      out.accept("eof");
      return false;
    }

    @Override
    public void connectionLost(@Nullable Exception exc) {
      out.accept("lost " + Words.word(exc));
      lost.setResult(null);
    }
  }

  @Scenario(
      value = {"TP-09", "R-110"},
      task = true)
  void aBufferedProtocolUnderTlsGetsEveryByte(Stage stage) throws Exception {
    var accepted = new Buffered(stage::out);
    var server = serve(stage, () -> accepted);
    var client = silent();
    var transport = call(stage, server, client);
    transport.write(ascii("twelve bytes"));
    accepted.allThere.await();
    stage.out("server got " + Words.show(accepted.received.toByteArray()));
    transport.close();
    client.lost.await();
    accepted.lost.await();
    server.close();
  }

  @Scenario(
      value = {"R-61", "EL-123"},
      task = true)
  void aDataReceivedThatRaisesIsFatalUnderTls(Stage stage) throws Exception {
    stage.loop().setExceptionHandler(stage.printingHandler());
    var client = silent();
    var accepted =
        new Recorder(stage::out) {
          @Override
          public void dataReceived(ByteBuffer data) {
            throw new Boom("boom");
          }
        };
    var transport = join(stage, client, accepted);
    transport.write(ascii("hello"));
    accepted.lost.await();
    client.lost.await();
  }
}
