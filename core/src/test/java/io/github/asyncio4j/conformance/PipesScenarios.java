// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.conformance;

import static io.github.asyncio4j.conformance.stage.Stage.settle;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.conformance.stage.Recorder;
import io.github.asyncio4j.conformance.stage.Stage;
import io.github.asyncio4j.conformance.stage.Words;
import io.github.asyncio4j.pipe.Pipe;
import io.github.asyncio4j.pipe.ReadPipe;
import io.github.asyncio4j.pipe.WritePipe;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.ReadTransport;
import io.github.asyncio4j.transport.WriteTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The twins of `conformance/python/pipes.py`.
final class PipesScenarios {
  /// Both ends of a pipe, for this block.
  private record Ends(Pipe pipe) implements AutoCloseable {
    static Ends open(Stage stage) throws IOException {
      return new Ends(stage.outside.pipe());
    }

    ReadPipe source() {
      return pipe.reader();
    }

    WritePipe sink() {
      return pipe.writer();
    }

    void write(String text) throws IOException {
      var bytes = US_ASCII.encode(text);
      pipe.writer().write(bytes);
      if (bytes.hasRemaining()) {
        throw new IllegalStateException("the pipe does not take it: " + text);
      }
    }

    /// Reads what there is, at most 100 bytes; none at the end.
    ByteBuffer read() throws IOException {
      var bytes = ByteBuffer.allocate(100);
      if (pipe.reader().read(bytes) == 0) {
        throw new IllegalStateException("nothing to read");
      }
      return bytes.flip();
    }

    /// Suspends until so many bytes are read, fewer only at the end; returns how many.
    int readAll(int count) throws Exception {
      var loop = Asyncio.getRunningLoop();
      Future<Integer> all = loop.createFuture();
      var bytes = ByteBuffer.allocate(65_536);
      int[] total = {0};
      loop.addReader(
          pipe.reader(),
          () -> {
            try {
              int piece = pipe.reader().read(bytes.clear());
              total[0] += Math.max(piece, 0);
              if ((piece < 0 || total[0] >= count) && !all.done()) {
                all.setResult(total[0]);
              }
            } catch (IOException e) {
              all.setException(e);
            }
          });
      try {
        return all.await();
      } finally {
        loop.removeReader(pipe.reader());
      }
    }

    @Override
    public void close() throws IOException {
      pipe.reader().close();
      pipe.writer().close();
    }
  }

  private static ReadTransport read(Recorder recorder, Ends pipe) throws IOException {
    return Asyncio.getRunningLoop().connectReadPipe(() -> recorder, pipe.source()).transport();
  }

  private static WriteTransport write(BaseProtocol protocol, Ends pipe) throws IOException {
    return Asyncio.getRunningLoop().connectWritePipe(() -> protocol, pipe.sink()).transport();
  }

  /// A protocol of the end that is written to; prints every call.
  private static final class Writing implements BaseProtocol {
    private final Stage stage;
    final Future<@Nullable Void> lost = Asyncio.getRunningLoop().createFuture();

    Writing(Stage stage) {
      this.stage = stage;
    }

    @Override
    public void connectionMade(BaseTransport transport) {
      stage.out("writer made");
    }

    @Override
    public void pauseWriting() {
      stage.out("pause");
    }

    @Override
    public void resumeWriting() {
      stage.out("resume");
    }

    @Override
    public void connectionLost(@Nullable Exception exc) {
      stage.out("writer lost " + Words.word(exc));
      lost.setResult(null);
    }
  }

  private static void sleep() {
    Asyncio.sleep(Duration.ofMillis(20));
  }

  @Scenario(
      value = {"EL-111", "TP-08", "R-117"},
      task = true)
  void aReadPipeTellsWhatIsWrittenThenItsEnd(Stage stage) throws Exception {
    try (var pipe = Ends.open(stage)) {
      var recorder = new Recorder(stage::out);
      var transport = read(recorder, pipe);
      stage.out("connected, reading " + transport.isReading());
      pipe.write("hello");
      recorder.received(5);
      pipe.sink().close();
      recorder.lost.await();
      stage.out("closing " + transport.isClosing());
    }
  }

  @Scenario(
      value = {"R-117", "EL-111"},
      task = true)
  void theAnswerToTheEndOfAPipeIsIgnored(Stage stage) throws Exception {
    try (var pipe = Ends.open(stage)) {
      var recorder =
          new Recorder(stage::out) {
            private ReadTransport reading;

            @Override
            public void connectionMade(BaseTransport transport) {
              super.connectionMade(transport);
              reading = (ReadTransport) transport;
            }

            @Override
            public boolean eofReceived() {
              super.eofReceived();
              stage.out("closing " + reading.isClosing());
              stage.out("reading " + reading.isReading());
              return true;
            }
          };
      read(recorder, pipe);
      pipe.sink().close();
      recorder.lost.await();
    }
  }

  @Scenario(
      value = {"EL-111", "EL-112"},
      task = true)
  void connectionMadeComesBeforeTheConnectingTaskGoesOn(Stage stage) throws Exception {
    try (var pipe = Ends.open(stage)) {
      var recorder = new Recorder(stage::out);
      pipe.write("early");
      var reading = read(recorder, pipe);
      stage.out("reader connected");
      var protocol = new Writing(stage);
      var writing = write(protocol, pipe);
      stage.out("writer connected");
      recorder.received(5);
      writing.close();
      protocol.lost.await();
      recorder.lost.await();
      stage.out("closing " + reading.isClosing() + " " + writing.isClosing());
    }
  }

  @Scenario(
      value = {"EL-111", "TP-01"},
      task = true)
  void aReadPipeThatIsClosedIsLostInTheNextIteration(Stage stage) throws Exception {
    var loop = stage.loop();
    try (var pipe = Ends.open(stage)) {
      var recorder = new Recorder(stage::out);
      var transport = read(recorder, pipe);
      loop.callSoon(() -> stage.out("queued before"));
      transport.close();
      loop.callSoon(() -> stage.out("queued after"));
      stage.out("closing " + transport.isClosing() + ", reading " + transport.isReading());
      transport.close();
      recorder.lost.await();
      settle();
      stage.out("file closed " + !pipe.source().isOpen());
    }
  }

  @Scenario(
      value = {"EL-111", "R-80"},
      task = true)
  void whatAPipeHasWhenItIsClosedIsNeverDelivered(Stage stage) throws Exception {
    try (var pipe = Ends.open(stage)) {
      var recorder = new Recorder(stage::out);
      var transport = read(recorder, pipe);
      transport.pauseReading();
      pipe.write("too late");
      settle();
      transport.close();
      recorder.lost.await();
      settle();
    }
  }

  @Scenario(
      value = {"TP-02", "R-80"},
      task = true)
  void aPausedReadPipeDeliversNothingUntilItResumes(Stage stage) throws Exception {
    try (var pipe = Ends.open(stage)) {
      var recorder = new Recorder(stage::out);
      var transport = read(recorder, pipe);
      transport.pauseReading();
      transport.pauseReading();
      stage.out("reading " + transport.isReading());
      pipe.write("hello");
      sleep();
      stage.out("resuming");
      transport.resumeReading();
      transport.resumeReading();
      stage.out("reading " + transport.isReading());
      recorder.received(5);
      transport.close();
      stage.attempt("pause", transport::pauseReading);
      stage.attempt("resume", transport::resumeReading);
      recorder.lost.await();
    }
  }

  @Scenario(
      value = {"R-58", "EL-111"},
      task = true)
  void aProtocolCanPauseItsPipeInConnectionMade(Stage stage) throws Exception {
    try (var pipe = Ends.open(stage)) {
      var recorder =
          new Recorder(stage::out) {
            @Override
            public void connectionMade(BaseTransport transport) {
              super.connectionMade(transport);
              ((ReadTransport) transport).pauseReading();
            }
          };
      pipe.write("hello");
      var transport = read(recorder, pipe);
      sleep();
      stage.out("resuming");
      transport.resumeReading();
      recorder.received(5);
      transport.close();
      recorder.lost.await();
    }
  }

  @Scenario(
      value = {"R-79", "R-117"},
      task = true)
  void aPausedReadPipeHearsOfItsEndWhenItResumes(Stage stage) throws Exception {
    try (var pipe = Ends.open(stage)) {
      var recorder = new Recorder(stage::out);
      var transport = read(recorder, pipe);
      transport.pauseReading();
      pipe.sink().close();
      sleep();
      stage.out("closing " + transport.isClosing());
      transport.resumeReading();
      recorder.lost.await();
    }
  }

  @Scenario(
      value = {"EL-111", "TP-01"},
      task = true)
  void aReadPipeCanChangeItsProtocol(Stage stage) throws Exception {
    try (var pipe = Ends.open(stage)) {
      var first = new Recorder(line -> stage.out("first " + line));
      var second = new Recorder(line -> stage.out("second " + line));
      var transport = read(first, pipe);
      transport.setProtocol(second);
      stage.out("is the second: " + (transport.getProtocol() == second));
      pipe.write("hello");
      second.received(5);
      pipe.sink().close();
      second.lost.await();
    }
  }

  @Scenario(
      value = {"EL-111", "EL-112", "TP-01"},
      task = true)
  void aTransportOfAPipeKnowsItsPipe(Stage stage) throws Exception {
    try (var pipe = Ends.open(stage)) {
      var recorder = new Recorder(stage::out);
      var protocol = new Writing(stage);
      var reading = read(recorder, pipe);
      var writing = write(protocol, pipe);
      stage.out("reader " + (reading.getExtraInfo("pipe") == pipe.source()));
      stage.out("writer " + (writing.getExtraInfo("pipe") == pipe.sink()));
      stage.out("other " + Words.show(reading.getExtraInfo("socket")));
      writing.close();
      protocol.lost.await();
      recorder.lost.await();
      stage.out("reader " + (reading.getExtraInfo("pipe") == pipe.source()));
    }
  }

  @Scenario(
      value = {"EL-112", "TP-03"},
      task = true)
  void aWritePipeSendsWhatIsWritten(Stage stage) throws Exception {
    try (var pipe = Ends.open(stage)) {
      var protocol = new Writing(stage);
      var transport = write(protocol, pipe);
      transport.write(US_ASCII.encode("one "));
      transport.writelines(List.of(US_ASCII.encode("two "), US_ASCII.encode("three")));
      transport.write(US_ASCII.encode(""));
      stage.out("buffered " + transport.getWriteBufferSize());
      stage.out("read " + Words.show(pipe.read()));
      transport.close();
      stage.out("closing " + transport.isClosing());
      protocol.lost.await();
      stage.out("end " + Words.show(pipe.read()));
    }
  }

  @Scenario(
      value = {"EL-112", "R-117", "R-66"},
      task = true)
  void writeEofOfAPipeClosesIt(Stage stage) throws Exception {
    try (var pipe = Ends.open(stage)) {
      var protocol = new Writing(stage);
      var transport = write(protocol, pipe);
      transport.write(US_ASCII.encode("last"));
      stage.out("can_write_eof: " + transport.canWriteEof());
      transport.writeEof();
      transport.writeEof();
      stage.out("closing " + transport.isClosing());
      stage.attempt("write", () -> transport.write(US_ASCII.encode("dropped")));
      protocol.lost.await();
      stage.out("read " + Words.show(pipe.read()));
      stage.out("end " + Words.show(pipe.read()));
    }
  }

  @Scenario(
      value = {"EL-112", "TP-01"},
      task = true)
  void aWritePipeSendsWhatIsBufferedBeforeItCloses(Stage stage) throws Exception {
    try (var pipe = Ends.open(stage)) {
      var protocol = new Writing(stage);
      var transport = write(protocol, pipe);
      transport.write(new byte[1_000_000]);
      stage.out("buffered " + (transport.getWriteBufferSize() > 0));
      transport.close();
      stage.out("closing " + transport.isClosing() + ", lost " + protocol.lost.done());
      transport.write(US_ASCII.encode("dropped"));
      int count = pipe.readAll(2_000_000);
      protocol.lost.await();
      stage.out("read " + count);
    }
  }

  @Scenario(
      value = {"EL-112", "TP-04"},
      task = true)
  void abortDropsWhatAWritePipeHolds(Stage stage) throws Exception {
    var loop = stage.loop();
    try (var pipe = Ends.open(stage)) {
      var protocol = new Writing(stage);
      var transport = write(protocol, pipe);
      transport.write(new byte[1_000_000]);
      loop.callSoon(() -> stage.out("queued before"));
      transport.abort();
      stage.out("closing " + transport.isClosing() + ", holds " + transport.getWriteBufferSize());
      protocol.lost.await();
      settle();
      int count = pipe.readAll(2_000_000);
      stage.out("read all " + (count == 1_000_000));
    }
  }

  @Scenario(
      value = {"EL-112", "R-75", "TP-03"},
      task = true)
  void aWritePipePausesItsProtocolAndResumesIt(Stage stage) throws Exception {
    try (var pipe = Ends.open(stage)) {
      var protocol = new Writing(stage);
      var transport = write(protocol, pipe);
      var limits = transport.getWriteBufferLimits();
      stage.out("limits " + limits.low() + " " + limits.high());
      transport.setWriteBufferLimits(1000);
      limits = transport.getWriteBufferLimits();
      stage.out("limits " + limits.low() + " " + limits.high());
      transport.write(new byte[200_000]);
      transport.write(new byte[100]);
      stage.out("written");
      int count = pipe.readAll(200_100);
      stage.out("read " + count + ", holds " + transport.getWriteBufferSize());
      transport.close();
      protocol.lost.await();
    }
  }

  @Scenario(
      value = {"EL-112", "R-117"},
      task = true)
  void aWritePipeWhoseReaderClosesIsLostWithoutAnError(Stage stage) throws Exception {
    try (var pipe = new Ends(stage.outside.noticingPipe())) {
      var protocol = new Writing(stage);
      var transport = write(protocol, pipe);
      pipe.source().close();
      protocol.lost.await();
      stage.out("closing " + transport.isClosing());
      stage.attempt("write", () -> transport.write(US_ASCII.encode("dropped")));
    }
  }

  @Scenario(
      value = {"EL-112", "R-117"},
      task = true)
  void aWritePipeWithUnsentBytesHearsThatItIsBroken(Stage stage) throws Exception {
    try (var pipe = Ends.open(stage)) {
      var protocol = new Writing(stage);
      var transport = write(protocol, pipe);
      transport.write(new byte[1_000_000]);
      pipe.source().close();
      protocol.lost.await();
      stage.out("closing " + transport.isClosing() + ", holds " + transport.getWriteBufferSize());
    }
  }

  @Scenario(
      value = {"EL-111", "EL-112"},
      task = true)
  void aRegularFileIsNoPipe(Stage stage) throws Exception {
    var file = Files.createTempFile("regular", "");
    try {
      stage.attempt("read", () -> ReadPipe.open(file));
      stage.attempt("write", () -> WritePipe.open(file));
    } finally {
      Files.delete(file);
    }
  }

  @Scenario(
      value = {"EL-111", "ST-02", "ST-04"},
      task = true)
  void aPipeIsReadAsAStream(Stage stage) throws Exception {
    try (var pipe = Ends.open(stage)) {
      var reader = Asyncio.openReadPipe(pipe.source());
      pipe.write("one\ntwo\nrest");
      stage.out("line " + Words.show(reader.readline()));
      stage.out("line " + Words.show(reader.readline()));
      pipe.sink().close();
      stage.out("rest " + Words.show(reader.read()));
      stage.out("at the end " + reader.atEof());
    }
  }

  @Scenario(
      value = {"EL-111", "ST-04"},
      task = true)
  void aCancelledReadOfAPipeLeavesWhatComesLater(Stage stage) throws Exception {
    try (var pipe = Ends.open(stage)) {
      var reader = Asyncio.openReadPipe(pipe.source());
      var task = stage.loop().createTask(() -> reader.readline());
      settle();
      pipe.write("half a li");
      sleep();
      task.cancel();
      stage.attempt("readline", () -> task.await());
      pipe.write("ne\n");
      stage.out("line " + Words.show(reader.readline()));
      pipe.sink().close();
      stage.out("rest " + Words.show(reader.read()));
    }
  }

  @Scenario(
      value = {"EL-112", "ST-09"},
      task = true)
  void aPipeIsWrittenAsAStream(Stage stage) throws Exception {
    try (var pipe = Ends.open(stage)) {
      var writer = Asyncio.openWritePipe(pipe.sink());
      writer.write("hello");
      writer.drain();
      stage.out("read " + Words.show(pipe.read()));
      writer.write(new byte[1_000_000]);
      var draining =
          stage
              .loop()
              .createTask(
                  () -> {
                    writer.drain();
                    return null;
                  });
      settle();
      stage.out("drained " + draining.done());
      int count = pipe.readAll(1_000_000);
      draining.await();
      stage.out("read " + count + ", drained " + draining.done());
      writer.close();
      settle();
      stage.out("end " + Words.show(pipe.read()));
    }
  }
}
