// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The keyword arguments of `createTask` (TK-01, TK-10, TK-11). Immutable; each keyword has a
/// method of its name that returns a changed copy.
///
/// @param name for messages and dumps; null for the next `Task-N`
/// @param context what the task runs in; null for a copy of the current one
/// @param eagerStart whether the first step is made inside `createTask` (TK-10); null leaves it to
///   the task factory, and is false without one
/// @param owned what the task closes at its end, whatever its end is; the last one given first
public record TaskOptions(
    @Nullable String name,
    @Nullable Context context,
    @Nullable Boolean eagerStart,
    List<AutoCloseable> owned) {
  /// Every keyword at its default.
  public static final TaskOptions DEFAULT = new TaskOptions(null, null, null, List.of());

  /// Makes options.
  public TaskOptions {
    owned = List.copyOf(owned);
  }

  /// Returns options with a name and nothing else.
  static TaskOptions named(@Nullable String name) {
    return name == null ? DEFAULT : DEFAULT.name(name);
  }

  /// Returns a copy with a name.
  public TaskOptions name(@Nullable String name) {
    return new TaskOptions(name, context, eagerStart, owned);
  }

  /// Returns a copy whose task runs in the given context itself.
  public TaskOptions context(@Nullable Context context) {
    return new TaskOptions(name, context, eagerStart, owned);
  }

  /// Returns a copy whose task starts inside `createTask`, or in the next iteration.
  public TaskOptions eagerStart(@Nullable Boolean eagerStart) {
    return new TaskOptions(name, context, eagerStart, owned);
  }

  /// Returns a copy whose task owns one more resource.
  ///
  /// The task closes it when its body ends. It closes it too when the body is never run, because
  /// the task was cancelled before its first step or because `createTask` was refused:
  /// a connection that a body was to serve does not leak.
  ///
  /// When closing fails after a body that has returned, the task fails with that exception as it
  /// is; when the body has failed or was cancelled, it is suppressed in that. Of several failures
  /// the first counts and the others are suppressed in it.
  public TaskOptions owns(AutoCloseable resource) {
    var all = new ArrayList<>(owned);
    all.add(Objects.requireNonNull(resource, "resource"));
    return new TaskOptions(name, context, eagerStart, all);
  }

  /// Returns a body as a coroutine; when it is null, what the task would have owned is closed.
  Coroutine<@Nullable Void> coroutine(TaskBody body) {
    requireBody(body);
    return body.asCoroutine();
  }

  /// Refuses a body that is null, and closes what its task would have owned.
  void requireBody(@Nullable Object body) {
    if (body == null) {
      var refused = new NullPointerException("body");
      closeOwned(refused);
      throw refused;
    }
  }

  /// Returns the running loop; when there is none, what the task would have owned is closed.
  EventLoop runningLoop() {
    try {
      return EventLoop.getRunningLoop();
    } catch (IllegalStateException e) {
      closeOwned(e);
      throw e;
    }
  }

  /// Closes what the task would have owned, because there is no task. The caller of `createTask`.
  ///
  /// @param reason gets what goes wrong as suppressed exceptions
  void closeOwned(Throwable reason) {
    new OwnedResources(owned).closeAfter(reason);
  }
}
