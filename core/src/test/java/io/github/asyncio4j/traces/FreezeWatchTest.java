// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.traces;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.LogRecorder;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.Task;
import io.github.asyncio4j.TaskOptions;
import io.github.asyncio4j.VoidCoroutine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// A loop that stands still says so while it does, and is not made to by what can only deadlock.
@ParameterizedClass
@EnumSource(LoopKind.class)
@Timeout(60)
final class FreezeWatchTest {
  private final LoopKind kind;
  private final EventLoop loop;
  private LogRecorder log;

  FreezeWatchTest(LoopKind kind) {
    this.kind = kind;
    loop = kind.newLoop();
  }

  @BeforeEach
  void recordLog() {
    log = LogRecorder.start();
  }

  @AfterEach
  void close() {
    loop.close();
    log.close();
  }

  private List<String> freezes() {
    return log.messages().stream().filter(m -> m.contains("from going on")).toList();
  }

  // It goes on when it has been told of, and would not end otherwise.
  private void spinUntilTold() {
    while (freezes().isEmpty()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aTaskThatKeepsTheLoopIsToldOfWhileItStillDoes() throws Exception {
    loop.setDebug(true);
    loop.setSlowCallbackDuration(Duration.ofMillis(1));
    loop.runUntilComplete(
        () -> {
          Task<?> busy =
              loop.createTask(
                  (VoidCoroutine) () -> spinUntilTold(), TaskOptions.DEFAULT.name("busy"));
          busy.await();
        });

    assertThat(freezes())
        .singleElement()
        .asString()
        .contains("name='busy'", "engine=", "spinUntilTold")
        .doesNotContain("Kernel");
  }

  @Test
  void aCallbackThatKeepsTheLoopIsToldOfWhileItStillDoes() throws Exception {
    loop.setDebug(true);
    loop.setSlowCallbackDuration(Duration.ofMillis(1));
    loop.callSoon(this::spinUntilTold);
    loop.runUntilComplete(() -> Asyncio.sleep(Duration.ZERO));

    assertThat(freezes()).singleElement().asString().contains("spinUntilTold");
  }

  @Test
  void aBlockingCallIsToldOfWhereItStopsTheLoop() throws Exception {
    loop.setDebug(true);
    loop.setSlowCallbackDuration(Duration.ofMillis(1));
    loop.runUntilComplete(
        () -> {
          if (kind.carriesItsTasks()) {
            // It suspends the task, as any await would.
            Thread.sleep(300);
          } else {
            while (freezes().isEmpty()) {
              Thread.sleep(1);
            }
          }
        });

    if (kind.carriesItsTasks()) {
      assertThat(freezes()).isEmpty();
    } else {
      assertThat(freezes())
          .singleElement()
          .asString()
          .contains("Asyncio.toThread()", "Thread.sleep");
    }
  }

  @Test
  void nothingIsToldOutsideDebugMode() throws Exception {
    loop.setSlowCallbackDuration(Duration.ofMillis(1));
    loop.callSoon(
        () -> {
          long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(400);
          while (System.nanoTime() < end) {
            Thread.onSpinWait();
          }
        });
    loop.runUntilComplete(() -> Asyncio.sleep(Duration.ZERO));

    assertThat(freezes()).isEmpty();
  }

  @Test
  void aCallbackMayNotWaitForWhatItsOwnLoopCompletes() throws Exception {
    var thrown = new ArrayList<Throwable>();
    loop.runUntilComplete(
        () -> {
          Future<String> future = loop.createFuture();
          CompletableFuture<String> followed = future.toCompletableFuture();
          CompletableFuture<Integer> dependent = followed.thenApply(String::length);
          for (CompletableFuture<?> waited : List.of(followed, dependent)) {
            loop.callSoon(
                () -> {
                  assertThatThrownBy(waited::get).satisfies(thrown::add);
                  assertThatThrownBy(waited::join).satisfies(thrown::add);
                });
          }
          loop.callSoon(() -> future.setResult("done"));
          assertThat(future.await()).isEqualTo("done");
          // What is done may be asked anywhere.
          assertThat(followed.get()).isEqualTo("done");
        });

    assertThat(thrown)
        .hasSize(4)
        .allSatisfy(
            t ->
                assertThat(t)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("stops the loop that completes the future"));
  }

  @Test
  void aTaskMayWaitWhereThatSuspendsItOnly() throws Exception {
    loop.runUntilComplete(
        () -> {
          Future<String> future = loop.createFuture();
          CompletableFuture<String> followed = future.toCompletableFuture();
          loop.callSoon(() -> future.setResult("done"));
          if (kind.carriesItsTasks()) {
            assertThat(followed.get()).isEqualTo("done");
          } else {
            assertThatThrownBy(followed::get)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("engine=baton");
            future.await();
          }
        });
  }

  @Test
  void anotherThreadWaitsAsForAnyFutureOfTheJdk() throws Exception {
    loop.runUntilComplete(
        () -> {
          Future<String> future = loop.createFuture();
          CompletableFuture<String> followed = future.toCompletableFuture();
          Future<String> outside = loop.runInExecutor(null, () -> followed.get());
          Future<String> failed = loop.createFuture();
          CompletableFuture<String> pending = failed.toCompletableFuture();
          Future<String> failing = loop.runInExecutor(null, () -> pending.get());
          loop.callSoon(() -> future.setResult("done"));
          loop.callSoon(() -> failed.setException(new IllegalArgumentException("refused")));
          assertThat(outside.await()).isEqualTo("done");
          assertThatThrownBy(failing::await)
              .isInstanceOf(ExecutionException.class)
              .hasMessageContaining("refused");
        });
  }
}
