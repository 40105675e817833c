// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.stream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.VoidCoroutine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What a reader returns for what it is fed, without a network.
@ParameterizedClass
@EnumSource(names = {"NIO_LOOP_THREAD", "NIO_BATON"})
final class StreamReaderTest {
  private final EventLoop loop;
  private final StreamReader reader;

  StreamReaderTest(LoopKind kind) {
    loop = kind.newLoop();
    reader = new StreamReader(loop);
  }

  @AfterEach
  void closeLoop() {
    loop.close();
  }

  private void run(VoidCoroutine body) throws Exception {
    loop.runUntilComplete(body);
  }

  private <T> Task<T> start(Coroutine<T> read) {
    Task<T> task = loop.createTask(read);
    Asyncio.sleep(Duration.ZERO);
    return task;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(ISO_8859_1);
  }

  private StreamReader fed(int limit, String text) {
    var limited = new StreamReader(loop, limit);
    limited.feedData(bytes(text));
    return limited;
  }

  // ST-03

  @Test
  void readReturnsWhatThereIsUpToTheNumberAskedFor() throws Exception {
    reader.feedData(bytes("hello"));

    assertThat(reader.read(3)).asString().isEqualTo("hel");
    assertThat(reader.read(100)).asString().isEqualTo("lo");
  }

  @Test
  void readOfNothingReturnsAtOnce() throws Exception {
    assertThat(reader.read(0)).isEmpty();
  }

  @Test
  void readWaitsUntilAtLeastOneByteHasCome() throws Exception {
    run(
        () -> {
          Task<byte[]> read = start(() -> reader.read(10));
          assertThat(read.done()).isFalse();

          reader.feedData(bytes("x"));

          assertThat(read.await()).asString().isEqualTo("x");
        });
  }

  @Test
  void readWithoutANumberReadsToTheEndWhateverTheLimit() throws Exception {
    run(
        () -> {
          StreamReader limited = fed(2, "first ");
          Task<byte[]> read = start(() -> limited.read(-1));
          limited.feedData(bytes("second"));
          Asyncio.sleep(Duration.ZERO);
          assertThat(read.done()).isFalse();

          limited.feedEof();

          assertThat(read.await()).asString().isEqualTo("first second");
          assertThat(limited.read()).isEmpty();
        });
  }

  @Test
  void atTheEndEveryReadSaysSo() throws Exception {
    reader.feedEof();

    assertThat(reader.read()).isEmpty();
    assertThat(reader.read(10)).isEmpty();
    assertThat(reader.read(ByteBuffer.allocate(10))).isEqualTo(-1);
    assertThat(reader.readline()).isEmpty();
    assertThat(reader.readline(UTF_8)).isNull();
    assertThat(reader.readexactly(0)).isEmpty();
    assertThat(reader).isEmpty();
    assertThatThrownBy(() -> reader.readuntil(bytes("\n")))
        .isInstanceOf(IncompleteReadException.class);
  }

  @Test
  void readIntoABufferFillsItFromItsPosition() throws Exception {
    reader.feedData(bytes("hello"));
    ByteBuffer buffer = ByteBuffer.wrap(bytes("......")).position(1).limit(4);

    assertThat(reader.read(buffer)).isEqualTo(3);
    assertThat(buffer.array()).asString().isEqualTo(".hel..");
    assertThat(buffer.position()).isEqualTo(4);
    assertThat(reader.read(buffer)).isZero();
    assertThat(reader.read(buffer.clear())).isEqualTo(2);
  }

  // ST-04

  @Test
  void readlineReturnsTheLineWithItsTerminator() throws Exception {
    reader.feedData(bytes("one\ntwo\r\n\nrest"));
    reader.feedEof();

    assertThat(reader.readline()).asString().isEqualTo("one\n");
    assertThat(reader.readline()).asString().isEqualTo("two\r\n");
    assertThat(reader.readline()).asString().isEqualTo("\n");
    assertThat(reader.readline()).asString().isEqualTo("rest");
    assertThat(reader.readline()).isEmpty();
  }

  @Test
  void readlineAsTextLeavesTheTerminatorOut() throws Exception {
    reader.feedData("grün\r\n\n\r\n\rx\nrest\r".getBytes(UTF_8));
    reader.feedEof();

    assertThat(reader.readline(UTF_8)).isEqualTo("grün");
    assertThat(reader.readline(UTF_8)).isEmpty();
    assertThat(reader.readline(UTF_8)).isEmpty();
    assertThat(reader.readline(UTF_8)).isEqualTo("\rx");
    assertThat(reader.readline(UTF_8)).isEqualTo("rest\r");
    assertThat(reader.readline(UTF_8)).isNull();
  }

  @Test
  void aTextLineMayLieInManyPieces() throws Exception {
    var feed = new Feed(reader);
    var other = new StreamReader(loop);
    var otherFeed = new Feed(other);
    byte[] half = bytes("x".repeat(2000));
    feed.receive(half);
    otherFeed.receive(half);
    feed.receive(half);
    otherFeed.receive(half);
    feed.receive(bytes("\r"));
    otherFeed.receive(half);
    feed.receive(bytes("\nrest"));

    assertThat(reader.readline(UTF_8)).isEqualTo("x".repeat(4000));
    assertThat(reader.read(10)).asString().isEqualTo("rest");
  }

  // ST-04 and complaint 21: where asyncio drops the line or the whole buffer, nothing is dropped.
  @Test
  void aLineOverTheLimitStaysAndCanBeReadOtherwise() throws Exception {
    StreamReader limited = fed(4, "12345\nok\n");

    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(limited::readline)
          .isInstanceOfSatisfying(
              LimitOverrunException.class, e -> assertThat(e.consumed()).isEqualTo(5));
    }
    assertThat(limited.readline(5)).asString().isEqualTo("12345\n");
    assertThat(limited.readline()).asString().isEqualTo("ok\n");
  }

  @Test
  void theLimitDoesNotCountTheTerminator() throws Exception {
    StreamReader limited = fed(4, "1234\n12345");

    assertThat(limited.readline()).asString().isEqualTo("1234\n");
    assertThatThrownBy(limited::readline).isInstanceOf(LimitOverrunException.class);
  }

  // ST-05

  @Test
  void readuntilTakesTheSeparatorAndNothingBehindIt() throws Exception {
    reader.feedData(bytes("a--b--"));

    assertThat(reader.readuntil(bytes("--"))).asString().isEqualTo("a--");
    assertThat(reader.readuntil(bytes("--"))).asString().isEqualTo("b--");
  }

  @Test
  void aSeparatorThatArrivesInPartsIsFound() throws Exception {
    run(
        () -> {
          Task<byte[]> read = start(() -> reader.readuntil(bytes("ENDE")));
          for (String part : List.of("EN", "D", "-EN", "D", "ENDE!")) {
            assertThat(read.done()).isFalse();
            reader.feedData(bytes(part));
            Asyncio.sleep(Duration.ZERO);
            Asyncio.sleep(Duration.ZERO);
          }

          assertThat(read.await()).asString().isEqualTo("END-ENDE");
          assertThat(reader.read(10)).asString().isEqualTo("NDE!");
        });
  }

  @Test
  void ofSeveralSeparatorsTheOneThatEndsFirstCounts() throws Exception {
    List<byte[]> separators = List.of(bytes("long end"), bytes("d"), bytes("!"));
    reader.feedData(bytes("x long end!"));

    assertThat(reader.readuntil(separators)).asString().isEqualTo("x long end");
    assertThat(reader.readuntil(separators)).asString().isEqualTo("!");
  }

  @Test
  void anEmptySeparatorIsRefused() {
    assertThatThrownBy(() -> reader.readuntil(new byte[0]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> reader.readuntil(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> reader.readuntil(List.of(bytes("x"), new byte[0])))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void withoutTheSeparatorTheEndGivesWhatCame() throws Exception {
    reader.feedData(bytes("partial"));
    reader.feedEof();

    assertThatThrownBy(() -> reader.readuntil(bytes("\n")))
        .isInstanceOfSatisfying(
            IncompleteReadException.class,
            e -> {
              assertThat(e.partial()).asString().isEqualTo("partial");
              assertThat(e.expected()).isEmpty();
            });
    assertThat(reader.atEof()).isTrue();
  }

  @Test
  void anOverrunNamesHowMuchMayBeReadWithoutPartOfASeparator() throws Exception {
    StreamReader limited = fed(10, "12345678901\r");

    assertThatThrownBy(() -> limited.readuntil(bytes("\r\n")))
        .isInstanceOfSatisfying(
            LimitOverrunException.class, e -> assertThat(e.consumed()).isEqualTo(11));
    assertThat(limited.readexactly(11)).asString().isEqualTo("12345678901");
    limited.feedData(bytes("\n"));
    assertThat(limited.readuntil(bytes("\r\n"))).asString().isEqualTo("\r\n");
  }

  // ST-06

  @Test
  void readexactlyWaitsForAllOfItAndMayExceedTheLimit() throws Exception {
    run(
        () -> {
          StreamReader limited = fed(2, "12345");
          Task<byte[]> read = start(() -> limited.readexactly(8));
          limited.feedData(bytes("67"));
          Asyncio.sleep(Duration.ZERO);
          Asyncio.sleep(Duration.ZERO);
          assertThat(read.done()).isFalse();

          limited.feedData(bytes("89"));

          assertThat(read.await()).asString().isEqualTo("12345678");
        });
  }

  @Test
  void readexactlyBeforeAnEarlyEndGivesWhatCame() throws Exception {
    reader.feedData(bytes("abc"));
    reader.feedEof();

    assertThatThrownBy(() -> reader.readexactly(4))
        .isInstanceOfSatisfying(
            IncompleteReadException.class,
            e -> {
              assertThat(e.partial()).asString().isEqualTo("abc");
              assertThat(e.expected()).hasValue(4);
            });
    assertThat(reader.atEof()).isTrue();
  }

  @Test
  void anImpossibleNumberIsRefused() {
    assertThatThrownBy(() -> reader.readexactly(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1");
    assertThatThrownBy(() -> new StreamReader(loop, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("limit < 1: 0");
    assertThatThrownBy(() -> reader.readline(0)).isInstanceOf(IllegalArgumentException.class);
  }

  // ST-07

  @Test
  void aFailureIsThrownByEveryReadEvenWithBytesLeft() throws Exception {
    reader.feedData(bytes("unread\n"));
    var failure = new SocketException("reset");

    reader.setException(failure);

    assertThat(reader.exception()).isSameAs(failure);
    assertThatThrownBy(() -> reader.read(1)).isSameAs(failure);
    assertThatThrownBy(reader::readline).isSameAs(failure);
    assertThatThrownBy(() -> reader.readexactly(1)).isSameAs(failure);
    assertThatThrownBy(() -> reader.iterator().hasNext())
        .isInstanceOf(UncheckedIOException.class)
        .hasCause(failure);
  }

  @Test
  void aFailureReachesTheReadThatWaits() throws Exception {
    run(
        () -> {
          Task<byte[]> read = start(reader::readline);

          reader.setException(new TimeoutException("no answer"));

          assertThatThrownBy(read::await)
              .isInstanceOf(IOException.class)
              .hasCauseInstanceOf(TimeoutException.class);
        });
  }

  @Test
  void iteratingReadsLineByLine() throws Exception {
    reader.feedData(bytes("one\ntwo\n\nthree"));
    reader.feedEof();
    var lines = new ArrayList<String>();

    for (byte[] line : reader) {
      lines.add(new String(line, UTF_8));
      if (lines.size() == 2) {
        break;
      }
    }

    assertThat(lines).containsExactly("one\n", "two\n");
    assertThat(reader.lines(UTF_8)).containsExactly("", "three");
    assertThat(reader.atEof()).isTrue();
  }

  @Test
  void nothingCanBeFedAfterTheEnd() {
    reader.feedEof();
    reader.feedEof();

    assertThatThrownBy(() -> reader.feedData(bytes("x"))).isInstanceOf(IllegalStateException.class);
  }

  // ST-02

  @Test
  void twoReadsAtATimeAreRefusedByName() throws Exception {
    run(
        () -> {
          Task<byte[]> read = start(() -> reader.readexactly(2));
          reader.feedData(bytes("1"));

          assertThatThrownBy(reader::readline)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("readline()")
              .hasMessageContaining("readexactly()");
          reader.feedData(bytes("2"));
          assertThat(read.await()).asString().isEqualTo("12");
        });
  }

  @Test
  void aReadOutsideATaskFailsOnlyWhenItWouldWait() throws Exception {
    reader.feedData(bytes("x"));

    assertThat(reader.read(1)).hasSize(1);
    assertThatThrownBy(() -> reader.read(1)).isInstanceOf(IllegalStateException.class);
    reader.feedData(bytes("y"));
    assertThat(reader.read(1)).hasSize(1);
  }

  @Test
  void theTransportIsPausedAboveTwiceTheLimitAndResumedAtTheLimit() throws Exception {
    var limited = new StreamReader(loop, 1000);
    var feed = new Feed(limited);

    limited.feedData(new byte[2000]);
    assertThat(feed.paused).isFalse();
    limited.feedData(new byte[1]);
    assertThat(feed.paused).isTrue();
    limited.read(1000);
    assertThat(feed.paused).isTrue();
    limited.read(1);
    assertThat(feed.paused).isFalse();
  }

  @Test
  void aTransportIsAskedForNoMoreThanBringsTheReaderToItsPause() {
    var limited = new StreamReader(loop, 1000);
    var feed = new Feed(limited);

    assertThat(feed.receive(new byte[5000])).isEqualTo(2001);
    assertThat(feed.paused).isTrue();
  }

  @Test
  void aReadThatNeedsMoreResumesAndDoesNotPauseAgainBeforeItHasIt() throws Exception {
    run(
        () -> {
          var limited = new StreamReader(loop, 10);
          var feed = new Feed(limited);
          feed.receive(new byte[100]);
          assertThat(feed.paused).isTrue();
          Task<byte[]> read = start(() -> limited.readexactly(1000));

          int taken = feed.receive(new byte[5000]);

          assertThat(taken).isEqualTo(1001 - 21);
          assertThat(feed.pauses).isEqualTo(2);
          assertThat(read.await()).hasSize(1000);
          assertThat(feed.paused).isFalse();
        });
  }

  @Test
  void aCancelledReadLeavesEveryByteAndPausesAgain() throws Exception {
    run(
        () -> {
          var limited = new StreamReader(loop, 10);
          var feed = new Feed(limited);
          Task<byte[]> read = start(() -> limited.read());
          byte[] data = bytes("0123456789".repeat(10));
          feed.receive(data);
          assertThat(feed.paused).isFalse();

          read.cancel();

          assertThatThrownBy(read::await).isInstanceOf(CancelledError.class);
          assertThat(feed.paused).isTrue();
          assertThat(limited.readexactly(100)).isEqualTo(data);
        });
  }

  // asyncio loses what such a read has got.
  @Test
  void aReadCancelledAtTheMomentItIsAnsweredLosesNothing() throws Exception {
    run(
        () -> {
          Task<byte[]> read = start(reader::readline);
          reader.feedData(bytes("line\n"));
          read.cancel();

          assertThatThrownBy(read::await).isInstanceOf(CancelledError.class);
          assertThat(reader.readline()).asString().isEqualTo("line\n");
        });
  }

  //
  @Test
  void whatIsThereIsReturnedWithoutSuspending() throws Exception {
    run(
        () -> {
          var others = new ArrayList<String>();
          loop.callSoon(() -> others.add("ran"));
          reader.feedData(bytes("line\nrest"));

          reader.readline();
          reader.readexactly(2);
          reader.read(1);

          assertThat(others).isEmpty();
        });
  }

  @Test
  void aLargeArrayIsFedWhole() throws Exception {
    var data = new byte[1_000_000];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) (i * 31);
    }
    reader.feedData(Arrays.copyOf(data, 10));
    reader.feedData(ByteBuffer.wrap(data, 10, data.length - 10));

    assertThat(reader.readexactly(data.length)).isEqualTo(data);
  }

  @Test
  void itsTextTellsItsState() throws Exception {
    run(
        () -> {
          StreamReader limited = fed(7, "abc");
          assertThat(limited).hasToString("<StreamReader 3 bytes limit=7>");
          limited.read(3);
          start(limited::readline);
          assertThat(limited).hasToString("<StreamReader 0 bytes limit=7 waiting=readline>");
          limited.feedEof();
        });
  }
}
