// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import io.github.asyncio4j.EventLoop;
import io.github.asyncio4j.ExceptionContext;
import io.github.asyncio4j.ExceptionHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/// Keeps the failures that a loop reports because no caller can receive them.
///
/// A test names those that it provokes, before with [#expect(Predicate)] or afterwards with
/// [#take()]; any other is a failure of the test. Any thread.
public final class ExceptionRecorder implements ExceptionHandler {
  // Guarded by this.
  private final List<ExceptionContext> unexpected = new ArrayList<>();
  private final List<Predicate<? super ExceptionContext>> expectations = new ArrayList<>();

  /// Makes a recorder that expects nothing.
  public ExceptionRecorder() {}

  /// Makes a recorder and sets it as the handler of a loop.
  public static ExceptionRecorder on(EventLoop loop) {
    var recorder = new ExceptionRecorder();
    loop.setExceptionHandler(recorder);
    return recorder;
  }

  /// Lets every report pass that a predicate accepts, from now on.
  public synchronized void expect(Predicate<? super ExceptionContext> expected) {
    expectations.add(Objects.requireNonNull(expected, "expected"));
  }

  /// Lets every report pass whose exception is of a class, from now on.
  public void expect(Class<? extends Throwable> type) {
    Objects.requireNonNull(type, "type");
    expect((ExceptionContext context) -> type.isInstance(context.exception()));
  }

  @Override
  public synchronized void handle(EventLoop loop, ExceptionContext context) {
    if (expectations.stream().noneMatch(expected -> expected.test(context))) {
      unexpected.add(context);
    }
  }

  /// Returns the reports that were not expected, oldest first, as a copy.
  public synchronized List<ExceptionContext> unexpected() {
    return List.copyOf(unexpected);
  }

  /// Returns the messages of the reports that were not expected, oldest first, as a copy. One that
  /// has no message has an empty text.
  public synchronized List<String> messages() {
    return unexpected.stream().map(c -> Objects.requireNonNullElse(c.message(), "")).toList();
  }

  /// Returns the reports that were not expected and forgets them: they are the test's own affair.
  public synchronized List<ExceptionContext> take() {
    List<ExceptionContext> taken = List.copyOf(unexpected);
    unexpected.clear();
    return taken;
  }

  @Override
  public synchronized String toString() {
    return "<ExceptionRecorder unexpected=" + unexpected + ">";
  }
}
