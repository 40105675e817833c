// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.inspect;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/// Finds nodes of a graph that lead to each other in circles.
final class Circles {
  private Circles() {}

  private record Step<N>(N node, Iterator<? extends N> next) {}

  /// Returns at least one circle of each knot of nodes that lead to each other.
  ///
  /// @param next where each node leads to
  static <N> List<List<N>> of(
      Collection<N> nodes, Function<N, ? extends Collection<? extends N>> next) {
    var circles = new ArrayList<List<N>>();
    var done = new HashSet<N>();
    for (N start : nodes) {
      if (done.contains(start)) {
        continue;
      }
      // No recursion: a chain of waiting tasks may be longer than the stack is deep.
      var path = new ArrayDeque<Step<N>>();
      var onPath = new HashSet<N>();
      var inCircle = new HashSet<N>();
      enter(start, next, path, onPath);
      while (!path.isEmpty()) {
        Step<N> step = path.getLast();
        if (!step.next.hasNext()) {
          path.removeLast();
          onPath.remove(step.node);
          done.add(step.node);
          continue;
        }
        N to = step.next.next();
        if (!onPath.contains(to)) {
          if (!done.contains(to)) {
            enter(to, next, path, onPath);
          }
        } else if (!inCircle.contains(to)) {
          // A knot has many circles: one or a few are enough to be looked into.
          List<N> circle = fromOn(to, path);
          circles.add(circle);
          inCircle.addAll(circle);
        }
      }
    }
    return circles;
  }

  private static <N> void enter(
      N node,
      Function<N, ? extends Collection<? extends N>> next,
      ArrayDeque<Step<N>> path,
      Set<N> onPath) {
    onPath.add(node);
    path.addLast(new Step<>(node, next.apply(node).iterator()));
  }

  private static <N> List<N> fromOn(N first, ArrayDeque<Step<N>> path) {
    var circle = new ArrayList<N>();
    for (Iterator<Step<N>> steps = path.descendingIterator(); steps.hasNext(); ) {
      N node = steps.next().node;
      circle.add(node);
      if (node.equals(first)) {
        break;
      }
    }
    return circle.reversed();
  }
}
