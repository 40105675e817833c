// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds out who waits for whom (TC-14). Loop thread only.
///
/// Nothing is kept for it: who waits for a future has left a callback there.
final class CallGraphs {
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

  private FutureCallGraph graphOf(Future<?> future, int skipped) {
    FutureCallGraph known = captured.get(future);
    if (known != null) {
      return known;
    }
    if (!path.add(future)) {
      return new FutureCallGraph(future, stackOf(future, skipped), List.of());
    }
    var awaitedBy = new ArrayList<FutureCallGraph>();
    awaitersOf(future).forEach(awaiter -> awaitedBy.add(graphOf(awaiter, 0)));
    path.remove(future);
    var graph = new FutureCallGraph(future, stackOf(future, skipped), awaitedBy);
    captured.put(future, graph);
    return graph;
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
    append(graph, "", text, Collections.newSetFromMap(new IdentityHashMap<>()));
    return text.toString();
  }

  private static void append(
      FutureCallGraph graph, String indent, StringBuilder text, Set<FutureCallGraph> shown) {
    if (!text.isEmpty()) {
      text.append('\n');
    }
    text.append(indent).append("* ").append(nameOf(graph.future()));
    if (graph.callStack().isEmpty() && graph.awaitedBy().isEmpty()) {
      return;
    }
    if (!shown.add(graph)) {
      text.append(" (above)");
      return;
    }
    if (!graph.callStack().isEmpty()) {
      text.append('\n').append(indent).append("  + Call stack:");
      for (FrameCallGraphEntry entry : graph.callStack()) {
        text.append('\n').append(indent).append("  |   at ").append(entry.frame());
      }
    }
    if (!graph.awaitedBy().isEmpty()) {
      text.append('\n').append(indent).append("  + Awaited by:");
      graph.awaitedBy().forEach(awaiter -> append(awaiter, indent + "    ", text, shown));
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
