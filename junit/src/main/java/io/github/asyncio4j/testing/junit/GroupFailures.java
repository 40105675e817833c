// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j.testing.junit;

import io.github.asyncio4j.ExceptionGroup;
import java.util.ArrayList;
import java.util.List;
import org.opentest4j.MultipleFailuresError;
import org.opentest4j.TestAbortedException;

/// Assertions that failed in the tasks of a group, in the form in which JUnit and those that build
/// on it know them. Any thread.
final class GroupFailures {
  private GroupFailures() {}

  /// Returns what a test that threw a group has thrown, to JUnit: the assertion that failed, all
  /// that did, or the assumption that did not hold. A group with anything else in it stays.
  static Throwable of(ExceptionGroup group) {
    var leaves = new ArrayList<Throwable>();
    addLeaves(leaves, group);
    if (!leaves.stream().allMatch(GroupFailures::isVerdict)) {
      return group;
    }
    List<Throwable> failed =
        leaves.stream().filter(leaf -> !(leaf instanceof TestAbortedException)).toList();
    return switch (failed.size()) {
      case 0 -> leaves.getFirst();
      case 1 -> failed.getFirst();
      default -> new MultipleFailuresError(group.getMessage(), failed);
    };
  }

  private static boolean isVerdict(Throwable t) {
    return t instanceof AssertionError || t instanceof TestAbortedException;
  }

  private static void addLeaves(List<Throwable> leaves, ExceptionGroup group) {
    for (Throwable member : group.exceptions()) {
      if (member instanceof ExceptionGroup nested) {
        addLeaves(leaves, nested);
      } else {
        leaves.add(member);
      }
    }
  }
}
