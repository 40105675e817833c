// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.lang.ref.PhantomReference;
import org.jspecify.annotations.Nullable;

/// The exception of a future, and whether anybody has asked for it (FT-06, R-56). Loop thread only.
///
/// A failure that nobody retrieved is reported once: when its future is collected or, at the
/// latest, when its loop closes.
final class Failure extends PhantomReference<Future<?>> {
  final Throwable exception;
  private final Failures failures;
  private final String kind;
  private final @Nullable String taskName;
  private final @Nullable HandleTrace trace;

  private Failure(Throwable exception, Future<?> future, String kind, @Nullable String taskName) {
    super(future, future.loop.failures.queue());
    this.exception = exception;
    this.failures = future.loop.failures;
    this.kind = kind;
    this.taskName = taskName;
    this.trace = future.trace();
  }

  /// Returns the failure of a future and starts to watch over it.
  static Failure of(Throwable exception, Future<?> future) {
    Failure failure =
        future instanceof Task<?> task
            ? new Failure(exception, future, "Task", task.getName())
            : new Failure(exception, future, "Future", null);
    failure.failures.add(failure);
    return failure;
  }

  /// Somebody has seen the exception: nothing is to be reported.
  void retrieved() {
    if (failures.remove(this)) {
      clear();
    }
  }

  /// Returns what the exception handler is told.
  ExceptionContext report() {
    String name = taskName == null ? "" : " name='" + taskName + "'";
    String created = trace == null ? "" : trace.createdAt();
    ExceptionContext report =
        ExceptionContext.of(kind + " exception was never retrieved")
            .exception(exception)
            .with(
                "future",
                "<"
                    + kind
                    + " finished"
                    + name
                    + " exception="
                    + Descriptions.textOf(exception)
                    + created
                    + ">");
    return trace == null ? report : report.with("source_traceback", trace.source());
  }

  /// Throws the exception as it is; the return type lets the caller write `throw`.
  Exception rethrow() throws Exception {
    switch (exception) {
      case Exception e -> throw e;
      case Error e -> throw e;
      default -> throw new Exception(exception);
    }
  }
}
