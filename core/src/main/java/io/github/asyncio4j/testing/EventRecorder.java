// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing;

import io.github.asyncio4j.Handle;
import io.github.asyncio4j.LoopObserver;
import io.github.asyncio4j.Task;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Records what a loop does, a line for each event, and a hash over all lines.
///
/// Two runs of one program on a [TestLoop] with the same seed give equal lines and equal hashes,
/// unless threads other than the loop's have a part in it. Lines hold instants of the virtual
/// clock, names of tasks and of the classes of callbacks; neither identities nor names of threads.
/// Tasks without a name of their own are numbered in the order in which this recorder sees them.
///
/// The thread that holds the loop, or any thread while the loop is not running.
public final class EventRecorder implements LoopObserver {
  // FNV-1a, 64 bits.
  private static final long HASH_START = 0xcbf29ce484222325L;
  private static final long HASH_FACTOR = 0x100000001b3L;

  // The names that tasks get by default count on through the whole JVM.
  private static final Pattern DEFAULT_NAME = Pattern.compile("Task-\\d+");

  private final int kept;
  private final Deque<String> lines = new ArrayDeque<>();
  private final Map<Task<?>, String> labels = new WeakHashMap<>();
  private int tasksSeen;
  private long events;
  private long hash = HASH_START;

  /// Makes a recorder that keeps every line.
  public EventRecorder() {
    this(Integer.MAX_VALUE);
  }

  /// Makes a recorder that keeps the last lines only; the hash is over all.
  ///
  /// @param kept how many, 0 for none
  /// @throws IllegalArgumentException when it is negative
  public EventRecorder(int kept) {
    if (kept < 0) {
      throw new IllegalArgumentException("kept < 0: " + kept);
    }
    this.kept = kept;
  }

  /// Returns the lines that are kept, oldest first, as a copy.
  public List<String> lines() {
    return List.copyOf(lines);
  }

  /// Returns how many events there were.
  public long events() {
    return events;
  }

  /// Returns the hash over all events so far, in their order.
  public long hash() {
    return hash;
  }

  /// Adds a line of the program's own.
  public void note(String text) {
    add("note", text);
  }

  @Override
  public void iterationStarted(long time) {
    add("time", Long.toString(time));
  }

  @Override
  public void handleStarted(Handle handle, @Nullable Task<?> task) {
    if (task != null) {
      add("step", label(task));
    } else {
      add("call", DEFAULT_NAME.matcher(handle.toString()).replaceAll("Task-N"));
    }
  }

  @Override
  public void taskCreated(Task<?> task) {
    add("task", label(task));
  }

  @Override
  public void taskDone(Task<?> task) {
    // Not with its exception: to ask for that would count as having retrieved it.
    add(task.cancelled() ? "cancelled" : "done", label(task));
  }

  @Override
  public void suspendedInJdk(Task<?> task) {
    add("suspended", label(task));
  }

  private String label(Task<?> task) {
    return labels.computeIfAbsent(task, this::newLabel);
  }

  private String newLabel(Task<?> task) {
    tasksSeen++;
    String name = task.getName();
    return DEFAULT_NAME.matcher(name).matches() ? "#" + tasksSeen : name;
  }

  private void add(String kind, String text) {
    String line = kind + " " + text;
    events++;
    for (int i = 0; i < line.length(); i++) {
      hash = (hash ^ line.charAt(i)) * HASH_FACTOR;
    }
    hash = (hash ^ '\n') * HASH_FACTOR;
    if (kept == 0) {
      return;
    }
    if (lines.size() == kept) {
      lines.removeFirst();
    }
    lines.addLast(line);
  }

  /// Returns the lines that are kept, one below the other.
  @Override
  public String toString() {
    return String.join("\n", lines);
  }
}
