// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds out who waits for whom (TC-14). Loop thread only.
///
/// Nothing is kept for it: who waits for a future has left a callback there.
final class CallGraphs {
  // Each level is indented by four columns: nobody could read more, and the text of a chain of
  // thousands would fill the heap.
  private static final int MOST_LEVELS = 200;

  private final @Nullable Integer limit;
  private final Set<Future<?>> path = new HashSet<>();

  // A task that a thousand wait for is captured once, and a chain of diamonds is no explosion.
  private final Map<Future<?>, FutureCallGraph> captured = new HashMap<>();

  private CallGraphs(@Nullable Integer limit) {
    this.limit = limit;
  }

  static @Nullable FutureCallGraph capture(
      @Nullable Future<?> future, int depth, @Nullable Integer limit) {
    if (depth < 1) {
      throw new IllegalArgumentException("depth < 1: " + depth);
    }
    Task<?> current = Task.ofThisThread();
    if (future == null && RunningLoop.get() == null) {
      throw new IllegalStateException("no running event loop, and no future was given");
    }
    Future<?> start = future != null ? future : current;
    if (start == null) {
      return null;
    }
    start.loop.checkThread();
    int skipped = start == current ? depth - 1 : 0;
    return new CallGraphs(limit).graphOf(start, skipped);
  }

  /// A future whose awaiters are being captured.
  private record Node(
      Future<?> future,
      int skipped,
      Iterator<Future<?>> awaiters,
      ArrayList<FutureCallGraph> awaitedBy) {}

  // No recursion: a chain of waiting tasks may be longer than the stack is deep.
  private FutureCallGraph graphOf(Future<?> start, int skipped) {
    var open = new ArrayDeque<Node>();
    @Nullable FutureCallGraph ready = enter(start, skipped, open);
    while (!open.isEmpty()) {
      Node node = open.element();
      if (ready != null) {
        node.awaitedBy.add(ready);
      }
      if (node.awaiters.hasNext()) {
        ready = enter(node.awaiters.next(), 0, open);
      } else {
        open.pop();
        path.remove(node.future);
        ready =
            new FutureCallGraph(node.future, stackOf(node.future, node.skipped), node.awaitedBy);
        captured.put(node.future, ready);
      }
    }
    return Objects.requireNonNull(ready);
  }

  /// Returns a graph that has no awaiters to capture first, or null when there is one more to do.
  private @Nullable FutureCallGraph enter(Future<?> future, int skipped, ArrayDeque<Node> open) {
    FutureCallGraph known = captured.get(future);
    if (known != null) {
      return known;
    }
    if (!path.add(future)) {
      return new FutureCallGraph(future, stackOf(future, skipped), List.of());
    }
    open.push(new Node(future, skipped, awaitersOf(future).iterator(), new ArrayList<>()));
    return null;
  }

  // A task that waits twice for the same future is one task.
  private static Set<Future<?>> awaitersOf(Future<?> future) {
    var awaiters = new LinkedHashSet<Future<?>>();
    future.forEachAwaiter(awaiters::add);
    return awaiters;
  }

  private List<FrameCallGraphEntry> stackOf(Future<?> future, int skipped) {
    if (!(future instanceof Task<?> task) || (limit != null && limit == 0)) {
      return List.of();
    }
    List<FrameCallGraphEntry> frames =
        task.getStack().stream().skip(skipped).map(FrameCallGraphEntry::new).toList();
    if (limit == null || Math.abs((long) limit) >= frames.size()) {
      return frames;
    }
    return limit > 0
        ? frames.subList(0, limit)
        : frames.subList(frames.size() + limit, frames.size());
  }

  static String format(@Nullable Future<?> future, int depth, @Nullable Integer limit) {
    FutureCallGraph graph = capture(future, depth, limit);
    return graph == null ? "" : format(graph);
  }

  static String format(FutureCallGraph graph) {
    var text = new StringBuilder();
    append(graph, 0, text, new HashSet<>());
    return text.toString();
  }

  private static void append(
      FutureCallGraph graph, int level, StringBuilder text, Set<Future<?>> shown) {
    String indent = "    ".repeat(level);
    if (!text.isEmpty()) {
      text.append('\n');
    }
    if (level == MOST_LEVELS) {
      text.append(indent).append("... (more than ").append(MOST_LEVELS).append(" levels)");
      return;
    }
    text.append(indent).append("* ").append(nameOf(graph.future()));
    // By future: where a circle closes, the graph is another one, without awaiters.
    if (shown.contains(graph.future())) {
      text.append(" (above)");
      return;
    }
    if (graph.callStack().isEmpty() && graph.awaitedBy().isEmpty()) {
      return;
    }
    shown.add(graph.future());
    if (!graph.callStack().isEmpty()) {
      text.append('\n').append(indent).append("  + Call stack:");
      for (FrameCallGraphEntry entry : graph.callStack()) {
        text.append('\n').append(indent).append("  |   at ").append(entry.frame());
      }
    }
    if (!graph.awaitedBy().isEmpty()) {
      text.append('\n').append(indent).append("  + Awaited by:");
      graph.awaitedBy().forEach(awaiter -> append(awaiter, level + 1, text, shown));
    }
  }

  private static String nameOf(Future<?> future) {
    String id = "id=0x" + Integer.toHexString(System.identityHashCode(future));
    return future instanceof Task<?> task
        ? "Task(name='" + task.getName() + "', " + id + ")"
        : "Future(" + id + ")";
  }

  static void add(Future<?> future, Future<?> awaiter) {
    if (!future.done()) {
      future.addCallback(new DoneCallback<>(future, new AwaitedBy(awaiter), ContextMap.EMPTY));
    }
  }

  static void discard(Future<?> future, Future<?> awaiter) {
    future.removeDoneCallback(new AwaitedBy(awaiter));
  }
}
