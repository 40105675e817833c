// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.internal.inspect;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Finds nodes of a graph that lead to each other in circles.
final class Circles {
  private Circles() {}

  private record Step<N>(N node, Iterator<? extends N> next) {}

  /// Returns one circle of each knot of nodes that lead to each other.
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
      var places = new HashMap<N, Integer>();
      var inCircle = new HashSet<N>();
      enter(start, next, path, places);
      while (!path.isEmpty()) {
        Step<N> step = path.getLast();
        if (!step.next.hasNext()) {
          path.removeLast();
          places.remove(step.node);
          done.add(step.node);
          continue;
        }
        N to = step.next.next();
        Integer place = places.get(to);
        if (place != null) {
          List<N> circle = path.stream().skip(place).map(Step::node).toList();
          // A knot has many circles: one is enough to be looked into.
          if (circle.stream().noneMatch(inCircle::contains)) {
            circles.add(circle);
          }
          inCircle.addAll(circle);
        } else if (!done.contains(to)) {
          enter(to, next, path, places);
        }
      }
    }
    return circles;
  }

  private static <N> void enter(
      N node,
      Function<N, ? extends Collection<? extends N>> next,
      ArrayDeque<Step<N>> path,
      Map<N, Integer> places) {
    places.put(node, path.size());
    path.addLast(new Step<>(node, next.apply(node).iterator()));
  }
}
