// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Server;
import io.github.asyncio4j.TaskGroup;
import io.github.asyncio4j.stream.StreamReader;
import io.github.asyncio4j.stream.StreamWriter;
import io.github.asyncio4j.sync.Lock;
import io.github.asyncio4j.sync.Queue;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// One seed is one run: A15 of the fault catalogue.
@ParameterizedClass
@EnumSource(Engine.class)
final class DeterminismTest {
  private static final int SEEDS = 1000;

  private final Engine engine;

  DeterminismTest(Engine engine) {
    this.engine = engine;
  }

  @Test
  void aThousandSeedsRunTwiceGiveEqualTraces() throws Exception {
    Set<Long> hashes = new HashSet<>();
    for (long seed = 1; seed <= SEEDS; seed++) {
      EventRecorder first = trace(seed);
      EventRecorder second = trace(seed);
      if (first.hash() != second.hash()) {
        // Only now: a thousand lists of lines take their time to compare.
        assertThat(second.lines()).as("seed %d", seed).isEqualTo(first.lines());
      }
      assertThat(second.hash()).as("seed %d", seed).isEqualTo(first.hash());
      assertThat(second.events()).isEqualTo(first.events()).isGreaterThan(100);
      hashes.add(first.hash());
    }

    assertThat(hashes).hasSizeGreaterThan(SEEDS * 99 / 100);
  }

  private EventRecorder trace(long seed) throws Exception {
    var recorder = new EventRecorder();
    try (var loop = engine.newLoop(seed)) {
      var failures = ExceptionRecorder.on(loop);
      loop.addObserver(recorder);
      loop.runUntilComplete(() -> program(loop, recorder));
      assertThat(failures.unexpected()).isEmpty();
      assertThat(loop.pendingTasks()).isEmpty();
    }
    return recorder;
  }

  // Tasks, timers, a group, a lock, a queue, streams in memory and over the network in memory.
  private static void program(TestLoop loop, EventRecorder recorder) throws Exception {
    var lock = new Lock();
    var queue = new Queue<String>(2);
    Server server = Asyncio.startServer(DeterminismTest::upperCase, "server.test", 80);
    new TaskGroup()
        .run(
            group -> {
              for (int i = 0; i < 3; i++) {
                String name = "producer " + i;
                group.createTask(() -> produce(name, lock, queue), name);
              }
              group.createTask(() -> consume(queue, recorder));
              group.createTask(() -> talk(recorder));
              group.createTask(() -> pipe(loop, recorder));
            });
    server.close();
    server.waitClosed();
  }

  private static @Nullable Void produce(String name, Lock lock, Queue<String> queue)
      throws Exception {
    for (int i = 0; i < 3; i++) {
      Asyncio.sleep(Duration.ofMillis(10));
      lock.acquire();
      try {
        Asyncio.sleep(Duration.ofMillis(1));
        queue.put(name);
      } finally {
        lock.release();
      }
    }
    return null;
  }

  private static void consume(Queue<String> queue, EventRecorder recorder) throws Exception {
    for (int i = 0; i < 9; i++) {
      try {
        recorder.note(Asyncio.waitFor(queue::get, Duration.ofMillis(5)));
      } catch (TimeoutException e) {
        recorder.note("nothing");
        i--;
      }
    }
  }

  private static void upperCase(StreamReader reader, StreamWriter writer) throws Exception {
    try (writer) {
      for (String line = reader.readline(UTF_8); line != null; line = reader.readline(UTF_8)) {
        writer.write(line.toUpperCase(java.util.Locale.ROOT) + "\n", UTF_8);
        writer.drain();
      }
    }
  }

  private static void talk(EventRecorder recorder) throws Exception {
    try (var connection = Asyncio.openConnection("server.test", 80)) {
      for (String word : new String[] {"one", "two", "three"}) {
        connection.writer().write(word + "\n", UTF_8);
        recorder.note(Objects.requireNonNull(connection.reader().readline(UTF_8)));
      }
    }
  }

  private static void pipe(TestLoop loop, EventRecorder recorder) throws Exception {
    try (var pair = StreamPair.open(loop)) {
      pair.first().writer().write(new byte[1000]);
      pair.first().writer().writeEof();
      while (!pair.second().reader().atEof()) {
        recorder.note(pair.second().reader().read(300).length + " bytes");
      }
    }
  }
}
