// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.mistakes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.asyncio4j.Asyncio;
import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.ExceptionContext;
import io.github.asyncio4j.Future;
import io.github.asyncio4j.LogRecorder;
import io.github.asyncio4j.LoopKind;
import io.github.asyncio4j.VoidCoroutine;
import io.github.asyncio4j.testing.ExceptionRecorder;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// What tests of mistakes share: a loop, what it logs, and what it reports. What a test has not
/// taken notice of fails it.
abstract class MistakeCase {
  static final Duration SHORT = Duration.ofMillis(5);
  static final Duration LONG = Duration.ofHours(1);
  static final String HOST = "127.0.0.1";

  final LoopKind kind;
  final EventLoop loop;
  final ExceptionRecorder reports;
  private LogRecorder log;

  MistakeCase(LoopKind kind) {
    this.kind = kind;
    loop = kind.newLoop();
    reports = ExceptionRecorder.on(loop);
  }

  @BeforeEach
  void recordLog() {
    log = LogRecorder.start();
  }

  @AfterEach
  void nothingElseIsSaid() {
    loop.close();
    log.close();
    assertThat(reports.messages()).isEmpty();
  }

  /// Runs a body in a task.
  final void run(VoidCoroutine body) throws Exception {
    loop.runUntilComplete(body);
  }

  /// Checks that a call throws an exception of exactly this class and with exactly this text.
  static Throwable assertThrows(
      Class<? extends Throwable> type, @Nullable String text, ThrowingCallable call) {
    Throwable thrown = catchThrowable(call);
    assertThat(thrown).isExactlyInstanceOf(type).hasMessage(text);
    return thrown;
  }

  /// Checks that a call throws an [IllegalStateException] with exactly this text.
  static void assertRefuses(String text, ThrowingCallable call) {
    assertThrows(IllegalStateException.class, text, call);
  }

  /// Checks that a call throws an [IllegalArgumentException] with exactly this text.
  static void assertRefusesArgument(String text, ThrowingCallable call) {
    assertThrows(IllegalArgumentException.class, text, call);
  }

  /// Makes a call in a callback, and returns what it throws. In a task.
  final @Nullable Throwable thrownInCallback(ThrowingCallable call) throws Exception {
    Future<@Nullable Throwable> thrown = loop.createFuture();
    loop.callSoon(() -> thrown.setResult(catchThrowable(call)));
    return thrown.await();
  }

  /// Makes a call in another thread, and returns what it throws. In a task.
  static @Nullable Throwable thrownInThread(ThrowingCallable call) throws Exception {
    return Asyncio.toThread(() -> catchThrowable(call));
  }

  /// Returns the only report so far, which is taken notice of.
  final ExceptionContext report() {
    List<ExceptionContext> all = reports.take();
    assertThat(all).hasSize(1);
    return all.getFirst();
  }

  /// Returns the texts of the warnings and errors that were logged.
  final List<String> warnings() {
    return log.records().stream()
        .filter(record -> record.getLevel().intValue() >= Level.WARNING.intValue())
        .map(LogRecord::getMessage)
        .toList();
  }

  /// Returns everything that was logged.
  final List<String> logged() {
    return log.messages();
  }
}
