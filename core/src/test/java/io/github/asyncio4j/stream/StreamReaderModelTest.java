// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.stream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.CancelledError;
import io.github.asyncio4j.Coroutine;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Task;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Random reads of a stream that comes in random chunks, against a simple model (G8 of the fault
/// catalogue).
///
/// Three readers of one loop take turns, so that their pieces lie mixed in the shared chunks. The
/// seed is in the message of a failure; `-Dseed=N` runs that one alone.
final class StreamReaderModelTest {
  private static final int SEEDS = 7_000;
  private static final String ALPHABET = "ab\r\n";

  private EventLoop loop;

  @Test
  void everyChunkingGivesWhatTheModelGives() throws Exception {
    Long only = Long.getLong("seed");
    long first = only != null ? only : 1;
    long last = only != null ? only : SEEDS;
    try (EventLoop opened = LoopKind.NIO_LOOP_THREAD.newLoop()) {
      loop = opened;
      loop.runUntilComplete(
          () -> {
            for (long seed = first; seed <= last; seed++) {
              runSeed(seed);
            }
          });
    }
  }

  private void runSeed(long seed) throws Exception {
    var random = new SplittableRandom(seed);
    var runs = new ArrayList<Task<@Nullable Void>>();
    for (int i = 0; i < 3; i++) {
      Run run = new Run(random.split());
      runs.add(loop.createTask(run::feed));
      runs.add(loop.createTask(run::read));
    }
    try {
      for (Task<?> run : runs) {
        run.await();
      }
    } catch (Exception | AssertionError e) {
      throw new AssertionError("seed " + seed, e);
    }
  }

  private final class Run {
    private final SplittableRandom random;
    private final byte[] stream;
    private final int limit;
    private final StreamReader reader;
    private final Feed feed;
    private final StreamModel model;

    Run(SplittableRandom random) {
      this.random = random;
      this.limit = random.nextInt(1, 40);
      // Now and then so much at once that pieces are kept and not copied together.
      int scale = random.nextInt(20) == 0 ? 200 : 1;
      this.stream = randomText(random.nextInt(300) * scale).getBytes(ISO_8859_1);
      this.reader = new StreamReader(loop, scale * limit);
      this.feed = new Feed(reader);
      this.model = new StreamModel(new String(stream, ISO_8859_1), scale * limit);
    }

    private String randomText(int length) {
      var text = new StringBuilder();
      int letters = random.nextInt(10) == 0 ? 1 : ALPHABET.length();
      while (text.length() < length) {
        text.append(ALPHABET.charAt(random.nextInt(letters)));
      }
      return text.toString();
    }

    void feed() {
      int fed = 0;
      int most = random.nextInt(1, Math.max(2, stream.length));
      while (fed < stream.length) {
        int count = Math.min(stream.length - fed, random.nextInt(1, most + 1));
        if (feed.paused) {
          count = 0;
        } else if (random.nextBoolean()) {
          count = feed.receive(stream, fed, count);
        } else {
          reader.feedData(ByteBuffer.wrap(stream, fed, count));
        }
        fed += count;
        pass(random.nextInt(2));
      }
      if (random.nextBoolean()) {
        reader.detach();
      }
      reader.feedEof();
    }

    void read() throws Exception {
      while (!model.atEnd()) {
        pass(random.nextInt(2));
        readOnce();
      }
      assertThat(reader.read()).isEmpty();
      assertThat(reader.atEof()).isTrue();
    }

    private void readOnce() throws Exception {
      int n = random.nextInt(1, 3 * limit);
      switch (random.nextInt(9)) {
        case 0, 1 -> check(() -> reader.read(n), answer -> model.checkRead(n, answer));
        case 2 -> check(() -> readIntoBuffer(n), answer -> model.checkRead(n, answer));
        case 3 -> check(() -> reader.readexactly(n), a -> model.checkReadexactly(n, a));
        case 4 -> check(reader::readline, model::checkReadline);
        case 5 -> check(() -> reader.readline(ISO_8859_1), model::checkTextLine);
        case 6, 7 -> {
          List<byte[]> separators = randomSeparators();
          check(
              () -> reader.readuntil(separators, n),
              answer -> model.checkReaduntil(separators, n, answer));
        }
        default -> {
          if (random.nextInt(20) == 0) {
            check(reader::read, model::checkReadAll);
          }
        }
      }
    }

    private byte[] readIntoBuffer(int n) throws Exception {
      ByteBuffer buffer = ByteBuffer.allocate(n);
      int count = reader.read(buffer);
      assertThat(count).isEqualTo(buffer.position() == 0 ? -1 : buffer.position());
      return Arrays.copyOf(buffer.array(), buffer.position());
    }

    private List<byte[]> randomSeparators() {
      var separators = new ArrayList<byte[]>();
      for (int i = random.nextInt(1, 4); i > 0; i--) {
        var separator = new byte[random.nextInt(1, 5)];
        for (int j = 0; j < separator.length; j++) {
          separator[j] = (byte) ALPHABET.charAt(random.nextInt(ALPHABET.length()));
        }
        separators.add(separator);
      }
      return separators;
    }

    private interface Check {
      void check(StreamModel.Answer answer) throws Exception;
    }

    /// Makes a call, in a task that is cancelled now and then: then nothing may be lost.
    private void check(Coroutine<? extends @Nullable Object> call, Check check) throws Exception {
      Task<?> task = loop.createTask(call);
      if (random.nextInt(4) == 0) {
        pass(random.nextInt(3));
        task.cancel();
      }
      StreamModel.Answer answer;
      try {
        answer = new StreamModel.Answer(task.await(), null);
      } catch (CancelledError e) {
        return;
      } catch (Exception e) {
        answer = new StreamModel.Answer(null, e);
      }
      check.check(answer);
    }

    private void pass(int iterations) {
      for (int i = 0; i < iterations; i++) {
        Asyncio.sleep(Duration.ZERO);
      }
    }
  }
}
