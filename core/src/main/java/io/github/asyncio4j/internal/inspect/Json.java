// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.inspect;

import io.github.asyncio4j.internal.inspect.Snapshot.Loop;
import io.github.asyncio4j.internal.inspect.Snapshot.Task;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/// A [Snapshot] as JSON, for programs.
final class Json {
  private Json() {}

  static String of(long pid, Snapshot snapshot, int most) {
    return "{\"pid\": "
        + pid
        + ",\n \"circles\": "
        + list(snapshot.circles(), circle -> list(circle, task -> string(task.id())))
        + ",\n \"loops\": "
        + list(snapshot.loops(), loop -> loop(snapshot, loop, most))
        + "}\n";
  }

  private static String loop(Snapshot snapshot, Loop loop, int most) {
    List<Task> tasks = snapshot.tasksOf(loop);
    List<Task> shown = tasks.subList(0, Math.min(most, tasks.size()));
    Task current = snapshot.task(loop.current());
    return "\n  {"
        + String.join(
            ", ",
            field("id", loop.id()),
            field("class", loop.type()),
            field("engine", loop.engine()),
            field("selector", loop.selector()),
            field("thread", loop.thread()),
            field("does", loop.does()),
            "\"standsStill\": " + loop.still(),
            field("currentTask", current == null ? "" : current.id()),
            field("frame", loop.frame()),
            "\"leftOut\": " + (tasks.size() - shown.size() + loop.leftOut()))
        + ",\n   \"tasks\": "
        + list(shown, task -> task(snapshot, task))
        + "}";
  }

  private static String task(Snapshot snapshot, Task task) {
    return "\n    {"
        + String.join(
            ", ",
            field("id", task.id()),
            field("name", task.name()),
            field("state", task.state()),
            field("call", task.call()),
            field("frame", task.frame()),
            "\"awaits\": " + ids(snapshot.awaitedBy(task)),
            "\"awaitedBy\": " + ids(snapshot.awaiters(task)))
        + "}";
  }

  private static String ids(Collection<Task> tasks) {
    return list(tasks, task -> string(task.id()));
  }

  private static <T> String list(Collection<T> values, Function<T, String> text) {
    return "[" + String.join(", ", values.stream().map(text).toList()) + "]";
  }

  private static String field(String name, String value) {
    return string(name) + ": " + string(value);
  }

  // There are no control characters left.
  private static String string(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
