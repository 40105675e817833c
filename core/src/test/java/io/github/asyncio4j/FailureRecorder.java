// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/// An exception handler that keeps what it is told.
public final class FailureRecorder implements ExceptionHandler {
  private final List<ExceptionContext> failures = new CopyOnWriteArrayList<>();

  /// Returns a recorder that is set on the loop.
  public static FailureRecorder on(EventLoop loop) {
    var recorder = new FailureRecorder();
    loop.setExceptionHandler(recorder);
    return recorder;
  }

  @Override
  public void handle(EventLoop loop, ExceptionContext context) {
    failures.add(context);
  }

  /// Returns everything that was reported, in order.
  public List<ExceptionContext> failures() {
    return failures;
  }

  /// Returns the messages of everything that was reported, in order.
  public List<String> messages() {
    return failures.stream().map(f -> Objects.requireNonNullElse(f.message(), "")).toList();
  }
}
