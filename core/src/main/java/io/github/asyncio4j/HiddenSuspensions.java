// SPDX-License-Identifier: Apache-2.0
package io.github.asyncio4j;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The lines of a program that make blocking calls of the JDK which suspend their task: there
/// others run, which nobody sees who reads the line. Debug mode tells each of them once.
///
/// Loop thread only.
final class HiddenSuspensions {
  private final Set<StackTraceElement> told = new HashSet<>();

  /// Returns what is to be told of a task that is inside such a call, or null.
  ///
  /// @param frames the call, and then who has made it; none when it has just ended
  @Nullable String toTell(Object task, List<StackTraceElement> frames) {
    if (frames.isEmpty() || !told.add(frames.get(Math.min(1, frames.size() - 1)))) {
      return null;
    }
    var text = new StringBuilder("Hidden suspension, in a blocking call of the JDK: ").append(task);
    frames.forEach(frame -> text.append("\n  at ").append(frame));
    return text.toString();
  }
}
