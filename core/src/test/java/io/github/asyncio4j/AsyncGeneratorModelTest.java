// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.testing.ExceptionRecorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Random producers and consumers that are cancelled, closed or left alone at random: nothing is
/// lost, and everything ends once.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class AsyncGeneratorModelTest {
  private static final int SEEDS = 400;
  private static final int GENERATORS = 4;

  private final LoopKind kind;

  AsyncGeneratorModelTest(LoopKind kind) {
    this.kind = kind;
  }

  @Test
  void everyBodyEndsOnceAndNothingLeaks() throws Exception {
    Seeds seeds = Seeds.of(kind, SEEDS);
    for (long seed = seeds.first(); seed < seeds.end(); seed++) {
      try {
        new Play(seed).run();
      } catch (AssertionError | Exception e) {
        throw Seeds.failed("on " + kind, seed, e);
      }
    }
  }

  /// The play of one seed.
  private final class Play {
    private final Random random;
    private final BaseEventLoop loop = kind.newLoop();
    private final ExceptionRecorder failures = ExceptionRecorder.on(loop);
    private final List<Source> sources = new ArrayList<>();

    Play(long seed) {
      this.random = new Random(seed);
    }

    void run() throws Exception {
      boolean shutsDown = random.nextInt(4) > 0;
      try (loop) {
        loop.runUntilComplete(() -> play(shutsDown));
      }
      for (Source source : sources) {
        for (Thread thread : source.threads) {
          thread.join();
        }
        assertThat(source.ends).isEqualTo(source.threads.size()).isLessThanOrEqualTo(1);
        assertThat(source.taken).isIn(source.made, source.made - 1);
      }
      assertThat(failures.messages())
          .allMatch(m -> m.startsWith("an error occurred during closing of"));
    }

    private void play(boolean shutsDown) throws Exception {
      var consumers = new ArrayList<Task<?>>();
      for (int i = 0; i < GENERATORS; i++) {
        var source = new Source();
        sources.add(source);
        for (int k = random.nextInt(2); k >= 0; k--) {
          VoidCoroutine consume = () -> consume(source);
          consumers.add(loop.createTask(consume));
        }
      }
      for (int i = 0; i < 30; i++) {
        Asyncio.sleep(Duration.ZERO);
        if (random.nextInt(5) == 0) {
          consumers.get(random.nextInt(consumers.size())).cancel();
        }
      }
      for (Task<?> consumer : consumers) {
        while (!consumer.done()) {
          consumer.cancel();
          Asyncio.sleep(Duration.ZERO);
        }
        if (!consumer.cancelled()) {
          assertThat(consumer.exception())
              .isIn(null, consumer.exception() instanceof Expected e ? e : null);
        }
      }
      if (shutsDown) {
        loop.shutdownAsyncgens();
        for (Source source : sources) {
          assertThat(source.ends).isEqualTo(source.threads.size());
        }
        assertThat(loop.drivenBodies.isEmpty()).isTrue();
      }
      assertThat(Asyncio.allTasks()).containsExactly(Task.currentTask());
    }

    private void consume(Source source) throws Exception {
      try {
        for (int i = random.nextInt(8); i >= 0; i--) {
          pauseSometimes();
          int value = source.generator.anext(-1);
          if (value < 0) {
            return;
          }
          assertThat(value).isEqualTo(source.taken);
          source.taken++;
        }
        if (random.nextBoolean()) {
          source.generator.aclose();
        }
      } catch (IllegalStateException e) {
        assertThat(e).hasMessageContaining("already running");
      }
    }

    private void pauseSometimes() {
      for (int i = random.nextInt(3); i > 0; i--) {
        Asyncio.sleep(Duration.ZERO);
      }
    }

    /// A generator, and what has become of it.
    private final class Source {
      final List<Thread> threads = new ArrayList<>();
      final AsyncGenerator<Integer> generator = AsyncGenerator.of(this::run);
      int made;
      int taken;
      int ends;

      private void run(AsyncGenerator.Yielder<Integer> out) throws Exception {
        threads.add(Thread.currentThread());
        try {
          for (int i = random.nextInt(12); i >= 0; i--) {
            waitSometimes();
            made++;
            out.yield(made - 1);
          }
          if (random.nextInt(4) == 0) {
            throw new Expected();
          }
        } finally {
          ends++;
          pauseSometimes();
        }
      }

      private void waitSometimes() {
        try {
          pauseSometimes();
        } catch (CancelledError e) {
          if (loop.isClosed() || random.nextInt(3) > 0) {
            throw e;
          }
        }
      }
    }
  }

  /// A failure that belongs to the play.
  private static final class Expected extends Exception {
    private static final long serialVersionUID = 1L;
  }
}
