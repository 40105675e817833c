// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Connections.HUGE;
import static io.github.asyncio4j.conformance.stage.Stage.settle;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.ConnectionOptions;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.conformance.stage.Boom;
import io.github.asyncio4j.conformance.stage.Peer;
import io.github.asyncio4j.conformance.stage.Quiet;
import io.github.asyncio4j.conformance.stage.Recorder;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Words;
import io.github.asyncio4j.transport.BufferedProtocol;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The twins of `conformance/python/transports.py`.
final class TransportsScenarios {
  private static final Duration A_WHILE = Duration.ofMillis(20);

  @Scenario(
      value = {"TP-08", "R-59", "R-73"},
      task = true)
  void theEndOfTheStreamClosesTheTransport(Stage stage) throws Exception {
    var recorder = new Recorder(stage::out);
    var link = stage.connect(recorder);
    var peer = link.peer();
    peer.send("hello");
    peer.end();
    recorder.lost.await();
    stage.out(
        "closing " + link.transport().isClosing() + ", peer got " + peer.receiveToEnd() + " bytes");
    peer.close();
    settle();
  }

  @Scenario(
      value = {"R-73", "TP-08"},
      task = true)
  void aProtocolCanKeepItsWriteHalfAfterTheEndOfTheStream(Stage stage) throws Exception {
    class HalfOpen extends Recorder {
      HalfOpen() {
        super(stage::out);
      }

      @Override
      public boolean eofReceived() {
        super.eofReceived();
        return true;
      }
    }

    var recorder = new HalfOpen();
    var link = stage.connect(recorder);
    var peer = link.peer();
    var transport = link.transport();
    peer.end();
    recorder.ended.await();
    Asyncio.sleep(A_WHILE);
    stage.out("closing " + transport.isClosing());
    transport.write(ascii("still here"));
    stage.out("peer got " + Words.show(peer.receive(10)));
    transport.close();
    recorder.lost.await();
    peer.close();
  }

  @Scenario(
      value = {"R-67", "TP-01"},
      task = true)
  void closeIsReportedInTheNextIteration(Stage stage) throws Exception {
    EventLoop loop = stage.loop();
    var recorder = new Recorder(stage::out);
    var link = stage.connect(recorder);
    loop.callSoon(() -> stage.out("queued before"));
    link.transport().close();
    loop.callSoon(() -> stage.out("queued after"));
    stage.out("closing " + link.transport().isClosing());
    link.transport().close();
    recorder.lost.await();
    settle();
    link.peer().close();
  }

  @Scenario(
      value = {"R-67", "TP-01"},
      task = true)
  void writesAfterCloseAreDropped(Stage stage) throws Exception {
    var recorder = new Recorder(stage::out);
    var link = stage.connect(recorder);
    var transport = link.transport();
    transport.write(ascii("before"));
    transport.close();
    for (int i = 0; i < 8; i++) {
      transport.write(ascii("after"));
    }
    recorder.lost.await();
    transport.write(ascii("long after"));
    stage.out("peer got " + link.peer().receiveToEnd() + " bytes");
    link.peer().close();
  }

  @Scenario(
      value = {"TP-01", "R-64"},
      task = true)
  void closeFlushesWhatIsBuffered(Stage stage) throws Exception {
    var recorder = new Recorder(stage::out);
    var link = stage.connect(recorder);
    var transport = link.transport();
    transport.write(new byte[HUGE]);
    stage.out("buffered " + (transport.getWriteBufferSize() > 0));
    transport.close();
    settle();
    stage.out("closing " + transport.isClosing() + ", lost " + recorder.lost.done());
    boolean all = link.peer().receiveToEnd() == HUGE;
    stage.out("peer got all " + all);
    recorder.lost.await();
    link.peer().close();
  }

  @Scenario(
      value = {"R-72", "TP-04"},
      task = true)
  void abortDropsWhatIsBuffered(Stage stage) throws Exception {
    EventLoop loop = stage.loop();
    var recorder = new Recorder(stage::out);
    var link = stage.connect(recorder);
    var transport = link.transport();
    transport.write(new byte[HUGE]);
    loop.callSoon(() -> stage.out("queued before"));
    transport.abort();
    stage.out("closing " + transport.isClosing() + ", buffered " + transport.getWriteBufferSize());
    recorder.lost.await();
    stage.out("peer got all " + (link.peer().receiveToEnd() == HUGE));
    link.peer().close();
  }

  @Scenario(
      value = {"R-72", "TP-04", "R-59"},
      task = true)
  void abortAndCloseTogetherAreReportedOnce(Stage stage) throws Exception {
    var recorder = new Recorder(stage::out);
    var link = stage.connect(recorder);
    var transport = link.transport();
    transport.close();
    transport.abort();
    transport.abort();
    transport.close();
    recorder.lost.await();
    transport.abort();
    transport.close();
    settle();
    stage.out("once");
    link.peer().close();
  }

  @Scenario(
      value = {"R-71", "TP-01"},
      task = true)
  void closeInsideDataReceivedEndsTheDelivery(Stage stage) throws Exception {
    class Closing extends Recorder {
      Peer peer;

      Closing() {
        super(stage::out);
      }

      @Override
      public void dataReceived(ByteBuffer data) {
        super.dataReceived(data);
        transport.close();
        try {
          peer.send("more");
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }

    var recorder = new Closing();
    recorder.peer = stage.connect(recorder).peer();
    recorder.peer.send("hello");
    recorder.lost.await();
    recorder.peer.close();
  }

  @Scenario(
      value = {"R-70", "R-80"},
      task = true)
  void dataThatWasNotReadBeforeCloseIsNeverDelivered(Stage stage) throws Exception {
    var recorder = new Recorder(stage::out);
    var link = stage.connect(recorder);
    link.transport().pauseReading();
    link.peer().send("hello");
    Asyncio.sleep(A_WHILE);
    link.transport().close();
    recorder.lost.await();
    link.peer().close();
  }

  @Scenario(
      value = {"R-74", "R-66", "TP-03"},
      task = true)
  void writeEofEndsTheWriteHalfOnly(Stage stage) throws Exception {
    var recorder = new Recorder(stage::out);
    var link = stage.connect(recorder);
    var peer = link.peer();
    var transport = link.transport();
    stage.attempt("can_write_eof", transport::canWriteEof);
    transport.write(ascii("hello"));
    transport.writeEof();
    transport.writeEof();
    stage.out("peer got " + peer.receiveToEnd() + " bytes and the end");
    stage.attempt("write", () -> transport.write(ascii("more")));
    stage.attempt("write nothing", () -> transport.write(ascii("")));
    stage.out("closing " + transport.isClosing());
    peer.send("answer");
    recorder.received(6);
    transport.close();
    recorder.lost.await();
    peer.close();
  }

  @Scenario(
      value = {"R-74", "TP-03"},
      task = true)
  void writeEofWaitsForWhatIsBuffered(Stage stage) throws Exception {
    var recorder = new Recorder(stage::out);
    var link = stage.connect(recorder);
    var transport = link.transport();
    transport.write(new byte[HUGE]);
    transport.writeEof();
    stage.out("buffered " + (transport.getWriteBufferSize() > 0));
    stage.out("peer got all " + (link.peer().receiveToEnd() == HUGE));
    transport.close();
    recorder.lost.await();
    link.peer().close();
  }

  @Scenario(
      value = {"R-66", "TP-03", "R-64"},
      task = true)
  void writesArriveInOrderAndAnEmptyOneIsNothing(Stage stage) throws Exception {
    var recorder = new Recorder(stage::out);
    var link = stage.connect(recorder);
    var transport = link.transport();
    transport.write(ascii("a"));
    transport.write(ascii(""));
    transport.writelines(
        List.of(
            ByteBuffer.wrap(ascii("b")), ByteBuffer.wrap(ascii("")), ByteBuffer.wrap(ascii("c"))));
    transport.write(ascii("d"));
    stage.out("buffered " + transport.getWriteBufferSize());
    stage.out("peer got " + Words.show(link.peer().receive(4)));
    transport.close();
    recorder.lost.await();
    link.peer().close();
  }

  @Scenario(
      value = {"R-64", "TP-03"},
      task = true)
  void bufferedPiecesArriveInOrder(Stage stage) throws Exception {
    var recorder = new Recorder(stage::out);
    var link = stage.connect(recorder);
    var peer = link.peer();
    var transport = link.transport();
    transport.write(new byte[HUGE]);
    var tail = new ByteArrayOutputStream();
    for (int n = 0; n < 3000; n++) {
      byte[] piece = ascii(n + ",");
      tail.writeBytes(piece);
      transport.write(piece);
    }
    stage.out("buffered " + (transport.getWriteBufferSize() >= tail.size()));
    peer.receive(HUGE);
    boolean inOrder = Arrays.equals(peer.receive(tail.size()), tail.toByteArray());
    stage.out("tail in order " + inOrder);
    transport.close();
    recorder.lost.await();
    peer.close();
  }

  @Scenario(
      value = {"R-61", "EL-123"},
      task = true)
  void aDataReceivedThatRaisesIsFatal(Stage stage) throws Exception {
    stage.loop().setExceptionHandler(stage.printingHandler());

    class Failing extends Recorder {
      Failing() {
        super(stage::out);
      }

      @Override
      public void dataReceived(ByteBuffer data) {
        throw new Boom("boom");
      }
    }

    var recorder = new Failing();
    var peer = stage.connect(recorder).peer();
    peer.send("hello");
    recorder.lost.await();
    stage.out("peer got " + peer.receiveToEnd() + " bytes and the end");
    peer.close();
  }

  @Scenario(
      value = {"R-61", "EL-123"},
      task = true)
  void anEofReceivedThatRaisesIsFatal(Stage stage) throws Exception {
    stage.loop().setExceptionHandler(stage.printingHandler());

    class Failing extends Recorder {
      Failing() {
        super(stage::out);
      }

      @Override
      public boolean eofReceived() {
        throw new Boom("boom");
      }
    }

    var recorder = new Failing();
    var peer = stage.connect(recorder).peer();
    peer.end();
    recorder.lost.await();
    stage.out("peer got " + peer.receiveToEnd() + " bytes and the end");
    peer.close();
  }

  @Scenario(
      value = {"R-62"},
      task = true)
  void aResetByThePeerIsToldToTheProtocolOnly(Stage stage) throws Exception {
    stage.loop().setExceptionHandler(stage.printingHandler());
    var recorder = new Recorder(stage::out);
    var link = stage.connect(recorder);
    link.peer().reset();
    recorder.lost.await();
    stage.out("closing " + link.transport().isClosing());
  }

  @Scenario(
      value = {"R-63"},
      task = true)
  void oneReadTakesNoMoreThan256Kib(Stage stage) throws Exception {
    var sizes = new ArrayList<Integer>();

    class Sizes extends Quiet {
      Sizes() {
        super(stage::out);
      }

      @Override
      public void dataReceived(ByteBuffer data) {
        sizes.add(data.remaining());
      }
    }

    var recorder = new Sizes();
    var peer = stage.connect(recorder).peer();
    peer.sendAll(new byte[HUGE]);
    peer.close();
    recorder.lost.await();
    int sum = sizes.stream().mapToInt(Integer::intValue).sum();
    stage.out("all arrived " + (sum == HUGE));
    stage.out("none too large " + (Collections.max(sizes) <= 256 * 1024));
  }

  @Scenario(
      value = {"R-80", "TP-02"},
      task = true)
  void readingCanBePausedAndResumedAnyNumberOfTimes(Stage stage) throws Exception {
    var recorder = new Recorder(stage::out);
    var link = stage.connect(recorder);
    var transport = link.transport();
    stage.attempt("reading", transport::isReading);
    transport.pauseReading();
    transport.pauseReading();
    stage.attempt("paused: reading", transport::isReading);
    link.peer().send("hello");
    Asyncio.sleep(A_WHILE);
    stage.out("resume");
    transport.resumeReading();
    transport.resumeReading();
    stage.attempt("resumed: reading", transport::isReading);
    recorder.received(5);
    transport.close();
    stage.attempt("closed: reading", transport::isReading);
    transport.pauseReading();
    transport.resumeReading();
    stage.attempt("closed and resumed: reading", transport::isReading);
    recorder.lost.await();
    link.peer().close();
  }

  @Scenario(
      value = {"R-79", "TP-02"},
      task = true)
  void aPausedTransportDoesNotNoticeThatThePeerIsGone(Stage stage) throws Exception {
    var recorder = new Recorder(stage::out);
    var link = stage.connect(recorder);
    link.transport().pauseReading();
    link.peer().send("hello");
    link.peer().close();
    Asyncio.sleep(A_WHILE);
    stage.out("resume");
    link.transport().resumeReading();
    recorder.lost.await();
  }

  @Scenario(
      value = {"TP-01", "TP-08"},
      task = true)
  void theProtocolOfATransportCanBeReplaced(Stage stage) throws Exception {
    class Second extends Recorder {
      Second() {
        super(stage::out);
      }

      @Override
      public void dataReceived(ByteBuffer data) {
        out.accept("second protocol");
        super.dataReceived(data);
      }
    }

    var first = new Recorder(stage::out);
    var second = new Second();
    var link = stage.connect(first);
    var peer = link.peer();
    peer.send("one");
    first.received(3);
    link.transport().setProtocol(second);
    stage.out("replaced " + (link.transport().getProtocol() == second));
    peer.send("two");
    second.received(3);
    peer.close();
    second.lost.await();
    stage.out("first was told " + first.lost.done());
  }

  @Scenario(
      value = {"TP-01"},
      task = true)
  void aTransportTellsItsAddresses(Stage stage) throws Exception {
    var recorder = new Recorder(stage::out);
    var link = stage.connect(recorder);
    var peer = link.peer();
    var transport = link.transport();
    stage.out("sockname " + peer.remoteAddress().equals(transport.getExtraInfo("sockname")));
    stage.out("peername " + peer.localAddress().equals(transport.getExtraInfo("peername")));
    stage.out("socket " + (transport.getExtraInfo("socket") != null));
    stage.out("no such name " + Words.show(transport.getExtraInfo("nonsense")));
    transport.close();
    recorder.lost.await();
    peer.close();
  }

  @Scenario(
      value = {"R-84", "EL-100", "EL-101"},
      task = true)
  void aDescriptorOfATransportCannotBeWatched(Stage stage) throws Exception {
    EventLoop loop = stage.loop();
    var recorder = new Recorder(stage::out);
    try (var listener = stage.listen()) {
      // What getExtraInfo gives is no Pollable, so the transport is given a socket that is one.
      var sock = stage.outside.openConnected(listener.address());
      var peer = listener.accept();
      var transport =
          loop.createConnection(() -> recorder, ConnectionOptions.DEFAULT.sock(sock)).transport();
      stage.attempt("add_reader", () -> loop.addReader(sock, () -> {}));
      stage.attempt("remove_reader", () -> loop.removeReader(sock));
      stage.attempt("add_writer", () -> loop.addWriter(sock, () -> {}));
      stage.attempt("remove_writer", () -> loop.removeWriter(sock));
      peer.send("hello");
      recorder.received(5);
      transport.close();
      recorder.lost.await();
      peer.close();
    }
  }

  @Scenario(
      value = {"TP-09", "TP-08"},
      task = true)
  void aBufferedProtocolReceivesIntoItsOwnBuffer(Stage stage) throws Exception {
    var protocol = new Chunks(stage::out, 4);
    var link = stage.connect(protocol);
    link.transport().pauseReading();
    link.peer().send("0123456789");
    Asyncio.sleep(A_WHILE);
    link.transport().resumeReading();
    link.peer().end();
    protocol.lost.await();
    link.peer().close();
  }

  @Scenario(
      value = {"TP-09", "R-61"},
      task = true)
  void anEmptyBufferOfABufferedProtocolIsFatal(Stage stage) throws Exception {
    stage.loop().setExceptionHandler(stage.printingHandler());
    var protocol = new Chunks(stage::out, 0);
    var peer = stage.connect(protocol).peer();
    peer.send("hello");
    protocol.lost.await();
    peer.close();
  }

  @Scenario(
      value = {"R-61", "TP-09", "EL-123"},
      task = true)
  void aBufferUpdatedThatRaisesIsFatal(Stage stage) throws Exception {
    stage.loop().setExceptionHandler(stage.printingHandler());

    class Failing extends Chunks {
      Failing() {
        super(stage::out, 100);
      }

      @Override
      public void bufferUpdated(int nbytes) {
        throw new Boom("boom");
      }
    }

    var protocol = new Failing();
    var peer = stage.connect(protocol).peer();
    peer.send("hello");
    protocol.lost.await();
    stage.out("peer got " + peer.receiveToEnd() + " bytes and the end");
    peer.close();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }

  /// Receives into a buffer of so many bytes.
  private static class Chunks implements BufferedProtocol {
    final Future<@Nullable Void> lost = Asyncio.getRunningLoop().createFuture();
    private final Consumer<String> out;
    private final ByteBuffer buffer;

    Chunks(Consumer<String> out, int size) {
      this.out = out;
      this.buffer = ByteBuffer.allocate(size);
    }

    @Override
    public ByteBuffer getBuffer(int sizehint) {
      return buffer;
    }

    @Override
    public void bufferUpdated(int nbytes) {
      out.accept("updated " + Words.show(buffer.slice(0, nbytes)));
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
}
