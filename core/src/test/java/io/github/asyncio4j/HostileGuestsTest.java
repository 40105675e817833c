// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.asyncio4j.loop.SelectorEventLoop;
import io.github.asyncio4j.selector.DelegatingSelector;
import io.github.asyncio4j.selector.Selector;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Exceptions without a text, loggers and handlers that fail, a full heap: none of it ends a loop.
@ParameterizedClass
@EnumSource(LoopKind.class)
final class HostileGuestsTest {
  private final LoopKind kind;

  HostileGuestsTest(LoopKind kind) {
    this.kind = kind;
  }

  private static final class Mute extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new IllegalStateException("getMessage");
    }
  }

  private static final class MuteResult {
    @Override
    public String toString() {
      throw new IllegalStateException("toString");
    }
  }

  /// Runs a loop to whose log a back end listens that fails with everything.
  private void withFailingLogger(VoidCoroutine body) throws Exception {
    Logger logger = Logger.getLogger("io.github.asyncio4j");
    Handler failing =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            throw new IllegalStateException("appender is closed");
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.addHandler(failing);
    try (var loop = kind.newLoop()) {
      loop.runUntilComplete(body);
    } finally {
      logger.removeHandler(failing);
    }
  }

  // EL-122
  @Test
  void aLoggerThatFailsDoesNotEndTheLoop() throws Exception {
    var log = new ArrayList<String>();
    withFailingLogger(
        () -> {
          EventLoop loop = Asyncio.getRunningLoop();
          loop.callSoon(
              () -> {
                throw new IllegalArgumentException("callback");
              });
          loop.callSoon(() -> log.add("next callback"));
          Asyncio.sleep(Duration.ZERO);
          Asyncio.sleep(Duration.ZERO);
        });

    assertThat(log).containsExactly("next callback");
  }

  // EL-123
  @Test
  void anExceptionWithoutATextIsReportedAndTheLoopGoesOn() throws Exception {
    var log = new ArrayList<String>();
    try (var loop = kind.newLoop();
        var _ = LogRecorder.start()) {
      loop.runUntilComplete(
          () -> {
            loop.callSoon(
                () -> {
                  throw new Mute();
                });
            Asyncio.sleep(Duration.ZERO);
            Asyncio.sleep(Duration.ZERO);
            loop.setExceptionHandler(
                (l, context) -> {
                  log.add("handler");
                  throw new Mute();
                });
            loop.callSoon(
                () -> {
                  throw new Mute();
                });
            Asyncio.sleep(Duration.ZERO);
            Asyncio.sleep(Duration.ZERO);
            Task<?> failed =
                loop.createTask(
                    () -> {
                      throw new Mute();
                    });
            Asyncio.wait(List.of(failed));
            assertThat(failed.exception()).isInstanceOf(Mute.class);
            assertThat(failed.toString()).contains("Mute: <no text: ");
            log.add("end");
          });
      loop.createFuture().setException(new Mute());
    }

    assertThat(log).containsExactly("handler", "end", "handler");
  }

  //
  @Test
  void aSlowTaskWhoseResultHasNoTextIsLoggedAndTheLoopGoesOn() throws Exception {
    try (var loop = kind.newLoop();
        var logged = LogRecorder.start()) {
      loop.setDebug(true);
      loop.setSlowCallbackDuration(Duration.ofNanos(1));
      MuteResult result =
          loop.runUntilComplete(() -> loop.createTask(() -> new MuteResult()).await());

      assertThat(result).isNotNull();
      assertThat(logged.messages()).anyMatch(text -> text.contains("result=io.github.asyncio4j."));
    }
  }

  /// Has no memory now and then.
  private static final class StarvingSelector extends DelegatingSelector {
    private boolean starving;
    private int failures;

    StarvingSelector(Selector selector) {
      super(selector);
    }

    @Override
    public void select(long timeoutNanos) throws IOException {
      starving = !starving;
      if (starving) {
        failures++;
        throw new OutOfMemoryError("not really");
      }
      super.select(timeoutNanos);
    }
  }

  @Test
  void anIterationThatRunsOutOfMemoryIsLoggedAndMadeAgain() throws Exception {
    var selector = new StarvingSelector(kind.newSelector());
    try (SelectorEventLoop loop = kind.newLoop(selector);
        var logged = LogRecorder.start()) {
      loop.runUntilComplete(() -> Asyncio.sleep(Duration.ofMillis(5)));

      assertThat(selector.failures).isPositive();
      assertThat(logged.messages()).contains("Out of memory in an iteration of the loop");
    }
  }
}
