// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Holds the kernel to the classes that it has: those of the root package that all depend on each
/// other, so that none of them can be understood, or tested, without the rest.
///
/// A class that is used by one of them and uses one of them joins the knot. What is built on loops
/// and tasks must be in no need of that: the kernel is told what it has to do by an interface of
/// its own, as by [io.github.asyncio4j.Lowlevel.Gathered], or is not told at all.
final class KernelTest {
  /* Whoever adds one says in the commit why it cannot stay outside. Nested classes count as their
  outer one. */
  private static final Set<String> KERNEL =
      Set.of(
          "AllDone",
          "Awaiter",
          "BaseEventLoop",
          "BatonTaskThread",
          "CallbackRunner",
          "CallbackThread",
          "CancelInterrupt",
          "CancelRequest",
          "CarriedTaskThread",
          "CarriedThread",
          "CompletionStages",
          "Confinement",
          "Context",
          "ContextMap",
          "ContextVar",
          "ContinueHandle",
          "CoroutineEngine",
          "CurrentContext",
          "DefaultExecutor",
          "DelegatingLoop",
          "DoneCallback",
          "DrivenBodies",
          "DrivenBody",
          "EagerStart",
          "EventLoop",
          "ExceptionContext",
          "ExceptionHandler",
          "ExceptionReporter",
          "ExecutorCall",
          "Failure",
          "Future",
          "GatheringFuture",
          "Handle",
          "IoWatch",
          "Kernel",
          "LoopConnections",
          "LoopDescriptors",
          "LoopDiagnostics",
          "LoopEnd",
          "LoopExecutors",
          "LoopObserver",
          "LoopRunning",
          "LoopScheduling",
          "LoopSignals",
          "LoopTasks",
          "Lowlevel",
          "MemoryReserves",
          "OutsideTask",
          "PostedHandle",
          "PostedQueue",
          "Propagation",
          "ReadyQueue",
          "ReusableHandle",
          "ReusablePost",
          "RunningLoop",
          "Server",
          "SignalHandlers",
          "Task",
          "TaskCarrier",
          "TaskFactory",
          "TaskOptions",
          "TaskRegistry",
          "TaskStack",
          "TaskThread",
          "TimerHandle",
          "TimerQueue",
          "UnretrievedFailures",
          "UnseenFailure",
          "Watches");

  @Test
  void nothingButTheKernelIsInItsKnot() {
    assertThat(knotOf("Kernel", Edge.ofTheLibrary())).isEqualTo(new TreeSet<>(KERNEL));
  }

  @Test
  void aClassThatJoinsTheKnotIsFound() {
    List<Edge> edges = new ArrayList<>(Edge.ofTheLibrary());
    edges.add(edge("Task", "TaskGroup"));

    assertThat(knotOf("Kernel", edges)).contains("TaskGroup").containsAll(KERNEL);
  }

  @Test
  void aKnotIsWhatCanBeReachedBothWays() {
    List<Edge> edges =
        List.of(
            edge("A", "B"), edge("B$Inner", "C"), edge("C", "A"), edge("C", "D"), edge("E", "A"));

    assertThat(knotOf("A", edges)).containsExactly("A", "B", "C");
  }

  private static Edge edge(String from, String to) {
    return new Edge(Edge.ROOT + "." + from, Edge.ROOT + "." + to);
  }

  private static Set<String> knotOf(String start, List<Edge> edges) {
    Map<String, Set<String>> uses = new HashMap<>();
    Map<String, Set<String>> usedBy = new HashMap<>();
    for (Edge edge : edges) {
      String from = outermost(edge.from());
      String to = outermost(edge.to());
      uses.computeIfAbsent(from, _ -> new LinkedHashSet<>()).add(to);
      usedBy.computeIfAbsent(to, _ -> new LinkedHashSet<>()).add(from);
    }
    var knot = new TreeSet<>(reachable(start, uses));
    knot.retainAll(reachable(start, usedBy));
    return knot;
  }

  private static Set<String> reachable(String start, Map<String, Set<String>> edges) {
    var found = new HashSet<>(Set.of(start));
    var left = new ArrayDeque<>(found);
    while (!left.isEmpty()) {
      for (String next : edges.getOrDefault(left.remove(), Set.of())) {
        if (found.add(next)) {
          left.add(next);
        }
      }
    }
    return found;
  }

  private static String outermost(String className) {
    String below = className.substring(Edge.ROOT.length() + 1);
    int nested = below.indexOf('$');
    return nested < 0 ? below : below.substring(0, nested);
  }
}
