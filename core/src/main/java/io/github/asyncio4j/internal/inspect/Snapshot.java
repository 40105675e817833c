// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.inspect;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What `Inspection` has told: the loops of a JVM, their tasks, and who waits for whom.
final class Snapshot {
  /// Of the form of the text.
  static final int VERSION = 1;

  private static final int NAMES = 3;
  private static final int NAMES_OF_CIRCLE = 10;

  /// A loop.
  ///
  /// @param does `idle`, `select`, `task` or `callback`
  /// @param still whether it has stood still for a while
  /// @param current the number of the task that has it, or 0
  /// @param frame where a callback is, or empty
  /// @param leftOut how many tasks are not told of at all
  record Loop(
      int number,
      String id,
      String type,
      String engine,
      String selector,
      String thread,
      String does,
      boolean still,
      int current,
      String frame,
      int leftOut) {}

  /// A task.
  ///
  /// @param loop the number of its loop
  /// @param state `new`, `ready`, `runs`, `blocks`, `suspended` or `ends`
  /// @param awaited the number of the task or future that it waits for, or 0
  /// @param call what the program has called there, or empty
  /// @param frame where the program is, or empty
  /// @param detailed whether it was asked where it is
  /// @param awaiters the numbers of what waits for it
  record Task(
      int number,
      String id,
      int loop,
      String name,
      String state,
      int awaited,
      String call,
      String frame,
      boolean detailed,
      List<Integer> awaiters) {}

  private final List<Loop> loops = new ArrayList<>();
  private final Map<Integer, Task> tasks = new LinkedHashMap<>();
  private final Map<Integer, List<Integer>> awaitersOfFutures = new HashMap<>();
  private final Map<Integer, Set<Task>> awaiters = new HashMap<>();
  private final Map<Integer, Set<Task>> awaited = new HashMap<>();
  private final List<List<Task>> circles;

  /// Reads the lines.
  Snapshot(List<String> lines) {
    int base = 0;
    int last = 0;
    for (String line : lines) {
      var fields = new Fields(line, base);
      switch (fields.kind()) {
        // Each copy of the library that the program has loaded counts for itself.
        case "version" -> base = last;
        case "loop" -> loops.add(loop(fields));
        case "task" -> {
          Task task = task(fields);
          tasks.put(task.number, task);
        }
        case "future" -> awaitersOfFutures.put(fields.number(1), fields.numbers(3));
        default -> {}
      }
      last = Math.max(last, fields.largest());
    }
    for (Task task : tasks.values()) {
      awaiters.put(task.number, awaitersOf(task));
      awaited.put(task.number, new LinkedHashSet<>());
    }
    awaiters.forEach((number, waiting) -> waiting.forEach(w -> awaitedBy(w).add(taskOf(number))));
    for (Task task : tasks.values()) {
      Task direct = tasks.get(task.awaited);
      if (direct != null) {
        awaitedBy(task).add(direct);
        awaiters(direct).add(task);
      }
    }
    circles = Circles.of(tasks.values(), this::awaitedBy);
  }

  private static Loop loop(Fields fields) {
    return new Loop(
        fields.number(1),
        fields.text(2),
        fields.text(3),
        fields.text(4),
        fields.text(5),
        fields.text(6),
        fields.text(7),
        !fields.text(8).isEmpty(),
        fields.number(9),
        fields.text(10),
        Integer.parseInt(fields.text(11)));
  }

  private static Task task(Fields fields) {
    return new Task(
        fields.number(1),
        fields.text(2),
        fields.number(3),
        fields.text(4),
        fields.text(5),
        fields.number(6),
        fields.text(7),
        fields.text(8),
        !fields.text(9).isEmpty(),
        fields.numbers(10));
  }

  // Between two tasks there may be futures, as that of a gather.
  private Set<Task> awaitersOf(Task task) {
    var found = new LinkedHashSet<Task>();
    var seen = new LinkedHashSet<Integer>();
    var left = new ArrayDeque<>(task.awaiters);
    for (Integer number = left.poll(); number != null; number = left.poll()) {
      if (!seen.add(number)) {
        continue;
      }
      Task awaiter = tasks.get(number);
      if (awaiter != null) {
        found.add(awaiter);
      } else {
        left.addAll(awaitersOfFutures.getOrDefault(number, List.of()));
      }
    }
    return found;
  }

  /// Returns the loops, oldest first.
  List<Loop> loops() {
    return loops;
  }

  /// Returns the tasks of a loop, those first that are not just suspended.
  List<Task> tasksOf(Loop loop) {
    return tasks.values().stream().filter(task -> task.loop == loop.number).toList();
  }

  /// Returns a task by its number, or null when nothing is told of it.
  @Nullable Task task(int number) {
    return tasks.get(number);
  }

  private Task taskOf(int number) {
    Task task = tasks.get(number);
    if (task == null) {
      throw new IllegalStateException("no task " + number);
    }
    return task;
  }

  /// Returns the tasks that wait for a task, by way of futures too.
  Set<Task> awaiters(Task task) {
    return awaiters.getOrDefault(task.number, Set.of());
  }

  /// Returns the tasks that a task waits for, by way of futures too.
  Set<Task> awaitedBy(Task task) {
    return awaited.getOrDefault(task.number, Set.of());
  }

  /// Returns tasks that wait for each other, each for the next and the last for the first.
  List<List<Task>> circles() {
    return circles;
  }

  /// Tells what a task waits for, in few words; empty where it does not wait.
  String awaits(Task task) {
    return switch (task.state) {
      case "blocks" -> task.call;
      case "suspended" -> {
        Task direct = tasks.get(task.awaited);
        if (direct != null) {
          yield "task " + direct.name;
        }
        String call = task.call.isEmpty() ? "a future" : task.call;
        Set<Task> others = awaitedBy(task);
        yield others.isEmpty() || !isForTasks(call) ? call : call + ": " + namesOf(others);
      }
      default -> "";
    };
  }

  // A task of a group that waits for a lock waits for that.
  private static boolean isForTasks(String call) {
    return call.startsWith("Asyncio.")
        || call.startsWith("Future.")
        || call.startsWith("TaskGroup.")
        || call.equals("a future");
  }

  /// Returns some of the names of tasks.
  static String namesOf(Set<Task> tasks) {
    var names = new ArrayList<>(tasks.stream().limit(NAMES).map(Task::name).toList());
    if (tasks.size() > NAMES) {
      names.add("+" + (tasks.size() - NAMES));
    }
    return String.join(", ", names);
  }

  /// Tells in a sentence that tasks wait for each other.
  static String sentenceOf(List<Task> circle) {
    List<String> names = circle.stream().map(Task::name).toList();
    return switch (names.size()) {
      case 1 -> names.getFirst() + " waits for itself";
      case 2 -> names.getFirst() + " and " + names.getLast() + " wait for each other";
      default ->
          "a circle of "
              + names.size()
              + " tasks: "
              + String.join(
                  " waits for ", names.subList(0, Math.min(NAMES_OF_CIRCLE, names.size())))
              + " waits for "
              + (names.size() > NAMES_OF_CIRCLE ? "..." : names.getFirst());
    };
  }

  /// The fields of a line.
  private static final class Fields {
    private final String[] texts;
    private final int base;
    private int largest;

    Fields(String line, int base) {
      this.texts = line.split("\t", -1);
      this.base = base;
    }

    String kind() {
      return texts[0];
    }

    String text(int at) {
      return texts[at];
    }

    int number(int at) {
      return numberOf(texts[at]);
    }

    List<Integer> numbers(int at) {
      var numbers = new ArrayList<Integer>();
      for (String text : texts[at].split(" ", -1)) {
        if (!text.isEmpty()) {
          numbers.add(numberOf(text));
        }
      }
      return numbers;
    }

    private int numberOf(String text) {
      int own = Integer.parseInt(text);
      int number = own == 0 ? 0 : base + own;
      largest = Math.max(largest, number);
      return number;
    }

    int largest() {
      return largest;
    }
  }
}
