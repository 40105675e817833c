// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import io.github.asyncio4j.transport.BaseProtocol;
import io.github.asyncio4j.transport.BaseTransport;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What is known of a failure that no caller can receive (EL-123). Immutable; each key has a method
/// of its name that returns a changed copy.
///
/// The keys are asyncio's: `message`, `exception`, `future`, `task`, `handle`, `protocol`,
/// `transport`, `socket`, `asyncgen`, and in debug mode `source_traceback`, `handle_traceback`.
///
/// @param message what happened, or null for the default text
/// @param exception what was thrown, or null
/// @param details all other keys, sorted
public record ExceptionContext(
    @Nullable String message, @Nullable Throwable exception, Map<String, Object> details) {
  /// Copies the details.
  public ExceptionContext {
    details = Collections.unmodifiableMap(new TreeMap<>(details));
  }

  /// Returns a context with a message and nothing else.
  public static ExceptionContext of(@Nullable String message) {
    return new ExceptionContext(message, null, Map.of());
  }

  /// Returns a copy with what was thrown.
  public ExceptionContext exception(@Nullable Throwable exception) {
    return new ExceptionContext(message, exception, details);
  }

  /// Returns a copy with the future that failed.
  public ExceptionContext future(Future<?> future) {
    return with("future", future);
  }

  /// Returns a copy with the task that failed.
  public ExceptionContext task(Task<?> task) {
    return with("task", task);
  }

  /// Returns a copy with the handle whose callback failed.
  public ExceptionContext handle(Handle handle) {
    return with("handle", handle);
  }

  /// Returns a copy with the protocol concerned.
  public ExceptionContext protocol(BaseProtocol protocol) {
    return with("protocol", protocol);
  }

  /// Returns a copy with the transport concerned.
  public ExceptionContext transport(BaseTransport transport) {
    return with("transport", transport);
  }

  /// Returns a copy with the socket concerned.
  public ExceptionContext socket(Object socket) {
    return with("socket", socket);
  }

  /// Returns a copy with one more detail.
  public ExceptionContext with(String key, Object value) {
    var copy = new TreeMap<>(details);
    copy.put(key, value);
    return new ExceptionContext(message, exception, copy);
  }

  /// Returns a detail by its key, or null.
  public @Nullable Object get(String key) {
    return switch (key) {
      case "message" -> message;
      case "exception" -> exception;
      default -> details.get(key);
    };
  }
}
