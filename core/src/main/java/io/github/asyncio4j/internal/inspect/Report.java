// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.inspect;

import io.github.asyncio4j.internal.inspect.Snapshot.Loop;
import io.github.asyncio4j.internal.inspect.Snapshot.Task;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// A [Snapshot] as a text for a person: what stands out first, then each loop with its tasks.
final class Report {
  // More could not be read.
  private static final int NAME_LENGTH = 60;
  private static final int MOST_LEVELS = 200;
  private static final int MOST_CIRCLES = 20;
  private static final List<String> HEADINGS =
      List.of("ID", "TASK", "STATE", "AWAITS", "AT", "AWAITED BY");

  private final Snapshot snapshot;
  // How many tasks of a loop are shown.
  private final int most;
  private final StringBuilder text = new StringBuilder();

  // Of the tree that is being made.
  private final Set<Task> shown = new HashSet<>();
  private int left;

  private Report(Snapshot snapshot, int most) {
    this.snapshot = snapshot;
    this.most = most;
  }

  /// Returns a table of tasks.
  static String table(Snapshot snapshot, int most) {
    var report = new Report(snapshot, most);
    report.findings();
    for (Loop loop : snapshot.loops()) {
      report.loop(loop);
      report.rows(loop);
    }
    return report.text.toString();
  }

  /// Returns trees of tasks: who waits above those it waits for.
  static String tree(Snapshot snapshot, int most) {
    var report = new Report(snapshot, most);
    report.findings();
    for (Loop loop : snapshot.loops()) {
      report.loop(loop);
      report.trees(loop);
    }
    return report.text.toString();
  }

  private void line(String line) {
    text.append(line.stripTrailing()).append('\n');
  }

  private void findings() {
    List<List<Task>> circles = snapshot.circles();
    circles.stream().limit(MOST_CIRCLES).forEach(c -> line("! " + Snapshot.sentenceOf(c)));
    if (circles.size() > MOST_CIRCLES) {
      line("! and " + (circles.size() - MOST_CIRCLES) + " more circles");
    }
    for (Loop loop : snapshot.loops()) {
      if (loop.still()) {
        line("! loop " + loop.id() + " stands still" + where(loop));
      }
    }
  }

  private void loop(Loop loop) {
    if (!text.isEmpty()) {
      line("");
    }
    line(
        "loop %s %s engine=%s selector=%s thread=%s: %s"
            .formatted(
                loop.id(),
                loop.type(),
                loop.engine(),
                loop.selector(),
                loop.thread().isEmpty() ? "-" : loop.thread(),
                doing(loop)));
  }

  private String doing(Loop loop) {
    return switch (loop.does()) {
      case "idle" -> "does not run";
      case "select" -> "waits in select";
      default -> (loop.still() ? "stands still" : "runs") + where(loop);
    };
  }

  private String where(Loop loop) {
    Task current = snapshot.task(loop.current());
    if (current != null) {
      String call = current.state().equals("blocks") ? ", which blocks in " + current.call() : "";
      return " in task " + cut(current.name()) + call + at(current.frame());
    }
    return (loop.does().equals("callback") ? " in a callback" : "") + at(loop.frame());
  }

  private static String at(String frame) {
    return frame.isEmpty() ? "" : ", at " + frame;
  }

  // The table.

  private void rows(Loop loop) {
    List<Task> tasks = snapshot.tasksOf(loop);
    var rows = new ArrayList<List<String>>();
    rows.add(HEADINGS);
    for (Task task : tasks.subList(0, Math.min(most, tasks.size()))) {
      rows.add(
          List.of(
              task.id(),
              cut(task.name()),
              task.state(),
              dash(cut(snapshot.awaits(task))),
              dash(task.frame()),
              dash(cut(Snapshot.namesOf(snapshot.awaiters(task))))));
    }
    if (tasks.isEmpty()) {
      line("no tasks");
      return;
    }
    int[] widths = new int[HEADINGS.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : rows) {
      var cells = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        cells.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
      }
      line(cells.toString());
    }
    leftOut(tasks.size() - rows.size() + 1 + loop.leftOut());
  }

  private void leftOut(int count) {
    if (count > 0) {
      line("... and " + count + " more tasks (--limit N shows N, 0 all)");
    }
  }

  private static String dash(String cell) {
    return cell.isEmpty() ? "-" : cell;
  }

  private static String cut(String name) {
    return name.length() <= NAME_LENGTH ? name : name.substring(0, NAME_LENGTH - 1) + "…";
  }

  // The trees.

  private void trees(Loop loop) {
    List<Task> tasks =
        snapshot.tasksOf(loop).stream().sorted(Comparator.comparingInt(Task::number)).toList();
    left = most;
    int before = shown.size();
    for (Task task : tasks) {
      if (snapshot.awaiters(task).isEmpty()) {
        node(task, "", 0);
      }
    }
    // What is left is in a circle, or leads into none but those above.
    for (List<Task> circle : snapshot.circles()) {
      if (circle.getFirst().loop() == loop.number() && !shown.contains(circle.getFirst())) {
        node(circle.getFirst(), "", 0);
      }
    }
    if (tasks.isEmpty()) {
      line("no tasks");
    }
    leftOut(tasks.size() - (shown.size() - before) + loop.leftOut());
  }

  private void node(Task task, String indent, int level) {
    if (left == 0) {
      return;
    }
    left--;
    line(indent + described(task));
    if (!shown.add(task)) {
      return;
    }
    List<Task> children = List.copyOf(snapshot.awaitedBy(task));
    String below = indent.replace("├── ", "│   ").replace("└── ", "    ");
    if (level == MOST_LEVELS && !children.isEmpty()) {
      line(below + "└── ... (more than " + MOST_LEVELS + " levels)");
      return;
    }
    for (int i = 0; i < children.size(); i++) {
      node(children.get(i), below + (i + 1 < children.size() ? "├── " : "└── "), level + 1);
    }
  }

  private String described(Task task) {
    String name = cut(task.name()) + "  ";
    if (shown.contains(task)) {
      return name + "(above)";
    }
    String awaits = snapshot.awaits(task);
    String what =
        switch (task.state()) {
          case "suspended" -> "awaits " + awaits;
          case "blocks" -> "blocks in " + awaits;
          default -> task.state();
        };
    return name + cut(what) + at(task.frame());
  }
}
