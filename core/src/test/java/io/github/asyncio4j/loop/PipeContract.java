// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.pipe.BrokenPipeException;
import io.github.asyncio4j.pipe.Pipe;
import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.BaseTransport;
import io.github.asyncio4j.transport.Protocol;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What transports of pipes promise, whatever the pipe is made of.
abstract class PipeContract extends NetTest {
  /// More than the system takes while nobody reads.
  private static final int HUGE = 16 << 20;

  PipeContract(LoopKind kind) {
    super(kind);
  }

  /// Makes a pipe that this kind of loop can watch.
  abstract Pipe newPipe() throws Exception;

  /// Tells whether it is told that nobody reads any more.
  boolean noticesReader() {
    return true;
  }

  PipeRecorder pipeRecorder() {
    return watched(new PipeRecorder(loop));
  }

  PipeRecorder reading(Pipe pipe) throws Exception {
    return loop.connectReadPipe(this::pipeRecorder, pipe.reader()).protocol();
  }

  PipeRecorder writing(Pipe pipe) throws Exception {
    return loop.connectWritePipe(this::pipeRecorder, pipe.writer()).protocol();
  }

  // EL-111, EL-112, R-57, R-117
  @Test
  void whatIsWrittenIsReadThenItsEnd() throws Exception {
    run(
        () -> {
          var pipe = newPipe();
          var reader = reading(pipe);
          var writer = writing(pipe);
          assertThat(reader.in.getExtraInfo("pipe")).isSameAs(pipe.reader());
          assertThat(writer.out.getExtraInfo("pipe")).isSameAs(pipe.writer());
          assertThat(reader.in.getExtraInfo("socket")).isNull();
          assertThat(writer.out.getExtraInfo("socket")).isNull();

          writer.out.write(bytes("hello "));
          writer.out.writelines(List.of(bytes("wor"), bytes("ld")));
          reader.untilReceived(11);
          writer.out.close();
          writer.untilLost();
          reader.untilLost();

          assertThat(reader.text()).isEqualTo("hello world");
          assertThat(reader.calls).containsExactly("made", "data", "eof", "lost");
          assertThat(writer.calls).containsExactly("made", "lost");
          assertThat(pipe.reader().isOpen()).isFalse();
          assertThat(pipe.writer().isOpen()).isFalse();
        });
  }

  //
  @Test
  void theAnswerToTheEndIsIgnored() throws Exception {
    run(
        () -> {
          var pipe = newPipe();
          var closing = new ArrayList<Boolean>();
          var reader =
              watched(
                  new PipeRecorder(loop) {
                    @Override
                    public boolean eofReceived() {
                      closing.add(in.isClosing());
                      closing.add(!in.isReading());
                      super.eofReceived();
                      return true;
                    }
                  });
          loop.connectReadPipe(() -> reader, pipe.reader());
          var writer = writing(pipe);
          writer.out.writeEof();
          reader.untilLost();
          writer.untilLost();

          assertThat(reader.calls).containsExactly("made", "eof", "lost");
          assertThat(closing).containsExactly(true, true);
        });
  }

  // for a pipe the end of its stream is its end
  @Test
  void writeEofClosesBehindWhatWaits() throws Exception {
    run(
        () -> {
          var pipe = newPipe();
          var reader = reading(pipe);
          reader.in.pauseReading();
          var writer = writing(pipe);
          byte[] sent = pattern(HUGE);
          writer.out.write(sent);
          assertThat(writer.out.canWriteEof()).isTrue();
          writer.out.writeEof();
          writer.out.writeEof();
          assertThat(writer.out.isClosing()).isTrue();
          assertThat(writer.out.getWriteBufferSize()).isPositive();
          passIterations();
          assertThat(writer.isLost()).isFalse();

          reader.in.resumeReading();
          reader.untilLost();
          writer.untilLost();

          assertThat(reader.received.toByteArray()).isEqualTo(sent);
          assertThat(writer.lostTo).isNull();
        });
  }

  // R-75, TP-03
  @Test
  void aPipeThatIsFullPausesItsProtocolAndResumesIt() throws Exception {
    run(
        () -> {
          var pipe = newPipe();
          var reader = reading(pipe);
          reader.in.pauseReading();
          var writer = writing(pipe);
          byte[] sent = pattern(HUGE);
          writer.out.write(sent);
          assertThat(writer.isPaused()).isTrue();
          assertThat(writer.out.getWriteBufferSize()).isPositive();

          reader.in.resumeReading();
          reader.untilReceived(sent.length);
          writer.until(() -> !writer.isPaused());
          writer.out.close();
          reader.untilLost();
          writer.untilLost();

          assertThat(reader.received.toByteArray()).isEqualTo(sent);
        });
  }

  // R-80, TP-02
  @Test
  void aPausedReaderGetsNothingUntilItResumes() throws Exception {
    run(
        () -> {
          var pipe = newPipe();
          var reader = reading(pipe);
          var writer = writing(pipe);
          reader.in.pauseReading();
          reader.in.pauseReading();
          writer.out.write(bytes("early"));
          passIterations();
          assertThat(reader.received.size()).isZero();
          assertThat(reader.in.isReading()).isFalse();

          reader.in.resumeReading();
          reader.untilReceived(5);
          reader.in.close();
          reader.untilLost();
          writer.out.abort();
          writer.untilLost();

          assertThat(reader.text()).isEqualTo("early");
        });
  }

  // EL-112, R-117
  @Test
  void aWriterWithNothingUnsentLosesItsReaderWithoutAnError() throws Exception {
    run(
        () -> {
          var pipe = newPipe();
          var writer = writing(pipe);
          var reader = reading(pipe);
          reader.in.close();
          reader.untilLost();
          assertThat(reader.lostTo).isNull();
          if (noticesReader()) {
            writer.untilLost();
            assertThat(writer.lostTo).isNull();
          } else {
            while (!writer.isLost()) {
              writer.out.write(bytes("anybody there?"));
              Asyncio.sleep(Duration.ZERO);
            }
            assertThat(writer.lostTo).isInstanceOf(IOException.class);
          }
        });
  }

  // EL-112, R-117, D8
  @Test
  void aWriterThatHasUnsentBytesHearsThatThePipeIsBroken() throws Exception {
    run(
        () -> {
          var pipe = newPipe();
          var writer = writing(pipe);
          var reader = reading(pipe);
          reader.in.pauseReading();
          writer.out.write(new byte[HUGE]);
          assertThat(writer.out.getWriteBufferSize()).isPositive();
          reader.in.close();
          reader.untilLost();
          writer.untilLost();

          assertThat(writer.lostTo).isInstanceOf(brokenBy());
          writer.out.write(bytes("dropped"));
        });
  }

  Class<? extends Exception> brokenBy() {
    return BrokenPipeException.class;
  }

  // TP-04
  @Test
  void abortDropsWhatWaits() throws Exception {
    run(
        () -> {
          var pipe = newPipe();
          var reader = reading(pipe);
          reader.in.pauseReading();
          var writer = writing(pipe);
          writer.out.write(new byte[HUGE]);
          writer.out.abort();
          writer.out.abort();
          writer.untilLost();
          assertThat(writer.lostTo).isNull();

          reader.in.resumeReading();
          reader.untilLost();
          assertThat(reader.received.size()).isLessThan(HUGE);
        });
  }

  // EL-112: any protocol will do
  @Test
  void aWriterNeedsNothingButABaseProtocol() throws Exception {
    run(
        () -> {
          var pipe = newPipe();
          var reader = reading(pipe);
          var writer = loop.connectWritePipe(() -> new BaseProtocol() {}, pipe.writer());
          writer.transport().write(bytes("x"));
          reader.untilReceived(1);
          writer.transport().close();
          reader.untilLost();
        });
  }

  // EL-111
  @Test
  void aReaderNeedsAProtocolForStreams() throws Exception {
    run(
        () -> {
          var pipe = newPipe();
          assertThatThrownBy(() -> loop.connectReadPipe(() -> new BaseProtocol() {}, pipe.reader()))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("a stream needs a Protocol");
          assertThat(pipe.reader().isOpen()).isFalse();
          pipe.writer().close();
        });
  }

  //
  @Test
  void aFactoryThatFailsClosesTheEnd() throws Exception {
    run(
        () -> {
          var pipe = newPipe();
          assertThatThrownBy(
                  () ->
                      loop.connectReadPipe(
                          () -> {
                            throw new IllegalStateException("no protocol");
                          },
                          pipe.reader()))
              .hasMessage("no protocol");
          assertThatThrownBy(
                  () ->
                      loop.connectWritePipe(
                          () -> {
                            throw new IllegalStateException("no protocol");
                          },
                          pipe.writer()))
              .hasMessage("no protocol");
          assertThat(pipe.reader().isOpen()).isFalse();
          assertThat(pipe.writer().isOpen()).isFalse();
          assertThatThrownBy(() -> loop.connectReadPipe(this::pipeRecorder, pipe.reader()))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("it is closed: <ReadPipe");
        });
  }

  //
  @Test
  void anEndHasOneTransport() throws Exception {
    run(
        () -> {
          var pipe = newPipe();
          var reader = reading(pipe);
          var writer = writing(pipe);
          assertThatThrownBy(() -> loop.connectReadPipe(this::pipeRecorder, pipe.reader()))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("is used by transport");
          assertThatThrownBy(() -> loop.addReader(pipe.reader(), () -> {}))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("is used by transport");
          assertThatThrownBy(() -> loop.connectWritePipe(this::pipeRecorder, pipe.writer()))
              .isInstanceOf(IllegalStateException.class);
          writer.out.write(bytes("still there"));
          reader.untilReceived(11);
          writer.out.close();
          reader.untilLost();
        });
  }

  @Test
  void outsideATaskItIsRefused() throws Exception {
    var pipe = newPipe();
    assertThatThrownBy(() -> loop.connectReadPipe(this::pipeRecorder, pipe.reader()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("connectReadPipe()");
    assertThatThrownBy(() -> loop.connectWritePipe(this::pipeRecorder, pipe.writer()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("connectWritePipe()");
    pipe.reader().close();
    pipe.writer().close();
    run(this::poll);
  }

  //
  @Test
  void aCancelledConnectClosesTheEnd() throws Exception {
    run(
        () -> {
          var pipe = newPipe();
          var connecting =
              loop.createTask(
                  () -> {
                    Asyncio.currentTask().cancel();
                    return loop.connectReadPipe(this::pipeRecorder, pipe.reader());
                  });
          assertThatThrownBy(connecting::await).isInstanceOf(CancelledError.class);
          passIterations();
          assertThat(pipe.reader().isOpen()).isFalse();
          pipe.writer().close();
        });
  }

  //
  @Test
  void aProtocolThatFailsIsReportedAndItsPipeClosed() throws Exception {
    run(
        () -> {
          var pipe = newPipe();
          var lost = loop.<@Nullable Exception>createFuture();
          loop.connectReadPipe(
              () ->
                  new Protocol() {
                    @Override
                    public void connectionMade(BaseTransport transport) {}

                    @Override
                    public void dataReceived(ByteBuffer data) {
                      throw new IllegalStateException("unwell");
                    }

                    @Override
                    public void connectionLost(@Nullable Exception exc) {
                      lost.setResult(exc);
                    }
                  },
              pipe.reader());
          var writer = writing(pipe);
          writer.out.write(bytes("x"));
          assertThat(lost.await()).hasMessage("unwell");
          assertThat(onlyReport().exception()).hasMessage("unwell");
          writer.out.abort();
          writer.untilLost();
        });
  }

  // TP-09
  @Test
  void aBufferedProtocolIsReadInto() throws Exception {
    run(
        () -> {
          var pipe = newPipe();
          var reader = buffered(ByteBuffer.allocate(1000));
          loop.connectReadPipe(() -> reader, pipe.reader());
          var writer = writing(pipe);
          byte[] sent = pattern(100_000);
          writer.out.write(sent);
          writer.out.close();
          reader.recorder.untilLost();

          assertThat(reader.recorder.received.toByteArray()).isEqualTo(sent);
        });
  }

  //
  @Test
  void aLoopThatIsClosedClosesItsPipes() throws Exception {
    var pipe = newPipe();
    run(
        () -> {
          var reader = reading(pipe);
          writing(pipe).out.write(bytes("x"));
          reader.untilReceived(1);
        });
    loop.close();

    assertThat(pipe.reader().isOpen()).isFalse();
    assertThat(pipe.writer().isOpen()).isFalse();
  }
}
