// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.stream.StreamReader;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class StreamPairTest {
  private final TestLoop loop = new TestLoop(0);
  private final ExceptionRecorder failures = ExceptionRecorder.on(loop);

  @AfterEach
  void nothingWasReported() {
    assertThat(loop.pendingTasks()).isEmpty();
    loop.close();
    assertThat(failures.unexpected()).isEmpty();
  }

  @Test
  void whatOneEndWritesTheOtherReads() throws Exception {
    loop.runUntilComplete(
        () -> {
          try (var pair = StreamPair.open(loop)) {
            pair.first().writer().write("ping\n", UTF_8);
            assertThat(pair.second().reader().readline(UTF_8)).isEqualTo("ping");
            pair.second().writer().write("pong\n", UTF_8);
            assertThat(pair.first().reader().readline(UTF_8)).isEqualTo("pong");
            pair.first().close();
            assertThat(pair.second().reader().readline(UTF_8)).isNull();
            pair.first().writer().waitClosed();
          }
        });
  }

  @Test
  void inLockstepDrainWaitsUntilTheOtherEndHasReceived() throws Exception {
    var log = new ArrayList<String>();
    loop.runUntilComplete(
        () -> {
          try (var pair = StreamPair.lockstep(loop)) {
            // As long as nothing is received.
            pair.second().writer().transport().pauseReading();
            Task<?> writer =
                loop.createTask(
                    () -> {
                      pair.first().writer().write("x\n", UTF_8);
                      log.add("written");
                      pair.first().writer().drain();
                      log.add("drained");
                    });
            Asyncio.sleep(Duration.ofHours(1));
            log.add("an hour later");
            pair.second().writer().transport().resumeReading();
            writer.await();
            assertThat(pair.second().reader().readline(UTF_8)).isEqualTo("x");
          }
        });

    assertThat(log).containsExactly("written", "an hour later", "drained");
  }

  @Test
  void otherwiseDrainDoesNotWaitForTheOtherEnd() throws Exception {
    loop.runUntilComplete(
        () -> {
          try (var pair = StreamPair.open(loop)) {
            pair.second().writer().transport().pauseReading();
            pair.first().writer().write("x\n", UTF_8);
            pair.first().writer().drain();
          }
        });

    assertThat(loop.time()).isZero();
  }

  @Test
  void twoEndsThatBothWriteInLockstepAndNeverReadAreFoundOut() throws Exception {
    // Each waits until the other has received more than a reader takes.
    var much = new byte[4 * StreamReader.DEFAULT_LIMIT];

    assertThatThrownBy(
            () ->
                loop.runUntilComplete(
                    () -> {
                      var pair = StreamPair.lockstep(loop);
                      Task<?> other =
                          loop.createTask(
                              () -> {
                                pair.second().writer().write(much);
                                pair.second().writer().drain();
                              });
                      pair.first().writer().write(much);
                      pair.first().writer().drain();
                      other.await();
                    }))
        .isInstanceOf(DeadlockError.class)
        .hasMessageContaining("StreamWriter.drain");

    loop.pendingTasks().forEach(Task::cancel);
    loop.runUntilIdle();
  }

  @Test
  void everySeedDeliversTheSameBytesInAnotherWay() {
    var data = new byte[50_000];
    new java.util.Random(1).nextBytes(data);

    Seeds.run(
        200,
        seeded ->
            seeded.runUntilComplete(
                () -> {
                  try (var pair = StreamPair.open(seeded)) {
                    seeded.createTask(
                        () -> {
                          pair.first().writer().write(data);
                          pair.first().writer().drain();
                          pair.first().writer().writeEof();
                        });
                    assertThat(pair.second().reader().read()).isEqualTo(data);
                  }
                }));
  }
}
