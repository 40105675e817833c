// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Connections.HUGE;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Connections;
import io.github.asyncio4j.conformance.stage.Recorder;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Words;
import io.github.asyncio4j.transport.Transport;
import io.github.asyncio4j.transport.WriteBufferLimits;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The twins of `conformance/python/flow_control.py`.
final class FlowControlScenarios {
  @Scenario(
      value = {"R-75", "TP-03", "TP-07"},
      task = true)
  void writingIsPausedInsideWriteAndResumedWhenThePeerHasRead(Stage stage) throws Exception {
    var protocol = new Flow(stage::out);
    var link = stage.connect(protocol);
    var transport = link.transport();
    stage.out("first write");
    transport.write(new byte[HUGE]);
    stage.out("second write");
    transport.write(new byte[100_000]);
    stage.out("above the mark " + (transport.getWriteBufferSize() > 64 * 1024));
    link.peer().receive(HUGE + 100_000);
    protocol.resumed.await();
    Asyncio.sleep(Duration.ofMillis(20));
    stage.out("buffered " + transport.getWriteBufferSize());
    finish(link, protocol);
  }

  @Scenario(
      value = {"R-75", "TP-03"},
      task = true)
  void theHighMarkItselfIsNotTooMuch(Stage stage) throws Exception {
    var protocol = new Flow(stage::out);
    var link = stage.connect(protocol);
    var transport = link.transport();
    transport.setWriteBufferLimits(HUGE);
    transport.write(new byte[HUGE]);
    int size = transport.getWriteBufferSize();
    stage.out("buffered " + (size > 0));
    transport.setWriteBufferLimits(size);
    stage.out("one byte more");
    transport.write("x".getBytes(US_ASCII));
    stage.out("grew by " + (transport.getWriteBufferSize() - size));
    finish(link, protocol);
  }

  @Scenario(
      value = {"R-75", "TP-03"},
      task = true)
  void aHighMarkOfZeroPausesOnAnyBufferedByte(Stage stage) throws Exception {
    var protocol = new Flow(stage::out);
    var link = stage.connect(protocol);
    var transport = link.transport();
    transport.setWriteBufferLimits(0);
    transport.write("goes out at once".getBytes(US_ASCII));
    stage.out("buffered " + transport.getWriteBufferSize());
    transport.write(new byte[HUGE]);
    finish(link, protocol);
  }

  @Scenario(
      value = {"R-78", "TP-03"},
      task = true)
  void settingTheMarksMayPauseAndNeverResumes(Stage stage) throws Exception {
    var protocol = new Flow(stage::out);
    var link = stage.connect(protocol);
    var transport = link.transport();
    transport.setWriteBufferLimits(2 * HUGE);
    transport.write(new byte[HUGE]);
    stage.out("low marks");
    transport.setWriteBufferLimits(1000);
    stage.out("high marks");
    transport.setWriteBufferLimits(2 * HUGE);
    Asyncio.sleep(Duration.ZERO);
    stage.out("not resumed");
    finish(link, protocol);
  }

  @Scenario(
      value = {"R-76", "R-75"},
      task = true)
  void whatIsWrittenFromResumeWritingFollowsWhatIsBuffered(Stage stage) throws Exception {
    class Writing extends Flow {
      Writing() {
        super(stage::out);
      }

      @Override
      public void resumeWriting() {
        super.resumeWriting();
        transport.write("tail".getBytes(US_ASCII));
        transport.writeEof();
      }
    }

    var protocol = new Writing();
    var link = stage.connect(protocol);
    link.transport().write(new byte[HUGE]);
    link.peer().receive(HUGE);
    stage.out("peer got " + Words.show(link.peer().receive(100)));
    finish(link, protocol);
  }

  @Scenario(
      value = {"R-77", "EL-123"},
      task = true)
  void aFailingPauseOrResumeIsReportedAndTheTransportLives(Stage stage) throws Exception {
    stage.loop().setExceptionHandler(stage.printingHandler());

    class Failing extends Flow {
      Failing() {
        super(stage::out);
      }

      @Override
      public void pauseWriting() {
        super.pauseWriting();
        throw new Boom("pause boom");
      }

      @Override
      public void resumeWriting() {
        super.resumeWriting();
        throw new Boom("resume boom");
      }
    }

    var protocol = new Failing();
    var link = stage.connect(protocol);
    link.transport().write(new byte[HUGE]);
    link.peer().receive(HUGE);
    protocol.resumed.await();
    link.transport().write("lives".getBytes(US_ASCII));
    stage.out("peer got " + Words.show(link.peer().receive(5)));
    finish(link, protocol);
  }

  @Scenario(
      value = {"TP-03"},
      task = true)
  void theLowMarkIsAQuarterOfTheHighOne(Stage stage) throws Exception {
    var protocol = new Recorder(stage::out);
    var link = stage.connect(protocol);
    var transport = link.transport();
    printLimits(stage, "at first", transport);
    transport.setWriteBufferLimits(1000);
    printLimits(stage, "high only", transport);
    transport.setWriteBufferLimits(1000, 1000);
    printLimits(stage, "both", transport);
    transport.setWriteBufferLimits(0);
    printLimits(stage, "zero", transport);
    finish(link, protocol);
  }

  @Scenario(
      value = {"TP-03"},
      task = true)
  void marksThatMakeNoSenseAreRefused(Stage stage) throws Exception {
    var protocol = new Recorder(stage::out);
    var link = stage.connect(protocol);
    var transport = link.transport();
    stage.attempt("high below low", () -> transport.setWriteBufferLimits(10, 20));
    stage.attempt("negative low", () -> transport.setWriteBufferLimits(10, -1));
    stage.attempt("negative high", () -> transport.setWriteBufferLimits(-1, -2));
    printLimits(stage, "unchanged", transport);
    finish(link, protocol);
  }

  private static void printLimits(Stage stage, String label, Transport transport) {
    WriteBufferLimits limits = transport.getWriteBufferLimits();
    stage.out(label + ": low " + limits.low() + ", high " + limits.high());
  }

  private static void finish(Connections.Link link, Recorder protocol) throws Exception {
    link.transport().abort();
    protocol.lost.await();
    link.peer().close();
  }

  /// Prints the calls of flow control too.
  private static class Flow extends Recorder {
    final Future<@Nullable Void> resumed = Asyncio.getRunningLoop().createFuture();

    Flow(Consumer<String> out) {
      super(out);
    }

    @Override
    public void pauseWriting() {
      out.accept("pause");
    }

    @Override
    public void resumeWriting() {
      out.accept("resume");
      if (!resumed.done()) {
        resumed.setResult(null);
      }
    }
  }
}
