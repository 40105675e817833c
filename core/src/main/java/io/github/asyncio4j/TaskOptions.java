// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The keyword arguments of `createTask`. Immutable; each keyword has a method of its name that
/// returns a changed copy.
public final class TaskOptions extends Options {
  /// Every keyword at its default.
  public static final TaskOptions DEFAULT = new TaskOptions();

  // Written before the object is returned to anybody, never after.
  private @Nullable String name;
  private @Nullable Context context;
  private @Nullable Boolean eagerStart;
  private List<AutoCloseable> owned = List.of();

  private TaskOptions() {}

  private TaskOptions(TaskOptions other) {
    this.name = other.name;
    this.context = other.context;
    this.eagerStart = other.eagerStart;
    this.owned = other.owned;
  }

  /// Returns the name for messages and dumps; null for the next `Task-N`.
  public @Nullable String name() {
    return name;
  }

  /// Returns a copy with a name.
  public TaskOptions name(@Nullable String name) {
    var copy = new TaskOptions(this);
    copy.name = name;
    return copy;
  }

  /// Returns what the task runs in; null for a copy of the current context.
  public @Nullable Context context() {
    return context;
  }

  /// Returns a copy whose task runs in the given context itself.
  public TaskOptions context(@Nullable Context context) {
    var copy = new TaskOptions(this);
    copy.context = context;
    return copy;
  }

  /// Returns whether the first step is made inside `createTask`; null leaves it to the task
  /// factory, and is false without one.
  public @Nullable Boolean eagerStart() {
    return eagerStart;
  }

  /// Returns a copy whose task starts inside `createTask`, or in the next iteration.
  public TaskOptions eagerStart(@Nullable Boolean eagerStart) {
    var copy = new TaskOptions(this);
    copy.eagerStart = eagerStart;
    return copy;
  }

  /// Returns what the task closes at its end, whatever its end is; the last one given first.
  public List<AutoCloseable> owned() {
    return owned;
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
    var copy = new TaskOptions(this);
    copy.owned = List.copyOf(all);
    return copy;
  }

  /// Returns options with a name and nothing else.
  static TaskOptions named(@Nullable String name) {
    return name == null ? DEFAULT : DEFAULT.name(name);
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

  @Override
  Keywords keywords() {
    return new Keywords("TaskOptions")
        .with("name", name)
        .with("context", context)
        .with("eagerStart", eagerStart)
        .with("owned", owned);
  }
}
