// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import static java.lang.System.Logger.Level.ERROR;

import io.github.asyncio4j.transport.BaseProtocol;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where the failures of a loop go that no caller can receive (EL-120 to EL-123). Loop thread only.
final class ExceptionReporter {
  private final BaseEventLoop loop;
  private @Nullable ExceptionHandler handler;

  ExceptionReporter(BaseEventLoop loop) {
    this.loop = loop;
  }

  void setHandler(@Nullable ExceptionHandler handler) {
    this.handler = handler;
  }

  @Nullable ExceptionHandler handler() {
    return handler;
  }

  /// Reports a failure in the context of its task, else its future, else its handle.
  void report(ExceptionContext failure) {
    if (failure.exception() != null) {
      ProgramFrames.strip(failure.exception());
    }
    ExceptionHandler current = handler;
    if (current == null) {
      reportToDefault(failure);
      return;
    }
    Context context = contextOf(failure);
    Context before = context == null ? null : CurrentContext.replace(context);
    try (var _ = Propagation.restore(context == null ? null : context.vars)) {
      current.handle(loop, failure);
    } catch (Throwable t) {
      rethrowIfEnding(t);
      reportToDefault(
          ExceptionContext.of("Unhandled error in exception handler")
              .exception(t)
              .with("context", failure));
    } finally {
      if (before != null) {
        CurrentContext.replace(before);
      }
    }
  }

  /// Logs a failure (EL-122).
  void log(ExceptionContext failure) {
    var text = new StringBuilder();
    String message = failure.message();
    text.append(message != null ? message : "Unhandled exception in event loop");
    failure
        .details()
        .forEach(
            (key, value) -> text.append('\n').append(key).append(": ").append(describe(value)));
    BaseEventLoop.LOGGER.log(ERROR, text.toString(), failure.exception());
  }

  private void reportToDefault(ExceptionContext failure) {
    try {
      loop.defaultExceptionHandler(failure);
    } catch (Throwable t) {
      rethrowIfEnding(t);
      BaseEventLoop.LOGGER.log(
          ERROR,
          "Exception in default exception handler while handling: " + Descriptions.textOf(failure),
          t);
    }
  }

  private static void rethrowIfEnding(Throwable t) {
    if (BaseEventLoop.endsRun(t)) {
      throw (Error) t;
    }
  }

  private static @Nullable Context contextOf(ExceptionContext failure) {
    if (failure.get("task") instanceof Task<?> task) {
      return task.getContext();
    }
    if (failure.get("future") instanceof Task<?> task) {
      return task.getContext();
    }
    return failure.get("handle") instanceof Handle handle ? handle.getContext() : null;
  }

  private static String describe(Object value) {
    if (value instanceof List<?> frames) {
      var text = new StringBuilder();
      frames.forEach(frame -> text.append("\n  at ").append(frame));
      return text.toString();
    }
    String text = Descriptions.textOf(value);
    String name = value.getClass().getSimpleName();
    // One with a text of its own need not say what it is.
    return value instanceof BaseProtocol && !text.contains(name) ? name + ": " + text : text;
  }
}
